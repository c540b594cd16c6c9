//! The quotas of tokens on this node, and how a call is spent of them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use latchkey_shared::ids::TokenId;
use latchkey_shared::tokens::{Period, Quota};
use latchkey_shared::verify::Exceeded;

use super::calendar::Span;
use super::counter::{Counter, Moment};
use super::flush::{Queue, keep_writing, write};
use super::store;
use crate::database::{Database, Epochs, nanoseconds};
use crate::engine::known::Known;

/// A quota, and what is spent of it.
#[derive(Clone)]
pub struct Counted {
    quota: Quota,
    counter: Arc<Counter>,
}

impl Counted {
    /// The token whose quota it is.
    #[must_use]
    pub fn token(&self) -> &TokenId {
        &self.counter.token
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
    known: Mutex<Known<(TokenId, Period, String), Counter>>,
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

    /// These quotas of tokens with what is spent of them. What was spent of a quota that is in
    /// memory stays spent. Only another period or time zone begins a new count.
    pub async fn counted(
        &self,
        database: &Database,
        quotas: Vec<(TokenId, Quota)>,
        now: i64,
    ) -> Result<Vec<Counted>, sqlx::Error> {
        if quotas.is_empty() {
            return Ok(Vec::new());
        }
        let tokens: Vec<&TokenId> = quotas.iter().map(|(token, _)| token).collect();
        let uses = store::uses(database, &tokens, now).await?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.tidy();
        let count = |(token, quota): (TokenId, Quota)| {
            let key = (token.clone(), quota.period, quota.time_zone.clone());
            let counter = known.find_or(key, |_| true, || Counter::new(token.clone(), &quota));
            for used in uses.iter().filter(|used| used.token == token) {
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
        let tokens: Vec<&TokenId> = several.iter().map(|counted| counted.token()).collect();
        for used in store::uses(database, &tokens, now).await? {
            for counted in several.iter().filter(|counted| *counted.token() == used.token) {
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
