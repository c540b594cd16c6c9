//! Decides calls: proves the credential, judges the call, spends it of the limits, and last
//! claims the one use of a one-time request. A call that is denied for another reason spends
//! nothing.

use std::sync::Arc;
use std::time::Instant;

use latchkey_shared::ids::UserId;
use latchkey_shared::verify::Reason;
use opentelemetry::KeyValue;

use super::allowance::Reserved;
use super::call::{Call, Presented};
use super::decisions::Door;
use super::judge::is_bound_to;
use super::proof::Proof;
use super::prove::Unproven;
use super::state::TokenState;
use super::verdict::Verdict;
use super::verifier::{ATTEMPTS, Verifier};
use crate::database::{Fact, now};
use crate::systems::catalog::{CatalogSystem, Operations, Snapshot};
use crate::systems::verifier::system_of;
use crate::telemetry::part;

/// What the span of a decision tells.
fn decided(door: Door, system: &CatalogSystem, verdict: &Verdict) -> Vec<KeyValue> {
    let mut says = door.says(system, verdict.denied);
    if let Some(token) = &verdict.token {
        says.push(KeyValue::new("latchkey.token.id", token.id.to_string()));
    }
    if let Some(api) = &verdict.api {
        says.push(KeyValue::new("latchkey.api", api.key.clone()));
    }
    says
}

/// What a call has used up, before it is known whether it passes.
#[derive(Default)]
struct Used {
    /// Given back when it is dropped.
    reserved: Option<Reserved>,
    /// The one use of a request. It is not given back.
    claimed: bool,
}

impl Verifier {
    /// Decides a call, counts it, and claims the one use of a one-time request.
    pub async fn decide(
        &self,
        snapshot: &Arc<Snapshot>,
        presented: Presented<'_>,
        call: &Call<'_>,
    ) -> Verdict {
        let began = Instant::now();
        let describe = |verdict: &Verdict| decided(presented.door, call.system, verdict);
        let verdict = part("decide", self.decide_by_facts(snapshot, presented, call), describe).await;
        self.count(presented.door, call.system, verdict.denied, began.elapsed());
        verdict
    }

    /// Decides a call again if its facts have changed meanwhile.
    async fn decide_by_facts(
        &self,
        snapshot: &Arc<Snapshot>,
        presented: Presented<'_>,
        call: &Call<'_>,
    ) -> Verdict {
        let mut snapshot = Arc::clone(snapshot);
        let mut used = Used::default();
        for _ in 0..ATTEMPTS {
            let now = now();
            let Some(system) = snapshot.system(&call.system.id) else { break };
            let Ok(operations) = self.catalog.operations(system).await else { break };
            if let Some(operations) = operations {
                let call = Call { system, ..*call };
                let verdict = self.decide_by(&operations, presented, &call, now, &mut used).await;
                // A denial stands, even if its facts are out of date.
                if verdict.denied.is_some() || self.still_counts(&snapshot, &verdict) {
                    if verdict.denied.is_none()
                        && let Some(reserved) = used.reserved
                    {
                        reserved.pass();
                    }
                    if let Some(token) = &verdict.token {
                        let api = verdict.api.as_ref().map(|api| &api.id);
                        self.usage.count(&token.id, api, verdict.denied, now);
                    }
                    return Verdict { catalog: Some(snapshot), ..verdict };
                }
            }
            let Ok(fresh) = self.catalog().await else { break };
            let may_ask = presented.verifier.is_none_or(|proof| {
                system_of(&fresh, Some(proof)).is_some_and(|system| system.id == call.system.id)
            });
            if !may_ask {
                break;
            }
            snapshot = fresh;
        }
        Verdict { denied: Some(Reason::Unavailable), catalog: Some(snapshot), ..Verdict::default() }
    }

    /// Decides a call by the facts of one moment. What was `used` before is not used again.
    async fn decide_by(
        &self,
        operations: &Operations,
        presented: Presented<'_>,
        call: &Call<'_>,
        now: i64,
        used: &mut Used,
    ) -> Verdict {
        let mut verdict = Verdict::default();
        let (token, proof) = match self.prove(presented.credential, presented.source, now).await {
            Ok(proven) => proven,
            Err(Unproven { reason, exceeded }) => {
                verdict.denied = Some(reason);
                verdict.exceeded = exceeded;
                return verdict;
            }
        };
        let mut outcome = is_bound_to(call, &token, &proof, now);
        if outcome.is_ok() {
            outcome = self.judge(operations, (&token, &proof), call, now, &mut verdict).await;
        }
        if outcome.is_ok() && used.reserved.is_none() && !token.allowance.is_unlimited() {
            match self.limiter.reserve(&token.allowance, verdict.api.as_ref(), now) {
                Ok(reserved) => used.reserved = Some(reserved),
                Err(exceeded) => {
                    verdict.exceeded = Some(exceeded);
                    outcome = Err(Reason::RateLimited);
                }
            }
        }
        if outcome.is_ok() && !used.claimed {
            outcome = self.claim(&token, &proof).await;
            used.claimed = outcome.is_ok();
        }
        verdict.denied = outcome.err();
        verdict.token = Some(token);
        verdict.proof = Some(proof);
        verdict
    }

    /// Whether all facts that the call was judged by still count.
    fn still_counts(&self, snapshot: &Arc<Snapshot>, verdict: &Verdict) -> bool {
        let (Some(token), Some(proof)) = (&verdict.token, &verdict.proof) else { return false };
        self.still_count(snapshot, token, verdict.user.as_ref(), proof, &verdict.named)
    }

    /// Decides a call for a token without its credential. `user` is the user of a JWT token.
    /// Nothing is counted or used up.
    pub async fn consider(
        &self,
        snapshot: &Arc<Snapshot>,
        token: Arc<Fact<TokenState>>,
        user: Option<UserId>,
        call: &Call<'_>,
    ) -> Verdict {
        let mut verdict = Verdict { catalog: Some(Arc::clone(snapshot)), ..Verdict::default() };
        let proof = Arc::new(Proof { user, ..Proof::default() });
        let now = now();
        verdict.denied = match self.catalog.operations(call.system).await {
            Ok(Some(operations)) => {
                self.judge(&operations, (&token, &proof), call, now, &mut verdict).await.err()
            }
            Ok(None) | Err(_) => Some(Reason::Unavailable),
        };
        if verdict.denied.is_none()
            && let Err(exceeded) = self.limiter.look(&token.allowance, verdict.api.as_ref(), now)
        {
            verdict.exceeded = Some(exceeded);
            verdict.denied = Some(Reason::RateLimited);
        }
        verdict.token = Some(token);
        verdict.proof = Some(proof);
        verdict
    }

    async fn claim(&self, token: &TokenState, proof: &Proof) -> Result<(), Reason> {
        let Some(binding) = &proof.binding else { return Ok(()) };
        self.claim_once(&token.id, &binding.jti, binding.stale_at).await
    }
}
