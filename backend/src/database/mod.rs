//! The database: SQLite in the data directory, or PostgreSQL for any number of
//! nodes. One SQL text serves both through `sqlx::Any`; all that differs is in
//! [`engine`].
//!
//! Reads go through [`Database::reader`]. Every change goes through
//! [`Database::write`]: one transaction at a time, with its audit events and
//! the [`Change`]s that caches must hear of, carried to its end even when the
//! request that asked for it is gone.

pub mod changes;
pub mod clock;
pub mod engine;
pub mod fresh;
pub mod lease;
pub mod matching;
mod private;
mod reserve;
pub mod sql;
mod write;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use sqlx::{AnyConnection, AnyPool};
use tokio::runtime::Handle;

pub use self::changes::{Change, Epochs, Stamp};
pub use self::clock::now;
pub use self::engine::Engine;
pub use self::fresh::{Fresh, FreshCell, Patience, in_time, promptly};
use self::reserve::Reserve;
use self::write::Writing;
pub use self::write::{OutcomeUnknown, Transaction, Trouble, WriteError};
use crate::configuration::Configuration;

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another server holds the data directory.
    #[error("another latchkey server is using {0}")]
    Locked(String),
    /// The data directory cannot be used.
    #[error("the data directory {0}: {1}")]
    Directory(String, #[source] std::io::Error),
    /// The address is neither `sqlite:` nor `postgres:`.
    #[error("LATCHKEY_DATABASE_URL must start with postgres: or sqlite:")]
    Url,
    /// The schema could not be brought up to date.
    #[error("migrations: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database did not answer.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

/// How long a write may take that others wait behind.
const BRIEFLY: Duration = Duration::from_secs(5);

/// A handle on the database; cloning it is cheap.
#[derive(Clone)]
pub struct Database {
    engine: Engine,
    read: AnyPool,
    write: AnyPool,
    epochs: Arc<Epochs>,
    writing: Arc<Writing>,
    /// Space for withdrawing (SQLite only).
    reserve: Option<Arc<Reserve>>,
    /// Writes run here, not on the worker that asked: a worker drops its tasks
    /// when the client resets the connection.
    runtime: Handle,
    /// Held as long as the database is open (SQLite only).
    _lock: Option<Arc<std::fs::File>>,
}

impl Database {
    /// Opens the database, brings its schema up to date and starts listening
    /// for what other nodes change. Must be called on the runtime that outlives
    /// all requests.
    pub async fn open(configuration: &Configuration) -> Result<Self, OpenError> {
        let (engine, lock) = Engine::prepare(configuration)?;
        let (read, write) = engine.connect(configuration).await?;
        clock::start(engine, &read).await?;
        engine.migrate(&write).await?;
        let epochs = Arc::new(Epochs::default());
        engine.listen(configuration, Arc::clone(&epochs));
        let reserve = match engine {
            Engine::Sqlite => Some(Reserve::keep(&configuration.data_dir)),
            Engine::Postgres => None,
        };
        Ok(Self {
            engine,
            read,
            write,
            epochs,
            writing: Arc::new(Writing::new()),
            reserve,
            runtime: Handle::current(),
            _lock: lock.map(Arc::new),
        })
    }

    /// What runs below.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The connections to read with.
    #[must_use]
    pub fn reader(&self) -> &AnyPool {
        &self.read
    }

    /// A read transaction: all its statements see the same moment, so that what
    /// they find together never mixes before and after a change.
    pub async fn read_at_one_moment(&self) -> Result<sqlx::Transaction<'static, sqlx::Any>, sqlx::Error> {
        self.read.begin_with(self.engine.begin_read()).await
    }

    /// What tells caches that they are out of date.
    #[must_use]
    pub fn epochs(&self) -> &Arc<Epochs> {
        &self.epochs
    }

    /// Does `work` in the one write transaction of this moment and commits it if
    /// it returns `Ok`. The work is finished even if the caller stops waiting for
    /// it. Whatever goes wrong, the next write begins anew.
    ///
    /// Nothing slow belongs inside: no key generation, no password hashing, no
    /// network.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: WriteError + Send + 'static,
    {
        self.withdraw_if(false, work).await
    }

    /// The same for what takes rights away, and for the login that it needs: on a
    /// full disk this may use the space that is kept for it.
    pub async fn withdraw<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: WriteError + Send + 'static,
    {
        self.withdraw_if(true, work).await
    }

    /// [`Database::withdraw`] if the work takes rights away, else [`Database::write`].
    pub async fn withdraw_if<T, E, F>(&self, withdraws: bool, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: WriteError + Send + 'static,
    {
        if !withdraws {
            self.has_space()?;
        } else if let Some(reserve) = &self.reserve {
            reserve.release_if_needed();
        }
        let database = self.clone();
        let task = self.runtime.spawn(async move {
            let outcome = write::transact(&database, work).await;
            if outcome.is_err() {
                write::probe(&database);
            }
            outcome.map_err(WriteError::rolled_back)
        });
        match task.await {
            Ok(outcome) => outcome,
            Err(_) => Err(sqlx::Error::WorkerCrashed.into()),
        }
    }

    /// Whether anything but a withdrawal may be written: not while the space is
    /// used that is kept for withdrawing.
    pub fn has_space(&self) -> Result<(), sqlx::Error> {
        match &self.reserve {
            Some(reserve) if reserve.is_spent() => Err(reserve::no_space()),
            _ => Ok(()),
        }
    }

    /// Whether changes can be written, as it was found last.
    #[must_use]
    pub fn can_write(&self) -> bool {
        self.has_space().is_ok() && self.writing.works()
    }

    /// Runs `work` on the runtime that outlives requests.
    pub fn spawn<F>(&self, work: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.runtime.spawn(work)
    }

    /// Does `work` with a connection that writes, outside of [`Database::write`]: for
    /// rows that no cache holds and no invariant spans. Others may be waiting behind
    /// it, so it has a few seconds; one that takes longer loses its connection.
    pub async fn write_briefly<T>(
        &self,
        work: impl AsyncFnOnce(&mut AnyConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, sqlx::Error> {
        let began = Instant::now();
        let mut connection = write::within(BRIEFLY, self.write.acquire()).await?;
        let left = BRIEFLY.saturating_sub(began.elapsed());
        let outcome = write::within(left, work(&mut connection)).await;
        if matches!(outcome, Err(sqlx::Error::PoolTimedOut)) {
            connection.close_on_drop();
        }
        outcome
    }

    /// The pool to write with outside of [`Database::write`]: for rows that no
    /// cache holds and no invariant spans (replay memory, counters).
    #[must_use]
    pub fn unordered_writer(&self) -> &AnyPool {
        &self.write
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        sqlx::query("SELECT 1").execute(&self.read).await.map(drop)
    }

    /// Closes all connections, writing SQLite's log back.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}
