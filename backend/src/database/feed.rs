//! The change feed (PostgreSQL). Nodes tell each other what they changed. Numbered beats show
//! whether they still hear each other.

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

/// The channel for changes.
const CHANNEL: &str = "latchkey_changes";
/// How often a node sends a beat: several times within its lease.
const HEARTBEAT: Duration = Duration::from_millis(250);
/// A feed that is silent for this long is broken.
const SILENCE: Duration = Duration::from_secs(3);
/// How long to wait before a broken feed is connected again.
const AGAIN: Duration = Duration::from_secs(1);
/// The largest notification that PostgreSQL accepts, less some space.
const LARGEST_NOTIFICATION: usize = 7_900;
/// The first word of changes whose sender tells a project from the catalog. Nodes of an earlier
/// version ignore it. To them, and from them, `catalog` includes all projects.
const TELLS_PROJECTS: &str = "v2";

/// Tells other nodes what this transaction changes. They hear it after the commit.
pub(super) async fn announce(
    engine: Engine,
    connection: &mut AnyConnection,
    changes: &[Change],
) -> Result<(), sqlx::Error> {
    if engine == Engine::Sqlite {
        return Ok(());
    }
    let mut texts: Vec<String> = changes.iter().map(Change::encode).collect();
    if changes.iter().any(|change| matches!(change, Change::Project(_))) {
        texts.push(Change::Catalog.encode());
    }
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
        notify(connection, &format!("{TELLS_PROJECTS} {}", now.join(" "))).await?;
        rest = later;
    }
    Ok(())
}

/// Listens for the changes of other nodes while the process runs.
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
    // `Any` cannot decode the `void` that pg_notify returns.
    sqlx::query("SELECT CAST(pg_notify($1, $2) AS TEXT)")
        .bind(CHANNEL.to_owned())
        .bind(payload.to_owned())
        .execute(connection)
        .await
        .map(drop)
}

/// Ticks while the database is open, on a thread of its own, so that a tick is late only if the
/// process stands still. Without the thread, the node counts as one that stands still.
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

/// The beats of one connection.
struct Beats {
    name: String,
    /// Beats that have not come back: their numbers, and when they were sent.
    unheard: Mutex<VecDeque<(u64, Moment)>>,
}

impl Beats {
    fn unheard(&self) -> MutexGuard<'_, VecDeque<(u64, Moment)>> {
        self.unheard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When our beat with this text was sent; `None` if it is not ours.
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

/// Listens until the connection breaks. A missing beat also means that it is broken: a
/// half-open connection is silent.
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
        // What has arrived is read first.
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

/// Applies changes until the connection breaks.
async fn hear(mut listener: PgListener, beats: &Beats, epochs: &Epochs) -> Result<(), sqlx::Error> {
    let mut caught_up = false;
    loop {
        let Some(notification) = listener.try_recv().await? else {
            return Err(sqlx::Error::Protocol("connection lost".into()));
        };
        let text = notification.payload();
        if let Some(sent) = beats.sent(text) {
            if !caught_up {
                // Changes from before this connection were missed.
                epochs.raise_all();
                caught_up = true;
            }
            epochs.renew_lease(sent);
        } else if !text.starts_with("heartbeat:") {
            let mut words = text.split(' ').peekable();
            let tells_projects = words.next_if_eq(&TELLS_PROJECTS).is_some();
            for word in words {
                match Change::decode(word) {
                    Some(change) if tells_projects || change != Change::Catalog => epochs.raise(&change),
                    _ => epochs.raise_all(),
                }
            }
        }
    }
}
