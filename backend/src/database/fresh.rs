//! Cached facts. A fact never outlives its state in the database.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwapOption;
use futures_util::FutureExt as _;
use latchkey_shared::ids::{TokenId, UserId};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::sync::watch;
use tokio::time::Instant;

use super::changes::{Change, Epochs, Stamp};
use super::patience::{before, deadline, promptly};
use super::uptime::Moment;
use crate::counting::Lookups;
use crate::telemetry::query;

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

/// The memory that a cached value takes.
pub trait Weight {
    /// About how many bytes it has outside of itself.
    fn heap(&self) -> usize;
}

/// About how many bytes a cache needs for each entry beside key and value.
pub const OVERHEAD: usize = 64;
/// About how many bytes an entry has. Caches with more of them have more locks.
const USUAL: usize = 2_048;

/// A value that was read, with its stamp from before the read.
#[derive(Debug)]
pub struct Fact<V> {
    value: V,
    stamp: Stamp,
    read_at: Moment,
}

impl<V> Fact<V> {
    fn counts(&self, epochs: &Epochs, change: &Change) -> bool {
        epochs.counts(self.stamp, change, self.read_at)
    }
}

impl<V> Deref for Fact<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.value
    }
}

/// The bytes of a fact in a cache.
#[derive(Clone, Copy)]
pub struct Bytes;

impl<K, V: Weight> Weighter<K, Arc<Fact<V>>> for Bytes {
    fn weight(&self, _: &K, fact: &Arc<Fact<V>>) -> u64 {
        (size_of::<K>() + size_of::<Fact<V>>() + fact.value.heap() + OVERHEAD) as u64
    }
}

/// Cached facts about many keys. The most used ones are kept.
pub struct Fresh<K, V: Weight> {
    pub(super) epochs: Arc<Epochs>,
    pub(super) facts: Cache<K, Arc<Fact<V>>, Bytes>,
    lookups: Lookups,
}

impl<K: Observed, V: Weight> Fresh<K, V> {
    /// Makes a cache of at most `bytes` bytes. A fact that is too large for it is read each time.
    #[must_use]
    pub fn new(epochs: Arc<Epochs>, bytes: usize) -> Self {
        let facts = Cache::with_weighter(bytes / USUAL, bytes as u64, Bytes);
        Self { epochs, facts, lookups: Lookups::default() }
    }

    /// The cached fact, if it counts.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<Arc<Fact<V>>> {
        let fact = self.facts.get(key).filter(|fact| self.still_counts(key, fact));
        self.lookups.note(fact.is_some());
        fact
    }

    /// How often a fact that counts was cached.
    #[must_use]
    pub fn lookups(&self) -> &Lookups {
        &self.lookups
    }

    /// Whether a fact about this key counts. It need not be cached any more.
    #[must_use]
    pub fn still_counts(&self, key: &K, fact: &Fact<V>) -> bool {
        fact.counts(&self.epochs, &key.change())
    }

    /// The fact, read if it is not cached; `None` if there is none.
    pub async fn get_or_read<E: From<sqlx::Error>, F>(
        &self,
        key: &K,
        read: impl FnOnce() -> F,
    ) -> Result<Option<Arc<Fact<V>>>, E>
    where
        F: Future<Output = Result<Option<V>, E>>,
    {
        if let Some(fact) = self.get(key) {
            return Ok(Some(fact));
        }
        let change = key.change();
        promptly::<_, E>(self.epochs.proof().map(Ok)).await?;
        let (stamp, read_at) = (self.epochs.stamp(&change), Moment::now());
        let Some(value) = query(change.table(), promptly(read())).await? else {
            self.facts.remove(key);
            return Ok(None);
        };
        let fact = Arc::new(Fact { value, stamp, read_at });
        self.facts.insert(key.clone(), Arc::clone(&fact));
        Ok(Some(fact))
    }

    /// The facts about several different keys, in this order. Those that are not cached are read together.
    pub async fn get_or_read_all<E: From<sqlx::Error>, F>(
        &self,
        keys: Vec<K>,
        read: impl FnOnce(Vec<K>) -> F,
    ) -> Result<Vec<(K, Arc<Fact<V>>)>, E>
    where
        F: Future<Output = Result<HashMap<K, V>, E>>,
    {
        let mut facts: Vec<(K, Option<Arc<Fact<V>>>)> =
            keys.into_iter().map(|key| (key.clone(), self.get(&key))).collect();
        if facts.iter().any(|(_, fact)| fact.is_none()) {
            promptly::<_, E>(self.epochs.proof().map(Ok)).await?;
        }
        let missing = facts.iter().filter(|(_, fact)| fact.is_none()).map(|(key, _)| key);
        let stamps: HashMap<K, Stamp> =
            missing.map(|key| (key.clone(), self.epochs.stamp(&key.change()))).collect();
        if !stamps.is_empty() {
            let read_at = Moment::now();
            let table = stamps.keys().next().map_or("", |key| key.change().table());
            let mut read = query(table, promptly(read(stamps.keys().cloned().collect()))).await?;
            for (key, fact) in &mut facts {
                if let (Some(&stamp), Some(value)) = (stamps.get(key), read.remove(key)) {
                    let new = Arc::new(Fact { value, stamp, read_at });
                    self.facts.insert(key.clone(), Arc::clone(&new));
                    *fact = Some(new);
                }
            }
        }
        Ok(facts.into_iter().filter_map(|(key, fact)| Some((key, fact?))).collect())
    }
}

/// One fact that every decision needs, replaced whole.
pub struct FreshCell<V> {
    pub(super) epochs: Arc<Epochs>,
    pub(super) change: Change,
    entry: ArcSwapOption<Fact<Arc<V>>>,
    /// One request reads after a change. The others wait for its result.
    reading: Mutex<Option<watch::Receiver<Found>>>,
}

/// The state of a read that others wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Nothing,
    Fact,
    Failure,
}

impl<V> FreshCell<V> {
    /// Makes a fact that ends with `change`.
    #[must_use]
    pub fn new(epochs: Arc<Epochs>, change: Change) -> Self {
        Self { epochs, change, entry: ArcSwapOption::empty(), reading: Mutex::default() }
    }

    /// The cached fact, if it counts.
    #[must_use]
    pub fn get(&self) -> Option<Arc<V>> {
        let entry = self.entry.load();
        entry
            .as_ref()
            .filter(|entry| entry.counts(&self.epochs, &self.change))
            .map(|entry| Arc::clone(&entry.value))
    }

    /// The last fact, also if it is out of date.
    #[must_use]
    pub fn last(&self) -> Option<Arc<V>> {
        self.entry.load().as_ref().map(|entry| Arc::clone(&entry.value))
    }

    /// Whether this is the cached fact, and it counts.
    #[must_use]
    pub fn still_counts(&self, value: &Arc<V>) -> bool {
        self.get().is_some_and(|known| Arc::ptr_eq(&known, value))
    }

    /// The fact, read if it is not cached. If the read fails, everybody who waits for it fails,
    /// since their own reads would fail too.
    pub async fn get_or_read<E: From<sqlx::Error>, F>(&self, read: impl FnOnce() -> F) -> Result<Arc<V>, E>
    where
        F: Future<Output = Result<V, E>>,
    {
        let deadline = deadline();
        loop {
            if let Some(value) = self.get() {
                return Ok(value);
            }
            let mut others = match self.join() {
                Ok(found) => return self.read(&found, deadline, read).await,
                Err(others) => others,
            };
            let ended =
                async { Ok(others.wait_for(|found| *found != Found::Nothing).await.map(|found| *found)) };
            // If the reader is gone, one of those who waited takes its place.
            if matches!(before::<_, E>(deadline, ended).await?, Ok(Found::Failure)) {
                return Err(sqlx::Error::PoolTimedOut.into());
            }
        }
    }

    fn reading(&self) -> MutexGuard<'_, Option<watch::Receiver<Found>>> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The right to read, or the result of the current reader.
    fn join(&self) -> Result<watch::Sender<Found>, watch::Receiver<Found>> {
        let mut reading = self.reading();
        // The channel of a reader that is gone is closed.
        if let Some(others) = reading.as_ref().filter(|others| others.has_changed().is_ok()) {
            return Err(others.clone());
        }
        let (found, others) = watch::channel(Found::Nothing);
        *reading = Some(others);
        Ok(found)
    }

    async fn read<E: From<sqlx::Error>, F>(
        &self,
        found: &watch::Sender<Found>,
        deadline: Instant,
        read: impl FnOnce() -> F,
    ) -> Result<Arc<V>, E>
    where
        F: Future<Output = Result<V, E>>,
    {
        if let Err(error) = before::<_, E>(deadline, self.epochs.proof().map(Ok)).await {
            found.send_replace(Found::Failure);
            return Err(error);
        }
        let (stamp, read_at) = (self.epochs.stamp(&self.change), Moment::now());
        match query(self.change.table(), before(deadline, read())).await {
            Ok(value) => {
                let value = Arc::new(value);
                self.entry.store(Some(Arc::new(Fact { value: Arc::clone(&value), stamp, read_at })));
                found.send_replace(Found::Fact);
                Ok(value)
            }
            Err(error) => {
                found.send_replace(Found::Failure);
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::time::Duration;

    use futures_util::future::join_all;

    use super::*;
    use crate::database::patience::{PATIENCE, Patience, in_time};

    impl Weight for u8 {
        fn heap(&self) -> usize {
            0
        }
    }

    #[tokio::test]
    async fn a_fill_that_overlaps_a_write_does_not_count() {
        let epochs = Arc::new(Epochs::default());
        let facts: Fresh<TokenId, u8> = Fresh::new(Arc::clone(&epochs), 10_000);
        let token = TokenId::new();
        let read = facts
            .get_or_read(&token, || async {
                let found_before_the_write = 1;
                epochs.raise(&Change::Token(token.clone()));
                Ok::<_, sqlx::Error>(Some(found_before_the_write))
            })
            .await;
        let outdated = read.unwrap().unwrap();
        assert!(**outdated == 1 && facts.get(&token).is_none());
        assert!(!facts.still_counts(&token, &outdated));
        let read = facts.get_or_read(&token, || async { Ok::<_, sqlx::Error>(Some(2)) }).await;
        let known = read.unwrap().unwrap();
        assert!(**known == 2 && facts.get(&token).is_some_and(|cached| **cached == 2));
        assert!(facts.still_counts(&token, &known));
    }

    #[tokio::test]
    async fn a_fact_that_is_too_large_for_the_cache_counts_all_the_same() {
        let facts: Fresh<TokenId, u8> = Fresh::new(Arc::default(), 10);
        let token = TokenId::new();
        let read = facts.get_or_read(&token, || async { Ok::<_, sqlx::Error>(Some(1)) }).await;
        let known = read.unwrap().unwrap();
        assert!(facts.get(&token).is_none() && facts.still_counts(&token, &known));
    }

    #[tokio::test]
    async fn a_cell_is_read_again_after_its_change() {
        let epochs = Arc::new(Epochs::default());
        let cell = FreshCell::new(Arc::clone(&epochs), Change::Catalog);
        let read =
            async |value: u8| *cell.get_or_read(|| async { Ok::<_, sqlx::Error>(value) }).await.unwrap();
        assert_eq!(read(1).await, 1);
        assert_eq!(read(2).await, 1);
        epochs.raise(&Change::Catalog);
        assert_eq!(read(2).await, 2);
    }

    #[tokio::test]
    async fn a_read_that_fails_fails_all_who_wait_for_it() {
        let cell = FreshCell::new(Arc::default(), Change::Catalog);
        let start = Instant::now();
        let never = std::future::pending::<Result<u8, sqlx::Error>>;
        let all = join_all((0..50).map(|_| cell.get_or_read(never))).await;
        assert!(all.iter().all(Result::is_err));
        assert!((PATIENCE..PATIENCE * 2).contains(&start.elapsed()));
        assert_eq!(*cell.get_or_read(|| async { Ok::<_, sqlx::Error>(1) }).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn the_reads_of_a_decision_have_a_second_together() {
        let start = Instant::now();
        let slow = || async {
            tokio::time::sleep(PATIENCE * 7 / 10).await;
            Ok::<_, sqlx::Error>(1)
        };
        let cell = FreshCell::new(Arc::default(), Change::Catalog);
        let (first, second) =
            in_time(async { (promptly(slow()).await, cell.get_or_read(slow).await.is_ok()) }).await;
        assert!(first.is_ok() && !second);
        assert!(start.elapsed() < PATIENCE * 13 / 10, "{:?}", start.elapsed());
        // A read outside of a decision has a second of its own.
        assert!(promptly(slow()).await.is_ok());
        // Time between two parts does not count.
        let mut patience = Patience::new();
        assert!(patience.wait(promptly(slow())).await.is_ok());
        tokio::time::sleep(PATIENCE).await;
        assert!(patience.wait(cell.get_or_read(async || Err(sqlx::Error::PoolClosed))).await.is_err());
        let start = Instant::now();
        assert!(patience.wait(promptly(slow())).await.is_err());
        assert!(start.elapsed() < PATIENCE * 6 / 10, "{:?}", start.elapsed());
    }

    #[tokio::test]
    async fn a_reader_who_goes_away_is_replaced() {
        let cell = FreshCell::new(Arc::default(), Change::Catalog);
        let goes_away = tokio::time::timeout(
            Duration::from_millis(100),
            cell.get_or_read(std::future::pending::<Result<u8, sqlx::Error>>),
        );
        let (gone, read) = tokio::join!(goes_away, cell.get_or_read(|| async { Ok::<_, sqlx::Error>(2) }));
        assert!(gone.is_err());
        assert_eq!(*read.unwrap(), 2);
    }
}
