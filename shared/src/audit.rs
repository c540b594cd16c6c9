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
    /// The number of the event in the chain: 1, 2, 3 …, without a gap. It has none in the first second.
    pub sequence: Option<i64>,
    /// What proves the event and all before it: a SHA-256 digest in base64url.
    pub link: Option<String>,
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

/// A signed note about the end of the chain of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditCheckpoint {
    /// The last event that it covers.
    pub sequence: i64,
    /// When it was made.
    pub at: Timestamp,
    /// The note, in the format of C2SP `signed-note`.
    pub note: String,
}

/// How the audit trail proves itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditChain {
    /// The public key that checks checkpoints: `name+id+key`, as in C2SP `signed-note`.
    pub public_key: String,
    /// The number of the chain. A restored database begins a new one.
    pub chain: i64,
    /// The last chained event.
    pub sequence: i64,
    /// Its link.
    pub link: String,
    /// Events from before this version are still being chained.
    pub is_catching_up: bool,
    /// The last checkpoint.
    pub checkpoint: Option<AuditCheckpoint>,
}
