//! What is spent of a quota in the current day or month.

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};

use latchkey_shared::tokens::Quota;

use super::calendar::{Calendar, Span};
use crate::limits::LimitKey;

/// A call must be in the database after so many nanoseconds. Else this node is cut off.
const PATIENCE: i64 = 1_500_000_000;

/// What is spent of a quota, by days or months.
pub(super) struct Counter {
    pub(super) key: LimitKey,
    calendar: Calendar,
    tally: Mutex<Tally>,
    /// Whether it waits to be written.
    pub(super) queued: AtomicBool,
}

/// What is spent in a day or month.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    span: Span,
    /// What all nodes together have written, as far as this one knows.
    counted: i64,
    /// What this node spent and does not write yet.
    unwritten: i64,
    /// What it is writing.
    written: i64,
    /// When the first of both was spent.
    since: i64,
}

/// What a node adds to the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Addition {
    pub(super) span: Span,
    pub(super) calls: i64,
}

/// The moment of a decision.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// In milliseconds since the epoch.
    pub(super) now: i64,
    /// In nanoseconds of a clock that nobody sets.
    pub(super) ticks: i64,
    /// How many nodes there are.
    pub(super) nodes: i64,
}

impl Tally {
    fn mine(&self) -> i64 {
        self.unwritten + self.written
    }

    /// How many calls may still pass on this node, and in all.
    fn left(&self, requests: i64, at: Moment) -> (i64, i64) {
        let (mine, left) = (self.mine(), requests - self.counted);
        let is_cut_off = mine > 0 && at.ticks - self.since > PATIENCE;
        let here = if is_cut_off { left / at.nodes.max(1) } else { left };
        (here - mine, left - mine)
    }

    /// After how many milliseconds the next call may pass; `None` if it may now.
    fn wait(&self, requests: i64, at: Moment) -> Option<i64> {
        match self.left(requests, at) {
            (here, _) if here > 0 => None,
            (_, all) if all > 0 => Some(1_000),
            _ => Some(self.span.ends - at.now),
        }
    }
}

impl Counter {
    pub(super) fn new(key: LimitKey, quota: &Quota) -> Self {
        Self { key, calendar: Calendar::from(quota), tally: Mutex::default(), queued: AtomicBool::new(false) }
    }

    /// The tally of this moment. A new day or month begins at zero.
    fn tally(&self, now: i64) -> MutexGuard<'_, Tally> {
        let mut tally = self.current();
        if !tally.span.contains(now) {
            *tally = Tally { span: self.calendar.at(now), ..Tally::default() };
        }
        tally
    }

    fn current(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Spends a call, and returns its day or month. If it may not pass, returns after how many
    /// milliseconds one may.
    pub(super) fn spend(&self, requests: i64, at: Moment) -> Result<Span, i64> {
        let mut tally = self.tally(at.now);
        if let Some(wait) = tally.wait(requests, at) {
            return Err(wait);
        }
        if tally.mine() == 0 {
            tally.since = at.ticks;
        }
        tally.unwritten += 1;
        Ok(tally.span)
    }

    /// Whether a call could pass.
    pub(super) fn look(&self, requests: i64, at: Moment) -> Result<(), i64> {
        self.tally(at.now).wait(requests, at).map_or(Ok(()), Err)
    }

    /// Takes back a call that did not pass.
    pub(super) fn give_back(&self, of: Span) {
        let mut tally = self.current();
        if tally.span == of {
            tally.unwritten -= 1;
        }
    }

    /// How many calls are left, and until when.
    pub(super) fn left(&self, requests: i64, now: i64) -> (i64, i64) {
        let tally = self.tally(now);
        ((requests - tally.counted - tally.mine()).max(0), tally.span.ends)
    }

    /// What to add to the count in the database.
    pub(super) fn addition(&self) -> Option<Addition> {
        let mut tally = self.current();
        let calls = std::mem::take(&mut tally.unwritten);
        tally.written += calls;
        (calls != 0).then_some(Addition { span: tally.span, calls })
    }

    /// An addition that was made at `ticks` is written. The database counts so many calls now.
    pub(super) fn confirm(&self, addition: Addition, counted: i64, ticks: i64) {
        let mut tally = self.current();
        if tally.span == addition.span {
            tally.written -= addition.calls;
            tally.counted = counted;
            tally.since = ticks;
        }
    }

    /// An addition may not be written. If it is all the same, its calls count twice.
    pub(super) fn keep(&self, addition: Addition) {
        let mut tally = self.current();
        if tally.span == addition.span {
            tally.written -= addition.calls;
            tally.unwritten += addition.calls;
        }
    }

    /// The database was read. It counts so many calls.
    pub(super) fn learn(&self, of: Span, counted: i64, now: i64) {
        let mut tally = self.tally(now);
        if tally.span == of {
            tally.counted = tally.counted.max(counted);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use latchkey_shared::ids::TokenId;
    use latchkey_shared::tokens::Period;
    use proptest::prelude::*;

    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn counter() -> Counter {
        let quota = Quota { requests: 10, period: Period::Day, time_zone: "UTC".to_owned() };
        Counter::new(LimitKey { token: TokenId::new(), api: None }, &quota)
    }

    fn at(ticks: i64, nodes: i64) -> Moment {
        Moment { now: 1_796_000_000_000 + ticks / 1_000_000, ticks, nodes }
    }

    /// How many of so many calls pass.
    fn passed(counter: &Counter, calls: usize, at: Moment) -> usize {
        (0..calls).filter(|_| counter.spend(10, at).is_ok()).count()
    }

    #[test]
    fn as_many_calls_pass_as_the_quota_says_and_again_on_the_next_day() {
        let counter = counter();
        assert_eq!(passed(&counter, 20, at(0, 1)), 10);
        let wait = counter.spend(10, at(0, 1)).unwrap_err();
        assert!(counter.look(10, at(0, 1)).is_err());
        let day = Moment { now: at(0, 1).now + wait, ..at(0, 1) };
        assert!(counter.spend(10, Moment { now: day.now - 1, ..day }).is_err());
        assert_eq!(passed(&counter, 20, day), 10);
    }

    #[test]
    fn what_others_spend_counts_once_it_is_known() {
        let counter = counter();
        assert_eq!(passed(&counter, 3, at(0, 2)), 3);
        let addition = counter.addition().unwrap();
        assert_eq!(passed(&counter, 2, at(1, 2)), 2);
        counter.confirm(addition, 3 + 4, SECOND);
        assert_eq!(counter.left(10, at(1, 2).now).0, 1);
        assert_eq!(passed(&counter, 9, at(1, 2)), 1);
        assert_eq!(counter.addition().unwrap().calls, 3);
        assert_eq!(counter.addition(), None);
    }

    #[test]
    fn a_node_that_is_cut_off_has_its_part() {
        let counter = counter();
        assert_eq!(passed(&counter, 1, at(0, 3)), 1);
        let addition = counter.addition().unwrap();
        counter.keep(addition);
        assert_eq!(passed(&counter, 9, at(3 * SECOND, 3)), 2, "a third of ten");
        assert_eq!(counter.spend(10, at(3 * SECOND, 3)), Err(1_000));
        let addition = counter.addition().unwrap();
        assert_eq!(addition.calls, 3);
        counter.confirm(addition, 3, 3 * SECOND);
        assert_eq!(passed(&counter, 9, at(3 * SECOND, 3)), 7);
    }

    proptest! {
        #[test]
        fn calls_that_are_given_back_cost_nothing(steps in prop::collection::vec(0..4_u8, 1..100)) {
            let counter = counter();
            let mut spent = 0;
            for step in steps {
                match step {
                    0 => {
                        let several: Vec<_> = (0..3).filter_map(|_| counter.spend(10, at(0, 1)).ok()).collect();
                        for span in several {
                            counter.give_back(span);
                        }
                    }
                    1 => {
                        if let Some(addition) = counter.addition() {
                            counter.confirm(addition, spent, 0);
                        }
                    }
                    2 => drop(counter.addition().map(|addition| counter.keep(addition))),
                    _ => spent += i64::from(counter.spend(10, at(0, 1)).is_ok()),
                }
                prop_assert_eq!(counter.left(10, at(0, 1).now).0, 10 - spent);
            }
        }
    }
}
