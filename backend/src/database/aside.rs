//! Uses of the database beside the servers, by commands.

use std::sync::Arc;

use sqlx::{AnyConnection, Connection as _};

use super::clock;
use super::engine::{Connections, DATABASE, Engine};
use super::failure::OpenError;
use super::migrations::{Pending, migrate, pending};
use super::servers::Servers;
use crate::configuration::Configuration;

/// A connection that only looks: nothing is made, migrated or locked. `None` if there is no SQLite file yet.
///
/// # Errors
/// The database does not answer.
pub async fn look(configuration: &Configuration) -> Result<Option<AnyConnection>, OpenError> {
    sqlx::any::install_default_drivers();
    if let Some(url) = &configuration.database_url {
        return Ok(Some(Servers::parse(url)?.primary().await?.connection));
    }
    let path = configuration.data_dir.join(DATABASE);
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some(AnyConnection::connect(&format!("sqlite://{}?mode=ro", path.display())).await?))
}

/// The servers of PostgreSQL that do not prove who they are.
#[must_use]
pub fn unverified_servers(configuration: &Configuration) -> Vec<String> {
    let servers = configuration.database_url.as_deref().and_then(|url| Servers::parse(url).ok());
    servers.map(|servers| servers.unverified()).unwrap_or_default()
}

/// What [`update`] would do.
///
/// # Errors
/// The program is too old for the database, or the database does not answer.
pub async fn pending_update(configuration: &Configuration) -> Result<Pending, OpenError> {
    match look(configuration).await? {
        Some(mut connection) => pending(&mut connection).await,
        None => Ok(Pending::of_nothing(Engine::Sqlite)),
    }
}

/// Applies the missing migrations, as the start of a server does. Returns their numbers.
///
/// # Errors
/// The program is too old for the database, live nodes are in the way, a server has the data directory, or a
/// migration fails.
pub async fn update(configuration: &Configuration) -> Result<Vec<i64>, OpenError> {
    let (engine, _lock) = Engine::prepare(configuration).await?;
    let Connections { read, write, .. } = engine.connect(configuration, &Arc::default()).await?;
    clock::start(engine, &read).await?;
    let applied = migrate(engine, &write).await?;
    read.close().await;
    write.close().await;
    Ok(applied.migrations)
}
