//! How the writes of this node ended, and how long they took.

use std::time::Duration;

use super::failure::WriteError;
use super::turns::Rank;
use crate::counting::{Counter, Histogram, Times};

/// A kind of write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteKind {
    /// It withdraws rights.
    Withdrawal,
    /// A caller waits for it.
    Request,
    /// Nobody waits for it.
    Background,
    /// It is brief and has no turn, such as the use of one-time requests.
    Brief,
}

impl WriteKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Withdrawal, Self::Request, Self::Background, Self::Brief];

    /// The name in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Withdrawal => "withdrawal",
            Self::Request => "request",
            Self::Background => "background",
            Self::Brief => "brief",
        }
    }
}

impl From<Rank> for WriteKind {
    fn from(rank: Rank) -> Self {
        match rank {
            Rank::Withdrawal => Self::Withdrawal,
            Rank::Request => Self::Request,
            Rank::Background => Self::Background,
        }
    }
}

/// The counts of all kinds of writes.
#[derive(Default)]
pub struct Writes([OfKind; WriteKind::ALL.len()]);

#[derive(Default)]
struct OfKind {
    /// How long it took to write what was written.
    written: Histogram,
    refused: Counter,
    failed: Counter,
}

impl Writes {
    /// Counts a write that ended like this.
    pub(super) fn count<T, E: WriteError>(&self, kind: WriteKind, outcome: &Result<T, E>, took: Duration) {
        let counts = &self.0[kind as usize];
        match outcome {
            Ok(_) => counts.written.count(took),
            Err(error) if error.is_refusal() => counts.refused.raise(),
            Err(_) => counts.failed.raise(),
        }
    }

    /// How long it took to write what was written.
    #[must_use]
    pub fn times(&self, kind: WriteKind) -> Times {
        let mut times = Times::default();
        self.0[kind as usize].written.add_to(&mut times);
        times
    }

    /// How many were refused because a rule does not allow the change, or met another write.
    #[must_use]
    pub fn refused(&self, kind: WriteKind) -> u64 {
        self.0[kind as usize].refused.get()
    }

    /// How many failed because the database did not write, or because its answer was lost.
    #[must_use]
    pub fn failed(&self, kind: WriteKind) -> u64 {
        self.0[kind as usize].failed.get()
    }
}
