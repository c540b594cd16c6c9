//! The arithmetic of a rate limit: the generic cell rate algorithm (GCRA).
//!
//! A limit of `burst` calls at once, and one more after each `interval`, needs one number: the
//! time at which the calls that were made are all due. A call passes if it is then due at most
//! `burst` intervals from now. All times are nanoseconds.

use latchkey_shared::tokens::RateLimit;

/// A second.
pub(super) const SECOND: i64 = 1_000_000_000;
/// How often a node tells the database what it spends.
pub(super) const EVERY: i64 = SECOND / 4;
/// How soon it tells it again if calls are denied, or nearly.
pub(super) const SOONEST: i64 = SECOND / 10;
/// After how long it tells it if it spends little.
pub(super) const LATEST: i64 = SECOND;
/// How long a node may use what was granted to it.
pub(super) const LEASE: i64 = SECOND;
/// Several nodes save up at least this much of the rate, whatever the burst is. Else they lose
/// what becomes free until they ask again.
const SLACK: i64 = SECOND / 5;
/// More nodes are counted as so many.
const MOST_NODES: i64 = 1_000;

/// A rate limit in the form that is calculated with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limit {
    interval: i64,
    burst: i64,
}

impl From<RateLimit> for Limit {
    fn from(limit: RateLimit) -> Self {
        let interval = i64::from(limit.seconds) * SECOND / i64::from(limit.requests.max(1));
        Self { interval: interval.max(1), burst: i64::from(limit.burst.max(1)) }
    }
}

impl Limit {
    pub(super) fn interval(self) -> i64 {
        self.interval
    }

    pub(super) fn burst(self) -> i64 {
        self.burst
    }

    /// What one of `nodes` may spend without asking: its part of the rate, and half of its part of
    /// the burst. A node that is alone may spend all.
    pub(super) fn part(self, nodes: i64) -> Self {
        if nodes <= 1 {
            return self;
        }
        let nodes = nodes.min(MOST_NODES);
        let interval = self.interval.saturating_mul(nodes);
        let saved = (SLACK / interval).min(self.burst);
        Self { interval, burst: (self.burst / (2 * nodes)).max(saved).max(1) }
    }

    /// How far ahead calls are granted: the burst, without what the other nodes may spend without
    /// asking.
    pub(super) fn ahead(self, nodes: i64) -> i64 {
        let others = (nodes.clamp(1, MOST_NODES) - 1) * self.part(nodes).burst;
        (self.burst - others).saturating_mul(self.interval).max(SLACK).max(self.interval)
    }

    /// The most granted calls that a node tries to have.
    pub(super) fn most(self) -> i64 {
        (2 * EVERY / self.interval).max(2).max(self.burst / 2)
    }

    /// How many calls may pass at once.
    pub(super) fn left(self, due: i64, now: i64) -> i64 {
        (now + self.tolerance() - due.max(now)).max(0) / self.interval
    }

    /// When the calls are due after one more; `None` if it may not pass yet.
    pub(super) fn after_one(self, due: i64, now: i64) -> Option<i64> {
        let after = due.max(now) + self.interval;
        (after <= now + self.tolerance()).then_some(after)
    }

    /// How long the next call must wait.
    pub(super) fn wait(self, due: i64, now: i64) -> i64 {
        (due.max(now) + self.interval - now - self.tolerance()).max(0)
    }

    fn tolerance(self) -> i64 {
        self.burst.saturating_mul(self.interval)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn limits() -> impl Strategy<Value = Limit> {
        (1..=1_000_000_u32, 1..=86_400_u32, 1..=1_000_000_u32)
            .prop_filter("the burst is free again within a day", |(requests, seconds, burst)| {
                u64::from(*burst) * u64::from(*seconds) <= 86_400 * u64::from(*requests)
            })
            .prop_map(|(requests, seconds, burst)| RateLimit { requests, seconds, burst }.into())
    }

    proptest! {
        #[test]
        fn no_more_calls_pass_than_the_burst_and_the_rate_allow(
            limit in limits(), steps in prop::collection::vec(0..2_000_u64, 1..200)
        ) {
            let start = 1_000 * SECOND;
            let (mut now, mut due, mut passed) = (start, 0, 0);
            for step in steps {
                now += i64::try_from(step).unwrap_or_default() * limit.interval / 1_000;
                for _ in 0..3 {
                    if let Some(after) = limit.after_one(due, now) {
                        prop_assert!(limit.left(due, now) >= 1);
                        prop_assert_eq!(limit.wait(due, now), 0);
                        due = after;
                        passed += 1;
                    } else {
                        prop_assert_eq!(limit.left(due, now), 0);
                        let wait = limit.wait(due, now);
                        prop_assert!(limit.after_one(due, now + wait).is_some());
                        prop_assert!(limit.after_one(due, now + wait - 1).is_none());
                    }
                }
                prop_assert!(passed <= limit.burst + (now - start) / limit.interval + 1);
            }
        }

        #[test]
        fn the_parts_of_all_nodes_are_no_more_than_the_whole(limit in limits(), nodes in 1..2_000_i64) {
            let part = limit.part(nodes);
            let counted = nodes.min(MOST_NODES);
            prop_assert!(part.interval >= limit.interval.saturating_mul(counted));
            // Each node may make one call at least.
            let slack = SLACK / limit.interval;
            prop_assert!(part.burst * counted <= limit.burst.max(slack).max(counted));
            prop_assert!(limit.ahead(nodes) >= limit.interval);
        }
    }
}
