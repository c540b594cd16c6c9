//! How the calls at each door were decided on this node, and how long it took.

use std::time::Duration;

use latchkey_shared::verify::Reason;
use opentelemetry::KeyValue;

use crate::counting::{Counter, Histogram, Striped, Times};
use crate::systems::catalog::CatalogSystem;
use crate::telemetry::ERROR_TYPE;

/// The endpoint that a call was decided for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// `POST /verify`.
    Verify,
    /// A call of `POST /verify/batch`.
    Batch,
    /// `/auth/{system}`.
    Auth,
    /// `POST /oauth2/introspect`.
    Introspection,
    /// A call to Latchkey's own API with a token.
    Api,
}

impl Door {
    /// All doors.
    pub const ALL: [Self; 5] = [Self::Verify, Self::Batch, Self::Auth, Self::Introspection, Self::Api];

    /// The name in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Batch => "batch",
            Self::Auth => "auth",
            Self::Introspection => "introspect",
            Self::Api => "api",
        }
    }

    /// What the span of a decision at this door tells.
    pub(crate) fn says(self, system: &CatalogSystem, denied: Option<Reason>) -> Vec<KeyValue> {
        let mut says = vec![
            KeyValue::new("latchkey.door", self.as_str()),
            KeyValue::new("latchkey.reason", denied.map_or("allowed", Reason::as_str)),
            KeyValue::new("latchkey.system", system.key.clone()),
        ];
        // A denial is no failure.
        if denied == Some(Reason::Unavailable) {
            says.push(KeyValue::new(ERROR_TYPE, Reason::Unavailable.as_str()));
        }
        says
    }
}

/// The counts of all doors.
#[derive(Default)]
pub struct Decisions(Striped<[AtDoor; Door::ALL.len()]>);

#[derive(Default)]
struct AtDoor {
    allowed: Counter,
    denied: [Counter; Reason::ALL.len()],
    took: Histogram,
}

impl AtDoor {
    fn outcome(&self, denied: Option<Reason>) -> &Counter {
        denied.map_or(&self.allowed, |reason| &self.denied[reason as usize])
    }
}

impl Decisions {
    /// Counts a decision.
    pub fn count(&self, door: Door, denied: Option<Reason>, took: Duration) {
        let counts = &self.0.mine()[door as usize];
        counts.outcome(denied).raise();
        counts.took.count(took);
    }

    /// How often a door denied a call for this reason, or allowed it.
    #[must_use]
    pub fn of(&self, door: Door, denied: Option<Reason>) -> u64 {
        self.0.all().map(|doors| doors[door as usize].outcome(denied).get()).sum()
    }

    /// How long the decisions at a door took.
    #[must_use]
    pub fn times(&self, door: Door) -> Times {
        let mut times = Times::default();
        self.0.all().for_each(|doors| doors[door as usize].took.add_to(&mut times));
        times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_door_and_reason_has_a_counter_of_its_own() {
        let decisions = Decisions::default();
        let outcomes = || [None].into_iter().chain(Reason::ALL.map(Some));
        let all = || Door::ALL.into_iter().flat_map(|door| outcomes().map(move |denied| (door, denied)));
        for (times, (door, denied)) in all().enumerate() {
            (0..times).for_each(|_| decisions.count(door, denied, Duration::from_millis(1)));
        }
        for (times, (door, denied)) in all().enumerate() {
            assert_eq!(decisions.of(door, denied), times as u64, "{door:?} {denied:?}");
        }
        let counted: u64 = Door::ALL.iter().map(|door| decisions.times(*door).count()).sum();
        assert_eq!(counted, (0..all().count() as u64).sum::<u64>());
    }
}
