//! What happened, who did it, to what.

use serde::{Deserialize, Serialize};

use crate::ids::EventId;
use crate::time::Timestamp;

/// An audit event. It outlives what it speaks of, so it keeps the names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditEvent {
    /// The event's id.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What was done: `token.created`, `session.failed` …
    pub action: String,
    /// What it was done to.
    pub target: Option<AuditTarget>,
    /// More, depending on the action; never a secret.
    #[cfg_attr(feature = "server", schema(value_type = Object))]
    pub detail: serde_json::Value,
    /// The request that did it.
    pub request_id: Option<String>,
    /// The address it came from.
    pub client_ip: Option<String>,
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Actor {
    /// `user`, `token`, `system` or `anonymous`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The actor's id, if it has one.
    pub id: Option<String>,
    /// The actor's name at the time.
    pub name: String,
}

/// What an event was done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditTarget {
    /// `token`, `user`, `project`, `system`, `api`, `verifier_key`, `signing_key` …
    #[serde(rename = "type")]
    pub kind: String,
    /// The target's id.
    pub id: String,
    /// The target's name at the time.
    pub name: String,
}
