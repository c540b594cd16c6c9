//! The differences between SQLite and PostgreSQL.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection as _, Executor as _};

use super::failure::OpenError;
use super::home::Home;
use super::private;
use super::servers::Servers;
use super::sql::Sql;
use super::standing::standing;
use super::turns::{ALONE, BESIDE, Company};
use super::watch::Watch;
use crate::configuration::Configuration;

/// The file of SQLite in the data directory.
pub(super) const DATABASE: &str = "latchkey.db";
/// The pages of a file of SQLite, as one snapshot has them.
pub(super) const PAGES: &str = "SELECT data FROM sqlite_dbpage ORDER BY pgno";
/// How long another process may have the lock on the data directory. One that is ending has it for a moment,
/// and so has each process that it started just before.
const ENDING: Duration = Duration::from_secs(1);
/// How long to wait before the lock is tried again.
const AGAIN: Duration = Duration::from_millis(50);
/// PostgreSQL ends the session of a node that is gone or stands still, so that nobody waits for
/// its locks. To compile a statement takes longer than it saves.
const POSTGRES_READS: &str = "SET jit = off; SET idle_in_transaction_session_timeout = '1min'; \
     SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3; \
     SET tcp_user_timeout = '10s'";
/// The same for sessions that hold the lock of writers. Nothing slow happens between the
/// statements of a write. What was committed is on the disk, and on that of a synchronous standby,
/// whatever the server does for others.
pub(super) const POSTGRES_WRITES: &str = "SET jit = off; SET synchronous_commit = on; \
     SET idle_in_transaction_session_timeout = '2s'; \
     SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3; \
     SET tcp_user_timeout = '5s'";
/// How long an idle connection needs no test before it is used. Each test is a trip to the server.
pub(super) const TRUSTED: Duration = Duration::from_millis(500);
/// Up to how many texts PostgreSQL looks up one by one.
const FEW: usize = 32;

/// The database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded; one server per data directory.
    Sqlite,
    /// Shared by any number of nodes.
    Postgres,
}

impl Engine {
    /// The configured engine. On SQLite, also the lock on the data directory, which is made if
    /// it does not exist.
    pub(super) async fn prepare(configuration: &Configuration) -> Result<(Self, Option<File>), OpenError> {
        sqlx::any::install_default_drivers();
        let directory = &configuration.data_dir;
        let Some(url) = &configuration.database_url else {
            let lock = lock(directory).await?;
            let failed = |error| OpenError::Directory(directory.display().to_string(), error);
            private::make(&directory.join(DATABASE)).map_err(failed)?;
            return Ok((Self::Sqlite, Some(lock)));
        };
        // It may contain a key file.
        if directory.is_dir() {
            private::close(directory);
        }
        match url.split_once(':') {
            Some(("postgres" | "postgresql", _)) => Ok((Self::Postgres, None)),
            _ => Err(OpenError::Url),
        }
    }

    /// Opens the connections for reading and for writing.
    pub(super) async fn connect(
        self,
        configuration: &Configuration,
        watch: &Arc<Watch>,
    ) -> Result<Connections, OpenError> {
        match self {
            Self::Sqlite => {
                let path = configuration.data_dir.join(DATABASE);
                let url = format!("sqlite://{}?mode=rwc", path.display());
                let write = sqlite_pool(1, watch).connect(&url).await?;
                let read = sqlite_pool(configuration.database_connections, watch).connect(&url).await?;
                Ok(Connections { read, write, place: None })
            }
            Self::Postgres => {
                let servers = Servers::parse(configuration.database_url.as_deref().unwrap_or_default())?;
                servers.warn_unless_verified();
                let primary = servers.primary().await?;
                let home = Arc::new(Home::new(&primary.url, primary.standing.history));
                let pool = |connections, limits| {
                    postgres_pool(connections, limits, (&home, watch)).connect(&primary.url)
                };
                // There are few: one for each turn to write, and two for brief writes. They are
                // separate, so that readers never wait.
                let read = pool(configuration.database_connections, POSTGRES_READS).await?;
                let write =
                    pool(u32::try_from(ALONE + BESIDE).unwrap_or(u32::MAX) + 2, POSTGRES_WRITES).await?;
                Ok(Connections { read, write, place: Some((servers, home)) })
            }
        }
    }

    /// The engine of a connection.
    #[must_use]
    pub fn of(connection: &AnyConnection) -> Self {
        if connection.backend_name() == "PostgreSQL" { Self::Postgres } else { Self::Sqlite }
    }

    /// Begins a write transaction. On PostgreSQL a lock orders them: most work alone, as all do on
    /// SQLite, so that rules that span rows ("the last administrator") need no other locks.
    pub(super) async fn begin_write(
        self,
        connection: &mut AnyConnection,
        company: Company,
    ) -> Result<(), sqlx::Error> {
        let statement = match (self, company) {
            (Self::Sqlite, _) => "BEGIN IMMEDIATE",
            (Self::Postgres, Company::Alone) => {
                "BEGIN; SELECT CAST(pg_advisory_xact_lock(7809651199139603833) AS TEXT)"
            }
            (Self::Postgres, Company::Beside) => {
                "BEGIN; SELECT CAST(pg_advisory_xact_lock_shared(7809651199139603833) AS TEXT)"
            }
        };
        connection.execute(statement).await.map(drop)
    }

    /// The statement that begins a read transaction on a snapshot.
    pub(super) fn begin_read(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        }
    }

    /// Waits until no other transaction has locked the same digest. The lock ends with the
    /// transaction.
    pub async fn lock_digest(self, connection: &mut AnyConnection, digest: &[u8]) -> Result<(), sqlx::Error> {
        if self == Self::Sqlite {
            // There is no other transaction.
            return Ok(());
        }
        let number = digest.first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes));
        sqlx::query("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)")
            .bind(number)
            .execute(connection)
            .await
            .map(drop)
    }

    /// Tells PostgreSQL that a table has grown. Until it knows, statements that it planned when the
    /// table was small read all of it.
    pub async fn note_growth(
        self,
        connection: &mut AnyConnection,
        table: &'static str,
    ) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite => Ok(()),
            Self::Postgres => connection.execute(AssertSqlSafe(format!("ANALYZE {table}"))).await.map(drop),
        }
    }

    /// Adds a table `given` with the elements of `json`, an array, in its column `value`. So
    /// many values are one parameter. On SQLite, sqlx takes quadratic time for the parameters of
    /// a statement. Both engines read the member of an object with `value->>'member'`.
    pub fn push_rows(self, sql: &mut Sql, json: String) {
        self.push_given(sql, json, "jsonb_array_elements(CAST(");
    }

    /// The same for texts.
    pub fn push_texts(self, sql: &mut Sql, texts: &(impl Serialize + ?Sized)) {
        self.push_given(sql, serde_json::json!(texts).to_string(), "jsonb_array_elements_text(CAST(");
    }

    fn push_given(self, sql: &mut Sql, json: String, of_postgres: &'static str) {
        match self {
            Self::Sqlite => sql.push("json_each(").bind(json).push(") AS given"),
            Self::Postgres => sql.push(of_postgres).bind(json).push(" AS JSONB)) AS given (value)"),
        };
    }

    /// Adds a condition on the column before it: it is one of these texts. PostgreSQL expects a
    /// hundred rows of JSON and would rather read the whole table; of an array it expects ten
    /// elements and looks each up. Many elements it compares faster as rows.
    pub fn push_in<'a, T>(self, sql: &mut Sql, texts: &'a T)
    where
        T: Serialize + ?Sized,
        &'a T: IntoIterator<IntoIter: ExactSizeIterator>,
    {
        match self {
            Self::Sqlite => self.push_in_rows(sql, texts),
            Self::Postgres => {
                if texts.into_iter().len() > FEW {
                    self.push_in_rows(sql, texts);
                } else {
                    self.push_among(sql, texts);
                }
            }
        }
    }

    /// The same for texts that PostgreSQL looks up one by one, however many they are: each is the key of a row.
    pub fn push_among(self, sql: &mut Sql, texts: &(impl Serialize + ?Sized)) {
        match self {
            Self::Sqlite => self.push_in_rows(sql, texts),
            Self::Postgres => {
                sql.push(" = ANY (ARRAY(SELECT value FROM ");
                self.push_texts(sql, texts);
                sql.push("))");
            }
        }
    }

    fn push_in_rows(self, sql: &mut Sql, texts: &(impl Serialize + ?Sized)) {
        sql.push(" IN (SELECT value FROM ");
        self.push_texts(sql, texts);
        sql.push(")");
    }

    /// The same for what `links`, a statement without its last value, finds for `id`. PostgreSQL
    /// would rather read both tables than look up the few that there are, until it has counted them.
    pub fn push_in_links(self, sql: &mut Sql, links: &'static str, id: &impl ToString) {
        match self {
            Self::Sqlite => sql.push(" IN (").push(links).bind(id.to_string()).push(")"),
            Self::Postgres => sql.push(" = ANY (ARRAY(").push(links).bind(id.to_string()).push("))"),
        };
    }

    /// Adds the time of the database, in milliseconds since the epoch. SQLite has no other than
    /// that of this process, `own`.
    pub fn push_now(self, sql: &mut Sql, own: i64) {
        match self {
            Self::Sqlite => sql.bind(own),
            Self::Postgres => sql.push("CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"),
        };
    }

    /// Adds to a statement that reads rows: it waits for transactions that change them now.
    pub fn push_for_share(self, sql: &mut Sql) {
        sql.push(match self {
            Self::Sqlite => "",
            Self::Postgres => "FOR SHARE",
        });
    }

    /// Whether migrations have been applied to the database of this connection.
    pub(super) async fn has_migrations(self, connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
        let statement = match self {
            Self::Sqlite => {
                "SELECT CAST(COUNT(*) AS BIGINT) FROM sqlite_master WHERE name = '_sqlx_migrations'"
            }
            Self::Postgres => "SELECT CAST(COUNT(to_regclass('_sqlx_migrations')) AS BIGINT)",
        };
        let found: i64 = sqlx::query_scalar(statement).fetch_one(connection).await?;
        Ok(found > 0)
    }

    /// Adds a condition: `column` contains `part`. `LIKE` would cost more: it gives some characters
    /// a meaning, and PostgreSQL expects few matches of a pattern.
    pub fn push_contains(self, sql: &mut Sql, column: &'static str, part: &str) {
        sql.push(match self {
            Self::Sqlite => " AND instr(",
            Self::Postgres => " AND strpos(",
        });
        sql.push(column).push(", ").bind(part.to_owned()).push(") > 0");
    }
}

/// Makes the data directory if it does not exist, private, and locks it.
pub(super) async fn lock(directory: &Path) -> Result<File, OpenError> {
    let failed = |error| OpenError::Directory(directory.display().to_string(), error);
    std::fs::create_dir_all(directory).map_err(failed)?;
    private::close(directory);
    let lock = private::make(&directory.join("lock")).map_err(failed)?;
    let begin = Instant::now();
    while lock.try_lock().is_err() {
        if begin.elapsed() > ENDING {
            return Err(OpenError::Locked(directory.display().to_string()));
        }
        tokio::time::sleep(AGAIN).await;
    }
    Ok(lock)
}

/// The connections to the database.
pub(super) struct Connections {
    pub(super) read: AnyPool,
    pub(super) write: AnyPool,
    /// The servers, and which of them it is (PostgreSQL only).
    pub(super) place: Option<(Servers, Arc<Home>)>,
}

fn postgres_pool(
    connections: u32,
    limits: &'static str,
    (home, watch): (&Arc<Home>, &Arc<Watch>),
) -> AnyPoolOptions {
    let (admits, is_left, watch) = (Arc::clone(home), Arc::clone(home), Arc::clone(watch));
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(5))
        .after_connect(move |connection, _| {
            let (home, watch) = (Arc::clone(&admits), Arc::clone(&watch));
            Box::pin(async move {
                connection.execute(limits).await?;
                home.admit(&standing(connection).await?)?;
                watch.admit(connection).await
            })
        })
        .test_before_acquire(false)
        .before_acquire(move |connection, of| {
            let is_from_here = is_left.is_from_here(of.age);
            Box::pin(async move {
                if is_from_here && of.idle_for >= TRUSTED {
                    connection.ping().await?;
                }
                Ok(is_from_here)
            })
        })
}

fn sqlite_pool(connections: u32, watch: &Arc<Watch>) -> AnyPoolOptions {
    let watch = Arc::clone(watch);
    // A file is always there, so a connection needs no test.
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(30))
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let watch = Arc::clone(&watch);
            Box::pin(async move {
                // FULL: a write that was answered 201 survives a power cut. The limit of memory is
                // that of all connections together: they use pages of one another again. The log
                // grows while a backup is made, and gives its space back after it.
                connection
                    .execute(
                        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                         PRAGMA busy_timeout = 10000; PRAGMA temp_store = MEMORY; \
                         PRAGMA journal_size_limit = 67108864; \
                         PRAGMA soft_heap_limit = 8388608;",
                    )
                    .await?;
                watch.admit(connection).await
            })
        })
}
