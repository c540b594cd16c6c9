//! Connections beside a running server, for commands on its machine.

use std::io;
use std::path::{Path, PathBuf};

use futures_util::TryStreamExt as _;
use sqlx::{AnyConnection, Connection as _, Executor as _, Row as _};

use super::engine::{DATABASE, Engine, PAGES};
use super::failure::OpenError;
use super::servers::Servers;
use crate::configuration::Configuration;

/// After how many pages to look at the log again.
const SOME: u64 = 1_000;

/// Connects to the configured database, beside the server that uses it.
pub async fn connect_beside(configuration: &Configuration) -> Result<AnyConnection, OpenError> {
    connect(configuration, "mode=rw").await
}

/// A connection that only looks: nothing is made, migrated or locked. `None` if there is no SQLite file yet.
///
/// # Errors
/// The database does not answer.
pub async fn look(configuration: &Configuration) -> Result<Option<AnyConnection>, OpenError> {
    if configuration.database_url.is_none() && !configuration.data_dir.join(DATABASE).exists() {
        return Ok(None);
    }
    connect(configuration, "mode=ro").await.map(Some)
}

/// `how` is for SQLite.
async fn connect(configuration: &Configuration, how: &str) -> Result<AnyConnection, OpenError> {
    sqlx::any::install_default_drivers();
    match &configuration.database_url {
        None => Ok(connect_to(&configuration.data_dir.join(DATABASE), how).await?),
        Some(url) => Ok(Servers::parse(url)?.primary().await?.connection),
    }
}

/// The servers of PostgreSQL that do not prove who they are.
#[must_use]
pub fn unverified_servers(configuration: &Configuration) -> Vec<String> {
    let servers = configuration.database_url.as_deref().and_then(|url| Servers::parse(url).ok());
    servers.map(|servers| servers.unverified()).unwrap_or_default()
}

/// Connects to a copy of SQLite that nobody changes.
pub async fn connect_to_copy(path: &Path) -> Result<AnyConnection, sqlx::Error> {
    sqlx::any::install_default_drivers();
    connect_to(path, "mode=ro&immutable=1").await
}

pub(super) async fn connect_to(path: &Path, how: &str) -> Result<AnyConnection, sqlx::Error> {
    AnyConnection::connect(&format!("sqlite://{}?{how}", path.display())).await
}

/// Why a snapshot cannot be copied.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The write-ahead log grew too long meanwhile.
    #[error("the server wrote more than {0} MiB to its log meanwhile: copy to a faster place, or allow more")]
    Log(u64),
    /// The copy cannot be written.
    #[error("{0}")]
    Write(#[from] io::Error),
    /// The database cannot be read.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

/// SQLite at one moment, while a server may write to it. Its log keeps all that is written meanwhile.
pub struct Snapshot {
    connection: AnyConnection,
    log: PathBuf,
    /// How long the log was when the snapshot began.
    begun_at: u64,
}

impl Snapshot {
    /// The database of the data directory as it is when it is first read from.
    pub async fn begin(configuration: &Configuration) -> Result<Self, OpenError> {
        let mut connection = connect_beside(configuration).await?;
        connection.execute(Engine::Sqlite.begin_read()).await?;
        let log = configuration.data_dir.join(format!("{DATABASE}-wal"));
        Ok(Self { connection, begun_at: length(&log), log })
    }

    /// The connection for statements. All of them see the same moment.
    pub fn connection(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }

    /// Passes all pages on, in their order: together they are a database file. Fails if the log gets
    /// longer than `most` MiB, unless it was before.
    pub async fn copy(
        mut self,
        most: u64,
        mut take: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<(), SnapshotError> {
        let limit = self.begun_at.max(most.saturating_mul(1 << 20));
        let mut count = 0_u64;
        {
            let mut pages = self.connection.fetch(PAGES);
            while let Some(page) = pages.try_next().await? {
                if count.is_multiple_of(SOME) && length(&self.log) > limit {
                    return Err(SnapshotError::Log(most));
                }
                count += 1;
                take(page.try_get(0)?)?;
            }
        }
        self.connection.execute("ROLLBACK").await?;
        self.connection.close().await?;
        Ok(())
    }
}

fn length(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |file| file.len())
}

/// Fails if a database of SQLite is damaged.
pub async fn check_pages(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    let found = connection.fetch_one("PRAGMA integrity_check(1)").await?;
    match found.try_get(0)? {
        "ok" => Ok(()),
        fault => Err(sqlx::Error::Protocol(format!("the database is damaged: {fault}"))),
    }
}

/// The number of the last migration of a database.
pub async fn schema_of(connection: &mut AnyConnection) -> Result<i64, sqlx::Error> {
    let last: Option<i64> =
        sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(connection).await?;
    Ok(last.unwrap_or_default())
}
