//! What is known of a database that went back in time.

use crate::withdrawals::{LogError, Position};

/// A database that went back in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the database went back in time: it is at position {database} of the withdrawals, and this node remembers \
     {remembered}; nothing is decided until `latchkey reconcile` was run"
)]
pub struct WentBack {
    /// Where the database is.
    pub database: Position,
    /// Where it was before.
    pub remembered: Position,
}

/// Why comparing does not begin.
#[derive(Debug, thiserror::Error)]
pub(super) enum BeginError {
    #[error(transparent)]
    WentBack(#[from] WentBack),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}
