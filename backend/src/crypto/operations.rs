//! The queue of private-key operations. As many run as there are cores, and a limited number
//! waits. Each key and each source has a share of the queue, so that garbage for one token, or
//! from one caller, cannot starve the others.

use std::collections::HashMap;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};

use tokio::sync::oneshot;

use crate::counting::Counter;
use crate::strangers::network;

/// The limits of the queue.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Running at the same time.
    pub at_once: usize,
    /// Admitted at the same time, running or waiting.
    pub admitted: usize,
    /// Admitted for one key.
    pub per_key: usize,
    /// Admitted from one source.
    pub per_source: usize,
}

impl Default for Limits {
    /// As many at once as there are cores. At 250 µs each, a full queue on two cores takes an
    /// eighth of a second.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { at_once: cores, admitted: 512 * cores, per_key: 128 * cores, per_source: 128 * cores }
    }
}

/// The queue, or the share of this key or source, is full. Try again later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many private-key operations are waiting")]
pub struct Overloaded;

impl Overloaded {
    /// When to try again, in seconds: the value of `Retry-After`.
    pub const RETRY_AFTER: u32 = 1;
}

/// How many answers are given together while many operations wait. An answer wakes a thread that serves
/// requests, and that thread takes the core from the next operation.
const TOGETHER: usize = 8;

type Job = Box<dyn FnOnce() -> Answer + Send>;
/// Gives the result of an operation to who waits for it.
type Answer = Box<dyn FnOnce()>;

/// The queue. A clone is another handle to the same one.
///
/// Its own threads take the next operation as soon as one ends. A semaphore before the
/// runtime's blocking threads would leave cores idle, since it must wake a task that then wakes
/// a thread.
#[derive(Clone)]
pub struct PrivateOperations {
    jobs: mpsc::Sender<Job>,
    admitted: Arc<Mutex<Admitted>>,
    running: Arc<AtomicUsize>,
    refused: Arc<Refused>,
    limits: Limits,
}

/// How many operations were refused, and what was full.
#[derive(Default)]
struct Refused {
    queue: Counter,
    key: Counter,
    source: Counter,
}

/// The state of the queue.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Operations that run.
    pub running: usize,
    /// Operations that have a place and do not run: they wait, or for a moment their answers do.
    pub waiting: usize,
    /// How many were refused so far, by what was full.
    pub refused: [(&'static str, u64); 3],
}

#[derive(Default)]
struct Admitted {
    total: usize,
    by_key: HashMap<Box<str>, usize>,
    by_source: HashMap<Box<str>, usize>,
}

/// The source of an operation, for fairness.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// The address of the client.
    Address(IpAddr),
    /// A name, if there is no address: the system of the gateway.
    Named(&'a str),
}

impl Source<'_> {
    /// The address, if it is known.
    #[must_use]
    pub fn address(self) -> Option<IpAddr> {
        match self {
            Self::Address(address) => Some(address),
            Self::Named(_) => None,
        }
    }
}

impl<'a> Source<'a> {
    /// The address, or the name if the address is unknown.
    #[must_use]
    pub fn new(address: Option<IpAddr>, otherwise: &'a str) -> Self {
        address.map_or(Self::Named(otherwise), Self::Address)
    }
}

/// A place in the queue. It is freed when it is dropped.
pub struct Ticket {
    admitted: Arc<Mutex<Admitted>>,
    key: Box<str>,
    source: Box<str>,
}

impl PrivateOperations {
    /// Makes a queue and its threads. They end with the last handle.
    ///
    /// # Panics
    /// If no thread can be started.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let (jobs, waiting) = mpsc::channel::<Job>();
        let waiting = Arc::new(Mutex::new(waiting));
        let running = Arc::<AtomicUsize>::default();
        let admitted = Arc::<Mutex<Admitted>>::default();
        let many = 2 * TOGETHER * limits.at_once;
        for _ in 0..limits.at_once {
            let (waiting, running, admitted) =
                (Arc::clone(&waiting), Arc::clone(&running), Arc::clone(&admitted));
            std::thread::Builder::new()
                .name("private-key".to_owned())
                .spawn(move || work(&waiting, &running, || lock(&admitted).total > many))
                .expect("the system gives a thread");
        }
        Self { jobs, admitted, running, refused: Arc::default(), limits }
    }

    /// Takes a place in the queue for a key and a source.
    pub fn admit(&self, key: &str, source: Source<'_>) -> Result<Ticket, Overloaded> {
        let source = match source {
            Source::Address(address) => network(address).to_string().into(),
            Source::Named(name) => Box::from(name),
        };
        let mut admitted = lock(&self.admitted);
        let count = |counts: &HashMap<Box<str>, usize>, name| counts.get(name).copied().unwrap_or(0);
        let full = if admitted.total >= self.limits.admitted {
            Some(&self.refused.queue)
        } else if count(&admitted.by_key, key) >= self.limits.per_key {
            Some(&self.refused.key)
        } else if count(&admitted.by_source, &source) >= self.limits.per_source {
            Some(&self.refused.source)
        } else {
            None
        };
        if let Some(refused) = full {
            refused.raise();
            return Err(Overloaded);
        }
        let ticket = Ticket { admitted: Arc::clone(&self.admitted), key: key.into(), source };
        admitted.total += 1;
        *admitted.by_key.entry(ticket.key.clone()).or_default() += 1;
        *admitted.by_source.entry(ticket.source.clone()).or_default() += 1;
        Ok(ticket)
    }

    /// The state of the queue now.
    #[must_use]
    pub fn load(&self) -> Load {
        let running = self.running.load(Ordering::Relaxed);
        let refused = &*self.refused;
        Load {
            running,
            waiting: lock(&self.admitted).total.saturating_sub(running),
            refused: [
                ("queue", refused.queue.get()),
                ("key", refused.key.get()),
                ("source", refused.source.get()),
            ],
        }
    }

    /// Whether operations wait for others to end.
    #[must_use]
    pub fn are_waiting(&self) -> bool {
        lock(&self.admitted).total > self.limits.at_once
    }

    /// Runs an operation when its turn comes, unless nobody waits for it any more.
    ///
    /// # Errors
    /// [`Overloaded`] if the operation panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        ticket: Ticket,
        operation: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Overloaded> {
        let (answer, answered) = oneshot::channel();
        // The ticket belongs to the job: a dropped request must not free its place while the
        // operation runs.
        let job = move || -> Answer {
            let result = (!answer.is_closed()).then(operation);
            Box::new(move || {
                drop(ticket);
                if let Some(result) = result {
                    let _ = answer.send(result);
                }
            })
        };
        self.jobs.send(Box::new(job)).map_err(|_| Overloaded)?;
        answered.await.map_err(|_| Overloaded)
    }
}

/// Runs operations until the last handle of the queue is dropped.
fn work(waiting: &Mutex<mpsc::Receiver<Job>>, running: &AtomicUsize, many_wait: impl Fn() -> bool) {
    let mut answers: Vec<Answer> = Vec::with_capacity(TOGETHER);
    loop {
        let is_due = answers.len() == TOGETHER || !many_wait();
        let job = if is_due { None } else { next_at_once(waiting) };
        let job = job.or_else(|| {
            answers.drain(..).for_each(|answer| answer());
            next(waiting)
        });
        let Some(job) = job else { return };
        running.fetch_add(1, Ordering::Relaxed);
        // After a panic there is no answer, which tells the caller.
        answers.extend(catch_unwind(AssertUnwindSafe(job)));
        running.fetch_sub(1, Ordering::Relaxed);
    }
}

fn next(waiting: &Mutex<mpsc::Receiver<Job>>) -> Option<Job> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// A job that is there now. While another thread waits for one, there is none.
fn next_at_once(waiting: &Mutex<mpsc::Receiver<Job>>) -> Option<Job> {
    waiting.try_lock().ok()?.try_recv().ok()
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut admitted = lock(&self.admitted);
        admitted.total -= 1;
        give_back(&mut admitted.by_key, &self.key);
        give_back(&mut admitted.by_source, &self.source);
    }
}

fn give_back(counts: &mut HashMap<Box<str>, usize>, name: &str) {
    if let Some(count) = counts.get_mut(name) {
        *count -= 1;
        if *count == 0 {
            counts.remove(name);
        }
    }
}

fn lock(admitted: &Mutex<Admitted>) -> MutexGuard<'_, Admitted> {
    admitted.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::time::Duration;

    use super::*;

    const LIMITS: Limits = Limits { at_once: 1, admitted: 4, per_key: 2, per_source: 3 };

    #[test]
    fn no_key_and_no_source_exceeds_its_share() {
        let operations = PrivateOperations::new(LIMITS);
        let first = operations.admit("a", Source::Named("x")).unwrap();
        let _second = operations.admit("a", Source::Named("x")).unwrap();
        assert!(operations.admit("a", Source::Named("y")).is_err(), "the key has its share");
        let _third = operations.admit("b", Source::Named("x")).unwrap();
        assert!(operations.admit("c", Source::Named("x")).is_err(), "the source has its share");
        let _fourth = operations.admit("c", Source::Named("y")).unwrap();
        assert!(operations.admit("d", Source::Named("z")).is_err(), "the queue is full");
        assert!(operations.are_waiting());
        let load = operations.load();
        assert_eq!((load.running, load.waiting), (0, 4));
        assert_eq!(load.refused, [("queue", 1), ("key", 1), ("source", 1)]);
        drop(first);
        assert!(operations.admit("a", Source::Named("y")).is_ok());
    }

    #[test]
    fn an_empty_queue_keeps_no_entries() {
        let operations = PrivateOperations::new(LIMITS);
        drop(operations.admit("a", Source::Named("x")).unwrap());
        let admitted = lock(&operations.admitted);
        assert!(admitted.total == 0 && admitted.by_key.is_empty() && admitted.by_source.is_empty());
    }

    #[tokio::test]
    async fn an_operation_whose_request_is_gone_still_counts() {
        let operations = PrivateOperations::new(LIMITS);
        let (started, has_started) = mpsc::channel();
        let (finish, may_finish) = mpsc::channel::<()>();
        let ticket = operations.admit("a", Source::Named("x")).unwrap();
        let request = tokio::spawn({
            let operations = operations.clone();
            async move {
                operations
                    .run(ticket, move || {
                        started.send(()).unwrap();
                        may_finish.recv().unwrap();
                    })
                    .await
            }
        });
        tokio::task::spawn_blocking(move || has_started.recv().unwrap()).await.unwrap();
        request.abort();
        assert!(request.await.unwrap_err().is_cancelled());

        let waiting = operations.admit("b", Source::Named("x")).unwrap();
        let next = operations.run(waiting, || 7);
        let mut next = std::pin::pin!(next);
        assert!(tokio::time::timeout(Duration::from_millis(20), &mut next).await.is_err());
        assert_eq!(lock(&operations.admitted).total, 2);
        finish.send(()).unwrap();
        assert_eq!(next.await, Ok(7));
    }
}
