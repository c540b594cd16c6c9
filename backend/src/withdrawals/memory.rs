//! What a node remembers of the database, outside of it.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::files;
use super::position::Position;

/// The server of a database: its system, and its timeline, which each failover raises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// The system identifier of PostgreSQL.
    pub system: String,
    /// Its timeline.
    pub timeline: i64,
}

/// What is remembered of the database.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Memory {
    /// The installation, as soon as it has an id.
    pub installation: Option<String>,
    /// The server (PostgreSQL only).
    pub server: Option<Server>,
    /// The last position that was seen.
    pub position: Position,
    /// The last time that the database had for sure, in milliseconds since the epoch.
    pub marked_at: i64,
}

impl Memory {
    /// Reads what is remembered in a directory; `None` if nothing is.
    pub fn read(directory: &Path) -> io::Result<Option<Self>> {
        let Some(text) = files::read_memory(directory)? else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(io::Error::from)
    }

    pub(super) fn write(&self, directory: &Path) -> io::Result<()> {
        files::write_memory(directory, &serde_json::to_string(self)?)
    }

    /// The position that a transaction was about to commit when the server ended.
    pub(super) fn intended(directory: &Path) -> io::Result<Option<Position>> {
        let text = files::read_intent(directory)?.unwrap_or_default();
        let position = text.trim().split_once('.');
        let position = position.and_then(|(era, number)| era.parse().ok().zip(number.parse().ok()));
        Ok(position.map(|(era, number)| Position { era, number }))
    }
}
