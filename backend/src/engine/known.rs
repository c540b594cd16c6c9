//! What tokens in memory share.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Weak};

/// So many may be known before those that nobody uses any more are forgotten.
const SOME: usize = 1_024;

/// What is known by a key, as long as somebody uses it.
pub(super) struct Known<K, V> {
    all: HashMap<K, Weak<V>>,
    /// How many there may be before they are looked through.
    full: usize,
}

impl<K, V> Default for Known<K, V> {
    fn default() -> Self {
        Self { all: HashMap::new(), full: 0 }
    }
}

impl<K: Hash + Eq, V> Known<K, V> {
    /// Forgets what nobody uses any more, if there is much.
    pub(super) fn tidy(&mut self) {
        if self.all.len() >= self.full {
            self.all.retain(|_, one| one.strong_count() > 0);
            self.full = (2 * self.all.len()).max(SOME);
        }
    }

    /// What is known by this key, if it is `right`; or else a new one.
    pub(super) fn find_or(
        &mut self,
        key: K,
        right: impl FnOnce(&V) -> bool,
        new: impl FnOnce() -> V,
    ) -> Arc<V> {
        let found = self.all.get(&key).and_then(Weak::upgrade).filter(|one| right(one));
        found.unwrap_or_else(|| {
            let one = Arc::new(new());
            self.all.insert(key, Arc::downgrade(&one));
            one
        })
    }
}
