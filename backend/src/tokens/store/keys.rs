//! The keys of a token, generation by generation.

use latchkey_shared::ids::TokenId;
use sqlx::AnyConnection;

use crate::database::{Transaction, now};
use crate::keys::error::{KeyringError, sealed_too_late};
use crate::tokens::issue::{NewKey, StoredKey};
use crate::withdrawals::Withdrawal;

/// The ids of a token's keys.
pub(crate) async fn key_ids(
    connection: &mut AnyConnection,
    id: &TokenId,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM token_keys WHERE token_id = $1")
        .bind(id.to_string())
        .fetch_all(connection)
        .await
}

/// Adds the key of a generation.
pub(crate) async fn insert_key(
    connection: &mut AnyConnection,
    token: &TokenId,
    generation: i64,
    key: &NewKey,
) -> Result<(), KeyringError> {
    sqlx::query(
        "INSERT INTO token_keys (id, token_id, generation, private_key, public_jwk, secret, secret_digest, open_token, \
         open_token_digest, data_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(key.id.to_string())
    .bind(token.to_string())
    .bind(generation)
    .bind(key.private_key.clone())
    .bind(key.public_jwk.clone())
    .bind(key.secret.clone())
    .bind(key.secret_digest.map(|digest| digest.as_slice().to_vec()))
    .bind(key.open_token.clone())
    .bind(key.open_token_digest.map(|digest| digest.as_slice().to_vec()))
    .bind(key.data_key.to_string())
    .execute(connection)
    .await
    .map(drop)
    // The token is there, so only the data key can be missing.
    .map_err(sealed_too_late)
}

/// Makes a generation the current one. Earlier keys expire at `until`, or are destroyed if
/// there is no overlap. Expired keys are destroyed.
pub(crate) async fn start_generation(
    transaction: &mut Transaction,
    token: &TokenId,
    generation: i64,
    until: Option<i64>,
    by: &str,
) -> Result<(), sqlx::Error> {
    let mut taking = transaction.takes(Withdrawal::TokenRotated { token: token.clone(), generation, until });
    let connection = taking.connection();
    sqlx::query("UPDATE tokens SET generation = $1, version = version + 1, updated_at = $2, updated_by = $3 WHERE id = $4")
        .bind(generation)
        .bind(now())
        .bind(by.to_owned())
        .bind(token.to_string())
        .execute(&mut *connection)
        .await?;
    if let Some(until) = until {
        sqlx::query("UPDATE token_keys SET valid_until = $1 WHERE token_id = $2 AND (valid_until IS NULL OR valid_until > $1)")
            .bind(until)
            .bind(token.to_string())
            .execute(&mut *connection)
            .await?;
    }
    // Without an overlap, also keys that still had one from an earlier rotation.
    let gone_by = if until.is_some() { now() } else { i64::MAX };
    sqlx::query("DELETE FROM token_keys WHERE token_id = $1 AND (valid_until IS NULL OR valid_until <= $2)")
        .bind(token.to_string())
        .bind(gone_by)
        .execute(connection)
        .await
        .map(drop)
}

/// The current key of a token.
pub(crate) async fn current_key(
    connection: &mut AnyConnection,
    id: &TokenId,
) -> Result<Option<StoredKey>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, public_jwk, secret, open_token FROM token_keys WHERE token_id = $1 ORDER BY generation DESC LIMIT 1",
    )
    .bind(id.to_string())
    .fetch_optional(connection)
    .await
}

/// Records that a key was shown. Returns whether this was the first time.
pub(crate) async fn first_reveal(connection: &mut AnyConnection, key: &str) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE token_keys SET revealed_at = $1 WHERE id = $2 AND revealed_at IS NULL")
        .bind(now())
        .bind(key.to_owned())
        .execute(connection)
        .await
        .map(|done| done.rows_affected() > 0)
}
