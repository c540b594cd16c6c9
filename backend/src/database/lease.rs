//! How long a cached fact counts without being read again.
//!
//! A node hears of the changes of other nodes through the change feed. It also sends numbered
//! beats through the feed. A beat that comes back proves that all changes from before it was
//! *sent* have arrived. So a fact is known to be true at that time, or when it was read if that
//! is later. From then on it counts for
//! - [`HEALTHY`] in any case. If the process stood still, the clock shows that this time is
//!   over.
//! - [`CUT_OFF`] if the node kept ticking. Then it did not stand still; it is only cut off from
//!   the feed.
//!
//! All this holds for one server. After a failover an old primary may still live, and know nothing of
//! what was withdrawn at the new one. So a node also commits a row about once a second: with a
//! synchronous standby the commit waits for it, and a standby that was promoted does not answer. A
//! fact counts only for [`CUT_OFF`] after such a proof, even if it was read later.
//!
//! The clock goes on while the process stands still and while the machine sleeps. SQLite has
//! one process and needs no lease.
//!
//! A node also tells the others regularly that it is there. What must not happen before all nodes
//! are ready waits for those that are [live](LIVE). A node that did not succeed in telling for so
//! long has missed what happened meanwhile: it is absent. Then it writes nothing, and no fact that it read
//! before counts, until it has joined again and read what has changed. It measures the time from
//! before it told, so it is absent before the others take it for silent.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::uptime::Moment;

/// How long a fact counts after it was known to be true.
const HEALTHY: Duration = Duration::from_secs(1);
/// How long it counts if changes of other nodes do not arrive.
const CUT_OFF: Duration = Duration::from_secs(5);
/// How long it counts at most.
const LONGEST: Duration = Duration::from_mins(1);
/// How often a node tells that it is there.
pub const RENEWAL: Duration = Duration::from_secs(2);
/// A node that was heard of within this time is live. A node that is cut off since its last
/// renewal was heard until the next one was due, and then decided from memory for [`CUT_OFF`], so it
/// decides nothing from memory when it is no longer live. And a renewal may take as long as a brief
/// write, five seconds, without an absence.
pub const LIVE: Duration = RENEWAL.saturating_add(CUT_OFF).saturating_add(HEALTHY);
/// How often a node ticks.
pub(super) const TICK: Duration = Duration::from_millis(100);
/// If a tick is later than this, the node stood still. If the tick was late for another reason,
/// facts are only read again.
const LATE: Duration = Duration::from_millis(500);

/// The state of the connection to other nodes.
pub(super) struct Lease {
    /// Whether other nodes also change the database.
    shared: AtomicBool,
    /// When the latest beat that came back was sent.
    heard: AtomicU64,
    /// When the latest row that was committed was sent.
    proved: AtomicU64,
    last_tick: AtomicU64,
    /// When the node is absent if it does not tell again that it is there. At the end of time as
    /// long as nobody expects it to tell.
    absent_from: AtomicU64,
}

impl Default for Lease {
    fn default() -> Self {
        Self {
            shared: AtomicBool::new(false),
            heard: AtomicU64::new(0),
            proved: AtomicU64::new(0),
            last_tick: AtomicU64::new(Moment::now().0),
            absent_from: AtomicU64::new(u64::MAX),
        }
    }
}

/// The lease at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    shared: bool,
    heard: Moment,
    proved: Moment,
    last_tick: Moment,
    absent_from: Moment,
}

impl Lease {
    /// Other nodes also change the database from now on.
    pub(super) fn share(&self) {
        self.shared.store(true, Ordering::SeqCst);
    }

    /// The terms. Read them before the stamp of a fact: epochs are raised before terms are
    /// renewed.
    pub(super) fn terms(&self) -> Terms {
        Terms {
            shared: self.shared.load(Ordering::SeqCst),
            heard: Moment(self.heard.load(Ordering::SeqCst)),
            proved: Moment(self.proved.load(Ordering::SeqCst)),
            last_tick: Moment(self.last_tick.load(Ordering::SeqCst)),
            absent_from: Moment(self.absent_from.load(Ordering::SeqCst)),
        }
    }

    /// A beat that was sent at this time came back.
    pub(super) fn renew(&self, sent: Moment) {
        self.heard.fetch_max(sent.0, Ordering::SeqCst);
    }

    /// The server was the primary at this time.
    pub(super) fn prove(&self, sent: Moment) {
        self.proved.fetch_max(sent.0, Ordering::SeqCst);
    }

    /// The others know since this time that the node is there.
    pub(super) fn be_present(&self, told: Moment) {
        let until = told.0.saturating_add(u64::try_from(LIVE.as_millis()).unwrap_or(u64::MAX));
        self.absent_from.store(until, Ordering::SeqCst);
    }

    /// The others do not expect the node from this time on.
    pub(super) fn be_absent(&self, now: Moment) {
        self.absent_from.fetch_min(now.0, Ordering::SeqCst);
    }

    /// The node ran at this time.
    pub(super) fn note_tick(&self, now: Moment) {
        self.last_tick.store(now.0, Ordering::SeqCst);
    }
}

impl Terms {
    /// Whether a fact that was read at `read_at` still counts at `now`, if no change of it is
    /// known. Read `now` last.
    pub(super) fn allow(self, read_at: Moment, now: Moment) -> bool {
        let is_missed = read_at < self.absent_from && !self.is_present(now);
        if now.since(read_at) >= LONGEST || is_missed || !self.is_proved(now) {
            return false;
        }
        let bound = if self.stands_still(now) { HEALTHY } else { CUT_OFF };
        !self.shared || now.since(read_at.max(self.heard)) < bound
    }

    /// Whether the server is still the primary, as far as that can be known.
    pub(super) fn is_proved(self, now: Moment) -> bool {
        !self.shared || self.proved.0 > 0 && now.since(self.proved) < CUT_OFF
    }

    /// Whether changes of other nodes arrive.
    pub(super) fn is_live(self, now: Moment) -> bool {
        !self.shared || now.since(self.heard) < HEALTHY
    }

    /// Whether the others take the node for live, if there are others.
    pub(super) fn is_present(self, now: Moment) -> bool {
        !self.shared || now < self.absent_from
    }

    /// How old the news of other nodes are; `None` if there are no others, or no news yet.
    pub(super) fn lag(self, now: Moment) -> Option<Duration> {
        (self.shared && self.heard.0 > 0).then(|| now.since(self.heard))
    }

    /// Whether other nodes change the database, too.
    pub(super) fn are_shared(self) -> bool {
        self.shared
    }

    /// Whether the node stood still just before this time.
    pub(super) fn stands_still(self, now: Moment) -> bool {
        now.since(self.last_tick) > LATE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(heard: u64, last_tick: u64) -> Terms {
        Terms {
            shared: true,
            heard: Moment(heard),
            // A row is committed just now, or each test would need one.
            proved: Moment(u64::MAX),
            last_tick: Moment(last_tick),
            absent_from: Moment(u64::MAX),
        }
    }

    #[test]
    fn a_fact_counts_for_a_minute_while_beats_come_back() {
        let read_at = Moment(100_000);
        assert!(terms(159_500, 159_950).allow(read_at, Moment(159_999)));
        assert!(!terms(159_500, 159_950).allow(read_at, Moment(160_000)));
    }

    #[test]
    fn a_node_that_stood_still_has_a_second_since_its_last_beat_was_sent() {
        let stopped = terms(100_000, 100_000);
        assert!(stopped.allow(Moment(90_000), Moment(100_999)));
        assert!(!stopped.allow(Moment(90_000), Moment(101_000)));
        // A beat that was queued meanwhile was sent before.
        assert!(!terms(100_200, 100_200).allow(Moment(90_000), Moment(106_000)));
        // An answer that was queued meanwhile does not make a fact younger.
        assert!(!stopped.allow(Moment(100_100), Moment(106_000)));
    }

    #[test]
    fn a_node_that_is_cut_off_has_five_seconds() {
        let ticking = |now| terms(100_000, now - 50).allow(Moment(90_000), Moment(now));
        assert!(ticking(104_999));
        assert!(!ticking(105_000));
        // Facts that are read afterwards count.
        assert!(terms(100_000, 109_950).allow(Moment(105_001), Moment(110_000)));
        assert!(!terms(100_000, 109_950).allow(Moment(105_000), Moment(110_000)));
    }

    #[test]
    fn a_beat_from_before_does_not_shorten_the_lease() {
        let lease = Lease::default();
        lease.share();
        lease.renew(Moment(2_000));
        lease.renew(Moment(1_000));
        assert!(lease.terms().is_live(Moment(2_999)));
        assert!(!lease.terms().is_live(Moment(3_000)));
    }

    #[test]
    fn a_database_of_one_process_needs_no_lease() {
        let alone = Terms {
            shared: false,
            heard: Moment(0),
            proved: Moment(0),
            last_tick: Moment(0),
            absent_from: Moment(0),
        };
        assert!(alone.is_live(Moment(100_000)) && alone.is_present(Moment(100_000)));
        assert!(alone.allow(Moment(50_000), Moment(100_000)));
    }

    #[test]
    fn an_absent_node_has_only_what_it_read_since() {
        let lease = Lease::default();
        lease.share();
        assert!(lease.terms().is_present(Moment(u64::MAX - 1)), "nobody expects it yet");
        lease.prove(Moment(109_000));
        lease.be_present(Moment(100_000));
        let terms = Terms { heard: Moment(107_900), last_tick: Moment(107_900), ..lease.terms() };
        assert!(terms.allow(Moment(90_000), Moment(107_999)));
        assert!(!terms.allow(Moment(90_000), Moment(108_000)));
        assert!(!terms.allow(Moment(107_999), Moment(108_000)));
        assert!(terms.allow(Moment(108_000), Moment(108_001)));
        lease.be_present(Moment(109_000));
        assert!(lease.terms().is_present(Moment(116_999)));
        lease.be_absent(Moment(110_000));
        assert!(!lease.terms().is_present(Moment(110_000)));
    }

    #[test]
    fn nothing_counts_that_an_old_primary_may_have_said() {
        let proved = |at| Terms { proved: Moment(at), ..terms(107_000, 107_950) };
        let (read_at, now) = (Moment(107_990), Moment(108_000));
        assert!(proved(103_001).allow(read_at, now));
        assert!(!proved(103_000).allow(read_at, now), "it is read from the old primary");
        assert!(!proved(0).allow(read_at, now), "nothing is proved yet");
    }

    #[test]
    fn the_clock_goes_forward() {
        let before = Moment::now();
        std::thread::sleep(Duration::from_millis(5));
        let passed = Moment::now().since(before);
        assert!(passed >= Duration::from_millis(4) && before.since(Moment::now()) == Duration::ZERO);
    }
}
