//! The handle for all reads and writes.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use latchkey_shared::ids::NodeId;
use sqlx::{AnyConnection, AnyPool};
use tokio::runtime::Handle;

use super::changes::Epochs;
use super::engine::{Connections, Engine};
use super::failure::{OpenError, WriteError};
use super::feed::Feed;
use super::home::Home;
use super::opening::{connect, migrated};
use super::position::Place;
use super::reserve::Reserve;
use super::standing::Replication;
use super::turns::{Company, Rank};
use super::watch::Watch;
use super::went_back::WentBack;
use super::witness::Witness;
use super::write::{Transaction, Writer, within};
use super::writes::{WriteKind, Writes};
use super::{clock, position};
use crate::apart;
use crate::configuration::Configuration;
use crate::telemetry;
use crate::withdrawals::Position;

/// How long a brief write may take. Others wait behind it.
const BRIEFLY: Duration = Duration::from_secs(5);

/// A handle on the database. A clone is cheap.
#[derive(Clone)]
pub struct Database {
    engine: Engine,
    node: NodeId,
    read: AnyPool,
    /// What writes through this handle check first.
    witness: Witness,
    epochs: Arc<Epochs>,
    /// The server (PostgreSQL only).
    home: Option<Arc<Home>>,
    writer: Arc<Writer>,
    /// Writes run here, not on the worker of the request: a worker drops its tasks when the
    /// client resets the connection.
    runtime: Handle,
    /// Held as long as the database is open (SQLite only).
    _lock: Option<Arc<File>>,
}

impl Database {
    /// Opens the database, applies missing migrations and starts to listen for changes of other
    /// nodes. Call it on the runtime that outlives all requests.
    ///
    /// Fails if the database went back in time.
    pub async fn open(configuration: &Configuration) -> Result<Self, OpenError> {
        let (engine, lock) = Engine::prepare(configuration).await?;
        let (watch, connections) = connect(engine, configuration).await?;
        Self::begin((engine, lock), &configuration.data_dir, watch, connections).await
    }

    /// The same for a database that may have gone back in time, to reconcile it. Nothing is compared, and
    /// no withdrawal is written to the log.
    pub async fn open_to_reconcile(configuration: &Configuration) -> Result<Self, OpenError> {
        let (engine, lock) = Engine::prepare(configuration).await?;
        let watch = Arc::new(Watch::default());
        let (connections, _) = migrated(engine, configuration, &watch).await?;
        Self::begin((engine, lock), &configuration.data_dir, watch, connections).await
    }

    /// Compares the database with what is remembered of it, and closes it again.
    pub async fn compare(configuration: &Configuration) -> Result<(), OpenError> {
        let (engine, _lock) = Engine::prepare(configuration).await?;
        let (watch, Connections { read, write, .. }) = connect(engine, configuration).await?;
        read.close().await;
        write.close().await;
        watch.release();
        Ok(())
    }

    async fn begin(
        (engine, lock): (Engine, Option<File>),
        data_dir: &Path,
        watch: Arc<Watch>,
        Connections { read, write, place }: Connections,
    ) -> Result<Self, OpenError> {
        let home = place.as_ref().map(|(_, home)| Arc::clone(home));
        let marked = home.clone();
        watch.keep_marking(&write, move || (marked.as_ref().map(|home| home.history()), clock::now()));
        let epochs = Arc::new(Epochs::default());
        let node = NodeId::new();
        let feed = match place {
            Some((servers, home)) => Feed::start(
                servers,
                (home, Arc::clone(&watch)),
                [read.clone(), write.clone()],
                &node,
                &epochs,
            ),
            None => Feed::none(),
        };
        // Without a proof, the node starts all the same, and is not ready.
        let _ = tokio::time::timeout(BRIEFLY, epochs.proof()).await;
        let reserve = match engine {
            Engine::Sqlite => Some(Reserve::keep(data_dir)),
            Engine::Postgres => None,
        };
        let place = (write, home.clone());
        let writer = Writer::new((engine, node.clone()), place, Arc::clone(&epochs), (feed, watch), reserve);
        Ok(Self {
            engine,
            read,
            witness: Witness::default(),
            writer: Arc::new(writer),
            node,
            epochs,
            home,
            runtime: Handle::current(),
            _lock: lock.map(Arc::new),
        })
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The id of this node.
    #[must_use]
    pub fn node(&self) -> &NodeId {
        &self.node
    }

    /// The connections to read with.
    #[must_use]
    pub fn reader(&self) -> &AnyPool {
        &self.read
    }

    /// The same database, for writes that rely on these rights. Such a write fails if the rights
    /// have changed since they were read.
    #[must_use]
    pub fn by(&self, witness: &Witness) -> Self {
        Self { witness: witness.clone(), ..self.clone() }
    }

    /// Begins a read transaction. All its statements see the same moment.
    pub async fn read_at_one_moment(&self) -> Result<sqlx::Transaction<'static, sqlx::Any>, sqlx::Error> {
        self.read.begin_with(self.engine.begin_read()).await
    }

    /// The epochs that caches compare with.
    #[must_use]
    pub fn epochs(&self) -> &Arc<Epochs> {
        &self.epochs
    }

    /// Runs `work` in a write transaction beside which no other runs, on no node, and commits it
    /// if it returns `Ok`. The work completes even if the caller stops waiting. After any failure,
    /// the next write begins anew.
    ///
    /// Do nothing slow inside: no key generation, no password hashing, no network.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: WriteError + Send + 'static,
    {
        self.write_as(Rank::Request, work).await
    }

    /// The same for a change that withdraws rights, and for the login before it. It goes before
    /// all other writes that wait. On a full disk it may use the reserved space.
    pub async fn withdraw<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: WriteError + Send + 'static,
    {
        self.write_as(Rank::Withdrawal, work).await
    }

    /// [`Database::withdraw`] if the change withdraws rights, else [`Database::write`].
    pub async fn withdraw_if<T, E, F>(&self, withdraws: bool, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: WriteError + Send + 'static,
    {
        self.write_as(if withdraws { Rank::Withdrawal } else { Rank::Request }, work).await
    }

    /// [`Database::write`] with another rank.
    pub async fn write_as<T, E, F>(&self, rank: Rank, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: WriteError + Send + 'static,
    {
        self.write_in((rank, Company::Alone), work).await
    }

    /// [`Database::write`] beside other such writes (PostgreSQL only; SQLite has one writer). It
    /// must end no rights, and change no row that another such write may change, except for rows
    /// that it only adds to, always in the same order. If it meets another write all the same,
    /// because both add a row with the same key, it is done again alone.
    pub async fn write_beside<T, E, F>(&self, rank: Rank, work: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t mut Transaction) -> BoxFuture<'t, Result<T, E>> + Clone + Send + 'static,
        T: Send + 'static,
        E: WriteError + Send + 'static,
    {
        let again = work.clone();
        match self.write_in((rank, Company::Beside), move |transaction| work(transaction)).await {
            Err(error) if error.is_encounter() => {
                self.write_in((rank, Company::Alone), move |transaction| again(transaction)).await
            }
            outcome => outcome,
        }
    }

    async fn write_in<T, E, F>(&self, (rank, company): (Rank, Company), work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: WriteError + Send + 'static,
    {
        let began = Instant::now();
        let space = self.writer.make_space(rank);
        if space.is_err() {
            self.writer.writes.count(rank.into(), &space, began.elapsed());
        }
        space?;
        let (writer, witness) = (Arc::clone(&self.writer), self.witness.clone());
        let task = self.runtime.spawn(async move {
            let outcome = match writer.transact((rank, company), &witness, work).await {
                Ok((value, record)) => {
                    if let Some(record) = record {
                        writer.watch.write(record).await;
                    }
                    Ok(value)
                }
                Err(error) => Err(error),
            };
            writer.writes.count(rank.into(), &outcome, began.elapsed());
            if outcome.is_err() {
                writer.probe();
            }
            outcome.map_err(WriteError::rolled_back)
        });
        let written = async {
            match task.await {
                Ok(outcome) => outcome,
                Err(_) => Err(sqlx::Error::WorkerCrashed.into()),
            }
        };
        telemetry::write(WriteKind::from(rank).as_str(), written, |error| !error.is_refusal()).await
    }

    /// Waits until all changes that are committed now are known here. Returns whether they are; not
    /// if this node is cut off from the others.
    pub(super) async fn catches_up(&self) -> bool {
        self.writer.commits_are_known().await;
        tokio::time::timeout(BRIEFLY, self.epochs.catch_up()).await.unwrap_or(false)
    }

    /// Fails while the reserved space is in use. Then only withdrawals may write.
    pub fn has_space(&self) -> Result<(), sqlx::Error> {
        self.writer.has_space()
    }

    /// Whether changes can be written, as of the last check.
    #[must_use]
    pub fn can_write(&self) -> bool {
        self.writer.has_space().is_ok() && self.writer.works()
    }

    /// What happens to a change before it is answered (PostgreSQL only).
    #[must_use]
    pub fn replication(&self) -> Option<Replication> {
        self.home.as_ref().map(|home| home.replication())
    }

    /// Where the database is in the withdrawals, and the last time that it had for sure, in milliseconds
    /// since the epoch.
    pub async fn position(&self) -> Result<(Position, i64), sqlx::Error> {
        let Place { position, marked_at } = position::place(&mut *self.read.acquire().await?).await?;
        Ok((position, marked_at))
    }

    /// How the database went back in time, if it did. Then nothing may be decided or written.
    #[must_use]
    pub fn went_back(&self) -> Option<WentBack> {
        self.writer.watch.went_back()
    }

    /// Whether the withdrawal log can be written; `None` if there is none.
    #[must_use]
    pub fn withdrawal_log_works(&self) -> Option<bool> {
        self.writer.watch.log_works()
    }

    /// How the writes of this node ended.
    #[must_use]
    pub fn writes(&self) -> &Writes {
        &self.writer.writes
    }

    /// Runs `work` on the runtime that outlives requests.
    pub fn spawn<F>(&self, work: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.runtime.spawn(work)
    }

    /// The same on a thread of low priority, for work that needs a processor for long. It may
    /// block.
    pub fn spawn_apart<F>(&self, work: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let runtime = self.runtime.clone();
        apart::compute(move || runtime.block_on(work))
    }

    /// Runs `work` on a connection for writing, outside of [`Database::write`]. Use it only for a
    /// few rows that no cache holds and no invariant spans. Others may wait behind it, so it has a
    /// few seconds. After that its connection is closed.
    pub async fn write_briefly<T>(
        &self,
        work: impl AsyncFnOnce(&mut AnyConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, sqlx::Error> {
        let began = Instant::now();
        let acquired = within(BRIEFLY, self.writer.pool.acquire()).await;
        if acquired.is_err() {
            self.writer.writes.count(WriteKind::Brief, &acquired, began.elapsed());
        }
        let mut connection = acquired?;
        let left = BRIEFLY.saturating_sub(began.elapsed());
        let outcome = within(left, work(&mut connection)).await;
        self.writer.writes.count(WriteKind::Brief, &outcome, began.elapsed());
        if matches!(outcome, Err(sqlx::Error::PoolTimedOut)) {
            connection.close_on_drop();
        }
        outcome
    }

    /// The connections for writing outside of [`Database::write`]. Use them only for a few rows
    /// that no cache holds and no invariant spans.
    #[must_use]
    pub fn unordered_writer(&self) -> &AnyPool {
        &self.writer.pool
    }

    /// Checks that the database answers.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        sqlx::query("SELECT 1").execute(&self.read).await.map(drop)
    }

    /// Closes all connections. SQLite writes its log back.
    pub async fn close(&self) {
        let history = self.home.as_ref().map(|home| home.history());
        if let Err(error) = self.writer.watch.mark(&self.writer.pool, (history, clock::now())).await {
            tracing::debug!(%error, "the time is not marked");
        }
        self.read.close().await;
        self.writer.warm.close().await;
        self.writer.watch.release();
    }
}
