//! Opens the vault with the master key.
//!
//! A key file is made only if the database has no data keys. If it has some, the server starts
//! only with the master key that wraps them.

use std::sync::Arc;

use futures_util::FutureExt as _;
use latchkey_shared::data_keys::DataKeyState;

use super::data_keys::opened::DataKeys;
use super::data_keys::store::{self, StoredDataKey};
use super::error::KeyringError;
use super::installation;
use super::master_keys::held::HeldMasterKeys;
use crate::configuration::Configuration;
use crate::crypto::master_key::MasterKeys;
use crate::crypto::vault::VaultError;
use crate::database::{Database, Transaction};

/// The master keys, the id of the installation, and its data keys. The first start makes what is
/// missing.
pub(super) async fn unlock(
    database: &Database,
    configuration: &Configuration,
) -> Result<(HeldMasterKeys, String, DataKeys), KeyringError> {
    let masters = HeldMasterKeys::read(database, configuration).await?;
    let keys = masters.keys();
    let (installation, stored) =
        database.write(move |transaction| ensure_data_key(transaction, keys).boxed()).await?;
    let opened = DataKeys::open(&masters.keys(), &installation, stored)?;
    Ok((masters, installation, opened))
}

/// The id of the installation and its data keys. Makes them if there are none. Nodes that start
/// together do this one after the other.
async fn ensure_data_key(
    transaction: &mut Transaction,
    masters: Arc<MasterKeys>,
) -> Result<(String, Vec<StoredDataKey>), KeyringError> {
    let connection = transaction.connection();
    let installation = installation::ensure(connection).await?;
    let mut stored = store::all(connection).await?;
    if stored.is_empty() {
        let key = masters.first().make_data_key(&installation);
        store::insert(connection, &key, DataKeyState::Current).await?;
        stored = store::all(connection).await?;
    }
    for one in &mut stored {
        // A version before this one did not note it.
        if one.key.master_key.is_none() {
            let check = masters.wrapped_by(&installation, &one.key).ok_or(VaultError::WrongMasterKey)?;
            one.key.master_key = Some(check);
            store::rewrap(connection, &one.key).await?;
        }
    }
    Ok((installation, stored))
}
