//! Write transactions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use latchkey_shared::ids::NodeId;
use sqlx::{AnyConnection, AnyPool};
use tokio::sync::watch;

use super::changes::{Change, Epochs};
use super::clock::now;
use super::engine::Engine;
use super::failure::{OutcomeUnknown, WriteError, may_be_written};
use super::feed::Feed;
use super::home::Home;
use super::position::{self, Reconciled};
use super::reserve::{self, Reserve};
use super::taking::Taking;
use super::turns::{ALONE, BESIDE, Company, Rank, Turns};
use super::warm::{Lent, Warm};
use super::watch::Watch;
use super::witness::Witness;
use super::writes::Writes;
use crate::withdrawals::{Record, Withdrawal};

/// How long to wait before checking again whether anything can be written.
const AGAIN: Duration = Duration::from_secs(1);
/// How long a statement that begins or ends a write may take. The network may lose the answer;
/// SQLite waits for the disk.
const STATEMENT: Duration = Duration::from_secs(15);
/// How long the work of a write may take.
const WORK: Duration = Duration::from_mins(1);

/// The current write transaction.
pub struct Transaction {
    engine: Engine,
    node: NodeId,
    lent: Lent,
    changes: Vec<Change>,
    withdrawn: Vec<Withdrawal>,
    /// Up to where an era begins that the transaction begins, if it begins one.
    reconciled: Option<Reconciled>,
}

impl Transaction {
    /// The connection for statements.
    pub fn connection(&mut self) -> &mut AnyConnection {
        self.lent.connection()
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

    /// Adds a change, so that caches drop the fact.
    pub fn changes(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// The database was reconciled: a new era of withdrawals begins. What this transaction withdraws was
    /// withdrawn before.
    pub fn reconciled(&mut self, how: Reconciled) {
        self.reconciled = Some(how);
    }

    /// Says what the next statements take away, and lets them.
    pub fn takes(&mut self, what: Withdrawal) -> Taking<'_> {
        self.takes_if(Some(what))
    }

    /// The same for statements that may take nothing away.
    pub fn takes_if(&mut self, what: Option<Withdrawal>) -> Taking<'_> {
        self.withdrawn.extend(what);
        Taking::new(self.lent.connection())
    }
}

/// The writer of this node.
pub(super) struct Writer {
    engine: Engine,
    node: NodeId,
    pub(super) pool: AnyPool,
    pub(super) warm: Arc<Warm>,
    /// The server (PostgreSQL only).
    home: Option<Arc<Home>>,
    epochs: Arc<Epochs>,
    feed: Feed,
    /// The position of withdrawals.
    pub(super) watch: Arc<Watch>,
    /// The space for withdrawing (SQLite only).
    reserve: Option<Arc<Reserve>>,
    /// The turns of writes that work alone.
    alone: Turns,
    /// The turns of writes that work beside others.
    beside: Turns,
    /// Held from a COMMIT until its changes are known.
    commits: tokio::sync::RwLock<()>,
    /// How writes ended.
    pub(super) writes: Writes,
    /// Whether nothing can be written, as of the last check.
    fails: AtomicBool,
    is_probed: AtomicBool,
    found: Mutex<Option<Instant>>,
}

impl Writer {
    pub(super) fn new(
        (engine, node): (Engine, NodeId),
        (pool, home): (AnyPool, Option<Arc<Home>>),
        epochs: Arc<Epochs>,
        (feed, watch): (Feed, Arc<Watch>),
        reserve: Option<Arc<Reserve>>,
    ) -> Self {
        Self {
            engine,
            node,
            warm: Arc::new(Warm::new(pool.clone(), home.clone())),
            pool,
            home,
            epochs,
            feed,
            watch,
            reserve,
            alone: Turns::new(ALONE),
            beside: Turns::new(BESIDE),
            commits: tokio::sync::RwLock::default(),
            writes: Writes::default(),
            fails: AtomicBool::default(),
            is_probed: AtomicBool::default(),
            found: Mutex::default(),
        }
    }

    /// Begins, works and commits. The epochs of all changes are raised before this returns,
    /// also if the outcome of the COMMIT is unknown. What was withdrawn must be in the log before it is
    /// answered.
    pub(super) async fn transact<T, E, F>(
        &self,
        (rank, company): (Rank, Company),
        witness: &Witness,
        work: F,
    ) -> Result<(T, Option<Record>), E>
    where
        F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, E>>,
        E: WriteError,
    {
        let engine = self.engine;
        let patience = self.pool.options().get_acquire_timeout();
        // SQLite has one writer.
        let company = if engine == Engine::Sqlite { Company::Alone } else { company };
        let turns = match company {
            Company::Alone => &self.alone,
            Company::Beside => &self.beside,
        };
        let turn = async {
            let turn = turns.take(rank).await?;
            // The others no longer wait for a node that is absent. It must not write what it
            // knew before.
            self.epochs.presence().await;
            Ok(turn)
        };
        let _turn = within(patience, turn).await?;
        let lent = Lent::from(&self.warm).await?;
        let mut transaction = Transaction {
            engine,
            node: self.node.clone(),
            lent,
            changes: Vec::new(),
            withdrawn: Vec::new(),
            reconciled: None,
        };
        // Plain statements, not sqlx's transaction: on SQLite its depth counter is wrong after
        // a failed COMMIT. Any failure from here on closes the connection, except a refusal,
        // which rolls back.
        let mut moved = self.home.as_ref().map(|home| home.moved());
        unless_moved(&mut moved, within(STATEMENT, engine.begin_write(transaction.connection(), company)))
            .await?;
        let checked = async {
            if !within(STATEMENT, witness.holds(transaction.connection())).await? {
                return Err(E::overtaken());
            }
            let value = work(&mut transaction).await?;
            // If it stands still from here on, PostgreSQL ends the session before it is absent.
            if self.epochs.is_present() { Ok(value) } else { Err(sqlx::Error::PoolTimedOut.into()) }
        };
        let done = tokio::time::timeout(WORK, checked).await;
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
        within(STATEMENT, self.feed.write(transaction.connection(), &changes)).await?;
        let record = within(STATEMENT, self.recorded(&mut transaction)).await?;
        // Changes become known here in the order of their commits: a later one never counts
        // beside what an earlier one has ended. Writes that work beside others end nothing, so
        // their order does not matter.
        let (_first, _together) = match company {
            Company::Alone => (Some(self.commits.write().await), None),
            Company::Beside => (None, Some(self.commits.read().await)),
        };
        // An old primary waits for its standby without end.
        let committing = within(STATEMENT, transaction.lent.end("COMMIT"));
        let committed = unless_moved(&mut moved, committing).await;
        for change in &changes {
            self.epochs.raise(change);
        }
        // What ends nothing is not urgent: others find it in the log.
        if company == Company::Alone {
            self.feed.tell(&changes);
        }
        match committed {
            Ok(()) => {
                if let Some(record) = &record {
                    self.watch.committed(record.position);
                }
                Ok((value, record))
            }
            Err(error) if may_be_written(&error) => Err(OutcomeUnknown(error).into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Raises the position if a transaction withdraws something. Returns what the log has to say.
    async fn recorded(&self, transaction: &mut Transaction) -> Result<Option<Record>, sqlx::Error> {
        if let Some(how) = transaction.reconciled {
            position::begin_era(transaction.connection(), how, now()).await?;
            return Ok(None);
        }
        let withdrawn = std::mem::take(&mut transaction.withdrawn);
        if withdrawn.is_empty() {
            return Ok(None);
        }
        let position = position::advance(transaction.connection()).await?;
        self.watch.intend(position);
        Ok(Some(Record { position, at: now(), node: self.node.clone(), withdrawn }))
    }

    /// Waits until the changes of all commits that have begun are known.
    pub(super) async fn commits_are_known(&self) {
        drop(self.commits.read().await);
    }

    /// Fails if there is no space for this write. A withdrawal may use the reserved space.
    pub(super) fn make_space(&self, rank: Rank) -> Result<(), sqlx::Error> {
        if rank != Rank::Withdrawal {
            return self.has_space();
        }
        if let Some(reserve) = &self.reserve {
            reserve.release_if_needed();
        }
        Ok(())
    }

    /// Fails while only withdrawals may write.
    pub(super) fn has_space(&self) -> Result<(), sqlx::Error> {
        match &self.reserve {
            Some(reserve) if reserve.is_spent() => Err(reserve::no_space()),
            _ => Ok(()),
        }
    }

    pub(super) fn works(&self) -> bool {
        !self.fails.load(Ordering::Relaxed)
    }

    /// When the last check found that writing works.
    fn found(&self) -> MutexGuard<'_, Option<Instant>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// After a failed write: checks until writing works again.
    pub(super) fn probe(self: &Arc<Self>) {
        // Most failures are refusals, and one check a second is enough.
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

    /// The smallest write: a row stays as it is. On a full disk it may still fit, so the free
    /// space is checked, too.
    async fn note(&self) -> Result<(), sqlx::Error> {
        if self.reserve.as_ref().is_some_and(|reserve| reserve.is_needed()) {
            return Err(reserve::no_space());
        }
        sqlx::query("UPDATE used_requests_forgotten SET until = until").execute(&self.pool).await.map(drop)
    }
}

/// Runs `step`, but not longer than this node works with the server. Close the connection after an
/// error.
async fn unless_moved<T>(
    moved: &mut Option<watch::Receiver<()>>,
    step: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let Some(moved) = moved else { return step.await };
    tokio::select! {
        biased;
        done = step => done,
        Ok(()) = moved.changed() => Err(sqlx::Error::PoolTimedOut),
    }
}

/// Runs `step` with a time limit. Close the connection of a step that takes longer.
pub(super) async fn within<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    tokio::time::timeout(limit, step).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}
