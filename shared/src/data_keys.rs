//! The keys that encrypt secrets at rest: data keys, and the master key that wraps them.

use serde::{Deserialize, Serialize};

use crate::ids::KeyId;
use crate::time::Timestamp;

/// The state of a data key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum DataKeyState {
    /// New. It becomes current when all live nodes hold it.
    Coming,
    /// It encrypts.
    Current,
    /// What it encrypted is encrypted anew. Then it is destroyed.
    Retiring,
}

impl DataKeyState {
    /// The name in the API and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Coming => "coming",
            Self::Current => "current",
            Self::Retiring => "retiring",
        }
    }
}

/// How much of the work of a rotation is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Progress {
    /// How many rows are encrypted anew.
    pub done: u64,
    /// How many rows there are in all.
    pub all: u64,
}

/// A data key, without the key itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DataKey {
    /// Its id.
    pub id: KeyId,
    /// Its state.
    pub state: DataKeyState,
    /// The check value of the master key that wraps it.
    pub master_key: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The names of the live nodes that do not hold it. A coming key waits for them.
    pub missing_on: Vec<String>,
    /// How far the rows of a retiring key are encrypted anew; absent before they are counted.
    pub progress: Option<Progress>,
    /// The latest backups, at most 100, that contain it.
    pub backups: Vec<BackupRef>,
}

/// A master key, as the node that answers knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct MasterKey {
    /// Its check value. It says nothing about the key.
    pub id: String,
    /// Whether it wraps the data keys. The other one is the next.
    pub in_use: bool,
    /// The names of the live nodes that do not hold it. A rotation waits for them.
    pub missing_on: Vec<String>,
    /// The latest backups, at most 100, that cannot be opened without it.
    pub backups: Vec<BackupRef>,
}

/// A backup that needs a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BackupRef {
    /// Its file, as its maker named it.
    pub file: String,
    /// When it was made.
    pub made_at: Timestamp,
}
