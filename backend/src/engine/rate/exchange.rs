//! The task that tells the other nodes what this one spends (PostgreSQL).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout};

use super::bucket::Bucket;
use super::limit::{EVERY, SOONEST};
use super::meter::Report;
use super::queue::Queue;
use super::store;
use crate::database::{Database, nanoseconds};
use crate::limits::LimitKey;

/// How many limits one statement tells of. It takes some milliseconds.
const BATCH: usize = 500;
/// How long one statement may take. What is granted later would soon be void.
const PROMPT: Duration = Duration::from_millis(800);
/// How often rows that say nothing any more are deleted.
const CLEARING: Duration = Duration::from_mins(10);

/// Tells what is in the queue while the process runs. As long as no limit is spent, it
/// does nothing.
pub(super) async fn keep_telling(queue: &Queue, database: &Database) {
    let duration = |time: i64| Duration::from_nanos(time.unsigned_abs());
    let (mut last, mut cleared) = (Instant::now(), Instant::now());
    let mut fails = false;
    while !database.reader().is_closed() {
        if queue.is_empty() {
            queue.filled.notified().await;
            continue;
        }
        let hurried = async {
            queue.hurry.notified().await;
            sleep_until(last + duration(SOONEST)).await;
        };
        tokio::select! {
            () = sleep_until(last + duration(EVERY)) => {}
            () = hurried => {}
        }
        last = Instant::now();
        let told = tell(queue, database).await;
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
async fn tell(queue: &Queue, database: &Database) -> Result<(), sqlx::Error> {
    let mut outcome = Ok(());
    for some in queue.reports(database.epochs().peers().size()).chunks(BATCH) {
        let sent = nanoseconds();
        match granted(database, some).await {
            Ok(granted) => {
                for (bucket, report) in some {
                    match granted.get(&bucket.key) {
                        Some(calls) => bucket.meter().take(*calls, sent),
                        None => bucket.meter().keep(*report),
                    }
                }
            }
            Err(error) => {
                for (bucket, report) in some {
                    bucket.meter().keep(*report);
                }
                outcome = Err(error);
            }
        }
        for (bucket, _) in some {
            queue.note(bucket, false);
        }
    }
    outcome
}

async fn granted(
    database: &Database,
    reports: &[(Arc<Bucket>, Report)],
) -> Result<HashMap<LimitKey, i64>, sqlx::Error> {
    let reports: Vec<_> = reports.iter().map(|(bucket, report)| (bucket.key.clone(), *report)).collect();
    timeout(PROMPT, store::exchange(database, &reports)).await.map_err(|_| sqlx::Error::PoolTimedOut)?
}
