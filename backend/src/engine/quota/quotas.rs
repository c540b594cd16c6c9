//! The quotas of tokens on this node, and how a call is spent of them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use latchkey_shared::tokens::{Period, Quota};
use latchkey_shared::verify::Exceeded;

use super::calendar::Span;
use super::counter::{Counter, Moment};
use super::flush::{Queue, keep_writing, write};
use super::store;
use crate::database::{Database, Epochs, nanoseconds};
use crate::engine::known::Known;
use crate::limits::LimitKey;

/// A quota, and what is spent of it.
#[derive(Clone)]
pub struct Counted {
    quota: Quota,
    counter: Arc<Counter>,
}

impl Counted {
    /// What it is for.
    #[must_use]
    pub fn key(&self) -> &LimitKey {
        &self.counter.key
    }

    /// The quota.
    #[must_use]
    pub fn quota(&self) -> &Quota {
        &self.quota
    }

    /// How many calls are left at this time, and when the next day or month begins.
    #[must_use]
    pub fn left(&self, now: i64) -> (i64, i64) {
        self.counter.left(i64::from(self.quota.requests), now)
    }

    /// Takes back a call that did not pass.
    pub(crate) fn give_back(&self, spent: Spent) {
        self.counter.give_back(spent.0);
    }
}

/// A call that is spent, until it is known whether it passes.
#[derive(Debug, Clone, Copy)]
pub struct Spent(Span);

/// The quotas on this node.
pub struct Quotas {
    epochs: Arc<Epochs>,
    /// The counters in memory. They are there as long as a token in memory has them, or something
    /// is not written.
    known: Mutex<Known<(LimitKey, Period, String), Counter>>,
    queue: Arc<Queue>,
}

impl Quotas {
    /// Begins to write what is spent.
    #[must_use]
    pub fn start(database: &Database) -> Self {
        let queue = Arc::<Queue>::default();
        let (kept, written_to) = (Arc::clone(&queue), database.clone());
        database.spawn(async move { keep_writing(&kept, &written_to).await });
        Self { epochs: Arc::clone(database.epochs()), known: Mutex::default(), queue }
    }

    /// These quotas with what is spent of them. What was spent of a quota that is in
    /// memory stays spent. Only another period or time zone begins a new count.
    pub async fn counted(
        &self,
        database: &Database,
        quotas: Vec<(LimitKey, Quota)>,
        now: i64,
    ) -> Result<Vec<Counted>, sqlx::Error> {
        if quotas.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<&LimitKey> = quotas.iter().map(|(key, _)| key).collect();
        let uses = store::uses(database, &keys, now).await?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.tidy();
        let count = |(key, quota): (LimitKey, Quota)| {
            let days = (key.clone(), quota.period, quota.time_zone.clone());
            let counter = known.find_or(days, |_| true, || Counter::new(key.clone(), &quota));
            for used in uses.iter().filter(|used| used.key == key) {
                counter.learn(used.span, used.calls, now);
            }
            Counted { quota, counter }
        };
        Ok(quotas.into_iter().map(count).collect())
    }

    /// Learns what all nodes have written. A node that spends nothing does not hear of it.
    pub async fn refresh(
        &self,
        database: &Database,
        several: &[&Counted],
        now: i64,
    ) -> Result<(), sqlx::Error> {
        let keys: Vec<&LimitKey> = several.iter().map(|counted| counted.key()).collect();
        for used in store::uses(database, &keys, now).await? {
            for counted in several.iter().filter(|counted| *counted.key() == used.key) {
                counted.counter.learn(used.span, used.calls, now);
            }
        }
        Ok(())
    }

    /// Spends a call.
    pub fn spend(&self, counted: &Counted, now: i64) -> Result<Spent, Exceeded> {
        let spent = counted.counter.spend(i64::from(counted.quota.requests), self.moment(now));
        if spent.is_ok() {
            self.queue.note(&counted.counter);
        }
        spent.map(Spent).map_err(|wait| exceeded(counted, wait))
    }

    /// Whether a call could pass.
    pub fn look(&self, counted: &Counted, now: i64) -> Result<(), Exceeded> {
        let found = counted.counter.look(i64::from(counted.quota.requests), self.moment(now));
        found.map_err(|wait| exceeded(counted, wait))
    }

    /// Writes what is not written yet.
    pub async fn flush(&self, database: &Database) -> Result<(), sqlx::Error> {
        write(&self.queue, database).await
    }

    fn moment(&self, now: i64) -> Moment {
        Moment { now, ticks: nanoseconds(), nodes: self.epochs.peers().size() }
    }
}

fn exceeded(counted: &Counted, wait: i64) -> Exceeded {
    let wait = Duration::from_millis(u64::try_from(wait).unwrap_or_default());
    Exceeded::quota(counted.quota.clone(), wait)
}
