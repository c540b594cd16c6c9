//! Opens the vault with the master key.
//!
//! A key file is made only if the database has no data keys. If it has some, the server starts
//! only with the master key that wrapped them. PostgreSQL needs a configured key: a second node
//! must not make its own.

use std::sync::Arc;

use futures_util::FutureExt as _;

use super::error::KeyringError;
use super::store;
use crate::configuration::Configuration;
use crate::crypto::vault::{MasterKey, Vault, WrappedDataKey};
use crate::crypto::{random_bytes, to_base64url};
use crate::database::{Database, Engine, Transaction, now};

/// The vault of the installation. The first start makes what is missing.
pub(super) async fn unlock(
    database: &Database,
    configuration: &Configuration,
) -> Result<Vault, KeyringError> {
    let master = Arc::new(master_key(database, configuration).await?);
    let for_first_start = Arc::clone(&master);
    let (installation, keys) =
        database.write(move |transaction| ensure_data_key(transaction, for_first_start).boxed()).await?;
    Ok(Vault::unlock(&master, &installation, &keys)?)
}

async fn master_key(database: &Database, configuration: &Configuration) -> Result<MasterKey, KeyringError> {
    if let Some(text) = &configuration.master_key {
        return Ok(MasterKey::from_base64(text.expose())?);
    }
    let path = match (&configuration.master_key_file, database.engine()) {
        (Some(path), _) => path.clone(),
        (None, Engine::Sqlite) => configuration.data_dir.join("master.key"),
        (None, Engine::Postgres) => return Err(KeyringError::NotGiven),
    };
    if let Some(key) = MasterKey::read_file(&path)? {
        return Ok(key);
    }
    let mut connection = database.reader().acquire().await?;
    let is_new = store::data_keys(&mut connection).await?.is_empty();
    if is_new && database.engine() == Engine::Sqlite {
        Ok(MasterKey::create_file(&path)?)
    } else {
        Err(KeyringError::FileMissing(path))
    }
}

/// The id of the installation and its data keys. Makes them if there are none. Nodes that start
/// together do this one after the other.
async fn ensure_data_key(
    transaction: &mut Transaction,
    master: Arc<MasterKey>,
) -> Result<(String, Vec<WrappedDataKey>), KeyringError> {
    let connection = transaction.connection();
    let installation = if let Some(id) = store::installation(connection).await? {
        id
    } else {
        let id = to_base64url(random_bytes::<16>());
        store::insert_installation(connection, &id, now()).await?;
        id
    };
    let mut keys = Vec::new();
    for (id, wrapped) in store::data_keys(connection).await? {
        let id = id.parse().map_err(|_| KeyringError::Damaged(id))?;
        keys.push(WrappedDataKey { id, wrapped });
    }
    if keys.is_empty() {
        let key = master.make_data_key(&installation);
        store::insert_data_key(connection, key.id.as_str(), &key.wrapped, now()).await?;
        keys.push(key);
    }
    Ok((installation, keys))
}
