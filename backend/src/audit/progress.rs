//! How the audit trail is doing on this node, for metrics.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use crate::counting::Counter;
use crate::database::now;

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    /// Checkpoints.
    Checkpoints,
    /// The stream of events.
    Stream,
}

/// How the trail is doing.
#[derive(Default)]
pub struct Progress {
    /// When the oldest event without a link was written; 0 if all have one.
    oldest: AtomicI64,
    /// Whether this node chains.
    has_turn: AtomicBool,
    fence: AtomicI64,
    sent: [[Counter; 2]; 2],
}

impl Progress {
    /// For how long the oldest event without a link has waited, in seconds. While events from before the
    /// chain are chained, later ones wait for them, and this is 0.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "this many milliseconds are exact")]
    pub fn unchained_seconds(&self) -> f64 {
        match self.oldest.load(Ordering::Relaxed) {
            0 => 0.0,
            at => (now() - at).max(0) as f64 / 1_000.0,
        }
    }

    /// Whether this node chains.
    #[must_use]
    pub fn has_turn(&self) -> bool {
        self.has_turn.load(Ordering::Relaxed)
    }

    /// What was sent, and what was not: by destination and result.
    pub fn deliveries(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        [(To::Checkpoints, "checkpoints"), (To::Stream, "stream")].into_iter().flat_map(|(to, name)| {
            [(true, "sent"), (false, "failed")]
                .map(|(is_sent, result)| (name, result, self.counter(to, is_sent).get()))
        })
    }

    fn counter(&self, to: To, is_sent: bool) -> &Counter {
        &self.sent[to as usize][usize::from(is_sent)]
    }

    pub(super) fn count(&self, to: To, is_sent: bool) {
        self.counter(to, is_sent).add(1);
    }

    pub(super) fn note_oldest(&self, oldest: Option<i64>, is_caught_up: bool) {
        let at = oldest.filter(|_| is_caught_up).unwrap_or_default();
        self.oldest.store(at, Ordering::Relaxed);
    }

    pub(super) fn note_turn(&self, has_turn: bool) {
        self.has_turn.store(has_turn, Ordering::Relaxed);
    }

    pub(super) fn note_fence(&self, fence: i64) {
        self.fence.store(fence, Ordering::Relaxed);
    }

    pub(super) fn is_own(&self, fence: i64) -> bool {
        self.fence.load(Ordering::Relaxed) == fence
    }
}
