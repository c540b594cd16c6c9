//! Verifier keys.

use latchkey_shared::ids::{KeyId, SystemId};
use latchkey_shared::systems::{Gateway, VerifierKey};
use latchkey_shared::time::Timestamp;
use sqlx::AnyConnection;

use crate::crypto::Digest;
use crate::database::Transaction;
use crate::database::stored::stored;
use crate::withdrawals::Withdrawal;

/// Id, name, hint, certificate, gateway, and when it was made.
type Row = (String, String, String, Option<String>, Option<String>, i64);

pub(crate) async fn verifier_keys(
    connection: &mut AnyConnection,
    system: &SystemId,
) -> Result<Vec<VerifierKey>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, name, hint, certificate, gateway, created_at FROM verifier_keys WHERE system_id = $1 ORDER BY id",
    )
    .bind(system.to_string())
    .fetch_all(connection)
    .await?;
    let read = |(id, name, hint, certificate, gateway, created_at): Row| {
        let gateway = gateway.as_deref().and_then(Gateway::named);
        Ok(VerifierKey {
            id: stored(&id)?,
            name,
            hint,
            certificate,
            gateway,
            created_at: Timestamp::from_millis(created_at),
        })
    };
    rows.into_iter().map(read).collect()
}

pub(crate) async fn insert_verifier_key(
    connection: &mut AnyConnection,
    system: &SystemId,
    key: &VerifierKey,
    digest: &Digest,
    created_at: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO verifier_keys (id, system_id, name, hint, digest, certificate, gateway, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(key.id.to_string())
    .bind(system.to_string())
    .bind(key.name.clone())
    .bind(key.hint.clone())
    .bind(digest.as_slice().to_vec())
    .bind(key.certificate.clone())
    .bind(key.gateway.map(Gateway::as_str))
    .bind(created_at)
    .execute(connection)
    .await
    .map(drop)
}

/// Whether a verifier has this certificate already. Each name is that of one verifier.
pub(crate) async fn has_certificate(
    connection: &mut AnyConnection,
    certificate: &str,
) -> Result<bool, sqlx::Error> {
    let found: Option<(String,)> = sqlx::query_as("SELECT id FROM verifier_keys WHERE certificate = $1")
        .bind(certificate.to_owned())
        .fetch_optional(connection)
        .await?;
    Ok(found.is_some())
}

/// Deletes a verifier key. Returns its name, if there was one.
pub(crate) async fn delete_verifier_key(
    transaction: &mut Transaction,
    system: &SystemId,
    id: &KeyId,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("DELETE FROM verifier_keys WHERE id = $1 AND system_id = $2 RETURNING name")
        .bind(id.to_string())
        .bind(system.to_string())
        .fetch_optional(transaction.takes(Withdrawal::VerifierKey { key: id.clone() }).connection())
        .await
}
