//! The keys of this installation: the vault, and the keys that sign access
//! tokens. The one place here that knows the database.
//!
//! A key file is made only for a database that holds no data keys. A database
//! that holds some wants the master key they were wrapped with, or the server
//! does not start. PostgreSQL wants the key given: a second node must not
//! invent its own.

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::FutureExt as _;
use latchkey_shared::ids::KeyId;
use sqlx::AnyConnection;

use super::store;
use crate::configuration::Configuration;
use crate::crypto::jwt::{Algorithm, SigningKey, SigningKeys, Term};
use crate::crypto::vault::{MasterKey, MasterKeyError, Place, Vault, VaultError, WrappedDataKey};
use crate::crypto::{random_bytes, to_base64url};
use crate::database::{Change, Database, Engine, FreshCell, OutcomeUnknown, Transaction, WriteError, now};

/// How long verifiers may keep the published keys, in seconds.
pub const JWKS_MAX_AGE: i64 = 300;
/// How long a key is published before it signs, in milliseconds: longer than
/// verifiers keep what was published, and nodes what they read.
const ANNOUNCED: i64 = (JWKS_MAX_AGE + 60) * 1_000;
/// How long a key that no longer signs is published and verifies, in
/// milliseconds: longer than the longest-lived token that it can have signed.
const OVERLAP: i64 = 3_660_000;

/// Why there is no keyring.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// PostgreSQL, and no master key given.
    #[error(
        "with PostgreSQL the master key must be given: set LATCHKEY_MASTER_KEY or LATCHKEY_MASTER_KEY_FILE"
    )]
    NotGiven,
    /// The key file is gone, or is one of PostgreSQL's, which is never made here.
    #[error("there is no key file {}: restore it, or set LATCHKEY_MASTER_KEY", .0.display())]
    FileMissing(PathBuf),
    /// The master key cannot be read or made.
    #[error("master key: {0}")]
    MasterKey(#[from] MasterKeyError),
    /// The vault does not open.
    #[error("{0}")]
    Vault(#[from] VaultError),
    /// A stored key is not what it says it is.
    #[error("the stored key {0} is damaged")]
    Damaged(String),
    /// The database did not answer.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The database was lost while it committed.
    #[error("database: {0}")]
    OutcomeUnknown(#[from] OutcomeUnknown),
}

impl WriteError for KeyringError {}

/// The keys of this installation.
pub struct Keyring {
    database: Database,
    vault: Arc<Vault>,
    issuer: String,
    algorithm: Algorithm,
    signing: FreshCell<SigningKeys>,
}

impl Keyring {
    /// Opens the vault and sees to it that there is a key to sign with; at the
    /// first start makes what is missing. `issuer` is the public URL without a
    /// slash at its end.
    pub async fn open(
        database: &Database,
        configuration: &Configuration,
        issuer: String,
    ) -> Result<Self, KeyringError> {
        let vault = Arc::new(unlock(database, configuration).await?);
        let algorithm = configuration.signing_algorithm;
        ensure_signing_key(database, &vault, algorithm).await?;
        let signing = FreshCell::new(Arc::clone(database.epochs()), Change::SigningKeys);
        Ok(Self { database: database.clone(), vault, issuer, algorithm, signing })
    }

    /// What stored secrets are encrypted with.
    #[must_use]
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// The `iss` of access tokens: the public URL.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The keys that sign and verify access tokens.
    pub async fn signing_keys(&self) -> Result<Arc<SigningKeys>, KeyringError> {
        self.signing.get_or_read(|| self.read_signing_keys()).await
    }

    /// Whether a key is one of them, as far as that is known without asking.
    pub(crate) fn is_known_to_hold(&self, kid: &KeyId) -> bool {
        self.signing.get().is_some_and(|keys| keys.holds(kid))
    }

    async fn read_signing_keys(&self) -> Result<SigningKeys, KeyringError> {
        let mut connection = self.database.reader().acquire().await?;
        let rows = store::signing_keys(&mut connection, now() - OVERLAP).await?;
        let keys: Result<Vec<SigningKey>, _> = rows.iter().map(|row| self.load(row)).collect();
        let keys = SigningKeys::new(self.issuer.clone(), self.algorithm, keys?);
        keys.ok_or_else(|| KeyringError::Damaged("to sign with".to_owned()))
    }

    /// Makes a signing key of the algorithm that is configured, to be given to
    /// [`rotate`].
    pub async fn make_signing_key(&self) -> Result<NewSigningKey, KeyringError> {
        make_signing_key(&self.vault, self.algorithm).await
    }

    fn load(&self, row: &store::SigningKeyRow) -> Result<SigningKey, KeyringError> {
        let damaged = || KeyringError::Damaged(row.id.clone());
        let der = self.vault.open(&signing_key_place(&row.id), &row.private_key)?;
        let kid = row.id.parse().map_err(|_| damaged())?;
        let algorithm = row.algorithm.parse().map_err(|_| damaged())?;
        let term = Term { signs_from: row.signs_from, retired_at: row.retired_at };
        SigningKey::from_pkcs8(kid, algorithm, term, &der).map_err(|_| damaged())
    }
}

fn signing_key_place(id: &str) -> Place<'_> {
    Place { table: "signing_keys", row: id, column: "private_key" }
}

async fn unlock(database: &Database, configuration: &Configuration) -> Result<Vault, KeyringError> {
    let master = Arc::new(master_key(database, configuration).await?);
    let for_first_start = Arc::clone(&master);
    let (installation, keys) =
        database.write(move |transaction| ensure_data_key(transaction, for_first_start).boxed()).await?;
    Ok(Vault::unlock(&master, &installation, &keys)?)
}

async fn master_key(database: &Database, configuration: &Configuration) -> Result<MasterKey, KeyringError> {
    if let Some(text) = &configuration.master_key {
        return Ok(MasterKey::from_base64(text.expose())?);
    }
    let path = match (&configuration.master_key_file, database.engine()) {
        (Some(path), _) => path.clone(),
        (None, Engine::Sqlite) => configuration.data_dir.join("master.key"),
        (None, Engine::Postgres) => return Err(KeyringError::NotGiven),
    };
    if let Some(key) = MasterKey::read_file(&path)? {
        return Ok(key);
    }
    let mut connection = database.reader().acquire().await?;
    let is_new = store::data_keys(&mut connection).await?.is_empty();
    if is_new && database.engine() == Engine::Sqlite {
        Ok(MasterKey::create_file(&path)?)
    } else {
        Err(KeyringError::FileMissing(path))
    }
}

/// The installation's id and data keys; makes the first ones if there are none.
/// Nodes that start together do this one after the other.
async fn ensure_data_key(
    transaction: &mut Transaction,
    master: Arc<MasterKey>,
) -> Result<(String, Vec<WrappedDataKey>), KeyringError> {
    let connection = transaction.connection();
    let installation = if let Some(id) = store::installation(connection).await? {
        id
    } else {
        let id = to_base64url(random_bytes::<16>());
        store::insert_installation(connection, &id, now()).await?;
        id
    };
    let mut keys = Vec::new();
    for (id, wrapped) in store::data_keys(connection).await? {
        let id = id.parse().map_err(|_| KeyringError::Damaged(id))?;
        keys.push(WrappedDataKey { id, wrapped });
    }
    if keys.is_empty() {
        let key = master.make_data_key(&installation);
        store::insert_data_key(connection, key.id.as_str(), &key.wrapped, now()).await?;
        keys.push(key);
    }
    Ok((installation, keys))
}

/// A signing key that is not in the database yet.
pub struct NewSigningKey {
    /// Its id.
    pub id: KeyId,
    /// How it signs.
    pub algorithm: Algorithm,
    pub(super) private_key: Vec<u8>,
    pub(super) public_jwk: String,
}

async fn make_signing_key(vault: &Vault, algorithm: Algorithm) -> Result<NewSigningKey, KeyringError> {
    let made = tokio::task::spawn_blocking(move || {
        let der = SigningKey::generate_pkcs8(algorithm);
        SigningKey::from_pkcs8(KeyId::new(), algorithm, Term::default(), &der).map(|key| (key, der))
    });
    let (key, der) =
        made.await.ok().and_then(Result::ok).ok_or_else(|| KeyringError::Damaged("just made".to_owned()))?;
    Ok(NewSigningKey {
        private_key: vault.seal(&signing_key_place(key.kid().as_str()), &der),
        public_jwk: key.jwk().to_string(),
        id: key.kid().clone(),
        algorithm,
    })
}

/// A signing key, without its private half.
#[derive(Debug, Clone)]
pub struct StoredSigningKey {
    /// Its id.
    pub id: String,
    /// How it signs.
    pub algorithm: String,
    /// When it was made, in milliseconds since the epoch.
    pub created_at: i64,
    /// When it signs.
    pub term: Term,
}

impl StoredSigningKey {
    /// Until when it is published, if that is settled, in milliseconds since the epoch.
    #[must_use]
    pub fn published_until(&self) -> Option<i64> {
        self.term.retired_at.map(|end| end + OVERLAP)
    }
}

/// The published signing keys, the latest first.
pub async fn signing_keys(connection: &mut AnyConnection) -> Result<Vec<StoredSigningKey>, sqlx::Error> {
    let rows = store::signing_keys(connection, now() - OVERLAP).await?;
    let read = |row: store::SigningKeyRow| StoredSigningKey {
        id: row.id,
        algorithm: row.algorithm,
        created_at: row.created_at,
        term: Term { signs_from: row.signs_from, retired_at: row.retired_at },
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Lets a new key take over: once verifiers had time to learn of it, or at once.
/// The keys until now are published as long as their tokens live; where the new
/// one signs at once, they and all that they signed count no longer.
pub async fn rotate(
    transaction: &mut Transaction,
    key: &NewSigningKey,
    at_once: bool,
) -> Result<(), sqlx::Error> {
    let signs_from = if at_once { now() } else { now() + ANNOUNCED };
    let connection = transaction.connection();
    store::retire_signing_keys(&mut *connection, signs_from).await?;
    if at_once {
        store::delete_signing_keys(&mut *connection, i64::MAX).await?;
    }
    store::insert_signing_key(&mut *connection, key, now(), signs_from).await?;
    transaction.changes(Change::SigningKeys);
    Ok(())
}

/// Destroys the signing keys that are published no longer.
pub async fn forget_retired(database: &Database) -> Result<(), sqlx::Error> {
    let mut connection = database.unordered_writer().acquire().await?;
    store::delete_signing_keys(&mut connection, now() - OVERLAP).await.map(drop)
}

/// Sees to it that a key of the algorithm signs, or will: the first key of all
/// at once, one of another algorithm as in any rotation.
async fn ensure_signing_key(
    database: &Database,
    vault: &Arc<Vault>,
    algorithm: Algorithm,
) -> Result<(), KeyringError> {
    let is_settled = move |keys: &[StoredSigningKey]| {
        keys.iter().any(|key| key.algorithm == algorithm.as_str() && key.term.retired_at.is_none())
    };
    if is_settled(&signing_keys(&mut *database.reader().acquire().await?).await?) {
        return Ok(());
    }
    let key = make_signing_key(vault, algorithm).await?;
    database
        .write(move |transaction| {
            async move {
                let keys = signing_keys(transaction.connection()).await?;
                // Another node may have been faster.
                if !is_settled(&keys) {
                    rotate(transaction, &key, keys.is_empty()).await?;
                }
                Ok(())
            }
            .boxed()
        })
        .await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::path::Path;

    use super::*;

    fn configuration(directory: &Path) -> Configuration {
        Configuration {
            data_dir: directory.to_owned(),
            // Quick to make.
            signing_algorithm: Algorithm::EdDsa,
            ..Configuration::default()
        }
    }

    async fn open(configuration: &Configuration) -> Result<Keyring, KeyringError> {
        let database = Database::open(configuration).await.unwrap();
        let keyring = Keyring::open(&database, configuration, "https://latchkey.example".to_owned()).await;
        if keyring.is_err() {
            database.close().await;
        }
        keyring
    }

    async fn close(keyring: Keyring) {
        keyring.database.close().await;
    }

    const PLACE: Place<'static> = Place { table: "tokens", row: "tok_1", column: "secret" };

    #[tokio::test]
    async fn a_second_start_opens_what_the_first_one_stored() {
        let directory = tempfile::tempdir().unwrap();
        let configuration = configuration(directory.path());
        let first = open(&configuration).await.unwrap();
        let blob = first.vault().seal(&PLACE, b"hush");
        let jwks = first.signing_keys().await.unwrap().jwks(now());
        close(first).await;
        let second = open(&configuration).await.unwrap();
        assert_eq!(second.vault().open(&PLACE, &blob).unwrap().as_slice(), b"hush");
        assert_eq!(second.signing_keys().await.unwrap().jwks(now()), jwks);
    }

    #[tokio::test]
    async fn a_lost_key_file_is_not_made_anew() {
        let directory = tempfile::tempdir().unwrap();
        let configuration = configuration(directory.path());
        close(open(&configuration).await.unwrap()).await;
        std::fs::remove_file(directory.path().join("master.key")).unwrap();
        assert!(matches!(open(&configuration).await, Err(KeyringError::FileMissing(_))));
        assert!(!directory.path().join("master.key").exists());
    }

    #[tokio::test]
    async fn a_wrong_master_key_does_not_start_the_server() {
        let directory = tempfile::tempdir().unwrap();
        let configuration = configuration(directory.path());
        close(open(&configuration).await.unwrap()).await;
        let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned();
        let wrong = Configuration { master_key: Some(key.into()), ..configuration };
        let error = open(&wrong).await.err().unwrap();
        assert!(matches!(error, KeyringError::Vault(VaultError::WrongMasterKey)), "{error}");
    }

    #[tokio::test]
    async fn another_algorithm_is_announced_before_it_signs() {
        let directory = tempfile::tempdir().unwrap();
        let configuration = configuration(directory.path());
        let first = open(&configuration).await.unwrap();
        let old = first.signing_keys().await.unwrap().signing_kid(now()).clone();
        close(first).await;
        let changed = Configuration { signing_algorithm: Algorithm::Es256, ..configuration };
        let keys = open(&changed).await.unwrap().signing_keys().await.unwrap();
        assert_eq!(*keys.signing_kid(now()), old);
        let later = now() + ANNOUNCED + 1_000;
        assert_ne!(*keys.signing_kid(later), old);
        let published = keys.jwks(later);
        assert_eq!(published["keys"][0]["alg"], "ES256");
        assert_eq!(published["keys"][1]["kid"], old.as_str());
    }

    #[tokio::test]
    async fn a_key_that_leaked_counts_no_longer_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let keyring = open(&configuration(directory.path())).await.unwrap();
        let old = keyring.signing_keys().await.unwrap().signing_kid(now()).clone();
        let key = keyring.make_signing_key().await.unwrap();
        let id = key.id.clone();
        let rotated: Result<(), sqlx::Error> = keyring
            .database
            .write(move |transaction| async move { rotate(transaction, &key, true).await }.boxed())
            .await;
        rotated.unwrap();
        let keys = keyring.signing_keys().await.unwrap();
        assert_eq!(*keys.signing_kid(now()), id);
        assert!(!keys.holds(&old));
    }
}
