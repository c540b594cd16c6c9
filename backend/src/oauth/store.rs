//! The SQL of withdrawn credentials.

use latchkey_shared::ids::TokenId;

use crate::crypto::{Digest, to_base64url};
use crate::database::clock::MARGIN;
use crate::database::{Database, Transaction, now};
use crate::withdrawals::Withdrawal;

/// Records that a JWT is withdrawn, until it expires.
pub(crate) async fn withdraw_jwt(
    transaction: &mut Transaction,
    token: &TokenId,
    jti: &str,
    expires_at: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO revoked_jwts (jti, token_id, expires_at) VALUES ($1, $2, $3) ON CONFLICT (jti) DO NOTHING",
    )
    .bind(jti.to_owned())
    .bind(token.to_string())
    .bind(expires_at)
    .execute(transaction.takes(Withdrawal::Jwt { jti: jti.to_owned() }).connection())
    .await
    .map(drop)
}

/// Destroys an open token.
pub(crate) async fn withdraw_open_token(
    transaction: &mut Transaction,
    token: &TokenId,
    digest: &Digest,
) -> Result<(), sqlx::Error> {
    let loss = Withdrawal::OpenToken { token: token.clone(), digest: to_base64url(digest.as_slice()) };
    sqlx::query(
        "UPDATE token_keys SET open_token = NULL, open_token_digest = NULL WHERE open_token_digest = $1",
    )
    .bind(digest.as_slice().to_vec())
    .execute(transaction.takes(loss).connection())
    .await
    .map(drop)
}

/// Deletes records of JWTs that have expired.
pub async fn forget_expired(database: &Database) -> Result<(), sqlx::Error> {
    database
        .purge(
            "DELETE FROM revoked_jwts WHERE jti IN (SELECT jti FROM revoked_jwts WHERE expires_at < $1 LIMIT $2)",
            &[now() - MARGIN],
        )
        .await
}
