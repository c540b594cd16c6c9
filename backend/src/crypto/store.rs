//! The SQL of the keyring.

use sqlx::FromRow;
use sqlx::{AnyConnection, AnyPool};

/// A signing key as it is stored.
#[derive(FromRow)]
pub(super) struct SigningKeyRow {
    pub(super) id: String,
    pub(super) algorithm: String,
    /// PKCS#8 in DER, encrypted.
    pub(super) private_key: Vec<u8>,
    pub(super) retired_at: Option<i64>,
}

/// The id of the installation, once it has one.
pub(super) async fn installation(connection: &mut AnyConnection) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM installation").fetch_optional(connection).await
}

/// Gives the installation its id.
pub(super) async fn insert_installation(
    connection: &mut AnyConnection,
    id: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO installation (id, created_at) VALUES ($1, $2)")
        .bind(id.to_owned())
        .bind(now)
        .execute(connection)
        .await
        .map(drop)
}

/// Ids and wrapped bytes of the data keys.
pub(super) async fn data_keys(connection: &mut AnyConnection) -> Result<Vec<(String, Vec<u8>)>, sqlx::Error> {
    sqlx::query_as("SELECT id, wrapped FROM data_keys ORDER BY id").fetch_all(connection).await
}

/// Adds a data key.
pub(super) async fn insert_data_key(
    connection: &mut AnyConnection,
    id: &str,
    wrapped: &[u8],
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO data_keys (id, wrapped, created_at) VALUES ($1, $2, $3)")
        .bind(id.to_owned())
        .bind(wrapped.to_vec())
        .bind(now)
        .execute(connection)
        .await
        .map(drop)
}

/// The signing keys that were not retired before a moment, the latest first.
pub(super) async fn signing_keys(pool: &AnyPool, since: i64) -> Result<Vec<SigningKeyRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, algorithm, private_key, retired_at FROM signing_keys \
         WHERE retired_at IS NULL OR retired_at > $1 ORDER BY id DESC",
    )
    .bind(since)
    .fetch_all(pool)
    .await
}

/// Whether a key of an algorithm is there to sign with.
pub(super) async fn has_signing_key(
    connection: &mut AnyConnection,
    algorithm: &'static str,
) -> Result<bool, sqlx::Error> {
    let found: Option<String> =
        sqlx::query_scalar("SELECT id FROM signing_keys WHERE algorithm = $1 AND retired_at IS NULL LIMIT 1")
            .bind(algorithm)
            .fetch_optional(connection)
            .await?;
    Ok(found.is_some())
}

/// Adds a signing key.
pub(super) async fn insert_signing_key(
    connection: &mut AnyConnection,
    id: &str,
    algorithm: &'static str,
    private_key: Vec<u8>,
    public_jwk: String,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO signing_keys (id, algorithm, private_key, public_jwk, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(id.to_owned())
    .bind(algorithm)
    .bind(private_key)
    .bind(public_jwk)
    .bind(now)
    .execute(connection)
    .await
    .map(drop)
}
