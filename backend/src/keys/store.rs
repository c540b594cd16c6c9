//! The SQL of signing keys.

use latchkey_shared::ids::KeyId;
use sqlx::{AnyConnection, FromRow};

use crate::crypto::jwt::Algorithm;
use crate::database::Taking;

/// A signing key that is not in the database yet.
pub struct NewSigningKey {
    /// Its id.
    pub id: KeyId,
    /// How it signs.
    pub algorithm: Algorithm,
    pub(super) private_key: Vec<u8>,
    /// The data key that encrypts it.
    pub(super) data_key: KeyId,
    pub(super) public_jwk: String,
}

/// A signing key as it is stored.
#[derive(FromRow)]
pub(super) struct SigningKeyRow {
    pub(super) id: String,
    pub(super) algorithm: String,
    /// PKCS#8 in DER, encrypted.
    pub(super) private_key: Vec<u8>,
    pub(super) created_at: i64,
    pub(super) signs_from: i64,
    pub(super) retired_at: Option<i64>,
}

/// The signing keys that were not retired before a time, the latest first.
pub(super) async fn signing_keys(
    connection: &mut AnyConnection,
    since: i64,
) -> Result<Vec<SigningKeyRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, algorithm, private_key, created_at, signs_from, retired_at FROM signing_keys \
         WHERE retired_at IS NULL OR retired_at > $1 ORDER BY signs_from DESC, id DESC",
    )
    .bind(since)
    .fetch_all(connection)
    .await
}

/// Adds a signing key.
pub(super) async fn insert_signing_key(
    connection: &mut AnyConnection,
    key: &NewSigningKey,
    now: i64,
    signs_from: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO signing_keys (id, algorithm, private_key, public_jwk, created_at, signs_from, data_key) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(key.id.to_string())
    .bind(key.algorithm.as_str())
    .bind(key.private_key.clone())
    .bind(key.public_jwk.clone())
    .bind(now)
    .bind(signs_from)
    .bind(key.data_key.to_string())
    .execute(connection)
    .await
    .map(drop)
}

/// Moves the time at which a key begins to sign, and the others end.
pub(super) async fn move_takeover(
    connection: &mut AnyConnection,
    id: &KeyId,
    from: i64,
    to: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE signing_keys SET signs_from = $1 WHERE id = $2")
        .bind(to)
        .bind(id.to_string())
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE signing_keys SET retired_at = $1 WHERE retired_at = $2")
        .bind(to)
        .bind(from)
        .execute(connection)
        .await
        .map(drop)
}

/// Retires every key that is not retired yet, at a time.
pub(super) async fn retire_signing_keys(mut taking: Taking<'_>, at: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE signing_keys SET retired_at = $1 WHERE retired_at IS NULL")
        .bind(at)
        .execute(taking.connection())
        .await
        .map(drop)
}

/// Deletes the keys that were retired before a time.
pub(super) async fn delete_signing_keys(
    mut taking: Taking<'_>,
    retired_before: i64,
) -> Result<u64, sqlx::Error> {
    sqlx::query("DELETE FROM signing_keys WHERE retired_at < $1")
        .bind(retired_before)
        .execute(taking.connection())
        .await
        .map(|done| done.rows_affected())
}
