//! Updates of the schema, by a command.

use std::sync::Arc;

use super::beside::look;
use super::engine::{Connections, Engine};
use super::failure::OpenError;
use super::migrations::{Pending, pending};
use super::opening::migrated;
use crate::configuration::Configuration;

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
    let (Connections { read, write, .. }, applied) = migrated(engine, configuration, &Arc::default()).await?;
    read.close().await;
    write.close().await;
    Ok(applied.migrations)
}
