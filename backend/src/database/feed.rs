//! The change feed (PostgreSQL): nodes tell each other what they changed, and find
//! out by numbered beats whether they still hear each other.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::postgres::PgListener;
use sqlx::{AnyConnection, Connection as _};
use tokio::time::MissedTickBehavior;

use super::changes::{Change, Epochs};
use super::engine::Engine;
use super::lease::TICK;
use super::uptime::Moment;
use crate::configuration::Configuration;

/// The channel that nodes tell each other changes on.
const CHANNEL: &str = "latchkey_changes";
/// How often a node listens for its own voice: several times within its lease.
const HEARTBEAT: Duration = Duration::from_millis(250);
/// A feed that says nothing for so long is broken.
const SILENCE: Duration = Duration::from_secs(3);
/// How long to wait before a broken feed is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// PostgreSQL refuses larger notifications.
const LARGEST_NOTIFICATION: usize = 7_900;

/// Tells other nodes what this transaction changes, as of its commit.
pub(super) async fn announce(
    engine: Engine,
    connection: &mut AnyConnection,
    changes: &[Change],
) -> Result<(), sqlx::Error> {
    if engine == Engine::Sqlite {
        return Ok(());
    }
    let mut texts: Vec<String> = changes.iter().map(Change::encode).collect();
    texts.sort_unstable();
    texts.dedup();
    let mut rest = texts.as_slice();
    while !rest.is_empty() {
        let mut length = 0;
        let fit = rest
            .iter()
            .take_while(|text| {
                length += text.len() + 1;
                length <= LARGEST_NOTIFICATION
            })
            .count();
        let (now, later) = rest.split_at(fit);
        notify(connection, &now.join(" ")).await?;
        rest = later;
    }
    Ok(())
}

/// Raises epochs for what other nodes change, for as long as the process runs.
pub(super) fn listen(engine: Engine, configuration: &Configuration, epochs: Arc<Epochs>) {
    if let (Engine::Postgres, Some(url)) = (engine, configuration.database_url.clone()) {
        epochs.share();
        tick(&epochs);
        tokio::spawn(async move {
            loop {
                if let Err(error) = follow(&url, &epochs).await {
                    tracing::warn!(%error, "the change feed is broken; facts are read again after five seconds");
                }
                tokio::time::sleep(AGAIN).await;
            }
        });
    }
}

async fn notify(connection: &mut AnyConnection, payload: &str) -> Result<(), sqlx::Error> {
    // The cast: `Any` cannot decode the `void` that pg_notify returns.
    sqlx::query("SELECT CAST(pg_notify($1, $2) AS TEXT)")
        .bind(CHANNEL.to_owned())
        .bind(payload.to_owned())
        .execute(connection)
        .await
        .map(drop)
}

/// Ticks for as long as the database is open: on a thread of its own, so that
/// only a process that stands still ticks late. Where there is none, the node
/// counts as one that stands still.
fn tick(epochs: &Arc<Epochs>) {
    let epochs = Arc::downgrade(epochs);
    let ticking = std::thread::Builder::new().name("tick".to_owned()).spawn(move || {
        while let Some(epochs) = epochs.upgrade() {
            epochs.tick(Moment::now());
            drop(epochs);
            std::thread::sleep(TICK);
        }
    });
    if let Err(error) = ticking {
        tracing::warn!(%error, "facts are read again every second: there is no thread to tick on");
    }
}

/// The beats of one connection to the feed.
struct Beats {
    name: String,
    /// Those that have not come back: their numbers, and when they were sent.
    unheard: Mutex<VecDeque<(u64, Moment)>>,
}

impl Beats {
    fn unheard(&self) -> MutexGuard<'_, VecDeque<(u64, Moment)>> {
        self.unheard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the beat that comes back with this text was sent, if it is ours.
    fn sent(&self, text: &str) -> Option<Moment> {
        let number: u64 = text.strip_prefix(&self.name)?.parse().ok()?;
        let mut unheard = self.unheard();
        while let Some((one, sent)) = unheard.pop_front() {
            if one == number {
                return Some(sent);
            }
        }
        None
    }
}

/// Listens until something breaks. A heartbeat that does not come back is a
/// broken feed too: a half-open connection says nothing.
async fn follow(url: &str, epochs: &Epochs) -> Result<(), sqlx::Error> {
    let connecting = async {
        let mut listener = PgListener::connect(url).await?;
        listener.listen(CHANNEL).await?;
        Ok::<_, sqlx::Error>((listener, AnyConnection::connect(url).await?))
    };
    let connected = tokio::time::timeout(SILENCE, connecting).await;
    let (listener, speaker) = connected.map_err(|_| sqlx::Error::PoolTimedOut)??;
    let beats = Beats { name: format!("heartbeat:{}:", ulid::Ulid::generate()), unheard: Mutex::default() };
    tokio::select! {
        // What has arrived is heard first.
        biased;
        broken = hear(listener, &beats, epochs) => broken,
        broken = speak(speaker, &beats) => broken,
    }
}

/// Sends beats until one does not come back.
async fn speak(mut speaker: AnyConnection, beats: &Beats) -> Result<(), sqlx::Error> {
    let mut beat = tokio::time::interval(HEARTBEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for number in 0_u64.. {
        beat.tick().await;
        let now = Moment::now();
        let silent = beats.unheard().front().is_some_and(|(_, sent)| now.since(*sent) > SILENCE);
        if silent {
            return Err(sqlx::Error::Protocol("no heartbeat".into()));
        }
        beats.unheard().push_back((number, now));
        tokio::time::timeout(SILENCE, notify(&mut speaker, &format!("{}{number}", beats.name)))
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)??;
    }
    Ok(())
}

/// Raises what changes until the connection breaks.
async fn hear(mut listener: PgListener, beats: &Beats, epochs: &Epochs) -> Result<(), sqlx::Error> {
    let mut caught_up = false;
    loop {
        let Some(notification) = listener.try_recv().await? else {
            return Err(sqlx::Error::Protocol("connection lost".into()));
        };
        let text = notification.payload();
        if let Some(sent) = beats.sent(text) {
            if !caught_up {
                // What changed before this connection listened went unheard.
                epochs.raise_all();
                caught_up = true;
            }
            epochs.renew_lease(sent);
        } else if !text.starts_with("heartbeat:") {
            for change in text.split(' ').filter_map(Change::decode) {
                epochs.raise(&change);
            }
        }
    }
}
