//! What an export shows, and what it cannot show.

use super::fault::Fault;

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// What does not fit. Nothing is checked after it.
    pub fault: Option<Fault>,
    /// What is shown.
    pub shown: Vec<String>,
    /// What this export cannot show.
    pub not_shown: Vec<String>,
}

impl Report {
    pub(super) fn of(fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::default() }
    }
}
