//! A memory of limited size. When it is full, it forgets what weighs least, and never refuses
//! what is new.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The parts of a memory. Threads rarely wait for each other.
const PARTS: usize = 64;

/// What is remembered.
pub trait Entry: Default {
    /// By what weight entries are kept. An entry without any can be forgotten at any time.
    fn weight(&self) -> u64;
}

/// The memory. Its parts are chosen by a hash that callers cannot foresee.
pub struct Memory<K, V> {
    parts: Box<[Mutex<HashMap<K, V>>]>,
    hasher: RandomState,
    /// How many entries a part has at most.
    room: usize,
}

impl<K: Hash + Eq + Clone, V: Entry> Memory<K, V> {
    /// A memory for about this many entries.
    #[must_use]
    pub fn new(entries: usize) -> Self {
        let parts = (0..PARTS).map(|_| Mutex::default()).collect();
        Self { parts, hasher: RandomState::new(), room: (entries / PARTS).max(1) }
    }

    /// What is remembered about a key, if anything is.
    pub fn look<R>(&self, key: &K, look: impl FnOnce(&mut V) -> R) -> Option<R> {
        self.part(key).get_mut(key).map(look)
    }

    /// Changes what is remembered about a key. Returns the result, and whether another key was
    /// forgotten for it that had any weight.
    pub fn change<R>(&self, key: &K, change: impl FnOnce(&mut V) -> R) -> (R, bool) {
        let mut part = self.part(key);
        if let Some(entry) = part.get_mut(key) {
            return (change(entry), false);
        }
        let mut has_lost = false;
        if part.len() >= self.room {
            part.retain(|_, entry| entry.weight() > 0);
        }
        if part.len() >= self.room {
            let least = part.iter().min_by_key(|(_, entry)| entry.weight()).map(|(key, _)| key.clone());
            has_lost = least.is_some_and(|least| part.remove(&least).is_some());
        }
        (change(part.entry(key.clone()).or_default()), has_lost)
    }

    /// Forgets a key.
    pub fn forget(&self, key: &K) {
        self.part(key).remove(key);
    }

    fn part(&self, key: &K) -> MutexGuard<'_, HashMap<K, V>> {
        #[expect(clippy::cast_possible_truncation, reason = "a part of the hash is as good")]
        let part = self.hasher.hash_one(key) as usize % PARTS;
        self.parts[part].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Times(u64);

    impl Entry for Times {
        fn weight(&self) -> u64 {
            self.0
        }
    }

    #[test]
    fn a_full_memory_forgets_what_weighs_least() {
        let memory: Memory<u32, Times> = Memory::new(4 * PARTS);
        memory.change(&0, |times| times.0 = 1_000);
        let lost = (1..100_000).filter(|key| memory.change(key, |times| times.0 += 1).1).count();
        let kept: usize = memory.parts.iter().map(|part| part.lock().map_or(0, |part| part.len())).sum();
        assert_eq!(kept, 4 * PARTS);
        assert_eq!(lost + kept, 100_000);
        assert_eq!(memory.look(&0, |times| times.0), Some(1_000));
    }

    #[test]
    fn what_has_no_weight_makes_room_at_once() {
        let memory: Memory<u32, Times> = Memory::new(PARTS);
        for key in 0..10_000 {
            assert!(!memory.change(&key, |_| ()).1);
        }
        memory.forget(&9_999);
        assert_eq!(memory.look(&9_999, |times| times.0), None);
    }
}
