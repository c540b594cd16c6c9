//! The audit trail: every change says, in its own transaction, who did what to
//! what. It keeps names, so that it can be read when they are gone; it never
//! holds a secret.

use latchkey_shared::ids::EventId;
use serde_json::Value;

use crate::database::{Transaction, now};

/// Who did it, and through which request.
#[derive(Debug, Clone)]
pub struct Origin {
    /// `user`, `token`, `system` or `anonymous`.
    pub kind: &'static str,
    /// The actor's id, if it has one.
    pub id: Option<String>,
    /// The actor's name.
    pub name: String,
    /// The request that did it.
    pub request_id: Option<String>,
    /// The address that the request came from.
    pub client_ip: Option<String>,
}

impl Origin {
    /// Latchkey itself, at start or by the clock.
    #[must_use]
    pub fn system() -> Self {
        Self { kind: "system", id: None, name: "latchkey".to_owned(), request_id: None, client_ip: None }
    }
}

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
    sqlx::query(
        "INSERT INTO audit_events (id, at, actor_kind, actor_id, actor_name, action, target_kind, target_id, \
         target_name, detail, request_id, client_ip) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(EventId::new().to_string())
    .bind(now())
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
