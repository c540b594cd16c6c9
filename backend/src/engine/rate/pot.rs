//! What the nodes share of a limit, as the statement in `store.rs` calculates it, for tests.

use super::meter::Report;

/// What the nodes share of a limit.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pot {
    /// When all calls that were spent or granted are due.
    due: i64,
}

impl Pot {
    /// Takes a report, and returns how many calls are granted.
    pub(super) fn exchange(&mut self, now: i64, report: Report) -> i64 {
        let Report { interval, ahead, spent, wanted } = report;
        let due = if spent < 0 {
            (self.due + spent * interval).max(now)
        } else {
            (self.due.max(now) + spent * interval).min(self.due.max(now + 4 * ahead))
        };
        let granted = wanted.min((now + ahead - due).max(0) / interval);
        self.due = due + granted * interval;
        granted
    }
}
