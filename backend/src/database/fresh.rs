//! Facts in memory that never outlive what the database says.

use std::hash::Hash;
use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwapOption;
use latchkey_shared::ids::{TokenId, UserId};
use quick_cache::sync::Cache;

use super::changes::{Change, Epochs, Stamp};

/// A key whose facts end with a [`Change`].
pub trait Observed: Hash + Eq + Clone {
    /// The change that makes the facts about this key out of date.
    fn change(&self) -> Change;
}

impl Observed for TokenId {
    fn change(&self) -> Change {
        Change::Token(self.clone())
    }
}

impl Observed for UserId {
    fn change(&self) -> Change {
        Change::User(self.clone())
    }
}

struct Entry<V> {
    value: Arc<V>,
    stamp: Stamp,
    read_at: Instant,
}

impl<V> Clone for Entry<V> {
    fn clone(&self) -> Self {
        Self { value: Arc::clone(&self.value), stamp: self.stamp, read_at: self.read_at }
    }
}

impl<V> Entry<V> {
    fn counts(&self, epochs: &Epochs, change: &Change) -> bool {
        self.stamp == epochs.stamp(change) && self.read_at.elapsed() < epochs.age_limit()
    }
}

/// The facts about many keys, the most used of them.
pub struct Fresh<K, V> {
    epochs: Arc<Epochs>,
    entries: Cache<K, Entry<V>>,
}

impl<K: Observed, V> Fresh<K, V> {
    /// Room for `capacity` facts.
    #[must_use]
    pub fn new(epochs: Arc<Epochs>, capacity: usize) -> Self {
        Self { epochs, entries: Cache::new(capacity) }
    }

    /// The fact, if it is known and counts.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<Arc<V>> {
        let entry = self.entries.get(key)?;
        entry.counts(&self.epochs, &key.change()).then_some(entry.value)
    }

    /// The fact, read if it is not known; `None` if there is none. What `read`
    /// finds is kept under the stamp from before it began.
    pub async fn get_or_read<E, F>(&self, key: &K, read: impl FnOnce() -> F) -> Result<Option<Arc<V>>, E>
    where
        F: Future<Output = Result<Option<V>, E>>,
    {
        if let Some(value) = self.get(key) {
            return Ok(Some(value));
        }
        let (stamp, read_at) = (self.epochs.stamp(&key.change()), Instant::now());
        let Some(value) = read().await?.map(Arc::new) else {
            self.entries.remove(key);
            return Ok(None);
        };
        self.entries.insert(key.clone(), Entry { value: Arc::clone(&value), stamp, read_at });
        Ok(Some(value))
    }
}

/// One fact that everybody needs, replaced whole.
pub struct FreshCell<V> {
    epochs: Arc<Epochs>,
    change: Change,
    entry: ArcSwapOption<Entry<V>>,
    /// One reader at a time, so that a change does not make all of them read.
    reading: tokio::sync::Mutex<()>,
}

impl<V> FreshCell<V> {
    /// A fact that ends with `change`.
    #[must_use]
    pub fn new(epochs: Arc<Epochs>, change: Change) -> Self {
        Self { epochs, change, entry: ArcSwapOption::empty(), reading: tokio::sync::Mutex::new(()) }
    }

    /// The fact, if it is known and counts.
    #[must_use]
    pub fn get(&self) -> Option<Arc<V>> {
        let entry = self.entry.load();
        entry
            .as_ref()
            .filter(|entry| entry.counts(&self.epochs, &self.change))
            .map(|entry| Arc::clone(&entry.value))
    }

    /// The fact, read if it is not known.
    pub async fn get_or_read<E, F>(&self, read: impl FnOnce() -> F) -> Result<Arc<V>, E>
    where
        F: Future<Output = Result<V, E>>,
    {
        if let Some(value) = self.get() {
            return Ok(value);
        }
        let _reading = self.reading.lock().await;
        if let Some(value) = self.get() {
            return Ok(value);
        }
        let (stamp, read_at) = (self.epochs.stamp(&self.change), Instant::now());
        let value = Arc::new(read().await?);
        self.entry.store(Some(Arc::new(Entry { value: Arc::clone(&value), stamp, read_at })));
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[tokio::test]
    async fn a_fill_that_overlaps_a_write_does_not_count() {
        let epochs = Arc::new(Epochs::default());
        let facts: Fresh<TokenId, u8> = Fresh::new(Arc::clone(&epochs), 10);
        let token = TokenId::new();
        let read = facts
            .get_or_read(&token, || async {
                let found_before_the_write = 1;
                epochs.raise(&Change::Token(token.clone()));
                Ok::<_, Infallible>(Some(found_before_the_write))
            })
            .await;
        assert_eq!(read, Ok(Some(Arc::new(1))));
        assert_eq!(facts.get(&token), None);
        let read = facts.get_or_read(&token, || async { Ok::<_, Infallible>(Some(2)) }).await;
        assert_eq!(read, Ok(Some(Arc::new(2))));
        assert_eq!(facts.get(&token), Some(Arc::new(2)));
    }

    #[tokio::test]
    async fn a_cell_is_read_again_after_its_change() {
        let epochs = Arc::new(Epochs::default());
        let cell = FreshCell::new(Arc::clone(&epochs), Change::Catalog);
        assert_eq!(cell.get_or_read(|| async { Ok::<_, Infallible>(1) }).await, Ok(Arc::new(1)));
        assert_eq!(cell.get_or_read(|| async { Ok::<_, Infallible>(2) }).await, Ok(Arc::new(1)));
        epochs.raise(&Change::Catalog);
        assert_eq!(cell.get_or_read(|| async { Ok::<_, Infallible>(2) }).await, Ok(Arc::new(2)));
    }
}
