//! How many nodes there are. All of them send beats through the change feed.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::uptime::Moment;

/// A node that is silent for so long is gone, if this node hears others.
const SILENCE: Duration = Duration::from_secs(3);
/// So long a new node listens before it knows the others.
const LISTENING: Duration = Duration::from_secs(1);
/// How many nodes there are, as long as nobody knows.
const UNKNOWN: i64 = 8;

/// The nodes that this one hears.
pub struct Peers {
    heard: Mutex<Heard>,
    size: AtomicI64,
}

#[derive(Default)]
struct Heard {
    others: HashMap<String, Moment>,
    since: Option<Moment>,
}

impl Default for Peers {
    fn default() -> Self {
        Self { heard: Mutex::default(), size: AtomicI64::new(1) }
    }
}

impl Peers {
    /// How many nodes there are. While this node is cut off, as many as there were before.
    #[must_use]
    pub fn size(&self) -> i64 {
        self.size.load(Ordering::Relaxed)
    }

    /// There may be other nodes.
    pub(super) fn open(&self) {
        self.size.store(UNKNOWN, Ordering::Relaxed);
    }

    /// This node hears the others from now on. Those from before have time to be heard again.
    pub(super) fn note_connection(&self, now: Moment) {
        let mut heard = self.heard();
        heard.since.get_or_insert(now);
        heard.others.values_mut().for_each(|last| *last = now);
    }

    /// Another node sent a beat.
    pub(super) fn note(&self, node: &str, now: Moment) {
        let mut heard = self.heard();
        match heard.others.get_mut(node) {
            Some(last) => *last = now,
            None => drop(heard.others.insert(node.to_owned(), now)),
        }
    }

    /// Counts again. Call it while beats arrive.
    pub(super) fn count(&self, now: Moment) {
        let mut heard = self.heard();
        heard.others.retain(|_, last| now.since(*last) < SILENCE);
        if heard.since.is_some_and(|since| now.since(since) >= LISTENING) {
            let others = i64::try_from(heard.others.len()).unwrap_or(i64::MAX - 1);
            self.size.store(others + 1, Ordering::Relaxed);
        }
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_counts_those_that_it_hears() {
        let peers = Peers::default();
        assert_eq!(peers.size(), 1);
        peers.open();
        let at = |milliseconds: u64| Moment(1_000_000 + milliseconds);
        peers.note_connection(at(0));
        peers.note("one", at(100));
        peers.count(at(250));
        assert_eq!(peers.size(), UNKNOWN);
        peers.note("two", at(800));
        peers.count(at(1_000));
        assert_eq!(peers.size(), 3);
        peers.note("two", at(3_000));
        peers.count(at(3_100));
        assert_eq!(peers.size(), 2, "one is silent");
        // Cut off for ten seconds, it counts the other one as before.
        peers.note_connection(at(13_000));
        peers.count(at(13_250));
        assert_eq!(peers.size(), 2);
        peers.count(at(16_000));
        assert_eq!(peers.size(), 1);
    }
}
