//! What this node may spend of a limit: its part, and what is granted to it beyond that.

use super::limit::{LATEST, LEASE, Limit};

/// A call that is spent, until it is known whether it passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// From the part of the node, which it makes this much later.
    Part(i64),
    /// From what was granted.
    Grant,
}

/// A call that may not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Over {
    /// After this time a call passes, from the part of the node at the latest.
    pub(super) wait: i64,
}

/// What a node tells about a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Report {
    /// The time between two calls.
    pub(super) interval: i64,
    /// How far ahead calls are granted.
    pub(super) ahead: i64,
    /// The calls spent that were not granted, less those granted that are given back.
    pub(super) spent: i64,
    /// The calls asked for.
    pub(super) wanted: i64,
}

/// What this node may spend of a limit.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Meter {
    /// When all calls that were spent from the part are due.
    due: i64,
    /// The calls spent from the part that nobody else knows of yet.
    untold: i64,
    /// The calls that are granted and not spent.
    granted: i64,
    /// Until when they may be spent.
    until: i64,
    /// The calls since the last report for which the part did not suffice, or only just.
    short: i64,
    /// How many granted calls this node tries to have.
    target: i64,
    /// When it last reported.
    reported: i64,
}

impl Meter {
    /// Spends a call.
    pub(super) fn spend(&mut self, limit: Limit, nodes: i64, now: i64) -> Result<Spent, Over> {
        let part = limit.part(nodes);
        if let Some(due) = part.after_one(self.due, now) {
            self.due = due;
            self.untold += 1;
            self.short += i64::from(nodes > 1 && part.left(due, now) < part.burst() / 2);
            return Ok(Spent::Part(part.interval()));
        }
        self.short += 1;
        if self.granted > 0 && now < self.until {
            self.granted -= 1;
            return Ok(Spent::Grant);
        }
        Err(Over { wait: part.wait(self.due, now) })
    }

    /// Whether a call could pass.
    pub(super) fn look(&self, limit: Limit, nodes: i64, now: i64) -> Result<(), Over> {
        let part = limit.part(nodes);
        if part.left(self.due, now) > 0 || (self.granted > 0 && now < self.until) {
            Ok(())
        } else {
            Err(Over { wait: part.wait(self.due, now) })
        }
    }

    /// Takes back a call that did not pass.
    pub(super) fn give_back(&mut self, spent: Spent) {
        match spent {
            Spent::Part(interval) => {
                self.due -= interval;
                self.untold -= 1;
            }
            Spent::Grant => self.granted += 1,
        }
    }

    /// Whether this node needs more.
    pub(super) fn is_short(&self) -> bool {
        self.short > 0
    }

    /// Whether there is nothing to tell.
    pub(super) fn is_idle(&self) -> bool {
        self.untold == 0 && self.granted == 0 && self.short == 0 && self.target == 0
    }

    /// Whether to report now. Who spends little reports now and then.
    pub(super) fn must_report(&self, now: i64) -> bool {
        self.short > 0 || self.target > 0 || self.granted > 0 || now - self.reported >= LATEST
    }

    /// Makes a report. A node asks for twice what it was short of. It gives back what it does not
    /// need.
    pub(super) fn report(&mut self, limit: Limit, nodes: i64, now: i64) -> Report {
        if now >= self.until {
            // Nobody gets them back: they may be from long ago.
            self.granted = 0;
        }
        self.target = match self.short {
            0 => self.target / 4,
            short => (2 * short).min(limit.most()).max(self.target - self.target / 8),
        };
        let returned = (self.granted - self.target).max(0);
        self.granted -= returned;
        let report = Report {
            interval: limit.interval(),
            ahead: limit.ahead(nodes),
            spent: self.untold - returned,
            wanted: self.target - self.granted,
        };
        (self.short, self.untold, self.reported) = (0, 0, now);
        report
    }

    /// Takes what was granted to a report of this time.
    pub(super) fn take(&mut self, granted: i64, reported: i64) {
        self.granted += granted;
        self.until = reported + LEASE;
    }

    /// Keeps what a lost report said. If it arrived all the same, it counts twice.
    pub(super) fn keep(&mut self, report: Report) {
        self.untold += report.spent.max(0);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use latchkey_shared::tokens::RateLimit;
    use proptest::prelude::*;

    use super::super::limit::SECOND;
    use super::*;

    fn limit(requests: u32, burst: u32) -> Limit {
        RateLimit { requests, seconds: 1, burst }.into()
    }

    proptest! {
        #[test]
        fn calls_that_are_given_back_cost_nothing(
            burst in 1..50_u32, nodes in 1..5_i64, denied in prop::collection::vec(0..3_u8, 1..200)
        ) {
            let limit = limit(10, burst);
            let (mut one, mut other) = (Meter::default(), Meter::default());
            for (now, kind) in (SECOND..).step_by(20_000_000).zip(denied) {
                if kind == 0 {
                    // Several are reserved at the same time.
                    let reserved: Vec<_> = (0..3).filter_map(|_| one.spend(limit, nodes, now).ok()).collect();
                    for spent in reserved {
                        one.give_back(spent);
                    }
                } else {
                    prop_assert_eq!(one.spend(limit, nodes, now), other.spend(limit, nodes, now));
                }
                prop_assert_eq!(one.untold, other.untold);
                prop_assert_eq!(limit.part(nodes).left(one.due, now), limit.part(nodes).left(other.due, now));
            }
        }
    }

    #[test]
    fn what_was_granted_is_void_after_a_second() {
        let limit = limit(100, 12);
        let mut meter = Meter::default();
        while meter.spend(limit, 3, SECOND).is_ok() {}
        let report = meter.report(limit, 3, SECOND);
        assert!(report.wanted > 0);
        meter.take(1, SECOND);
        assert_eq!(meter.spend(limit, 3, SECOND), Ok(Spent::Grant));
        meter.give_back(Spent::Grant);
        let mut thawed = meter;
        // The part is full again. Then nothing is left.
        for _ in 0..limit.part(3).burst() {
            assert!(matches!(thawed.spend(limit, 3, 13 * SECOND), Ok(Spent::Part(_))));
        }
        assert!(thawed.spend(limit, 3, 13 * SECOND).is_err());
        assert!(thawed.report(limit, 3, 13 * SECOND).wanted > 0);
        assert_eq!(thawed.granted, 0);
    }

    #[test]
    fn a_node_that_needs_no_more_gives_back_what_it_has() {
        let limit = limit(100, 100);
        let mut meter = Meter::default();
        while meter.spend(limit, 2, SECOND).is_ok() {}
        meter.report(limit, 2, SECOND);
        meter.take(20, SECOND);
        let mut returned = 0;
        for round in 1..6 {
            let now = SECOND + round * SECOND / 4;
            let report = meter.report(limit, 2, now);
            meter.take(0, now);
            returned -= report.spent;
        }
        assert_eq!((returned, meter.granted), (20, 0));
        assert!(meter.is_idle());
    }

    #[test]
    fn a_lost_report_is_told_again() {
        let limit = limit(100, 100);
        let mut meter = Meter::default();
        meter.spend(limit, 2, SECOND).unwrap();
        let report = meter.report(limit, 2, SECOND);
        meter.keep(report);
        assert_eq!(meter.report(limit, 2, 2 * SECOND).spent, 1);
    }
}
