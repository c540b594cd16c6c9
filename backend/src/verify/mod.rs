//! May this credential make this call? One engine; every door is a thin adapter.
//!
//! [`Verifier::prove`] finds out whose credential it is ([`prove`]) and that it
//! is meant for this call, [`Verifier::judge`] whether the call may pass, in the
//! order of design §3: status and expiry, address, API, grant, target. Last comes
//! the one use of a one-time request. The first failure wins. Every condition is
//! evaluated on every call; only proofs are remembered. Before a call is allowed
//! the facts that it was judged by are looked at once more: what was withdrawn
//! while the decision waited for something makes it be judged again.
//! [`Verifier::consider`] judges without a credential: it is never spent, and
//! nothing is counted.

mod forward;
pub mod prove;
pub mod replay;
pub mod routes;
pub mod state;

use std::net::IpAddr;
use std::sync::Arc;

use latchkey_shared::ids::{KeyId, ProjectId, TokenId, UserId};
use latchkey_shared::projects::ProjectRef;
use latchkey_shared::systems::ApiScope;
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::Kind;
use latchkey_shared::verify::{DecidedToken, Decision, Reason, Subject};
use quick_cache::sync::Cache;

use self::prove::Remembered;
pub use self::prove::{Binding, Proof};
use self::replay::Replay;
use self::state::TokenState;
use crate::access::{Reach, UserState};
use crate::crypto::Digest;
use crate::crypto::decryptor::Decryptor;
use crate::crypto::keyring::Keyring;
use crate::crypto::operations::Source;
use crate::database::{Database, Fresh, now, promptly};
use crate::systems::catalog::{Catalog, CatalogApi, CatalogSystem, Snapshot};
use crate::systems::paths::Path;
use crate::systems::router::Parameter;
use crate::usage::Usage;
use crate::users::Users;

/// Tokens whose state is kept in memory.
const STATES: usize = 16_384;
/// Credentials whose proof is kept in memory.
const PROOFS: usize = 65_536;

/// How often a call is judged whose facts change all the time.
pub(crate) const ATTEMPTS: usize = 4;

/// What a caller presented.
#[derive(Clone, Copy)]
pub struct Presented<'a> {
    /// What came as its bearer token.
    pub credential: &'a str,
    /// The verifier key of the one who asks, if it is another than the caller.
    pub verifier_key: Option<&'a str>,
    /// Who asks for the decision, for fairness of private-key operations.
    pub source: Source<'a>,
}

/// A call, as the door saw it.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The system that is called.
    pub system: &'a CatalogSystem,
    /// The HTTP method.
    pub method: &'a str,
    /// The path as it arrived, still percent-encoded, with its query if the door hears one.
    pub path: &'a str,
    /// The project, by key or id, where the path does not name it.
    pub project: Option<&'a str>,
    /// The caller's address, if it is known and can be trusted.
    pub client_ip: Option<IpAddr>,
}

/// What was found out about a call.
#[derive(Default)]
pub struct Verdict {
    /// Why it is denied; allowed if there is no reason.
    pub denied: Option<Reason>,
    /// The token, once the credential is proven.
    pub token: Option<Arc<TokenState>>,
    /// The proof, once the credential is proven.
    pub proof: Option<Proof>,
    /// The user whom a JWT token acts as, once that is settled.
    pub user: Option<Arc<UserState>>,
    /// The API that the call matches.
    pub api: Option<CatalogApi>,
    /// The project that the call is made in.
    pub project: Option<ProjectRef>,
    /// The projects that the credential reaches.
    pub reach: Option<Reach>,
    /// What the call was judged by.
    pub catalog: Option<Arc<Snapshot>>,
}

/// The engine.
pub struct Verifier {
    database: Database,
    keyring: Arc<Keyring>,
    decryptor: Arc<Decryptor>,
    catalog: Arc<Catalog>,
    users: Arc<Users>,
    usage: Arc<Usage>,
    states: Fresh<TokenId, TokenState>,
    /// Facts that never change: whose the credential with this digest is.
    proofs: Cache<Digest, Remembered>,
    /// Facts that never change: whose a key is.
    key_owners: Cache<KeyId, TokenId>,
    replay: Replay,
}

impl Verifier {
    /// An engine over what the other parts know.
    #[must_use]
    pub fn new(
        database: Database,
        keyring: Arc<Keyring>,
        decryptor: Arc<Decryptor>,
        catalog: Arc<Catalog>,
        users: Arc<Users>,
        usage: Arc<Usage>,
    ) -> Self {
        Self {
            states: Fresh::new(Arc::clone(database.epochs()), STATES),
            proofs: Cache::new(PROOFS),
            key_owners: Cache::new(PROOFS),
            replay: Replay::start(&database),
            database,
            keyring,
            decryptor,
            catalog,
            users,
            usage,
        }
    }

    /// What decisions know of a token now.
    pub async fn token(&self, id: &TokenId) -> Result<Option<Arc<TokenState>>, sqlx::Error> {
        self.states.get_or_read(id, || state::read_token(&self.database, id)).await
    }

    /// What decisions know of systems and projects now. Whatever goes wrong, it
    /// is not known now, and may be known later.
    pub async fn catalog(&self) -> Result<Arc<Snapshot>, sqlx::Error> {
        self.catalog.load().await.map_err(|error| {
            tracing::error!(%error, "the catalog cannot be read");
            sqlx::Error::PoolTimedOut
        })
    }

    /// Decides a call, counts it, and takes a one-time request's one use.
    pub async fn decide(
        &self,
        snapshot: &Arc<Snapshot>,
        presented: Presented<'_>,
        call: &Call<'_>,
    ) -> Verdict {
        let mut snapshot = Arc::clone(snapshot);
        let mut claimed = false;
        for _ in 0..ATTEMPTS {
            let now = now();
            let verdict = {
                let Some(system) = snapshot.system(&call.system.id) else { break };
                let call = Call { system, ..*call };
                self.decide_by(&snapshot, presented, &call, now, &mut claimed).await
            };
            // A denial stands, whatever it was made of.
            if verdict.denied.is_some() || self.still_counts(&snapshot, &verdict) {
                if let Some(token) = &verdict.token {
                    let api = verdict.api.as_ref().map(|api| &api.id);
                    self.usage.count(&token.id, api, verdict.denied, now);
                }
                return Verdict { catalog: Some(snapshot), ..verdict };
            }
            let Ok(fresh) = self.catalog().await else { break };
            let may_ask = presented.verifier_key.is_none_or(|key| {
                routes::authenticate(&fresh, Some(key)).is_some_and(|system| system.id == call.system.id)
            });
            if !may_ask {
                break;
            }
            snapshot = fresh;
        }
        Verdict { denied: Some(Reason::Unavailable), catalog: Some(snapshot), ..Verdict::default() }
    }

    /// Decides a call by what is known at one moment. What was `claimed` is not
    /// claimed again.
    async fn decide_by(
        &self,
        snapshot: &Snapshot,
        presented: Presented<'_>,
        call: &Call<'_>,
        now: i64,
        claimed: &mut bool,
    ) -> Verdict {
        let mut verdict = Verdict::default();
        let (token, proof) = match self.prove(presented.credential, presented.source, now).await {
            Ok(proven) => proven,
            Err(reason) => {
                verdict.denied = Some(reason);
                return verdict;
            }
        };
        let mut outcome = is_bound_to(call, &token, &proof, snapshot, now);
        if outcome.is_ok() {
            outcome = self.judge(snapshot, (&token, &proof), call, now, &mut verdict).await;
        }
        if outcome.is_ok() && !*claimed {
            outcome = self.claim(&token, &proof).await;
            *claimed = outcome.is_ok();
        }
        verdict.denied = outcome.err();
        verdict.token = Some(token);
        verdict.proof = Some(proof);
        verdict
    }

    /// Whether all that a call was judged by counts at this moment.
    fn still_counts(&self, snapshot: &Arc<Snapshot>, verdict: &Verdict) -> bool {
        let (Some(token), Some(proof)) = (&verdict.token, &verdict.proof) else { return false };
        self.still_count(snapshot, token, verdict.user.as_ref(), proof)
    }

    /// Whether these facts count at this moment. To be asked after the last thing
    /// that was waited for: the process may have stood still meanwhile.
    pub(crate) fn still_count(
        &self,
        snapshot: &Arc<Snapshot>,
        token: &Arc<TokenState>,
        user: Option<&Arc<UserState>>,
        proof: &Proof,
    ) -> bool {
        self.catalog.still_counts(snapshot)
            && self.states.still_counts(&token.id, token)
            && user.is_none_or(|user| self.users.still_counts(user))
            && proof.signed_by.as_ref().is_none_or(|kid| self.keyring.is_known_to_hold(kid))
    }

    /// How a call would be decided for whoever has proven to hold `token`, as
    /// `user` if it is a JWT token.
    pub async fn consider(
        &self,
        snapshot: &Arc<Snapshot>,
        token: Arc<TokenState>,
        user: Option<UserId>,
        call: &Call<'_>,
    ) -> Verdict {
        let mut verdict = Verdict { catalog: Some(Arc::clone(snapshot)), ..Verdict::default() };
        let proof = Proof { user, ..Proof::default() };
        verdict.denied = self.judge(snapshot, (&token, &proof), call, now(), &mut verdict).await.err();
        verdict.token = Some(token);
        verdict.proof = Some(proof);
        verdict
    }

    async fn claim(&self, token: &TokenState, proof: &Proof) -> Result<(), Reason> {
        let Some(binding) = &proof.binding else { return Ok(()) };
        self.claim_once(&token.id, &binding.jti, binding.stale_at).await
    }

    /// Takes the one use of what a client made for one use, which is noted
    /// until `expires_at`.
    pub(crate) async fn claim_once(&self, token: &TokenId, jti: &str, expires_at: i64) -> Result<(), Reason> {
        let claim = async { Ok(self.replay.claim(token, jti, expires_at).await) };
        match promptly(claim).await.map_err(unavailable)? {
            Ok(true) => Ok(()),
            Ok(false) => Err(Reason::Replayed),
            Err(replay::Unavailable) => Err(Reason::Unavailable),
        }
    }

    /// Judges a call of whoever has proven to hold the token; notes in `verdict`
    /// what is found out on the way.
    async fn judge(
        &self,
        snapshot: &Snapshot,
        (token, proof): (&TokenState, &Proof),
        call: &Call<'_>,
        now: i64,
        verdict: &mut Verdict,
    ) -> Result<(), Reason> {
        is_in_force(token, proof, now)?;
        if call.system.disabled {
            return Err(Reason::Disabled);
        }
        comes_from(&token.allowed_ips, call.client_ip)?;
        let path = Path::parse(call.path).map_err(|_| Reason::NoSuchApi)?;
        let query = call.path.split_once('?').map_or("", |(_, query)| query);
        let matched = call.system.router.find(call.method, &path, query).ok_or(Reason::NoSuchApi)?;
        let granted = matched.values().find(|api| is_granted(token, proof, call.system, api));
        verdict.api = granted.or_else(|| matched.values().next()).cloned();
        if granted.is_none() {
            return Err(Reason::ApiNotGranted);
        }
        // Where nothing tells operations apart, the call may be any of them.
        let in_a_project = matched.values().any(|api| api.scope == ApiScope::Project);
        let scope = if in_a_project { ApiScope::Project } else { ApiScope::Global };
        let named = match matched.parameter(&call.system.project_param) {
            Parameter::Absent => None,
            Parameter::Value(value) => Some(value),
            Parameter::Ambiguous => return Err(Reason::ProjectNotGranted),
        };
        let project = named_project(snapshot, named.as_deref(), call.project)?;
        verdict.project = project.cloned();
        let user = match token.kind {
            Kind::Rsa => None,
            Kind::Jwt => {
                let user = self.users.state(proof.user.as_ref().ok_or(Reason::UserNotGranted)?).await;
                let user = user
                    .map_err(unavailable)?
                    .filter(|user| !user.disabled && token.users.contains(&user.id));
                Some(&*verdict.user.insert(user.ok_or(Reason::UserNotGranted)?))
            }
        };
        let reach = &*verdict.reach.insert(reach(token, proof, snapshot));
        is_for_target(call.system, scope, project.map(|project| &project.id), reach, user.map(AsRef::as_ref))
    }
}

/// The database did not answer.
#[expect(clippy::needless_pass_by_value, reason = "what map_err passes")]
fn unavailable(error: sqlx::Error) -> Reason {
    tracing::error!(%error, "a decision cannot be made");
    Reason::Unavailable
}

/// Is the proof for this system, method and path, and of this moment?
fn is_bound_to(
    call: &Call<'_>,
    token: &TokenState,
    proof: &Proof,
    snapshot: &Snapshot,
    now: i64,
) -> Result<(), Reason> {
    match &proof.audience {
        Some(audience) if *audience != call.system.audience => return Err(Reason::ProofMismatch),
        // A request without `aud` could be meant for any system that its token reaches.
        None if proof.binding.is_some() && snapshot.reached(&token.apis, &token.systems).len() > 1 => {
            return Err(Reason::ProofMismatch);
        }
        _ => {}
    }
    let Some(binding) = &proof.binding else {
        return if token.one_time_only { Err(Reason::ProofMismatch) } else { Ok(()) };
    };
    if !binding.is_for(call) {
        return Err(Reason::ProofMismatch);
    }
    if now > binding.stale_at {
        return Err(Reason::Stale);
    }
    if now < binding.good_from { Err(Reason::NotYetValid) } else { Ok(()) }
}

/// Is the token, and the JWT that was issued for it, switched on and within its time?
pub(crate) fn is_in_force(token: &TokenState, proof: &Proof, now: i64) -> Result<(), Reason> {
    if token.disabled {
        return Err(Reason::Disabled);
    }
    if token.expires_at.is_some_and(|end| end <= now) || proof.expires_at.is_some_and(|end| end <= now) {
        return Err(Reason::Expired);
    }
    if proof.not_before.is_some_and(|start| now < start) { Err(Reason::NotYetValid) } else { Ok(()) }
}

/// Does the call come from where the token may be used?
pub(crate) fn comes_from(allowed: &[ipnet::IpNet], client_ip: Option<IpAddr>) -> Result<(), Reason> {
    if allowed.is_empty() {
        return Ok(());
    }
    // An IPv4 address in the form of an IPv6 one is still that address.
    let address = client_ip.ok_or(Reason::IpDenied)?.to_canonical();
    if allowed.iter().any(|range| range.contains(&address)) { Ok(()) } else { Err(Reason::IpDenied) }
}

/// Is the API granted, and not left out by the JWT?
fn is_granted(token: &TokenState, proof: &Proof, system: &CatalogSystem, api: &CatalogApi) -> bool {
    // Latchkey is never granted whole: later operations would slip in.
    let whole = !system.builtin && token.systems.contains(&system.id);
    (whole || token.apis.contains(&api.id)) && proof.holds_scope(&system.key, &api.key)
}

/// The project that a call is made in. What the path names counts; a header may
/// only repeat it.
fn named_project<'s>(
    snapshot: &'s Snapshot,
    in_path: Option<&str>,
    beside: Option<&str>,
) -> Result<Option<&'s ProjectRef>, Reason> {
    let find = |name: &str| match snapshot.project_named(name) {
        Some(project) if !project.disabled => Ok(&project.name),
        _ => Err(Reason::ProjectNotGranted),
    };
    // An empty header is none: some proxies pass it on and some do not.
    let beside = beside.filter(|name| !name.is_empty());
    match (in_path.map(find).transpose()?, beside.map(find).transpose()?) {
        (Some(one), Some(other)) if one.id != other.id => Err(Reason::ProjectNotGranted),
        (in_path, beside) => Ok(in_path.or(beside)),
    }
}

/// The projects that a credential reaches: the token's, narrowed by the JWT.
pub(crate) fn reach(token: &TokenState, proof: &Proof, snapshot: &Snapshot) -> Reach {
    let Some(claimed) = &proof.projects else { return token.projects.clone() };
    let claimed =
        claimed.iter().filter_map(|key| snapshot.project_named(key)).map(|project| &project.name.id);
    Reach::Only(claimed.filter(|project| token.projects.contains(project)).cloned().collect())
}

/// Is the token for this project and, if it has users, this user?
fn is_for_target(
    system: &CatalogSystem,
    scope: ApiScope,
    project: Option<&ProjectId>,
    reach: &Reach,
    user: Option<&UserState>,
) -> Result<(), Reason> {
    let Some(project) = project else {
        let bound_user = user.is_some() && *reach == Reach::All;
        // Latchkey's own API holds its callers to their projects itself.
        if scope == ApiScope::Project && !system.builtin && !bound_user {
            return Err(Reason::ProjectRequired);
        }
        let open = match (&system.opened_to, user) {
            (Reach::All, _) => true,
            (Reach::Only(opened), Some(user)) => {
                opened.iter().any(|project| reach.contains(project) && user.memberships.contains_key(project))
            }
            (Reach::Only(opened), None) => opened.iter().any(|project| reach.contains(project)),
        };
        return if open { Ok(()) } else { Err(Reason::ProjectNotGranted) };
    };
    if !reach.contains(project) || !system.opened_to.contains(project) {
        return Err(Reason::ProjectNotGranted);
    }
    match user {
        Some(user) if !user.memberships.contains_key(project) => Err(Reason::UserNotGranted),
        _ => Ok(()),
    }
}

impl Verdict {
    /// The verdict as verifiers read it.
    #[must_use]
    pub fn decision(&self) -> Decision {
        let Some(token) = &self.token else {
            return Decision {
                allowed: false,
                reason: self.denied,
                token: None,
                subject: None,
                api: None,
                project: None,
                projects: None,
                expires_at: None,
            };
        };
        let subject = match (token.kind, &self.user) {
            (Kind::Rsa, _) => Some(Subject::Token { id: token.id.clone() }),
            (Kind::Jwt, Some(user)) => {
                Some(Subject::User { id: user.id.clone(), username: user.username.clone() })
            }
            (Kind::Jwt, None) => None,
        };
        let projects = match (&self.reach, &self.catalog) {
            (Some(Reach::Only(projects)), Some(snapshot)) => {
                let key = |id| snapshot.project(id).map(|project| project.name.key.clone());
                Some(projects.iter().filter_map(key).collect())
            }
            _ => None,
        };
        let expires_at = match (token.expires_at, self.proof.as_ref().and_then(|proof| proof.expires_at)) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Decision {
            allowed: self.denied.is_none(),
            reason: self.denied,
            token: Some(DecidedToken { id: token.id.clone(), name: token.name.clone(), kind: token.kind }),
            subject,
            api: self.api.as_ref().map(|api| api.key.clone()),
            project: self.project.clone(),
            projects,
            expires_at: expires_at.map(Timestamp::from_millis),
        }
    }
}
