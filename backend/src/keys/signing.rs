//! The keys that sign JWTs, and their rotation.

use futures_util::FutureExt as _;
use latchkey_shared::ids::KeyId;
use sqlx::AnyConnection;

use super::agreement;
use super::error::{KeyringError, sealed_too_late};
use super::store::{self, NewSigningKey};
use crate::crypto::jwt::{Algorithm, SigningKey, Term};
use crate::crypto::vault::{Place, Vault};
use crate::database::{Change, Database, Rank, Transaction, now};
use crate::withdrawals::Withdrawal;

/// How long a key that no longer signs is still published and verifies, in milliseconds. This
/// is longer than any JWT lives.
pub(super) const OVERLAP: i64 = 3_660_000;

/// The place of a private key in the database. Its encryption is bound to it.
pub(super) fn signing_key_place(id: &str) -> Place<'_> {
    Place { table: "signing_keys", row: id, column: "private_key" }
}

/// Makes a signing key.
pub(super) async fn make_signing_key(
    vault: &Vault,
    algorithm: Algorithm,
) -> Result<NewSigningKey, KeyringError> {
    let made = tokio::task::spawn_blocking(move || {
        let der = SigningKey::generate_pkcs8(algorithm);
        SigningKey::from_pkcs8(KeyId::new(), algorithm, Term::default(), &der).map(|key| (key, der))
    });
    let (key, der) =
        made.await.ok().and_then(Result::ok).ok_or_else(|| KeyringError::Damaged("just made".to_owned()))?;
    Ok(NewSigningKey {
        private_key: vault.seal(&signing_key_place(key.kid().as_str()), &der),
        data_key: vault.current().clone(),
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
    /// Until when the key is published, in milliseconds since the epoch, if that is known.
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

/// Makes a new key the signing key: after verifiers and nodes had time to learn of it, or at once,
/// which waits for no node. Old keys stay published while their JWTs live. If the new key signs at
/// once, the old keys and everything that they signed become invalid.
pub async fn rotate(
    transaction: &mut Transaction,
    key: &NewSigningKey,
    at_once: bool,
) -> Result<(), KeyringError> {
    let made_at = now();
    let signs_from = if at_once { made_at } else { made_at + agreement::wait(transaction).await? };
    store::retire_signing_keys(transaction.takes(Withdrawal::SigningKeys), signs_from).await?;
    if at_once {
        store::delete_signing_keys(transaction.takes(Withdrawal::SigningKeys), i64::MAX).await?;
    }
    store::insert_signing_key(transaction.connection(), key, made_at, signs_from)
        .await
        .map_err(sealed_too_late)?;
    transaction.changes(Change::SigningKeys);
    Ok(())
}

/// Deletes the signing keys that are no longer published.
pub async fn forget_retired(database: &Database) -> Result<(), sqlx::Error> {
    database
        .write_as(Rank::Background, |transaction| {
            store::delete_signing_keys(transaction.takes_if(None), now() - OVERLAP).boxed()
        })
        .await
        .map(drop)
}

/// Makes sure that there is a key of this algorithm. The first key signs at once. A key of
/// another algorithm is announced first, as in any rotation.
pub(super) async fn ensure_signing_key(
    database: &Database,
    vault: &Vault,
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
