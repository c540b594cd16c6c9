//! How many withdrawals the fleet has committed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A position in the withdrawals of the fleet. The transaction of each withdrawal raises it. After a
/// database went back in time, a new era begins, so that no two withdrawals have the same position. Era
/// 0 is from before the first log.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, sqlx::FromRow,
)]
pub struct Position {
    /// How often a new era began.
    pub era: i64,
    /// How many withdrawals there were in this era.
    pub number: i64,
}

impl Position {
    /// The position after this one, in the same era.
    #[must_use]
    pub fn next(self) -> Self {
        Self { number: self.number + 1, ..self }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.era, self.number)
    }
}
