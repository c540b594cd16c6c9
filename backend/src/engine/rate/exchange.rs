//! The limits on this node, and the task that tells the other nodes what this one spends.

use std::collections::HashMap;
use std::mem::take;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use latchkey_shared::ids::TokenId;
use latchkey_shared::tokens::RateLimit;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

use super::bucket::{Bucket, RateLimits};
use super::limit::{EVERY, SOONEST};
use super::meter::Report;
use super::store;
use crate::database::{Database, Engine, Epochs, nanoseconds};

/// How many limits one statement tells of. It takes some milliseconds.
const BATCH: usize = 500;
/// How long one statement may take. What is granted later would soon be void.
const PROMPT: Duration = Duration::from_millis(800);
/// How often rows that say nothing any more are deleted.
const CLEARING: Duration = Duration::from_mins(10);
/// So many limits may be known before those that nobody uses any more are forgotten.
const SOME: usize = 1_024;

/// The limits on this node.
pub struct Rates {
    epochs: Arc<Epochs>,
    known: Mutex<Known>,
    /// The limits that have something to tell; `None` if there is only this node (SQLite).
    queue: Option<Queue>,
}

/// The limits of tokens in memory.
#[derive(Default)]
struct Known {
    buckets: HashMap<TokenId, Weak<Bucket>>,
    /// How many there may be before they are looked through.
    full: usize,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Vec<Arc<Bucket>>>,
    /// There is something to tell.
    filled: Notify,
    /// It is urgent.
    hurry: Notify,
}

impl Rates {
    /// Begins to tell other nodes what this one spends. As long as no token with a limit is used,
    /// it does nothing.
    pub(in crate::engine) fn start(database: &Database) -> Arc<Self> {
        let queue = (database.engine() == Engine::Postgres).then(Queue::default);
        let rates = Arc::new(Self { epochs: Arc::clone(database.epochs()), known: Mutex::default(), queue });
        if rates.queue.is_some() {
            let (rates, telling) = (Arc::downgrade(&rates), database.clone());
            database.spawn(async move { keep_telling(&rates, &telling).await });
        }
        rates
    }

    /// How many nodes share the limits.
    pub(super) fn nodes(&self) -> i64 {
        self.epochs.fleet().size()
    }

    /// The limits that the calls of a token must keep. What was spent of a limit that is in memory
    /// stays spent, unless the limit was changed.
    pub(in crate::engine) fn limits(&self, limits: Vec<(TokenId, RateLimit)>) -> RateLimits {
        if limits.is_empty() {
            return RateLimits::default();
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = &mut *known;
        if known.buckets.len() >= known.full {
            known.buckets.retain(|_, bucket| bucket.strong_count() > 0);
            known.full = (2 * known.buckets.len()).max(SOME);
        }
        let buckets = limits.into_iter().map(|(token, rate)| {
            let found = known.buckets.get(&token).and_then(Weak::upgrade);
            found.filter(|bucket| bucket.rate == rate).unwrap_or_else(|| {
                let bucket = Arc::new(Bucket::new(token.clone(), rate));
                known.buckets.insert(token, Arc::downgrade(&bucket));
                bucket
            })
        });
        RateLimits::new(buckets.collect())
    }

    /// Notes that a call of a limit was spent or denied. `is_short` if more is needed.
    pub(super) fn note(&self, bucket: &Arc<Bucket>, is_short: bool) {
        let Some(queue) = &self.queue else { return };
        if !bucket.queued.load(Ordering::Relaxed) {
            queue.add(bucket);
        }
        if is_short && !bucket.hurried.load(Ordering::Relaxed) && !bucket.hurried.swap(true, Ordering::SeqCst)
        {
            queue.hurry.notify_one();
        }
    }
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Vec<Arc<Bucket>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, bucket: &Arc<Bucket>) {
        if !bucket.queued.swap(true, Ordering::SeqCst) {
            self.waiting().push(Arc::clone(bucket));
            self.filled.notify_one();
        }
    }

    /// The reports that are due. Limits with something to tell later stay in the queue.
    fn reports(&self, nodes: i64) -> Vec<(Arc<Bucket>, Report)> {
        let now = nanoseconds();
        let mut due = Vec::new();
        for bucket in take(&mut *self.waiting()) {
            bucket.queued.store(false, Ordering::SeqCst);
            bucket.hurried.store(false, Ordering::SeqCst);
            {
                // Who spends from now on sees that it is not in the queue.
                let mut meter = bucket.meter();
                if meter.is_idle() {
                    continue;
                }
                if meter.must_report(now) {
                    due.push((Arc::clone(&bucket), meter.report(bucket.limit, nodes, now)));
                }
            }
            self.add(&bucket);
        }
        due.sort_unstable_by(|(one, _), (other, _)| one.token.cmp(&other.token));
        due
    }
}

async fn keep_telling(rates: &Weak<Rates>, database: &Database) {
    let nanoseconds = |time: i64| Duration::from_nanos(time.unsigned_abs());
    let (mut last, mut cleared, mut fails) = (Instant::now(), Instant::now(), false);
    while let Some(rates) = rates.upgrade() {
        let Some(queue) = &rates.queue else { return };
        if queue.waiting().is_empty() {
            queue.filled.notified().await;
            continue;
        }
        let hurried = async {
            queue.hurry.notified().await;
            sleep_until(last + nanoseconds(SOONEST)).await;
        };
        tokio::select! {
            () = sleep_until(last + nanoseconds(EVERY)) => {}
            () = hurried => {}
        }
        last = Instant::now();
        let told = tell(&rates, queue, database).await;
        if let Err(error) = &told
            && !fails
        {
            tracing::warn!(%error, "rate limits are not shared now; each node allows its part of them");
        }
        fails = told.is_err();
        if cleared.elapsed() >= CLEARING {
            cleared = Instant::now();
            if let Err(error) = store::forget(database).await {
                tracing::debug!(%error, "rate limits that are not used are not cleared away");
            }
        }
    }
}

/// Tells the other nodes what this one spent, and takes what is granted to it.
async fn tell(rates: &Rates, queue: &Queue, database: &Database) -> Result<(), sqlx::Error> {
    let mut outcome = Ok(());
    let due = queue.reports(rates.nodes());
    for some in due.chunks(BATCH) {
        let reports: Vec<_> = some.iter().map(|(bucket, report)| (bucket.token.clone(), *report)).collect();
        let sent = nanoseconds();
        let answered = match timeout(PROMPT, store::exchange(database, &reports)).await {
            Ok(answered) => answered,
            Err(_) => Err(sqlx::Error::PoolTimedOut),
        };
        let granted = answered.unwrap_or_else(|error| {
            outcome = Err(error);
            HashMap::new()
        });
        for (bucket, report) in some {
            match granted.get(&bucket.token) {
                Some(calls) => bucket.meter().take(*calls, sent),
                None => bucket.meter().keep(*report),
            }
            rates.note(bucket, false);
        }
    }
    outcome
}
