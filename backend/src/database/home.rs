//! The server of PostgreSQL that this node works with.
//!
//! After a failover, an old primary may still live, and connections to it may still be open. Nothing
//! that is read from it counts. So a connection is used only if its server has the history that the
//! [feed](super::feed) has found last, and if it was made after that.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::standing::{History, Replication, Standing};

/// A connection that was admitted just before a move may get its time of birth just after it.
const MARGIN: Duration = Duration::from_millis(100);

/// Which server it is, and since when.
pub(super) struct Home {
    known: Mutex<Known>,
    /// Changes whenever this node moves to another server.
    moved: watch::Sender<()>,
}

struct Known {
    url: String,
    history: History,
    since: Option<Instant>,
    replication: Replication,
}

/// What a move means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// The server is the same.
    None,
    /// It has another address.
    Address,
    /// It has another history. Nothing that was read before counts.
    History,
}

impl Home {
    pub(super) fn new(url: &str, history: History) -> Self {
        let known = Known { url: url.to_owned(), history, since: None, replication: Replication::default() };
        Self { known: Mutex::new(known), moved: watch::Sender::new(()) }
    }

    /// Fails if a new connection leads elsewhere.
    pub(super) fn admit(&self, standing: &Standing) -> Result<(), sqlx::Error> {
        if standing.is_read_only || standing.history != self.known().history {
            return Err(sqlx::Error::Protocol("this server is not the known primary".into()));
        }
        Ok(())
    }

    /// Whether a connection of this age was made here.
    pub(super) fn is_from_here(&self, age: Duration) -> bool {
        self.known().since.is_none_or(|since| since.elapsed() > age + MARGIN)
    }

    /// The primary is there from now on. Fails if it is older than the known one.
    pub(super) fn move_to(&self, url: &str, history: &History) -> Result<Move, sqlx::Error> {
        let mut known = self.known();
        if history.precedes(&known.history) {
            return Err(sqlx::Error::Protocol("this server is an old primary".into()));
        }
        let is_same = (known.url == url, known.history == *history);
        url.clone_into(&mut known.url);
        match is_same {
            (true, true) => Ok(Move::None),
            (false, true) => Ok(Move::Address),
            (_, false) => {
                known.history = history.clone();
                known.since = Some(Instant::now());
                drop(known);
                self.moved.send_replace(());
                Ok(Move::History)
            }
        }
    }

    /// Changes whenever the history does.
    pub(super) fn moved(&self) -> watch::Receiver<()> {
        self.moved.subscribe()
    }

    /// The history of the known primary.
    pub(super) fn history(&self) -> History {
        self.known().history.clone()
    }

    pub(super) fn replication(&self) -> Replication {
        self.known().replication
    }

    /// Notes what happens to a change before it is answered.
    pub(super) fn note(&self, replication: Replication) {
        let before = std::mem::replace(&mut self.known().replication, replication);
        if replication == Replication::Asynchronous && before != replication {
            tracing::warn!(
                "the standbys of the database are not synchronous: a failover may lose the last changes, and \
                 withdrawals with them"
            );
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn at(system: &str, timeline: i64) -> History {
        History { system: system.to_owned(), timeline }
    }

    #[test]
    fn a_node_never_goes_back_to_an_old_primary() {
        let home = Home::new("one", at("7", 1));
        assert_eq!(home.move_to("one", &at("7", 1)).unwrap(), Move::None);
        assert_eq!(home.move_to("proxy", &at("7", 1)).unwrap(), Move::Address);
        assert!(home.is_from_here(Duration::from_secs(9)));
        let before = Instant::now();
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(home.move_to("two", &at("7", 2)).unwrap(), Move::History);
        assert!(!home.is_from_here(before.elapsed()));
        std::thread::sleep(MARGIN + Duration::from_millis(5));
        assert!(home.is_from_here(Duration::ZERO));
        assert!(home.move_to("one", &at("7", 1)).is_err());
        // A restored database has a history of its own.
        assert_eq!(home.move_to("one", &at("8", 1)).unwrap(), Move::History);
    }

    #[test]
    fn only_connections_to_the_known_primary_are_admitted() {
        let home = Home::new("one", at("7", 2));
        let standing = |timeline, is_read_only| Standing { history: at("7", timeline), is_read_only };
        assert!(home.admit(&standing(2, false)).is_ok());
        for other in [standing(2, true), standing(1, false), standing(3, false)] {
            assert!(home.admit(&other).is_err());
        }
    }
}
