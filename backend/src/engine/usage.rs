//! Counts of decided calls: in memory, written from time to time. A crash loses at most what is
//! not written yet, never a decision or an audit event.

mod counts;
mod months;
mod store;

use std::collections::HashMap;
use std::mem::take;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use latchkey_shared::ids::{ApiId, TokenId};
use latchkey_shared::verify::Reason;

use self::counts::{Batch, Counts, Hours, hour_of};
pub use self::months::Months;
pub use self::store::{forget_hours, last_24_hours};
use crate::database::{Database, Rank, rest};

/// How long nothing is written after all counts are written.
const INTERVAL: Duration = Duration::from_secs(5);
/// How many tallies one transaction writes. It takes some milliseconds.
const BATCH: usize = 200;

/// What is counted and does not wait to be written yet.
#[derive(Default)]
struct Counted {
    hours: Hours,
    tokens: HashMap<TokenId, Counts>,
}

/// The counters of this node that are not written yet.
#[derive(Default)]
pub struct Usage {
    counted: Mutex<Counted>,
    /// What is written next. Held while counts are neither in memory nor written.
    waiting: tokio::sync::Mutex<Batch>,
    /// The tokens with counts that wait.
    waiting_tokens: AtomicUsize,
    /// When no counts waited last.
    caught_up: Mutex<Option<Instant>>,
}

/// Which counts to write.
pub enum Part {
    /// All.
    All,
    /// Those of one token.
    Token(TokenId),
    /// Those of all tokens together.
    Totals,
}

impl Usage {
    /// Counts a decided call. `denied` is `None` for an allowed call.
    pub fn count(&self, token: &TokenId, api: Option<&ApiId>, denied: Option<Reason>, now: i64) {
        let mut counted = self.counted();
        counted.hours.add(hour_of(now), denied, 1);
        match counted.tokens.get_mut(token) {
            Some(counts) => counts.add(now, api, denied),
            None => counted.tokens.entry(token.clone()).or_default().add(now, api, denied),
        }
    }

    /// Writes the counts again and again, some at a time and with rests. If there are many, it
    /// takes longer, but no larger share of the time.
    pub async fn keep_writing(&self, database: &Database) {
        self.note_waiting(&Batch::default());
        loop {
            tokio::time::sleep(INTERVAL).await;
            self.gather(&mut *self.waiting.lock().await);
            loop {
                // What waits is not locked during the rest.
                let mut waiting = self.waiting.lock().await;
                self.note_waiting(&waiting);
                let written = write_some(database, Rank::Background, &mut waiting).await;
                self.note_waiting(&waiting);
                drop(waiting);
                let Some(worked) = written else { break };
                rest(worked).await;
            }
        }
    }

    /// Writes a part of the counts without a rest. What cannot be written is kept for the next
    /// time. When this returns, what was counted before is written or kept. It completes even if
    /// the caller stops waiting.
    pub async fn flush(self: &Arc<Self>, database: &Database, part: Part) {
        let (usage, written_to) = (Arc::clone(self), database.clone());
        let flushed = database.spawn(async move {
            let mut waiting = usage.waiting.lock().await;
            let mut batch = usage.take(part, &mut waiting);
            while write_some(&written_to, Rank::Request, &mut batch).await.is_some() {}
            waiting.add_all(batch);
        });
        if let Err(error) = flushed.await {
            tracing::error!(%error, "writing usage broke off");
        }
    }

    fn take(&self, part: Part, waiting: &mut Batch) -> Batch {
        match part {
            Part::All => {
                self.gather(waiting);
                take(waiting)
            }
            Part::Token(token) => {
                let mut batch = Batch::default();
                let counted = self.counted().tokens.remove(&token);
                for counts in [waiting.tokens.remove(&token), counted].into_iter().flatten() {
                    batch.tokens.entry(token.clone()).or_default().add_all(counts);
                }
                batch
            }
            Part::Totals => {
                let mut hours = take(&mut waiting.hours);
                hours.add_all(take(&mut self.counted().hours));
                Batch { hours, ..Batch::default() }
            }
        }
    }

    /// Moves what is counted to what waits. Sorting is done outside of the lock that counting
    /// takes.
    fn gather(&self, waiting: &mut Batch) {
        let Counted { hours, tokens } = take(&mut *self.counted());
        waiting.add_all(Batch { hours, tokens: tokens.into_iter().collect() });
    }

    /// How many tokens have counts that are not written, and since when counts wait.
    #[must_use]
    pub fn unwritten(&self) -> (usize, Duration) {
        let tokens = self.counted().tokens.len() + self.waiting_tokens.load(Ordering::Relaxed);
        let caught_up = *self.caught_up.lock().unwrap_or_else(PoisonError::into_inner);
        (tokens, caught_up.filter(|_| tokens > 0).map_or(Duration::ZERO, |since| since.elapsed()))
    }

    fn note_waiting(&self, waiting: &Batch) {
        self.waiting_tokens.store(waiting.tokens.len(), Ordering::Relaxed);
        if waiting.is_empty() {
            *self.caught_up.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes some counts of `from`. Returns how long it took, or `None` if nothing was written.
async fn write_some(database: &Database, rank: Rank, from: &mut Batch) -> Option<Duration> {
    let some = Arc::new(from.take(BATCH));
    if some.is_empty() {
        return None;
    }
    match store::write(database, rank, Arc::clone(&some)).await {
        Ok(worked) => Some(worked),
        Err(error) => {
            tracing::warn!(%error, "usage is not written; it is kept for the next time");
            from.add_all(Arc::unwrap_or_clone(some));
            None
        }
    }
}
