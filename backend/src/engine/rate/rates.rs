//! The limits of tokens on this node, and how a call is spent of them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use latchkey_shared::ids::TokenId;
use latchkey_shared::tokens::RateLimit;
use latchkey_shared::verify::Exceeded;

use super::bucket::Bucket;
use super::exchange::keep_telling;
use super::limit::SECOND;
use super::meter::Spent;
use super::queue::Queue;
use crate::database::{Database, Engine, Epochs, nanoseconds};

/// About how many bytes a limit of a token takes.
const BYTES: usize = 256;
/// So many limits may be known before those that nobody uses any more are forgotten.
const SOME: usize = 1_024;

/// The limits that the calls of a token must keep: its own, and those of the tokens that issued it.
#[derive(Clone, Default)]
pub struct RateLimits(Arc<[Arc<Bucket>]>);

impl RateLimits {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// About how many bytes they take.
    #[must_use]
    pub fn heap(&self) -> usize {
        self.0.len() * BYTES
    }

    fn each(&self) -> impl Iterator<Item = (&TokenId, &RateLimit)> {
        self.0.iter().map(|bucket| (&bucket.token, &bucket.rate))
    }

    fn give_back(&self, calls: &[Spent]) {
        for (bucket, spent) in self.0.iter().zip(calls) {
            bucket.meter().give_back(*spent);
        }
    }
}

impl fmt::Debug for RateLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.each()).finish()
    }
}

impl PartialEq for RateLimits {
    fn eq(&self, other: &Self) -> bool {
        self.each().eq(other.each())
    }
}

/// A call that is spent, until it is known whether it passes. If it is dropped, it is given back.
pub struct Reserved {
    limits: RateLimits,
    calls: Calls,
}

/// What was spent. Most tokens have one limit; then nothing is allocated.
enum Calls {
    Passed,
    One(Spent),
    Several(Vec<Spent>),
}

impl Reserved {
    /// The call passes.
    pub fn pass(mut self) {
        self.calls = Calls::Passed;
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        match &self.calls {
            Calls::Passed => {}
            Calls::One(spent) => self.limits.give_back(std::slice::from_ref(spent)),
            Calls::Several(several) => self.limits.give_back(several),
        }
    }
}

/// The limits on this node.
pub struct Rates {
    epochs: Arc<Epochs>,
    known: Mutex<Known>,
    /// What is told to other nodes; `None` if there are none (SQLite).
    queue: Option<Arc<Queue>>,
}

/// The limits in memory. They are there as long as a token in memory has them.
#[derive(Default)]
struct Known {
    buckets: HashMap<TokenId, Weak<Bucket>>,
    /// How many there may be before they are looked through.
    full: usize,
}

impl Rates {
    /// Begins to tell other nodes what this one spends.
    #[must_use]
    pub fn start(database: &Database) -> Arc<Self> {
        let queue = (database.engine() == Engine::Postgres).then(Arc::<Queue>::default);
        if let Some(queue) = queue.clone() {
            let told = database.clone();
            database.spawn(async move { keep_telling(&queue, &told).await });
        }
        Arc::new(Self { epochs: Arc::clone(database.epochs()), known: Mutex::default(), queue })
    }

    /// The limits that the calls of a token must keep. What was spent of a limit that is in memory
    /// stays spent, unless the limit was changed.
    #[must_use]
    pub fn limits(&self, limits: Vec<(TokenId, RateLimit)>) -> RateLimits {
        if limits.is_empty() {
            return RateLimits::default();
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.buckets.len() >= known.full {
            known.buckets.retain(|_, bucket| bucket.strong_count() > 0);
            known.full = (2 * known.buckets.len()).max(SOME);
        }
        let bucket = |(token, rate): (TokenId, RateLimit)| {
            let found = known.buckets.get(&token).and_then(Weak::upgrade);
            found.filter(|bucket| bucket.rate == rate).unwrap_or_else(|| {
                let bucket = Arc::new(Bucket::new(token.clone(), rate));
                known.buckets.insert(token, Arc::downgrade(&bucket));
                bucket
            })
        };
        RateLimits(limits.into_iter().map(bucket).collect())
    }

    /// Spends a call of each of these limits, or of none.
    pub fn reserve(&self, limits: &RateLimits) -> Result<Reserved, Exceeded> {
        let (nodes, now) = (self.epochs.peers().size(), nanoseconds());
        let take = |bucket| self.spend(bucket, nodes, now);
        let calls = match &*limits.0 {
            [only] => Calls::One(take(only)?),
            all => {
                let mut several = Vec::with_capacity(all.len());
                for bucket in all {
                    match take(bucket) {
                        Ok(spent) => several.push(spent),
                        Err(exceeded) => {
                            limits.give_back(&several);
                            return Err(exceeded);
                        }
                    }
                }
                Calls::Several(several)
            }
        };
        Ok(Reserved { limits: limits.clone(), calls })
    }

    fn spend(&self, bucket: &Arc<Bucket>, nodes: i64, now: i64) -> Result<Spent, Exceeded> {
        let (spent, is_short) = {
            let mut meter = bucket.meter();
            (meter.spend(bucket.limit, nodes, now), meter.is_short())
        };
        if let Some(queue) = &self.queue {
            queue.note(bucket, is_short);
        }
        spent.map_err(|over| Exceeded { rate_limit: bucket.rate, retry_after: seconds(over.wait) })
    }
}

/// A time in whole seconds, at least one.
fn seconds(nanoseconds: i64) -> u32 {
    u32::try_from((nanoseconds + SECOND - 1) / SECOND).unwrap_or(u32::MAX).max(1)
}
