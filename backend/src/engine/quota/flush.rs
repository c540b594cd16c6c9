//! The task that writes what is spent of quotas.

use std::collections::BTreeMap;
use std::mem::take;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::counter::{Addition, Counter};
use super::store::{self, Use};
use crate::database::{Database, nanoseconds, rest};

/// How long what is spent waits. A crash loses at most so much of it.
const INTERVAL: Duration = Duration::from_millis(500);
/// How many counts one statement writes. It takes some milliseconds.
const BATCH: usize = 200;

/// The counters with something to write.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Vec<Arc<Counter>>>,
    filled: Notify,
}

impl Queue {
    /// Notes that something was spent.
    pub(super) fn note(&self, counter: &Arc<Counter>) {
        // Most calls only read.
        if !counter.queued.load(Ordering::SeqCst) && !counter.queued.swap(true, Ordering::SeqCst) {
            self.waiting().push(Arc::clone(counter));
            self.filled.notify_one();
        }
    }

    fn additions(&self) -> Vec<(Arc<Counter>, Addition)> {
        let waiting = take(&mut *self.waiting());
        let addition = |counter: Arc<Counter>| {
            // Who spends after this puts it into the queue again.
            counter.queued.store(false, Ordering::SeqCst);
            let addition = counter.addition()?;
            Some((counter, addition))
        };
        waiting.into_iter().filter_map(addition).collect()
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Arc<Counter>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what is in the queue while the process runs. As long as no quota is spent, it does
/// nothing.
pub(super) async fn keep_writing(queue: &Queue, database: &Database) {
    let mut fails = false;
    while !database.reader().is_closed() {
        if queue.waiting().is_empty() {
            queue.filled.notified().await;
            continue;
        }
        tokio::time::sleep(INTERVAL).await;
        let written = write(queue, database).await;
        if let Err(error) = &written
            && !fails
        {
            tracing::warn!(%error, "the use of quotas is not written; it is tried again");
        }
        fails = written.is_err();
    }
}

/// Writes what is in the queue, some at a time and with rests.
pub(super) async fn write(queue: &Queue, database: &Database) -> Result<(), sqlx::Error> {
    let mut outcome = Ok(());
    let ticks = nanoseconds();
    for some in queue.additions().chunks(BATCH) {
        let began = Instant::now();
        // Two time zones may have the same days. A statement must not change a row twice.
        let mut uses = BTreeMap::new();
        for (counter, addition) in some {
            let key = (counter.key.clone(), addition.span.began, addition.span.ends);
            *uses.entry(key).or_insert(0) += addition.calls;
        }
        let counted = match outcome {
            Ok(()) => store::add(database, &uses).await,
            // The rest would fail, too, after a long time.
            Err(_) => Ok(Vec::new()),
        };
        let counted = counted.unwrap_or_else(|error| {
            outcome = Err(error);
            Vec::new()
        });
        for (counter, addition) in some {
            let is_it = |used: &&Use| used.span == addition.span && used.key == counter.key;
            if let Some(used) = counted.iter().find(is_it) {
                counter.confirm(*addition, used.calls, ticks);
            } else {
                counter.keep(*addition);
                queue.note(counter);
            }
        }
        if outcome.is_ok() {
            rest(began.elapsed()).await;
        }
    }
    outcome
}
