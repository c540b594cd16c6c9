//! Answers that are kept for requests that are sent again.

use sqlx::AnyConnection;

use crate::crypto::Digest;
use crate::database::now;

/// The answer for an idempotency key: the digest of its request, `Location` and body.
pub(crate) async fn answer(
    connection: &mut AnyConnection,
    key: &Digest,
) -> Result<Option<(Vec<u8>, Option<String>, String)>, sqlx::Error> {
    sqlx::query_as("SELECT request_digest, location, body FROM idempotency_keys WHERE digest = $1")
        .bind(key.as_slice().to_vec())
        .fetch_optional(connection)
        .await
}

/// Keeps the answer to an idempotency key.
pub(crate) async fn keep_answer(
    connection: &mut AnyConnection,
    key: &Digest,
    request: &Digest,
    location: &str,
    body: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO idempotency_keys (digest, request_digest, status, location, body, created_at) \
         VALUES ($1, $2, 201, $3, $4, $5)",
    )
    .bind(key.as_slice().to_vec())
    .bind(request.as_slice().to_vec())
    .bind(location.to_owned())
    .bind(body.to_owned())
    .bind(now())
    .execute(connection)
    .await
    .map(drop)
}

/// Deletes answers that are older than a day.
pub(crate) async fn forget_answers(database: &crate::database::Database) -> Result<(), sqlx::Error> {
    database
        .purge(
            "DELETE FROM idempotency_keys WHERE digest IN \
             (SELECT digest FROM idempotency_keys WHERE created_at < $1 LIMIT $2)",
            &[now() - 24 * 60 * 60 * 1_000],
        )
        .await
}
