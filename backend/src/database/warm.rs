//! Connections that writes have just used (PostgreSQL only).
//!
//! The pool tests a connection when it comes back, which is a trip to the server, and lends the one
//! that has rested longest. Writes take the one that was used last: what its session has in memory
//! is likely still in the cache of the processor.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Executor as _};
use tokio::time::timeout;

use super::engine::TRUSTED;
use super::home::Home;

/// How long a connection may take to answer.
const ANSWER: Duration = Duration::from_secs(2);
/// After this long, a connection goes back to the pool, which looks at its age.
const KEPT: Duration = Duration::from_mins(1);

/// A connection of the pool, and since when it is out of it.
type Taken = (PoolConnection<Any>, Instant);

/// A connection for one write. It is used again only after a clean end. After a failed BEGIN, COMMIT
/// or ROLLBACK its state is unknown, so it is closed, which rolls back.
pub(super) struct Lent {
    warm: Arc<Warm>,
    /// There until this is dropped.
    taken: Option<Taken>,
    is_clean: bool,
}

impl Lent {
    /// The last used connection, or one of the pool.
    pub(super) async fn from(warm: &Arc<Warm>) -> Result<Self, sqlx::Error> {
        let taken = match warm.last().await {
            Some(taken) => taken,
            None => (warm.pool.acquire().await?, Instant::now()),
        };
        Ok(Self { warm: Arc::clone(warm), taken: Some(taken), is_clean: false })
    }

    pub(super) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.taken.as_mut().expect("it is there until this is dropped").0
    }

    /// Ends the transaction with `COMMIT` or `ROLLBACK`.
    pub(super) async fn end(&mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        self.connection().execute(statement).await?;
        self.is_clean = true;
        Ok(())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        match self.taken.take() {
            Some(taken) if self.is_clean => self.warm.put(taken),
            Some((mut connection, _)) => connection.close_on_drop(),
            None => {}
        }
    }
}

/// Connections at rest, the last used one last.
pub(super) struct Warm {
    pool: AnyPool,
    /// The server; `None` on SQLite, whose one connection others wait for.
    home: Option<Arc<Home>>,
    resting: Mutex<Vec<(Taken, Instant)>>,
}

impl Warm {
    pub(super) fn new(pool: AnyPool, home: Option<Arc<Home>>) -> Self {
        Self { pool, home, resting: Mutex::default() }
    }

    /// The last used connection, if it works. If it does not, no other is trusted, either.
    async fn last(&self) -> Option<Taken> {
        let home = self.home.as_ref()?;
        let (mut taken, used) = self.resting().pop()?;
        let works = home.is_from_here(taken.1.elapsed())
            && (used.elapsed() < TRUSTED || matches!(timeout(ANSWER, taken.0.ping()).await, Ok(Ok(()))));
        if works {
            return Some(taken);
        }
        let others = std::mem::take(&mut *self.resting());
        for (mut connection, _) in others.into_iter().map(|(other, _)| other).chain([taken]) {
            connection.close_on_drop();
        }
        None
    }

    fn put(&self, taken: Taken) {
        let mut resting = self.resting();
        // Who closes the pool waits for all connections.
        if self.home.is_some() && taken.1.elapsed() < KEPT && !self.pool.is_closed() {
            resting.push((taken, Instant::now()));
        }
    }

    /// Closes the pool, after the last write.
    pub(super) async fn close(&self) {
        let closed = self.pool.close();
        self.resting().clear();
        closed.await;
    }

    fn resting(&self) -> MutexGuard<'_, Vec<(Taken, Instant)>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Warm {
    fn drop(&mut self) {
        // Without a runtime, they cannot go back.
        for (taken, _) in self.resting().drain(..) {
            drop(taken.0.detach());
        }
    }
}
