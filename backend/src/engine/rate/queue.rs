//! The limits with something to tell the other nodes.

use std::mem::take;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::bucket::Bucket;
use super::meter::Report;
use crate::database::nanoseconds;

/// The limits with something to tell.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Vec<Arc<Bucket>>>,
    /// There is something to tell.
    pub(super) filled: Notify,
    /// It is urgent.
    pub(super) hurry: Notify,
}

impl Queue {
    /// Notes that something has happened to a limit. `is_short` if this node needs more of it.
    pub(super) fn note(&self, bucket: &Arc<Bucket>, is_short: bool) {
        // Most calls only read.
        if !bucket.queued.load(Ordering::SeqCst) && !bucket.queued.swap(true, Ordering::SeqCst) {
            self.waiting().push(Arc::clone(bucket));
            self.filled.notify_one();
        }
        if is_short && !bucket.hurried.load(Ordering::SeqCst) && !bucket.hurried.swap(true, Ordering::SeqCst)
        {
            self.hurry.notify_one();
        }
    }

    /// Whether nothing is to be told.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting().is_empty()
    }

    /// The reports that are due, in the order of their keys. Limits with something to tell later
    /// stay in the queue.
    pub(super) fn reports(&self, nodes: i64) -> Vec<(Arc<Bucket>, Report)> {
        let now = nanoseconds();
        let waiting = take(&mut *self.waiting());
        let mut due = Vec::new();
        for bucket in waiting {
            // Who spends after this puts it into the queue again.
            bucket.queued.store(false, Ordering::SeqCst);
            bucket.hurried.store(false, Ordering::SeqCst);
            let mut meter = bucket.meter();
            if meter.is_idle() {
                continue;
            }
            let report = meter.must_report(now).then(|| meter.report(bucket.limit, nodes, now));
            drop(meter);
            self.note(&bucket, false);
            due.extend(report.map(|report| (bucket, report)));
        }
        due.sort_unstable_by(|(one, _), (other, _)| one.key.cmp(&other.key));
        due
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Arc<Bucket>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
