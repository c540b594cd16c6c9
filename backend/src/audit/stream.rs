//! Sends every event out of the database, in the order of the chain. The last one that was sent is
//! noted, so after a restart none is missing, and some may come twice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::chain::EventRow;
use super::delivery::{Message, Outlet};
use super::progress::{Progress, To};
use super::store;
use crate::database::Database;

/// How many events are sent at once.
const SOME: i64 = 500;
/// How often it is noted what was sent.
const NOTED: Duration = Duration::from_secs(5);

/// The stream of events from this node.
pub(super) struct Stream {
    database: Database,
    progress: Arc<Progress>,
    outlet: Outlet,
    /// Under which it is noted what was sent.
    name: String,
    /// The last event that was sent. It is noted some seconds later: what a receiver got just before it was
    /// gone may be lost there.
    sent: Option<i64>,
    /// The last event that was sent when something was noted before, and the one that is noted.
    settled: i64,
    noted: i64,
    noted_at: Instant,
    fails: bool,
}

impl Stream {
    pub(super) fn new(database: &Database, progress: &Arc<Progress>, outlet: Outlet, name: String) -> Self {
        let (database, progress) = (database.clone(), Arc::clone(progress));
        let noted_at = Instant::now();
        Self { database, progress, outlet, name, sent: None, settled: 0, noted: 0, noted_at, fails: false }
    }

    /// Sends what is there to send, if it is the turn of this node. Returns whether that worked.
    pub(super) async fn send(&mut self) -> bool {
        if !self.outlet.is_file() && !self.progress.has_turn() {
            self.sent = None;
            return true;
        }
        match self.send_new().await {
            Ok(()) => {
                if std::mem::take(&mut self.fails) {
                    tracing::info!("audit events are sent again");
                }
                true
            }
            Err(error) => {
                if !std::mem::replace(&mut self.fails, true) {
                    tracing::error!(%error, "audit events are not sent; it is tried again");
                }
                self.progress.count(To::Stream, false);
                // What is not noted is sent again.
                self.sent = None;
                false
            }
        }
    }

    async fn send_new(&mut self) -> anyhow::Result<()> {
        let database = self.database.clone();
        let mut sent = if let Some(sent) = self.sent {
            sent
        } else {
            self.noted = store::sent(database.reader(), &self.name).await?.unwrap_or_default();
            self.settled = self.noted;
            self.noted
        };
        loop {
            self.sent = Some(sent);
            if self.noted_at.elapsed() >= NOTED {
                self.note(self.settled).await?;
                self.settled = sent;
            }
            let events = store::chained(&mut *database.reader().acquire().await?, sent, SOME).await?;
            let Some(last) = events.last().and_then(|event| event.sequence) else { return Ok(()) };
            self.outlet.send(events.iter().map(message).collect()).await?;
            self.progress.count(To::Stream, true);
            sent = last;
        }
    }

    async fn note(&mut self, sent: i64) -> Result<(), sqlx::Error> {
        self.noted_at = Instant::now();
        if sent == self.noted {
            return Ok(());
        }
        let name = self.name.clone();
        let noting =
            self.database.write_briefly(async |connection| store::note_sent(connection, &name, sent).await);
        noting.await?;
        self.noted = sent;
        Ok(())
    }

    /// Sends what is left, and notes it.
    pub(super) async fn end(&mut self) {
        if self.send().await
            && let Some(sent) = self.sent
            && let Err(error) = self.note(sent).await
        {
            tracing::warn!(%error, "the last audit events are sent again after the next start");
        }
    }
}

fn message(event: &EventRow) -> Message {
    Message { at: event.at, name: event.action.clone(), text: event.line() }
}
