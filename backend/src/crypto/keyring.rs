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

use super::jwt::{Algorithm, SigningKey, SigningKeys};
use super::vault::{MasterKey, MasterKeyError, Place, Vault, VaultError, WrappedDataKey};
use super::{random_bytes, store, to_base64url};
use crate::configuration::Configuration;
use crate::database::{Change, Database, Engine, FreshCell, Transaction, now};

/// How long a key that no longer signs is published and verifies, in
/// milliseconds: as long as the longest-lived token that it can have signed.
const OVERLAP: i64 = 3_600_000;

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
}

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

    async fn read_signing_keys(&self) -> Result<SigningKeys, KeyringError> {
        let rows = store::signing_keys(self.database.reader(), now() - OVERLAP).await?;
        let (mut current, mut others) = (None, Vec::new());
        for row in rows {
            let key = self.load(&row)?;
            // The latest signs, of the algorithm that is configured.
            if current.is_none() && row.retired_at.is_none() && row.algorithm == self.algorithm.as_str() {
                current = Some(key);
            } else {
                others.push(key);
            }
        }
        let current = current.ok_or_else(|| KeyringError::Damaged("to sign with".to_owned()))?;
        Ok(SigningKeys::new(self.issuer.clone(), current, others))
    }

    fn load(&self, row: &store::SigningKeyRow) -> Result<SigningKey, KeyringError> {
        let damaged = || KeyringError::Damaged(row.id.clone());
        let der = self.vault.open(&signing_key_place(&row.id), &row.private_key)?;
        let kid = row.id.parse().map_err(|_| damaged())?;
        let algorithm = row.algorithm.parse().map_err(|_| damaged())?;
        SigningKey::from_pkcs8(kid, algorithm, &der).map_err(|_| damaged())
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

async fn ensure_signing_key(
    database: &Database,
    vault: &Arc<Vault>,
    algorithm: Algorithm,
) -> Result<(), KeyringError> {
    let mut connection = database.reader().acquire().await?;
    if store::has_signing_key(&mut connection, algorithm.as_str()).await? {
        return Ok(());
    }
    drop(connection);
    let made = tokio::task::spawn_blocking(move || {
        let der = SigningKey::generate_pkcs8(algorithm);
        SigningKey::from_pkcs8(KeyId::new(), algorithm, &der).map(|key| (key, der))
    });
    let (key, der) =
        made.await.ok().and_then(Result::ok).ok_or_else(|| KeyringError::Damaged("just made".to_owned()))?;
    let id = key.kid().to_string();
    let private_key = vault.seal(&signing_key_place(&id), &der);
    let public_jwk = key.jwk().to_string();
    database
        .write(move |transaction| {
            async move {
                // Another node may have been faster.
                if !store::has_signing_key(transaction.connection(), algorithm.as_str()).await? {
                    let connection = transaction.connection();
                    store::insert_signing_key(
                        connection,
                        &id,
                        algorithm.as_str(),
                        private_key,
                        public_jwk,
                        now(),
                    )
                    .await?;
                    transaction.changes(Change::SigningKeys);
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
        let jwks = first.signing_keys().await.unwrap().jwks();
        close(first).await;
        let second = open(&configuration).await.unwrap();
        assert_eq!(second.vault().open(&PLACE, &blob).unwrap().as_slice(), b"hush");
        assert_eq!(second.signing_keys().await.unwrap().jwks(), jwks);
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
    async fn another_algorithm_signs_and_the_one_before_still_verifies() {
        let directory = tempfile::tempdir().unwrap();
        let configuration = configuration(directory.path());
        let first = open(&configuration).await.unwrap();
        let old = first.signing_keys().await.unwrap().current_kid().clone();
        close(first).await;
        let changed = Configuration { signing_algorithm: Algorithm::Es256, ..configuration };
        let keys = open(&changed).await.unwrap().signing_keys().await.unwrap();
        assert_ne!(*keys.current_kid(), old);
        let published = keys.jwks();
        assert_eq!(published["keys"][0]["alg"], "ES256");
        assert_eq!(published["keys"][1]["kid"], old.as_str());
    }
}
