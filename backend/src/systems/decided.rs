//! How the calls of a system were decided on this node.

use latchkey_shared::verify::Reason;

use crate::counting::{Counter, Striped};

/// How the calls of a system were decided since it was known here.
#[derive(Default)]
pub struct Decided(Striped<Outcomes>);

#[derive(Default)]
struct Outcomes {
    allowed: Counter,
    denied: Counter,
    undecided: Counter,
}

impl Decided {
    /// Counts a decision.
    pub fn count(&self, denied: Option<Reason>) {
        let outcomes = self.0.mine();
        let outcome = match denied {
            None => &outcomes.allowed,
            Some(Reason::Unavailable) => &outcomes.undecided,
            Some(_) => &outcomes.denied,
        };
        outcome.raise();
    }

    /// How many calls were allowed and denied, and how many could not be decided.
    #[must_use]
    pub fn counts(&self) -> [(&'static str, u64); 3] {
        let sum =
            |of: fn(&Outcomes) -> &Counter| self.0.all().map(|outcomes| of(outcomes).get()).sum::<u64>();
        [
            ("allowed", sum(|outcomes| &outcomes.allowed)),
            ("denied", sum(|outcomes| &outcomes.denied)),
            ("unavailable", sum(|outcomes| &outcomes.undecided)),
        ]
    }
}

/// Counts are no part of what a system is.
impl PartialEq for Decided {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
