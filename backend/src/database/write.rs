//! One write transaction at a time, whatever happens on its way.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, Executor as _};
use tokio::sync::Semaphore;

use super::{Change, Database, Engine, reserve};

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

/// The connection was lost while it committed: what the transaction wrote may be
/// there or not.
#[derive(Debug, thiserror::Error)]
#[error("it is not known whether this was written: {0}")]
pub struct OutcomeUnknown(#[source] pub sqlx::Error);

/// What a write can fail with.
pub trait WriteError: From<sqlx::Error> + From<OutcomeUnknown> {
    /// The same, now that the transaction is known to be rolled back, if it ever
    /// began: nothing was written.
    #[must_use]
    fn rolled_back(self) -> Self {
        self
    }
}

impl WriteError for sqlx::Error {}

/// For those who write again in any case.
impl From<OutcomeUnknown> for sqlx::Error {
    fn from(OutcomeUnknown(error): OutcomeUnknown) -> Self {
        error
    }
}

/// What kept the database from doing its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// There is no connection, or it was lost.
    Unreachable,
    /// It reads, but does not write: the disk is full or broken.
    Unwritable,
}

impl Trouble {
    /// What an error is a sign of; `None` for one that is the statement's own fault.
    #[must_use]
    pub fn of(error: &sqlx::Error) -> Option<Self> {
        match error {
            sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                Some(Self::Unwritable)
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Some(Self::Unreachable),
            sqlx::Error::Database(error) => Self::of_code(&error.code()?),
            _ => None,
        }
    }

    /// An SQLSTATE has five characters, an extended result code of SQLite has fewer.
    fn of_code(code: &str) -> Option<Self> {
        if code.len() == 5 {
            return match code {
                // Killed, shut down, or stood still for too long.
                "57P01" | "57P02" | "57P03" | "25P03" => Some(Self::Unreachable),
                // Read only since a failover; an I/O error.
                "25006" | "58030" => Some(Self::Unwritable),
                _ if code.starts_with("08") => Some(Self::Unreachable),
                _ if code.starts_with("53") => Some(Self::Unwritable),
                _ => None,
            };
        }
        match code.parse::<u32>().ok()? & 0xff {
            // SQLITE_BUSY
            5 => Some(Self::Unreachable),
            // SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN
            8 | 10 | 13 | 14 => Some(Self::Unwritable),
            _ => None,
        }
    }
}

/// Whether a COMMIT that failed so may have been carried out.
fn may_be_written(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => code_may_be_written(&error.code().unwrap_or_default()),
        _ => true,
    }
}

fn code_may_be_written(code: &str) -> bool {
    if code.len() == 5 {
        // Killed while it committed. Who stood still for too long (25P03) was ended before.
        return code.starts_with("57P") || code.starts_with("08");
    }
    // SQLITE_IOERR; a full disk (SQLITE_FULL) rolls back.
    code.parse::<u32>().is_ok_and(|code| code & 0xff == 10)
}

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

/// Begins, works and commits. Epochs of what `work` changed are raised before
/// this returns, also when the outcome of the commit is unknown.
pub(super) async fn transact<T, E, F>(database: &Database, work: F) -> Result<T, E>
where
    F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, E>>,
    E: WriteError,
{
    let engine = database.engine;
    let patience = database.write.options().get_acquire_timeout();
    let _turn = within(patience, async { Ok(database.writing.turns.acquire().await) }).await?;
    let lent = Lent { connection: database.write.acquire().await?, is_clean: false };
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
    within(STATEMENT, engine.announce(transaction.connection(), &changes)).await?;
    let committed = within(STATEMENT, transaction.lent.end("COMMIT")).await;
    for change in &changes {
        database.epochs.raise(change);
    }
    match committed {
        Ok(()) => Ok(value),
        Err(error) if may_be_written(&error) => Err(OutcomeUnknown(error).into()),
        Err(error) => Err(error.into()),
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

/// Whose turn it is to write, and whether anything can be written, as it was found last.
pub(super) struct Writing {
    turns: Semaphore,
    fails: AtomicBool,
    is_probed: AtomicBool,
    found: Mutex<Option<Instant>>,
}

impl Writing {
    pub(super) fn new() -> Self {
        Self {
            turns: Semaphore::new(TURNS),
            fails: AtomicBool::default(),
            is_probed: AtomicBool::default(),
            found: Mutex::default(),
        }
    }

    pub(super) fn works(&self) -> bool {
        !self.fails.load(Ordering::Relaxed)
    }

    /// When it was found that writing works.
    fn found(&self) -> MutexGuard<'_, Option<Instant>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// After a write that did not succeed: finds out whether any does, and when.
pub(super) fn probe(database: &Database) {
    let writing = &database.writing;
    // Most are refusals, and one look a second is enough.
    if writing.found().is_some_and(|at| at.elapsed() < AGAIN)
        || writing.is_probed.swap(true, Ordering::Relaxed)
    {
        return;
    }
    let database = database.clone();
    tokio::spawn(async move {
        let writing = &database.writing;
        while let Err(error) = note(&database).await {
            if !writing.fails.swap(true, Ordering::Relaxed) {
                tracing::error!(%error, "nothing can be written");
            }
            if database.write.is_closed() {
                return;
            }
            tokio::time::sleep(AGAIN).await;
        }
        if writing.fails.swap(false, Ordering::Relaxed) {
            tracing::info!("writing works again");
        }
        *writing.found() = Some(Instant::now());
        writing.is_probed.store(false, Ordering::Relaxed);
    });
}

/// The smallest write: a row that is as it was. On a full disk it may fit where
/// no other does, so that there has to be space as well.
async fn note(database: &Database) -> Result<(), sqlx::Error> {
    if database.reserve.as_ref().is_some_and(|reserve| reserve.is_needed()) {
        return Err(reserve::no_space());
    }
    sqlx::query("UPDATE used_requests_forgotten SET until = until").execute(&database.write).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_engines_are_understood() {
        for (code, trouble) in [
            ("13", Some(Trouble::Unwritable)),
            ("778", Some(Trouble::Unwritable)),
            ("5", Some(Trouble::Unreachable)),
            ("2067", None),
            ("53100", Some(Trouble::Unwritable)),
            ("25006", Some(Trouble::Unwritable)),
            ("57P01", Some(Trouble::Unreachable)),
            ("08006", Some(Trouble::Unreachable)),
            ("23505", None),
        ] {
            assert_eq!(Trouble::of_code(code), trouble, "{code}");
        }
        let unknown =
            ["778", "57P01", "08006", "13", "5", "25P03", "53100", "40001"].map(code_may_be_written);
        assert_eq!(unknown, [true, true, true, false, false, false, false, false]);
        assert!(may_be_written(&sqlx::Error::WorkerCrashed));
    }
}
