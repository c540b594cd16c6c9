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
pub mod sql;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use sqlx::{AnyConnection, AnyPool};
use tokio::runtime::Handle;

pub use self::changes::{Change, Epochs, Stamp};
pub use self::clock::now;
pub use self::engine::Engine;
pub use self::fresh::{Fresh, FreshCell, promptly};
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

/// A handle on the database; cloning it is cheap.
#[derive(Clone)]
pub struct Database {
    engine: Engine,
    read: AnyPool,
    write: AnyPool,
    epochs: Arc<Epochs>,
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
        Ok(Self { engine, read, write, epochs, runtime: Handle::current(), _lock: lock.map(Arc::new) })
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
    /// it returns `Ok`. Epochs of what `work` said it changed are raised before
    /// this returns, also when the outcome of the commit is unknown. The work is
    /// finished even if the caller stops waiting for it.
    ///
    /// Nothing slow belongs inside: no key generation, no password hashing, no
    /// network.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<sqlx::Error> + Send + 'static,
    {
        let database = self.clone();
        let task = self.runtime.spawn(async move {
            let inner = database.write.begin_with(database.engine.begin()).await?;
            let mut transaction = Transaction { engine: database.engine, inner, changes: Vec::new() };
            database.engine.lock_writes(transaction.connection()).await?;
            // An early return drops the transaction, which rolls it back.
            let value = work(&mut transaction).await?;
            let changes = std::mem::take(&mut transaction.changes);
            database.engine.announce(transaction.connection(), &changes).await?;
            let committed = transaction.inner.commit().await;
            for change in &changes {
                database.epochs.raise(change);
            }
            committed?;
            Ok(value)
        });
        match task.await {
            Ok(outcome) => outcome,
            Err(_) => Err(sqlx::Error::WorkerCrashed.into()),
        }
    }

    /// Runs `work` on the runtime that outlives requests.
    pub fn spawn<F>(&self, work: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.runtime.spawn(work)
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

/// The write transaction of this moment.
pub struct Transaction {
    engine: Engine,
    inner: sqlx::Transaction<'static, sqlx::Any>,
    changes: Vec<Change>,
}

impl Transaction {
    /// The connection to run statements on.
    pub fn connection(&mut self) -> &mut AnyConnection {
        &mut self.inner
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
