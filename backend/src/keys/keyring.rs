//! The keys of this installation in memory: the master keys, the data keys, and the keys that sign
//! JWTs.

use std::sync::Arc;

use latchkey_shared::ids::KeyId;

use super::data_keys::opened::DataKeys;
use super::data_keys::store as data_keys;
use super::error::KeyringError;
use super::master_keys::held::HeldMasterKeys;
use super::signing::{OVERLAP, ensure_signing_key, make_signing_key, signing_key_place};
use super::store::{self, NewSigningKey};
use super::unlock::unlock;
use crate::configuration::Configuration;
use crate::crypto::jwt::{Algorithm, SigningKey, SigningKeys, Term};
use crate::crypto::master_key::WrappedDataKey;
use crate::crypto::vault::{Vault, VaultError};
use crate::database::{Change, Database, FreshCell, now};
use crate::nodes::presence::{Held, Holder};

/// The keys of this installation.
pub struct Keyring {
    database: Database,
    installation: String,
    masters: HeldMasterKeys,
    data_keys: FreshCell<DataKeys>,
    issuer: String,
    algorithm: Algorithm,
    signing: FreshCell<SigningKeys>,
}

impl Keyring {
    /// Opens the vault and makes sure that there is a signing key. The first start makes what
    /// is missing. `issuer` is the public URL without a trailing slash.
    pub async fn open(
        database: &Database,
        configuration: &Configuration,
        issuer: String,
    ) -> Result<Self, KeyringError> {
        let (masters, installation, opened) = unlock(database, configuration).await?;
        let algorithm = configuration.signing_algorithm;
        ensure_signing_key(database, &opened.vault, algorithm).await?;
        let data_keys = FreshCell::new(Arc::clone(database.epochs()), Change::DataKeys);
        let signing = FreshCell::new(Arc::clone(database.epochs()), Change::SigningKeys);
        let database = database.clone();
        Ok(Self { database, installation, masters, data_keys, issuer, algorithm, signing })
    }

    /// The vault that encrypts stored secrets. To open what was stored, first read it and then ask for
    /// the vault: it has the key of everything that was read in the last ten seconds. Keep what one
    /// row needs together: all of it must be sealed with one vault, and the row names its current key.
    pub async fn vault(&self) -> Result<Arc<Vault>, KeyringError> {
        self.data_keys().await.map(|keys| Arc::clone(&keys.vault))
    }

    /// The data keys.
    pub(super) async fn data_keys(&self) -> Result<Arc<DataKeys>, KeyringError> {
        self.data_keys.get_or_read(|| self.read_data_keys()).await
    }

    async fn read_data_keys(&self) -> Result<DataKeys, KeyringError> {
        let stored = data_keys::all(&mut *self.database.reader().acquire().await?).await?;
        DataKeys::open(&self.masters.keys(), &self.installation, stored)
    }

    /// Makes a data key that is wrapped as another one.
    pub(super) fn make_data_key(&self, like: &WrappedDataKey) -> Result<WrappedDataKey, KeyringError> {
        let check = like.master_key.as_deref().unwrap_or_default();
        let masters = self.masters.keys();
        let master = masters.find(&self.installation, check).ok_or(VaultError::WrongMasterKey)?;
        Ok(master.make_data_key(&self.installation))
    }

    /// Wraps a data key under the next master key; `None` if this node does not hold it.
    pub(super) fn rewrap(&self, key: &WrappedDataKey) -> Result<Option<WrappedDataKey>, KeyringError> {
        let check = key.master_key.as_deref().unwrap_or_default();
        let masters = self.masters.keys();
        let Some(next) = masters.next(&self.installation, check) else { return Ok(None) };
        let before = masters.find(&self.installation, check).ok_or(VaultError::WrongMasterKey)?;
        next.rewrap(before, &self.installation, key).map(Some).ok_or(VaultError::WrongMasterKey.into())
    }

    /// The check values of the master keys that this node holds.
    pub(super) fn master_checks(&self) -> Vec<String> {
        self.masters.keys().checks(&self.installation)
    }

    /// Takes other master keys as soon as the operator gives them, while the process runs.
    pub async fn keep_looking(&self) {
        self.masters.keep_looking(&self.database, &self.installation).await;
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

    /// Whether the cached signing keys contain this key.
    pub(crate) fn is_known_to_hold(&self, kid: &KeyId) -> bool {
        self.signing.get().is_some_and(|keys| keys.holds(kid))
    }

    async fn read_signing_keys(&self) -> Result<SigningKeys, KeyringError> {
        let mut connection = self.database.reader().acquire().await?;
        let rows = store::signing_keys(&mut connection, now() - OVERLAP).await?;
        drop(connection);
        let vault = self.vault().await?;
        let keys: Result<Vec<SigningKey>, _> = rows.iter().map(|row| load(&vault, row)).collect();
        let keys = SigningKeys::new(self.issuer.clone(), self.algorithm, keys?);
        keys.ok_or_else(|| KeyringError::Damaged("to sign with".to_owned()))
    }

    /// The latest key, if it does not sign yet.
    pub(super) async fn announced_key(&self) -> Result<Option<KeyId>, KeyringError> {
        let keys = self.signing_keys().await?;
        Ok(keys.announced(now()).cloned())
    }

    /// Makes a signing key of the configured algorithm, for [`rotate`].
    pub async fn make_signing_key(&self) -> Result<NewSigningKey, KeyringError> {
        make_signing_key(&*self.vault().await?, self.algorithm).await
    }
}

fn load(vault: &Vault, row: &store::SigningKeyRow) -> Result<SigningKey, KeyringError> {
    let damaged = || KeyringError::Damaged(row.id.clone());
    let der = vault.open(&signing_key_place(&row.id), &row.private_key)?;
    let kid = row.id.parse().map_err(|_| damaged())?;
    let algorithm = row.algorithm.parse().map_err(|_| damaged())?;
    let term = Term { signs_from: row.signs_from, retired_at: row.retired_at };
    SigningKey::from_pkcs8(kid, algorithm, term, &der).map_err(|_| damaged())
}

impl Holder for Keyring {
    async fn held(&self) -> Result<Held, sqlx::Error> {
        let signing_keys = match self.signing_keys().await {
            Ok(keys) => keys.kids().cloned().collect(),
            Err(KeyringError::Database(error)) => return Err(error),
            Err(error) => {
                tracing::debug!(%error, "this node tells the others that it holds no signing keys");
                Vec::new()
            }
        };
        let mut data_keys: Vec<KeyId> = match self.vault().await {
            Ok(vault) => vault.key_ids().cloned().collect(),
            Err(KeyringError::Database(error)) => return Err(error),
            Err(error) => {
                tracing::error!(%error, "this node holds no data keys");
                Vec::new()
            }
        };
        data_keys.sort_unstable();
        Ok(Held { signing_keys, data_keys, master_keys: self.master_checks() })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::path::Path;

    use futures_util::FutureExt as _;

    use super::*;
    use crate::crypto::vault::Place;
    use crate::keys::agreement::ANNOUNCED;
    use crate::keys::signing::rotate;

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
        let blob = first.vault().await.unwrap().seal(&PLACE, b"hush");
        let jwks = first.signing_keys().await.unwrap().jwks(now());
        close(first).await;
        let second = open(&configuration).await.unwrap();
        assert_eq!(second.vault().await.unwrap().open(&PLACE, &blob).unwrap().as_slice(), b"hush");
        assert_eq!(second.signing_keys().await.unwrap().jwks(now()), jwks);
    }

    #[tokio::test]
    async fn a_lost_key_file_is_not_recreated() {
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
        assert!(matches!(error, KeyringError::OtherMasterKey { .. }), "{error}");
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
    async fn a_leaked_key_is_invalid_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let keyring = open(&configuration(directory.path())).await.unwrap();
        let old = keyring.signing_keys().await.unwrap().signing_kid(now()).clone();
        let key = keyring.make_signing_key().await.unwrap();
        let id = key.id.clone();
        let rotated: Result<(), KeyringError> = keyring
            .database
            .write(move |transaction| async move { rotate(transaction, &key, true).await }.boxed())
            .await;
        rotated.unwrap();
        let keys = keyring.signing_keys().await.unwrap();
        assert_eq!(*keys.signing_kid(now()), id);
        assert!(!keys.holds(&old));
    }
}
