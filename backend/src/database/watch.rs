//! Notices a database that went back in time: a file that was copied back, a point-in-time recovery, a
//! standby that lagged and was promoted.
//!
//! The position of the withdrawals only grows. A node remembers the last one that it saw: in its memory
//! while it runs, and beside its log. Each connection to a database before it is refused, and from then
//! on the node decides nothing, until the database was reconciled.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use sqlx::{AnyConnection, AnyPool};

use super::position::{self, Place};
use super::standing::History;
use super::went_back::{BeginError, WentBack};
use crate::withdrawals::{Log, LogError, Memory, Position, Record, Server};

/// How often the time is marked: what was written since is not missed if nothing was withdrawn.
const MARK: Duration = Duration::from_mins(1);

#[derive(Default)]
struct Known {
    position: Position,
    went_back: Option<WentBack>,
}

/// Compares the database with what is remembered.
#[derive(Default)]
pub(super) struct Watch {
    log: Option<Log>,
    known: Mutex<Known>,
    /// Whether the database went back, for those who ask with each request.
    is_behind: AtomicBool,
    /// Whether comparing has begun. Before, there may be nothing to compare with: the migrations come first.
    begun: OnceLock<()>,
}

impl Watch {
    /// Opens the log in a directory, if there is one.
    pub(super) fn open(directory: Option<&Path>) -> Result<Self, LogError> {
        Ok(Self { log: directory.map(Log::open).transpose()?, ..Self::default() })
    }

    /// Compares the database with the memory beside the log, and from then on each connection with what
    /// this node knows.
    pub(super) async fn begin(
        &self,
        connection: &mut AnyConnection,
        history: Option<History>,
        now: i64,
    ) -> Result<(), BeginError> {
        let installation = position::installation(connection).await?;
        let server = history.map(|History { system, timeline }| Server { system, timeline });
        if let Some(log) = &self.log {
            if let Some(memory) = log.memory() {
                let is_foreign = |(one, other): (&String, &String)| one != other;
                if memory.installation.as_ref().zip(installation.as_ref()).is_some_and(is_foreign) {
                    return Err(LogError::Foreign(log.directory().display().to_string()).into());
                }
                self.known().position = memory.position;
                let place = self.compare(connection).await?;
                if is_earlier(memory, server.as_ref(), place.marked_at) {
                    let went_back = WentBack { database: place.position, remembered: memory.position };
                    return Err(went_back.into());
                }
            }
            position::begin_first_era(connection).await?;
        }
        let place = position::mark(connection, now).await?;
        self.known().position = place.position;
        self.remember(installation, server, place).await;
        let _ = self.begun.set(());
        Ok(())
    }

    /// Fails if the database of a connection went back in time.
    async fn compare(&self, connection: &mut AnyConnection) -> Result<Place, BeginError> {
        // Before the database says where it is: others may withdraw meanwhile.
        let remembered = self.known().position;
        let place = position::place(connection).await?;
        let database = place.position;
        let is_behind = database < remembered
            || (database.era > remembered.era && !position::covers(connection, remembered).await?);
        if is_behind { Err(WentBack { database, remembered }.into()) } else { Ok(place) }
    }

    /// Fails if the database of a new connection went back in time. From then on, nothing may be decided, until
    /// [`Watch::goes_on`].
    pub(super) async fn admit(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        if self.begun.get().is_none() {
            return Ok(());
        }
        match self.compare(connection).await {
            Ok(_) => Ok(()),
            Err(BeginError::WentBack(went_back)) => {
                if self.known().went_back.replace(went_back).is_none() {
                    tracing::error!("{went_back}");
                }
                self.is_behind.store(true, Ordering::Release);
                Err(sqlx::Error::Protocol(went_back.to_string()))
            }
            Err(BeginError::Database(error)) => Err(error),
            Err(BeginError::Log(error)) => Err(sqlx::Error::Protocol(error.to_string())),
        }
    }

    /// The database was reconciled, and nothing in memory is from before.
    pub(super) fn goes_on(&self) {
        if self.known().went_back.take().is_some() {
            tracing::info!("the database was reconciled");
        }
        self.is_behind.store(false, Ordering::Release);
    }

    /// Notes where the database is, which must be proved to be the primary.
    pub(super) async fn follow(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        self.admit(connection).await?;
        let place = position::place(connection).await?;
        let mut known = self.known();
        known.position = known.position.max(place.position);
        Ok(())
    }

    /// How the database went back in time, as of the last connection.
    pub(super) fn went_back(&self) -> Option<WentBack> {
        if self.is_behind.load(Ordering::Acquire) { self.known().went_back } else { None }
    }

    /// Notes the position that the transaction is about to commit.
    pub(super) fn intend(&self, position: Position) {
        if let Some(log) = &self.log {
            log.intend(position);
        }
    }

    /// A withdrawal was committed.
    pub(super) fn committed(&self, position: Position) {
        let mut known = self.known();
        known.position = known.position.max(position);
    }

    /// Writes what was withdrawn to the log, before it is answered.
    pub(super) async fn write(&self, record: Record) {
        if let Some(log) = &self.log {
            log.append(record).await;
        }
    }

    /// Lets another server, or this one anew, write the log.
    pub(super) fn release(&self) {
        if let Some(log) = &self.log {
            log.release();
        }
    }

    /// Whether the log can be written; `None` if there is none.
    pub(super) fn log_works(&self) -> Option<bool> {
        self.log.as_ref().map(Log::works)
    }

    /// Marks the time from time to time, while the pool is open.
    pub(super) fn keep_marking(
        self: &Arc<Self>,
        pool: &AnyPool,
        seen: impl Fn() -> (Option<History>, i64) + Send + 'static,
    ) {
        if self.log.is_none() {
            return;
        }
        let (watch, pool) = (Arc::clone(self), pool.clone());
        tokio::spawn(async move {
            while tokio::time::timeout(MARK, pool.close_event()).await.is_err() {
                if let Err(error) = watch.mark(&pool, seen()).await {
                    tracing::debug!(%error, "the time is not marked");
                }
            }
        });
    }

    /// Marks the time in the database, and remembers where it is.
    pub(super) async fn mark(
        &self,
        pool: &AnyPool,
        (history, now): (Option<History>, i64),
    ) -> Result<(), sqlx::Error> {
        if self.log.is_none() || self.went_back().is_some() {
            return Ok(());
        }
        let mut connection = pool.acquire().await?;
        let installation = position::installation(&mut connection).await?;
        let place = position::mark(&mut connection, now).await?;
        drop(connection);
        let server = history.map(|History { system, timeline }| Server { system, timeline });
        self.remember(installation, server, place).await;
        Ok(())
    }

    async fn remember(&self, installation: Option<String>, server: Option<Server>, place: Place) {
        if let Some(log) = &self.log {
            let Place { position, marked_at } = place;
            log.remember(Memory { installation, server, position, marked_at }).await;
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a database at the remembered position is from before all the same. A standby that was promoted
/// may lack what was no withdrawal.
fn is_earlier(memory: &Memory, server: Option<&Server>, marked_at: i64) -> bool {
    match (&memory.server, server) {
        (Some(before), Some(now)) if before.system == now.system => {
            now.timeline < before.timeline
                || (now.timeline == before.timeline && marked_at < memory.marked_at)
        }
        // A copy of the database has another system.
        (Some(_), Some(_)) => false,
        _ => marked_at < memory.marked_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(server: Option<(&str, i64)>) -> Memory {
        Memory { server: server.map(of), marked_at: 100, ..Memory::default() }
    }

    fn of((system, timeline): (&str, i64)) -> Server {
        Server { system: system.to_owned(), timeline }
    }

    #[test]
    fn a_database_without_withdrawals_since_is_known_by_its_time() {
        let is_earlier =
            |before, now: Option<(&str, i64)>, at| is_earlier(&memory(before), now.map(of).as_ref(), at);
        assert!(is_earlier(None, None, 99) && !is_earlier(None, None, 100));
        let before = Some(("7", 2));
        assert!(is_earlier(before, Some(("7", 2)), 99) && !is_earlier(before, Some(("7", 2)), 100));
        assert!(is_earlier(before, Some(("7", 1)), 100), "an old primary");
        assert!(!is_earlier(before, Some(("7", 3)), 99), "a failover");
        assert!(!is_earlier(before, Some(("8", 1)), 99), "another cluster");
    }
}
