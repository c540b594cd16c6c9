//! One write transaction at a time, whatever happens on its way.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Executor as _};
use tokio::sync::Semaphore;

use super::changes::{Change, Epochs};
use super::engine::Engine;
use super::failure::{OutcomeUnknown, WriteError, may_be_written};
use super::feed;
use super::reserve::{self, Reserve};

/// How long to wait before it is tried again whether anything can be written.
const AGAIN: Duration = Duration::from_secs(1);
/// How many writes of this node hold the lock or wait for it. One waits while
/// another works; more would keep other nodes waiting, should this one stand
/// still: PostgreSQL ends their sessions one after the other.
const TURNS: usize = 2;
/// How long a statement that begins or ends a write may take. The network may
/// swallow the answer; on SQLite it waits for the disk.
const STATEMENT: Duration = Duration::from_secs(15);
/// How long the work of a write may take.
const WORK: Duration = Duration::from_mins(1);

/// A connection that goes back to its pool only after a clean end. What a BEGIN,
/// COMMIT or ROLLBACK that failed leaves behind is not known: then it is closed,
/// which rolls back.
struct Lent {
    connection: PoolConnection<Any>,
    is_clean: bool,
}

impl Lent {
    /// Ends the transaction with `COMMIT` or `ROLLBACK`.
    async fn end(&mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        self.connection.execute(statement).await?;
        self.is_clean = true;
        Ok(())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if !self.is_clean {
            self.connection.close_on_drop();
        }
    }
}

/// The write transaction of this moment.
pub struct Transaction {
    engine: Engine,
    lent: Lent,
    changes: Vec<Change>,
}

impl Transaction {
    /// The connection to run statements on.
    pub fn connection(&mut self) -> &mut AnyConnection {
        &mut self.lent.connection
    }

    /// What runs below.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Says what this transaction changes, so that caches forget it.
    pub fn changes(&mut self, change: Change) {
        self.changes.push(change);
    }
}

/// Writes for this node: one transaction at a time.
pub(super) struct Writer {
    engine: Engine,
    pub(super) pool: AnyPool,
    epochs: Arc<Epochs>,
    /// Space for withdrawing (SQLite only).
    reserve: Option<Arc<Reserve>>,
    turns: Semaphore,
    /// Whether nothing can be written, as it was found last.
    fails: AtomicBool,
    is_probed: AtomicBool,
    found: Mutex<Option<Instant>>,
}

impl Writer {
    pub(super) fn new(
        engine: Engine,
        pool: AnyPool,
        epochs: Arc<Epochs>,
        reserve: Option<Arc<Reserve>>,
    ) -> Self {
        Self {
            engine,
            pool,
            epochs,
            reserve,
            turns: Semaphore::new(TURNS),
            fails: AtomicBool::default(),
            is_probed: AtomicBool::default(),
            found: Mutex::default(),
        }
    }

    /// Begins, works and commits. Epochs of what `work` changed are raised before
    /// this returns, also when the outcome of the commit is unknown.
    pub(super) async fn transact<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, E>>,
        E: WriteError,
    {
        let engine = self.engine;
        let patience = self.pool.options().get_acquire_timeout();
        let _turn = within(patience, async { Ok(self.turns.acquire().await) }).await?;
        let lent = Lent { connection: self.pool.acquire().await?, is_clean: false };
        let mut transaction = Transaction { engine, lent, changes: Vec::new() };
        // The statement as it is, not sqlx's transaction: on SQLite that counts how deep it is
        // in, and counts on after a COMMIT that failed. Whatever fails from here on closes the
        // connection, but for a refusal, which rolls back.
        within(STATEMENT, transaction.connection().execute(engine.begin())).await?;
        within(STATEMENT, engine.lock_writes(transaction.connection())).await?;
        let done = tokio::time::timeout(WORK, work(&mut transaction)).await;
        let value = match done.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut.into())) {
            Ok(value) => value,
            Err(refusal) => {
                if let Err(error) = within(STATEMENT, transaction.lent.end("ROLLBACK")).await {
                    tracing::debug!(%error, "a connection that does not roll back is closed");
                }
                return Err(refusal);
            }
        };
        let changes = std::mem::take(&mut transaction.changes);
        within(STATEMENT, feed::announce(engine, transaction.connection(), &changes)).await?;
        let committed = within(STATEMENT, transaction.lent.end("COMMIT")).await;
        for change in &changes {
            self.epochs.raise(change);
        }
        match committed {
            Ok(()) => Ok(value),
            Err(error) if may_be_written(&error) => Err(OutcomeUnknown(error).into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses where there is no space for this write. A withdrawal uses the space
    /// that is kept for it.
    pub(super) fn make_space(&self, withdraws: bool) -> Result<(), sqlx::Error> {
        if !withdraws {
            return self.has_space();
        }
        if let Some(reserve) = &self.reserve {
            reserve.release_if_needed();
        }
        Ok(())
    }

    /// Whether anything but a withdrawal may be written.
    pub(super) fn has_space(&self) -> Result<(), sqlx::Error> {
        match &self.reserve {
            Some(reserve) if reserve.is_spent() => Err(reserve::no_space()),
            _ => Ok(()),
        }
    }

    pub(super) fn works(&self) -> bool {
        !self.fails.load(Ordering::Relaxed)
    }

    /// When it was found that writing works.
    fn found(&self) -> MutexGuard<'_, Option<Instant>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// After a write that did not succeed: finds out whether any does, and when.
    pub(super) fn probe(self: &Arc<Self>) {
        // Most are refusals, and one look a second is enough.
        if self.found().is_some_and(|at| at.elapsed() < AGAIN) || self.is_probed.swap(true, Ordering::Relaxed)
        {
            return;
        }
        let writer = Arc::clone(self);
        tokio::spawn(async move {
            while let Err(error) = writer.note().await {
                if !writer.fails.swap(true, Ordering::Relaxed) {
                    tracing::error!(%error, "nothing can be written");
                }
                if writer.pool.is_closed() {
                    return;
                }
                tokio::time::sleep(AGAIN).await;
            }
            if writer.fails.swap(false, Ordering::Relaxed) {
                tracing::info!("writing works again");
            }
            *writer.found() = Some(Instant::now());
            writer.is_probed.store(false, Ordering::Relaxed);
        });
    }

    /// The smallest write: a row that is as it was. On a full disk it may fit where
    /// no other does, so that there has to be space as well.
    async fn note(&self) -> Result<(), sqlx::Error> {
        if self.reserve.as_ref().is_some_and(|reserve| reserve.is_needed()) {
            return Err(reserve::no_space());
        }
        sqlx::query("UPDATE used_requests_forgotten SET until = until").execute(&self.pool).await.map(drop)
    }
}

/// What `step` gives, if it does so in time. The connection of one that does
/// not is to be closed.
pub(super) async fn within<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    tokio::time::timeout(limit, step).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}
