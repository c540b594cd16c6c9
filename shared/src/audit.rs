//! Audit events.

use serde::{Deserialize, Serialize};

use crate::ids::EventId;
use crate::time::Timestamp;

/// An audit event. It keeps names, because it outlives its actor and its target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditEvent {
    /// The event's id.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// The actor.
    pub actor: Actor,
    /// The action: `token.created`, `session.failed` …
    pub action: String,
    /// The target.
    pub target: Option<AuditTarget>,
    /// Details, depending on the action; never a secret.
    #[cfg_attr(feature = "server", schema(value_type = Object))]
    pub detail: serde_json::Value,
    /// The id of the request.
    pub request_id: Option<String>,
    /// The address of the caller.
    pub client_ip: Option<String>,
}

/// The actor of an event.
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

/// The target of an event.
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
