//! The limits of tokens on this node, and how a call is spent of them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use latchkey_shared::tokens::RateLimit;
use latchkey_shared::verify::Exceeded;

use super::bucket::Bucket;
use super::exchange::keep_telling;
use super::meter::{Over, Spent};
use super::queue::Queue;
use crate::database::{Database, Engine, Epochs, nanoseconds};
use crate::engine::known::Known;
use crate::limits::LimitKey;

/// The limits on this node.
pub struct Rates {
    epochs: Arc<Epochs>,
    /// The limits in memory. They are there as long as a token in memory has them.
    known: Mutex<Known<LimitKey, Bucket>>,
    /// What is told to other nodes; `None` if there are none (SQLite).
    queue: Option<Arc<Queue>>,
}

impl Rates {
    /// Begins to tell other nodes what this one spends.
    #[must_use]
    pub fn start(database: &Database) -> Self {
        let queue = (database.engine() == Engine::Postgres).then(Arc::<Queue>::default);
        if let Some(queue) = queue.clone() {
            let told = database.clone();
            database.spawn(async move { keep_telling(&queue, &told).await });
        }
        Self { epochs: Arc::clone(database.epochs()), known: Mutex::default(), queue }
    }

    /// These limits with what is spent of them. What was spent of a limit that is in memory stays spent,
    /// unless the limit was changed.
    #[must_use]
    pub fn buckets(&self, limits: Vec<(LimitKey, RateLimit)>) -> Vec<Arc<Bucket>> {
        if limits.is_empty() {
            return Vec::new();
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.tidy();
        let bucket = |(key, rate): (LimitKey, RateLimit)| {
            known.find_or(key.clone(), |bucket| bucket.rate == rate, || Bucket::new(key, rate))
        };
        limits.into_iter().map(bucket).collect()
    }

    /// Spends a call.
    pub fn spend(&self, bucket: &Arc<Bucket>) -> Result<Spent, Exceeded> {
        let (spent, is_short) = {
            let mut meter = bucket.meter();
            (meter.spend(bucket.limit, self.nodes(), nanoseconds()), meter.is_short())
        };
        if let Some(queue) = &self.queue {
            queue.note(bucket, is_short);
        }
        spent.map_err(|over| exceeded(bucket, over))
    }

    /// Whether a call could pass.
    pub fn look(&self, bucket: &Bucket) -> Result<(), Exceeded> {
        let found = bucket.meter().look(bucket.limit, self.nodes(), nanoseconds());
        found.map_err(|over| exceeded(bucket, over))
    }

    fn nodes(&self) -> i64 {
        self.epochs.peers().size()
    }
}

fn exceeded(bucket: &Bucket, Over { wait }: Over) -> Exceeded {
    Exceeded::rate_limit(bucket.rate, Duration::from_nanos(u64::try_from(wait).unwrap_or_default()))
}
