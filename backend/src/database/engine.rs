//! All that differs between SQLite and PostgreSQL.

use std::collections::VecDeque;
use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::PgListener;
use sqlx::{AnyConnection, AnyPool};
use sqlx::{Connection as _, Executor as _, SqlSafeStr as _};
use tokio::time::MissedTickBehavior;

use super::changes::{Change, Epochs};
use super::lease::{Moment, TICK};
use super::{OpenError, private, sql::Sql};
use crate::configuration::Configuration;

/// The channel that nodes tell each other changes on.
const CHANNEL: &str = "latchkey_changes";
/// Serialises writers on PostgreSQL as SQLite does by itself, so that a rule
/// which spans rows ("the last administrator") holds without further locks.
const WRITERS: i64 = 0x6c61_7463_686b_6579;
/// The file of SQLite in the data directory.
const DATABASE: &str = "latchkey.db";
/// How often a node listens for its own voice: several times within its lease.
const HEARTBEAT: Duration = Duration::from_millis(250);
/// A feed that says nothing for so long is broken.
const SILENCE: Duration = Duration::from_secs(3);
/// How long to wait before a broken feed is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// What PostgreSQL does about a node that is gone, or that stands still: it ends
/// the session, so that nobody waits for its locks.
const POSTGRES_READS: &str = "SET idle_in_transaction_session_timeout = '1min'; \
     SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3; \
     SET tcp_user_timeout = '10s'";
/// The same for those who hold the lock that all writers wait for. Nothing slow
/// is done between the statements of a write.
const POSTGRES_WRITES: &str = "SET idle_in_transaction_session_timeout = '2s'; \
     SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3; \
     SET tcp_user_timeout = '5s'";
/// PostgreSQL refuses larger notifications.
const LARGEST_NOTIFICATION: usize = 7_900;

/// Which database runs below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded; one server per data directory.
    Sqlite,
    /// Shared by any number of nodes.
    Postgres,
}

impl Engine {
    /// The engine that the configuration names; for SQLite also the lock on the
    /// data directory, which is made if absent.
    pub(super) fn prepare(configuration: &Configuration) -> Result<(Self, Option<File>), OpenError> {
        sqlx::any::install_default_drivers();
        let directory = &configuration.data_dir;
        let Some(url) = &configuration.database_url else {
            let failed = |error| OpenError::Directory(directory.display().to_string(), error);
            std::fs::create_dir_all(directory).map_err(failed)?;
            private::close(directory);
            let lock = private::make(&directory.join("lock")).map_err(failed)?;
            return match lock.try_lock() {
                Ok(()) => {
                    private::make(&directory.join(DATABASE)).map_err(failed)?;
                    Ok((Self::Sqlite, Some(lock)))
                }
                Err(_) => Err(OpenError::Locked(directory.display().to_string())),
            };
        };
        // There may be a key file in it.
        if directory.is_dir() {
            private::close(directory);
        }
        match url.split_once(':') {
            Some(("postgres" | "postgresql", _)) => Ok((Self::Postgres, None)),
            _ => Err(OpenError::Url),
        }
    }

    /// Connections to read and to write with.
    pub(super) async fn connect(
        self,
        configuration: &Configuration,
    ) -> Result<(AnyPool, AnyPool), sqlx::Error> {
        match self {
            Self::Sqlite => {
                let path = configuration.data_dir.join(DATABASE);
                let url = format!("sqlite://{}?mode=rwc", path.display());
                let write = sqlite_pool(1).connect(&url).await?;
                let read = sqlite_pool(configuration.database_connections).connect(&url).await?;
                Ok((read, write))
            }
            Self::Postgres => {
                let url = configuration.database_url.as_deref().unwrap_or_default();
                let pool = |connections, limits| {
                    AnyPoolOptions::new()
                        .max_connections(connections)
                        .acquire_timeout(Duration::from_secs(5))
                        .after_connect(move |connection, _| {
                            Box::pin(async move { connection.execute(limits).await.map(drop) })
                        })
                        .connect(url)
                };
                // Few, since writers wait for one another; apart, so that readers never do.
                Ok((
                    pool(configuration.database_connections, POSTGRES_READS).await?,
                    pool(4, POSTGRES_WRITES).await?,
                ))
            }
        }
    }

    /// Applies the migrations that are missing, one node at a time.
    pub(super) async fn migrate(self, pool: &AnyPool) -> Result<(), sqlx::migrate::MigrateError> {
        // Numbers are for ever: a database remembers which it has.
        let texts = match self {
            Self::Sqlite => [
                (1, include_str!("../../../migrations/sqlite/0001_first.sql")),
                (2, include_str!("../../../migrations/sqlite/0002_gateways.sql")),
                (3, include_str!("../../../migrations/sqlite/0003_clients.sql")),
                (4, include_str!("../../../migrations/sqlite/0004_screens.sql")),
                (5, include_str!("../../../migrations/sqlite/0005_clock.sql")),
                (6, include_str!("../../../migrations/sqlite/0006_names.sql")),
                (7, include_str!("../../../migrations/sqlite/0007_look_alikes.sql")),
                (8, include_str!("../../../migrations/sqlite/0008_servers.sql")),
            ],
            Self::Postgres => [
                (1, include_str!("../../../migrations/postgres/0001_first.sql")),
                (2, include_str!("../../../migrations/postgres/0002_gateways.sql")),
                (3, include_str!("../../../migrations/postgres/0003_clients.sql")),
                (4, include_str!("../../../migrations/postgres/0004_screens.sql")),
                (5, include_str!("../../../migrations/postgres/0005_clock.sql")),
                (6, include_str!("../../../migrations/postgres/0006_names.sql")),
                (7, include_str!("../../../migrations/postgres/0007_look_alikes.sql")),
                (8, include_str!("../../../migrations/postgres/0008_servers.sql")),
            ],
        };
        let migrations = texts
            .into_iter()
            .map(|(version, text)| {
                let description = format!("{version:04}").into();
                Migration::new(version, description, MigrationType::Simple, text.into_sql_str(), false)
            })
            .collect();
        Migrator::with_migrations(migrations).run(pool).await
    }

    /// The statement that starts a write transaction.
    pub(super) fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// The statement that starts a transaction in which nothing moves.
    pub(super) fn begin_read(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        }
    }

    /// Waits until no other write transaction runs.
    pub(super) async fn lock_writes(self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite => Ok(()),
            Self::Postgres => sqlx::query("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)")
                .bind(WRITERS)
                .execute(connection)
                .await
                .map(drop),
        }
    }

    /// Tells other nodes what this transaction changes, as of its commit.
    pub(super) async fn announce(
        self,
        connection: &mut AnyConnection,
        changes: &[Change],
    ) -> Result<(), sqlx::Error> {
        if self == Self::Sqlite {
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
    pub(super) fn listen(self, configuration: &Configuration, epochs: Arc<Epochs>) {
        if let (Self::Postgres, Some(url)) = (self, configuration.database_url.clone()) {
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

    /// Puts the grams of a token's name into the index.
    pub async fn index_grams(
        self,
        connection: &mut AnyConnection,
        seq: i64,
        grams: &str,
    ) -> Result<(), sqlx::Error> {
        self.unindex_grams(connection, seq).await?;
        let statement = match self {
            Self::Sqlite => "INSERT INTO token_grams (rowid, grams) VALUES ($1, $2)",
            Self::Postgres => "INSERT INTO token_grams (seq, grams) VALUES ($1, string_to_array($2, ' '))",
        };
        sqlx::query(statement).bind(seq).bind(grams.to_owned()).execute(connection).await.map(drop)
    }

    /// Takes the grams of a token's name out of the index.
    pub async fn unindex_grams(self, connection: &mut AnyConnection, seq: i64) -> Result<(), sqlx::Error> {
        let statement = match self {
            Self::Sqlite => "DELETE FROM token_grams WHERE rowid = $1",
            Self::Postgres => "DELETE FROM token_grams WHERE seq = $1",
        };
        sqlx::query(statement).bind(seq).execute(connection).await.map(drop)
    }

    /// Adds a sub-select of the `seq` of tokens whose names hold all of `grams`.
    /// PostgreSQL's estimate for rare grams is bad: `OFFSET 0` keeps it from
    /// walking the table instead (measured: 1 ms against 750).
    pub fn push_gram_match(self, sql: &mut Sql, grams: &[String], every: bool) {
        match self {
            Self::Sqlite => {
                let quoted: Vec<String> = grams.iter().map(|gram| format!("\"{gram}\"")).collect();
                sql.push("SELECT rowid AS seq FROM token_grams WHERE token_grams MATCH ")
                    .bind(quoted.join(if every { " AND " } else { " OR " }));
            }
            Self::Postgres => {
                sql.push("SELECT seq FROM token_grams WHERE grams ")
                    .push(if every { "@>" } else { "&&" })
                    .push(" string_to_array(")
                    .bind(grams.join(" "))
                    .push(", ' ') OFFSET 0");
            }
        }
    }
}

fn sqlite_pool(connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(30)).after_connect(
        |connection, _| {
            Box::pin(async move {
                // FULL: what was answered 201 survives a power cut.
                connection
                    .execute(
                        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                         PRAGMA busy_timeout = 10000; PRAGMA temp_store = MEMORY;",
                    )
                    .await
                    .map(drop)
            })
        },
    )
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
