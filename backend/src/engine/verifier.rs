//! What the engine knows: the facts that calls are judged by, and what is remembered
//! of credentials.

use std::sync::Arc;

use latchkey_shared::ids::{KeyId, TokenId};
use latchkey_shared::verify::Reason;
use quick_cache::sync::Cache;

use super::proof::{Proof, Remembered};
use super::replay::{self, Replay};
use super::state::{self, TokenState};
use super::usage::Usage;
use crate::access::reach::UserState;
use crate::crypto::Digest;
use crate::crypto::decryptor::Decryptor;
use crate::database::{Database, Fresh, promptly};
use crate::keys::keyring::Keyring;
use crate::systems::catalog::{Catalog, Snapshot};
use crate::users::Users;

/// Tokens whose state is kept in memory.
const STATES: usize = 16_384;
/// Credentials whose proof is kept in memory.
const PROOFS: usize = 65_536;

/// How often a call is judged whose facts change all the time.
pub(crate) const ATTEMPTS: usize = 4;

/// The engine.
pub struct Verifier {
    pub(super) database: Database,
    pub(super) keyring: Arc<Keyring>,
    pub(super) decryptor: Arc<Decryptor>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) users: Arc<Users>,
    pub(super) usage: Arc<Usage>,
    pub(super) states: Fresh<TokenId, TokenState>,
    /// Facts that never change: whose the credential with this digest is.
    pub(super) proofs: Cache<Digest, Remembered>,
    /// Facts that never change: whose a key is.
    pub(super) key_owners: Cache<KeyId, TokenId>,
    pub(super) replay: Replay,
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
}

/// The database did not answer.
#[expect(clippy::needless_pass_by_value, reason = "what map_err passes")]
pub(super) fn unavailable(error: sqlx::Error) -> Reason {
    tracing::error!(%error, "a decision cannot be made");
    Reason::Unavailable
}
