//! Opens the vault beside a server, or without one: for commands that look at a database.

use std::sync::Arc;

use sqlx::AnyConnection;

use super::data_keys::opened::DataKeys;
use super::data_keys::store;
use super::error::KeyringError;
use super::installation;
use super::master_keys::held::Source;
use crate::configuration::Configuration;
use crate::crypto::vault::Vault;

/// The vault of a database, with the master key that is configured; `None` if the database is new. It
/// makes and changes nothing.
pub async fn open_vault(
    connection: &mut AnyConnection,
    configuration: &Configuration,
) -> Result<Option<Arc<Vault>>, KeyringError> {
    let masters = Source::of(configuration)?.read().await?;
    let Some(installation) = installation::find(connection).await? else { return Ok(None) };
    let stored = store::all(connection).await?;
    DataKeys::open(&masters, &installation, stored).map(|keys| Some(keys.vault))
}
