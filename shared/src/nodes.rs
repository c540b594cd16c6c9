//! The nodes that serve the installation.

use serde::{Deserialize, Serialize};

use crate::ids::{KeyId, NodeId};
use crate::time::Timestamp;

/// Whether a node is heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum NodeState {
    /// It was heard of within the last eight seconds.
    Live,
    /// It was not. It has stopped without a farewell, stands still, or is cut off from the
    /// database.
    Silent,
}

/// The schemas that a program works with, by the numbers of their last migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SchemaRange {
    /// The first one.
    pub lowest: u32,
    /// The last one. The program makes it when it starts.
    pub highest: u32,
}

/// A node, as it last told of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Node {
    /// Its id. Each start of a process has a new one.
    pub id: NodeId,
    /// The name of its host, or the configured one (`node_name`).
    pub name: String,
    /// Whether it is heard of.
    pub state: NodeState,
    /// Whether it is the node that answers this request.
    pub answers: bool,
    /// The version of its program: `0.1.0`.
    pub version: String,
    /// The schemas that its program works with.
    pub schemas: SchemaRange,
    /// The signing keys that it holds.
    pub signing_keys: Vec<KeyId>,
    /// The data keys that it holds. They encrypt secrets at rest.
    pub data_keys: Vec<KeyId>,
    /// The master keys that it holds, by their check values. They wrap the data keys.
    pub master_keys: Vec<String>,
    /// How old the news of other nodes were, in milliseconds; absent if no news have arrived yet,
    /// and on SQLite, where there are no other nodes.
    pub feed_lag_ms: Option<u64>,
    /// By how many milliseconds the clock of its machine was ahead of the time that decides
    /// (on PostgreSQL that of the database); negative if it was behind.
    pub clock_offset_ms: i64,
    /// When its process started.
    pub started_at: Timestamp,
    /// When it last joined the others: at its start, or after it was silent.
    pub joined_at: Timestamp,
    /// When it was last heard of.
    pub heard_at: Timestamp,
}
