//! Writes an event into the transaction of the change that it records.

use latchkey_shared::ids::EventId;
use serde_json::Value;

use crate::access::origin::Origin;
use crate::database::{Database, Transaction, now};

/// Records an event in the transaction that makes the change. The target has this id and name.
/// `action` is `kind.verb` in the past tense, such as `token.created`. `detail` is a JSON
/// object.
pub async fn record(
    transaction: &mut Transaction,
    origin: &Origin,
    action: &'static str,
    (id, name): (&impl ToString, impl Into<String>),
    detail: Value,
) -> Result<(), sqlx::Error> {
    // The target of a session event is the user: a session has no id that may be shown.
    let kind = match action.split_once('.') {
        Some(("session", _)) | None => "user",
        Some((kind, _)) => kind,
    };
    insert(transaction, origin, action, Some((kind, id.to_string(), name.into())), detail).await
}

/// Records a failed login. `detail` has the name that was tried.
pub async fn record_failed_login(
    transaction: &mut Transaction,
    origin: &Origin,
    detail: Value,
) -> Result<(), sqlx::Error> {
    insert(transaction, origin, "session.failed", None, detail).await
}

async fn insert(
    transaction: &mut Transaction,
    origin: &Origin,
    action: &'static str,
    target: Option<(&'static str, String, String)>,
    detail: Value,
) -> Result<(), sqlx::Error> {
    let at = now();
    let (kind, id, name) = match target {
        Some((kind, id, name)) => (Some(kind), Some(id), Some(name)),
        None => (None, None, None),
    };
    sqlx::query(
        "INSERT INTO audit_events (id, at, actor_kind, actor_id, actor_name, action, target_kind, target_id, \
         target_name, detail, request_id, client_ip) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    // Events are read in the order of their ids, so the ids follow the common clock.
    .bind(EventId::at(at).to_string())
    .bind(at)
    .bind(origin.kind)
    .bind(origin.id.clone())
    .bind(origin.name.clone())
    .bind(action)
    .bind(kind)
    .bind(id)
    .bind(name)
    .bind(detail.to_string())
    .bind(origin.request_id.clone())
    .bind(origin.client_ip.clone())
    .execute(transaction.connection())
    .await
    .map(drop)
}

/// When the latest event was written, in milliseconds since the epoch; 0 if there is none.
pub async fn last_written(database: &Database) -> Result<i64, sqlx::Error> {
    let latest = sqlx::query_scalar("SELECT at FROM audit_events ORDER BY id DESC LIMIT 1");
    Ok(latest.fetch_optional(database.reader()).await?.unwrap_or_default())
}
