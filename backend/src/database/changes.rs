//! How caches learn that the database has moved on.
//!
//! Every cached fact carries the [`Stamp`] that its epoch had *before* the fact
//! was read. A writer raises the epoch after its commit. A fact counts only
//! while its stamp is the current one, so a fill that overlaps a write can
//! never pass for what came after it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use latchkey_shared::ids::{TokenId, UserId};
use tokio::sync::watch;

/// Something that caches hold and a transaction changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Change {
    /// A token, its grants, targets or keys.
    Token(TokenId),
    /// A user or the user's memberships.
    User(UserId),
    /// Systems, their APIs, whom they are opened to, verifier keys, projects.
    Catalog,
    /// The keys that sign JWTs.
    SigningKeys,
    /// The revocation feed.
    Revocations,
}

impl Change {
    /// The change as other nodes read it.
    pub(super) fn encode(&self) -> String {
        match self {
            Self::Token(id) => id.to_string(),
            Self::User(id) => id.to_string(),
            Self::Catalog => "catalog".to_owned(),
            Self::SigningKeys => "signing_keys".to_owned(),
            Self::Revocations => "revocations".to_owned(),
        }
    }

    /// What another node wrote; `None` for what this version does not know.
    pub(super) fn decode(text: &str) -> Option<Self> {
        match text {
            "catalog" => Some(Self::Catalog),
            "signing_keys" => Some(Self::SigningKeys),
            "revocations" => Some(Self::Revocations),
            _ => text.parse().map(Self::Token).or_else(|_| text.parse().map(Self::User)).ok(),
        }
    }
}

/// The epoch of a fact at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(u64, u64);

/// A power of two; facts that share a slot only make each other be read again.
const SLOTS: usize = 8192;

/// The epochs of all facts.
pub struct Epochs {
    slots: Box<[AtomicU64]>,
    all: AtomicU64,
    feed_is_live: AtomicBool,
    /// Wakes those who wait for the revocation feed.
    revocations: watch::Sender<()>,
}

impl Default for Epochs {
    fn default() -> Self {
        Self {
            slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            all: AtomicU64::new(0),
            feed_is_live: AtomicBool::new(true),
            revocations: watch::Sender::new(()),
        }
    }
}

impl Epochs {
    fn slot(&self, change: &Change) -> &AtomicU64 {
        let mut hasher = DefaultHasher::new();
        change.hash(&mut hasher);
        let index = usize::try_from(hasher.finish() % SLOTS as u64).unwrap_or_default();
        &self.slots[index]
    }

    /// The stamp that a fact read from now on may carry.
    #[must_use]
    pub fn stamp(&self, of: &Change) -> Stamp {
        Stamp(self.slot(of).load(Ordering::SeqCst), self.all.load(Ordering::SeqCst))
    }

    /// Makes every fact about `change` that was read until now out of date.
    pub fn raise(&self, change: &Change) {
        self.slot(change).fetch_add(1, Ordering::SeqCst);
        if *change == Change::Revocations {
            self.revocations.send_replace(());
        }
    }

    /// Makes every fact out of date.
    pub fn raise_all(&self) {
        self.all.fetch_add(1, Ordering::SeqCst);
        self.revocations.send_replace(());
    }

    /// What changes whenever the revocation feed may have news.
    #[must_use]
    pub fn revocations(&self) -> watch::Receiver<()> {
        self.revocations.subscribe()
    }

    /// How old a fact may become without being read again: short while changes
    /// of other nodes may go unheard.
    #[must_use]
    pub fn age_limit(&self) -> Duration {
        if self.feed_is_live() { Duration::from_mins(1) } else { Duration::from_secs(5) }
    }

    /// Whether changes of other nodes arrive.
    #[must_use]
    pub fn feed_is_live(&self) -> bool {
        self.feed_is_live.load(Ordering::SeqCst)
    }

    /// Notes whether changes of other nodes arrive. What may have been missed
    /// meanwhile makes everything out of date.
    pub(super) fn set_feed_is_live(&self, live: bool) {
        if self.feed_is_live.swap(live, Ordering::SeqCst) != live && live {
            self.raise_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_taken_before_a_raise_is_not_the_stamp_after_it() {
        let epochs = Epochs::default();
        let token = Change::Token(TokenId::new());
        let before = epochs.stamp(&token);
        assert_eq!(before, epochs.stamp(&token));
        epochs.raise(&token);
        assert_ne!(before, epochs.stamp(&token));
        let before = epochs.stamp(&Change::Catalog);
        epochs.raise_all();
        assert_ne!(before, epochs.stamp(&Change::Catalog));
    }

    #[test]
    fn changes_survive_the_feed() {
        for change in [
            Change::Token(TokenId::new()),
            Change::User(UserId::new()),
            Change::Catalog,
            Change::SigningKeys,
            Change::Revocations,
        ] {
            assert_eq!(Change::decode(&change.encode()), Some(change));
        }
        assert_eq!(Change::decode("something newer"), None);
    }

    #[test]
    fn a_feed_that_comes_back_makes_everything_out_of_date() {
        let epochs = Epochs::default();
        epochs.set_feed_is_live(false);
        assert_eq!(epochs.age_limit(), Duration::from_secs(5));
        let before = epochs.stamp(&Change::Catalog);
        epochs.set_feed_is_live(true);
        assert_ne!(before, epochs.stamp(&Change::Catalog));
    }
}
