//! What the calls of a token spend: its rate limits and quotas, and those of the tokens that issued
//! it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use latchkey_shared::ids::TokenId;
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::{Quota, QuotaState, RateLimit, RateLimitState};
use latchkey_shared::verify::Exceeded;

use super::quota::{self, Counted, Quotas};
use super::rate::{self, Bucket, Rates};
use crate::database::Database;
use crate::limits::Effective;

/// About how many bytes a limit of a token takes.
const BYTES: usize = 256;

/// The limits that the calls of a token must keep: its own, and those of the tokens that issued it.
#[derive(Clone, Default)]
pub struct Allowance(Arc<[Limit]>);

#[derive(Clone)]
enum Limit {
    Quota(Counted),
    Rate(Arc<Bucket>),
}

/// Which limit it is, without what is spent of it.
#[derive(Debug, PartialEq, Eq)]
enum Named<'a> {
    Quota(&'a TokenId, &'a Quota),
    Rate(&'a TokenId, &'a RateLimit),
}

impl Allowance {
    /// Whether any number of calls may be made.
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        self.0.is_empty()
    }

    /// About how many bytes it takes.
    #[must_use]
    pub fn heap(&self) -> usize {
        self.0.len() * BYTES
    }

    fn counted(&self) -> impl Iterator<Item = &Counted> {
        self.0.iter().filter_map(|limit| match limit {
            Limit::Quota(counted) => Some(counted),
            Limit::Rate(_) => None,
        })
    }

    /// The rate limits.
    #[must_use]
    pub fn rate_limits(&self) -> Vec<RateLimitState> {
        let state = |limit: &Limit| match limit {
            Limit::Quota(_) => None,
            Limit::Rate(bucket) => {
                Some(RateLimitState { token: bucket.token().clone(), rate_limit: *bucket.rate() })
            }
        };
        self.0.iter().filter_map(state).collect()
    }

    fn names(&self) -> impl Iterator<Item = Named<'_>> {
        self.0.iter().map(|limit| match limit {
            Limit::Quota(counted) => Named::Quota(counted.token(), counted.quota()),
            Limit::Rate(bucket) => Named::Rate(bucket.token(), bucket.rate()),
        })
    }

    fn give_back(&self, calls: &[Spent]) {
        for pair in self.0.iter().zip(calls) {
            match pair {
                (Limit::Quota(counted), Spent::Quota(spent)) => counted.give_back(*spent),
                (Limit::Rate(bucket), Spent::Rate(spent)) => bucket.give_back(*spent),
                _ => {}
            }
        }
    }
}

impl fmt::Debug for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl PartialEq for Allowance {
    fn eq(&self, other: &Self) -> bool {
        self.names().eq(other.names())
    }
}

/// A call that is spent, until it is known whether it passes. If it is dropped, it is given back.
pub struct Reserved {
    of: Allowance,
    calls: Calls,
}

/// What was spent. Most tokens have one limit; then nothing is allocated.
enum Calls {
    Passed,
    One(Spent),
    Several(Vec<Spent>),
}

#[derive(Clone, Copy)]
enum Spent {
    Quota(quota::Spent),
    Rate(rate::Spent),
}

impl Reserved {
    /// The call passes.
    pub fn pass(mut self) {
        self.calls = Calls::Passed;
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        match &self.calls {
            Calls::Passed => {}
            Calls::One(spent) => self.of.give_back(std::slice::from_ref(spent)),
            Calls::Several(several) => self.of.give_back(several),
        }
    }
}

/// Spends calls on this node.
pub struct Limiter {
    rates: Rates,
    quotas: Quotas,
}

impl Limiter {
    /// Begins to tell other nodes what this one spends, and to write it.
    #[must_use]
    pub fn start(database: &Database) -> Self {
        Self { rates: Rates::start(database), quotas: Quotas::start(database) }
    }

    /// What the calls of a token spend. Quotas are looked at first: whoever is over both must wait
    /// for the quota.
    pub async fn allowance(
        &self,
        database: &Database,
        in_force: BTreeMap<TokenId, Effective>,
        now: i64,
    ) -> Result<Allowance, sqlx::Error> {
        let (mut rates, mut quotas) = (Vec::new(), Vec::new());
        for (token, effective) in in_force {
            rates.extend(effective.rate_limit.map(|limit| (token.clone(), limit)));
            quotas.extend(effective.quotas.into_iter().map(|quota| (token.clone(), quota)));
        }
        if rates.is_empty() && quotas.is_empty() {
            return Ok(Allowance::default());
        }
        let quotas = self.quotas.counted(database, quotas, now).await?.into_iter().map(Limit::Quota);
        let rates = self.rates.buckets(rates).into_iter().map(Limit::Rate);
        Ok(Allowance(quotas.chain(rates).collect()))
    }

    /// Spends a call of each of these limits, or of none.
    pub fn reserve(&self, of: &Allowance, now: i64) -> Result<Reserved, Exceeded> {
        let calls = match &*of.0 {
            [only] => Calls::One(self.spend(only, now)?),
            all => {
                let mut several = Vec::with_capacity(all.len());
                for limit in all {
                    match self.spend(limit, now) {
                        Ok(spent) => several.push(spent),
                        Err(exceeded) => {
                            of.give_back(&several);
                            return Err(exceeded);
                        }
                    }
                }
                Calls::Several(several)
            }
        };
        Ok(Reserved { of: of.clone(), calls })
    }

    fn spend(&self, limit: &Limit, now: i64) -> Result<Spent, Exceeded> {
        match limit {
            Limit::Quota(counted) => self.quotas.spend(counted, now).map(Spent::Quota),
            Limit::Rate(bucket) => self.rates.spend(bucket).map(Spent::Rate),
        }
    }

    /// Whether a call could be spent now. Nothing is spent.
    pub fn look(&self, at: &Allowance, now: i64) -> Result<(), Exceeded> {
        at.0.iter().try_for_each(|limit| match limit {
            Limit::Quota(counted) => self.quotas.look(counted, now),
            Limit::Rate(bucket) => self.rates.look(bucket),
        })
    }

    /// What is left of each quota, also after calls on other nodes.
    pub async fn quotas(
        &self,
        database: &Database,
        of: &Allowance,
        now: i64,
    ) -> Result<Vec<QuotaState>, sqlx::Error> {
        let counted: Vec<&Counted> = of.counted().collect();
        if counted.is_empty() {
            return Ok(Vec::new());
        }
        self.quotas.refresh(database, &counted, now).await?;
        let state = |counted: &Counted| {
            let (left, ends) = counted.left(now);
            QuotaState {
                token: counted.token().clone(),
                quota: counted.quota().clone(),
                left,
                resets_at: Timestamp::from_millis(ends),
            }
        };
        Ok(counted.into_iter().map(state).collect())
    }

    /// Writes what is spent of quotas and not written yet.
    pub async fn flush(&self, database: &Database) {
        if let Err(error) = self.quotas.flush(database).await {
            tracing::warn!(%error, "the use of quotas is not written");
        }
    }
}
