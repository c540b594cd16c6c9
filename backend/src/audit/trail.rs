//! Writes an event into the transaction of the change that it records.

use latchkey_shared::ids::EventId;
use serde_json::Value;

use crate::access::origin::Origin;
use crate::database::{Database, Transaction, now};

/// What it was done to.
#[derive(Debug, Clone)]
pub struct Target {
    /// `token`, `user`, `project`, `system`, `api`, `verifier_key` …
    pub kind: &'static str,
    /// The target's id.
    pub id: String,
    /// The target's name.
    pub name: String,
}

impl Target {
    /// A target with its id and name.
    pub fn new(kind: &'static str, id: &impl ToString, name: impl Into<String>) -> Self {
        Self { kind, id: id.to_string(), name: name.into() }
    }
}

/// Writes an event into the transaction of what it speaks of. `action` is
/// `kind.verb` in the past: `token.created`. `detail` is a JSON object.
pub async fn record(
    transaction: &mut Transaction,
    origin: &Origin,
    action: &'static str,
    target: Option<&Target>,
    detail: &Value,
) -> Result<(), sqlx::Error> {
    let at = now();
    sqlx::query(
        "INSERT INTO audit_events (id, at, actor_kind, actor_id, actor_name, action, target_kind, target_id, \
         target_name, detail, request_id, client_ip) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    // The trail is read in the order of its ids, whatever this machine's clock says.
    .bind(EventId::at(at).to_string())
    .bind(at)
    .bind(origin.kind)
    .bind(origin.id.clone())
    .bind(origin.name.clone())
    .bind(action)
    .bind(target.map(|target| target.kind))
    .bind(target.map(|target| target.id.clone()))
    .bind(target.map(|target| target.name.clone()))
    .bind(detail.to_string())
    .bind(origin.request_id.clone())
    .bind(origin.client_ip.clone())
    .execute(transaction.connection())
    .await
    .map(drop)
}

/// When the latest event was written, in milliseconds since the epoch; 0 if none was.
pub async fn last_written(database: &Database) -> Result<i64, sqlx::Error> {
    let latest = sqlx::query_scalar("SELECT at FROM audit_events ORDER BY id DESC LIMIT 1");
    Ok(latest.fetch_optional(database.reader()).await?.unwrap_or_default())
}
