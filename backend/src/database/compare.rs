//! Compares facts in memory with the database, some at a time. They differ only if a change was not
//! announced: by a fault of the server, or because somebody changed the database by hand.

use std::collections::HashMap;
use std::sync::Arc;

use super::changes::{Change, Epochs};
use super::fresh::{Fact, Fresh, FreshCell, Observed, Weight};
use super::handle::Database;

/// How many facts are compared at a time.
const SOME: usize = 8;
/// How many are looked at, to find those that count.
const LOOKED_AT: usize = 1_000;

/// Goes through the facts of a cache, again and again.
pub struct Sample<'c, K, V: Weight> {
    cache: &'c Fresh<K, V>,
    rest: Box<dyn Iterator<Item = (K, Arc<Fact<V>>)> + Send + 'c>,
}

impl<'c, K, V> Sample<'c, K, V>
where
    K: Observed + Send + Sync,
    V: Weight + Send + Sync,
{
    /// Begins with the first fact.
    #[must_use]
    pub fn of(cache: &'c Fresh<K, V>) -> Self {
        Self { cache, rest: Box::new(cache.facts.iter()) }
    }

    /// Some more facts that count.
    fn next(&mut self) -> Vec<(K, Arc<Fact<V>>)> {
        let mut some = Vec::with_capacity(SOME);
        for _ in 0..LOOKED_AT {
            let Some((key, fact)) = self.rest.next() else {
                *self = Self::of(self.cache);
                break;
            };
            if self.cache.still_counts(&key, &fact) {
                some.push((key, fact));
            }
            if some.len() == SOME {
                break;
            }
        }
        some
    }

    /// Compares some more facts with what `read` finds. Those that differ are out of date from now
    /// on. Returns how many.
    pub async fn compare(
        &mut self,
        database: &Database,
        read: impl AsyncFnOnce(Vec<K>) -> Result<HashMap<K, V>, sqlx::Error>,
        is_same: impl Fn(&V, &V) -> bool,
    ) -> Result<u64, sqlx::Error> {
        let mut known = self.next();
        if known.is_empty() {
            return Ok(0);
        }
        let found = read(known.iter().map(|(key, _)| key.clone()).collect()).await?;
        known.retain(|(key, fact)| !found.get(key).is_some_and(|found| is_same(fact, found)));
        if known.is_empty() || !database.catches_up().await {
            return Ok(0);
        }
        // What has changed meanwhile does not count any more.
        known.retain(|(key, fact)| self.cache.still_counts(key, fact));
        for (key, _) in &known {
            end(&self.cache.epochs, &key.change());
        }
        Ok(known.len() as u64)
    }
}

impl<V> FreshCell<V> {
    /// Compares the fact with what `read` finds. If it differs, it is out of date from now on.
    /// Returns how many differed.
    pub async fn compare(
        &self,
        database: &Database,
        read: impl AsyncFnOnce() -> Result<V, sqlx::Error>,
        is_same: impl Fn(&V, &V) -> bool,
    ) -> Result<u64, sqlx::Error> {
        let Some(known) = self.get() else { return Ok(0) };
        if is_same(&known, &read().await?) || !database.catches_up().await || !self.still_counts(&known) {
            return Ok(0);
        }
        end(&self.epochs, &self.change);
        Ok(1)
    }
}

fn end(epochs: &Epochs, change: &Change) {
    tracing::error!(fact = change.encode(), "a fact in memory differed from the database");
    epochs.raise(change);
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use latchkey_shared::ids::TokenId;

    use super::*;

    #[tokio::test]
    async fn a_sample_goes_through_the_whole_cache() -> Result<(), sqlx::Error> {
        let epochs = Arc::<Epochs>::default();
        let cache: Fresh<TokenId, u8> = Fresh::new(Arc::clone(&epochs), 10_000_000);
        let add = async || {
            let token = TokenId::new();
            cache.get_or_read(&token, async || Ok::<_, sqlx::Error>(Some(1))).await.map(|_| token)
        };
        for _ in 0..LOOKED_AT * 2 {
            add().await?;
        }
        epochs.raise_all();
        let mut counting = HashSet::new();
        for _ in 0..5 {
            counting.insert(add().await?);
        }
        let mut sample = Sample::of(&cache);
        for _ in 0..3 {
            for (token, _) in sample.next() {
                counting.remove(&token);
            }
        }
        assert!(counting.is_empty(), "{counting:?}");
        Ok(())
    }
}
