//! How often a cache knew the answer.

use super::counter::Counter;
use super::striped::Striped;

/// How often a cache knew the answer, and how often not.
#[derive(Default)]
pub struct Lookups(Striped<Found>);

#[derive(Default)]
struct Found {
    hits: Counter,
    misses: Counter,
}

impl Lookups {
    /// The cache knew the answer, or did not.
    pub fn note(&self, is_hit: bool) {
        let found = self.0.mine();
        (if is_hit { &found.hits } else { &found.misses }).raise();
    }

    /// How often it knew the answer.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.0.all().map(|found| found.hits.get()).sum()
    }

    /// How often it did not.
    #[must_use]
    pub fn misses(&self) -> u64 {
        self.0.all().map(|found| found.misses.get()).sum()
    }
}
