//! The facts that the engine judges by, and what it caches.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use latchkey_shared::ids::{ApiId, KeyId, ProjectId, TokenId};
use latchkey_shared::tokens::QuotaState;
use latchkey_shared::verify::Reason;
use quick_cache::sync::Cache;

use super::allowance::Limiter;
use super::decisions::{Decisions, Door};
use super::proof::{Bytes, Proof, Remembered};
use super::replay::{self, Replay};
use super::state::{self, TokenState};
use super::usage::{Part, Usage};
use crate::access::reach::UserState;
use crate::configuration::Configuration;
use crate::counting::Lookups;
use crate::crypto::Digest;
use crate::crypto::decryptor::Decryptor;
use crate::database::{Database, Fact, Fresh, OVERHEAD, WriteKind, now, promptly};
use crate::keys::keyring::Keyring;
use crate::projects::state::{Lookup, Projects};
use crate::strangers::Strangers;
use crate::systems::catalog::{Catalog, CatalogSystem, Operations, Snapshot};
use crate::telemetry;
use crate::users::Users;

/// About how many bytes a proof has in its cache.
const USUAL: usize = 512;
/// About how many bytes the owner of a key takes in its cache.
const OWNER: usize = size_of::<KeyId>() + size_of::<TokenId>() + OVERHEAD;

/// How often a call is judged again if its facts keep changing.
pub(crate) const ATTEMPTS: usize = 4;

/// The engine.
pub struct Verifier {
    pub(super) database: Database,
    pub(super) keyring: Arc<Keyring>,
    pub(super) decryptor: Arc<Decryptor>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) users: Arc<Users>,
    pub(super) projects: Projects,
    pub(super) usage: Arc<Usage>,
    pub(super) states: Fresh<TokenId, TokenState>,
    /// Proofs by the digest of their credential. They never change.
    pub(super) proofs: Cache<Digest, Remembered, Bytes>,
    pub(super) proof_lookups: Lookups,
    /// The owners of keys. They never change.
    pub(super) key_owners: Cache<KeyId, TokenId>,
    pub(super) replay: Replay,
    pub(super) limiter: Limiter,
    /// How many facts differed from the database.
    pub(super) differences: AtomicU64,
    pub(super) decisions: Decisions,
    pub(super) strangers: Strangers,
}

impl Verifier {
    /// Makes an engine from the other parts of the server.
    #[must_use]
    pub fn new(
        configuration: &Configuration,
        database: Database,
        keyring: Arc<Keyring>,
        decryptor: Arc<Decryptor>,
        catalog: Arc<Catalog>,
        users: Arc<Users>,
        usage: Arc<Usage>,
    ) -> Self {
        let memory = configuration.cache_size << 20;
        let proxies = configuration.trusted_proxies.ranges().to_vec();
        Self {
            strangers: Strangers::new(configuration.failed_proofs, proxies),
            states: Fresh::new(Arc::clone(database.epochs()), memory / 10 * 5),
            proofs: Cache::with_weighter(memory / 10 * 4 / USUAL, (memory / 10 * 4) as u64, Bytes),
            proof_lookups: Lookups::default(),
            key_owners: Cache::new(memory / 10 / OWNER),
            replay: Replay::start(&database, decryptor.operations().clone()),
            limiter: Limiter::start(&database),
            projects: Projects::new(database.clone()),
            differences: AtomicU64::new(0),
            decisions: Decisions::default(),
            database,
            keyring,
            decryptor,
            catalog,
            users,
            usage,
        }
    }

    /// The state of a token now.
    pub async fn token(&self, id: &TokenId) -> Result<Option<Arc<Fact<TokenState>>>, sqlx::Error> {
        self.states.get_or_read(id, || state::read_token(&self.database, &self.limiter, id)).await
    }

    /// What is left of the quotas that calls with a token spend. `keys` has the keys of the APIs with
    /// limits of their own.
    pub async fn quotas(
        &self,
        token: &TokenState,
        keys: &BTreeMap<ApiId, String>,
    ) -> Result<Vec<QuotaState>, sqlx::Error> {
        self.limiter.quotas(&self.database, &token.allowance, keys, now()).await
    }

    /// Writes what was counted and spent and is not written yet.
    pub async fn flush(&self) {
        self.limiter.flush(&self.database).await;
        self.usage.flush(&self.database, Part::All).await;
    }

    /// The systems as they are now. If they cannot be read, the decision fails for
    /// now.
    pub async fn catalog(&self) -> Result<Arc<Snapshot>, sqlx::Error> {
        self.catalog.load().await.map_err(|error| {
            tracing::error!(%error, "the catalog cannot be read");
            sqlx::Error::PoolTimedOut
        })
    }

    /// The systems, for a call at a door. If they cannot be read, the call is not decided.
    pub async fn catalog_at(&self, door: Door) -> Result<Arc<Snapshot>, sqlx::Error> {
        let began = Instant::now();
        let loaded = self.catalog().await;
        if loaded.is_err() {
            self.decisions.count(door, Some(Reason::Unavailable), began.elapsed());
        }
        loaded
    }

    /// Counts a decision for metrics.
    pub(crate) fn count(&self, door: Door, system: &CatalogSystem, denied: Option<Reason>, took: Duration) {
        self.decisions.count(door, denied, took);
        system.decided.count(denied);
    }

    /// How the calls at each door were decided.
    #[must_use]
    pub fn decisions(&self) -> &Decisions {
        &self.decisions
    }

    /// The failed proofs of strangers.
    #[must_use]
    pub fn strangers(&self) -> &Strangers {
        &self.strangers
    }

    /// How often each cache knew the answer.
    #[must_use]
    pub fn lookups(&self) -> [(&'static str, &Lookups); 4] {
        [
            ("tokens", self.states.lookups()),
            ("proofs", &self.proof_lookups),
            ("projects", self.projects.lookups()),
            ("users", self.users.lookups()),
        ]
    }

    /// The operations of a system of a snapshot; `None` if they are out of date. Then begin again
    /// with a new snapshot.
    pub async fn operations(&self, system: &CatalogSystem) -> Result<Option<Arc<Operations>>, sqlx::Error> {
        self.catalog.operations(system).await
    }

    /// The projects with these ids.
    pub(crate) async fn projects(
        &self,
        ids: impl Iterator<Item = &ProjectId>,
    ) -> Result<Vec<Lookup>, sqlx::Error> {
        self.projects.with_ids(ids).await
    }

    /// Whether these facts still count. Call this after the last wait: the process may have
    /// stood still meanwhile.
    pub(crate) fn still_count(
        &self,
        snapshot: &Arc<Snapshot>,
        token: &Arc<Fact<TokenState>>,
        user: Option<&Arc<Fact<UserState>>>,
        proof: &Proof,
        projects: &[Lookup],
    ) -> bool {
        self.catalog.still_counts(snapshot)
            && self.states.still_counts(&token.id, token)
            && user.is_none_or(|user| self.users.still_counts(user))
            && projects.iter().all(|project| self.projects.still_counts(project))
            && proof.signed_by.as_ref().is_none_or(|kid| self.keyring.is_known_to_hold(kid))
    }

    /// Claims the one use of a request or assertion, and keeps the claim until `expires_at`.
    pub(crate) async fn claim_once(&self, token: &TokenId, jti: &str, expires_at: i64) -> Result<(), Reason> {
        let claim = async { Ok(self.replay.claim(token, jti, expires_at).await) };
        let claimed = telemetry::write(WriteKind::Brief.as_str(), promptly(claim), |_| true);
        match claimed.await.map_err(unavailable)? {
            Ok(true) => Ok(()),
            Ok(false) => Err(Reason::Replayed),
            Err(replay::Unavailable) => Err(Reason::Unavailable),
        }
    }
}

/// The database did not answer.
#[expect(clippy::needless_pass_by_value, reason = "what map_err passes")]
pub(super) fn unavailable(error: sqlx::Error) -> Reason {
    tracing::error!(%error, "a decision cannot be made");
    Reason::Unavailable
}
