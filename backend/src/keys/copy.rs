//! The keys of a copy of the database.

use std::sync::Arc;

use latchkey_shared::data_keys::DataKeyState;
use sqlx::AnyConnection;

use super::data_keys::opened::DataKeys;
use super::data_keys::store::{self, StoredDataKey};
use super::error::KeyringError;
use super::installation;
use super::master_keys::held::Source;
use crate::configuration::Configuration;
use crate::crypto::master_key::WrappedDataKey;
use crate::crypto::vault::Vault;

/// What a database needs to be opened: the id of its installation, and its data keys.
#[derive(Default)]
pub struct Wrapped {
    /// The id of the installation.
    pub installation: String,
    data_keys: Vec<StoredDataKey>,
}

impl Wrapped {
    /// Reads it from a database or a copy of one.
    pub async fn read(connection: &mut AnyConnection) -> Result<Self, sqlx::Error> {
        let installation = installation::find(&mut *connection).await?.unwrap_or_default();
        Ok(Self { installation, data_keys: store::all(connection).await? })
    }

    /// Adds a data key: its id, its wrapped bytes, its state, and the check value of its master key.
    /// Returns whether these can be read.
    pub fn add(&mut self, id: &str, wrapped: Vec<u8>, state: &str, master_key: Option<&str>) -> bool {
        let states = [DataKeyState::Coming, DataKeyState::Current, DataKeyState::Retiring];
        let (Ok(id), Some(state)) = (id.parse(), states.into_iter().find(|one| one.as_str() == state)) else {
            return false;
        };
        let key = WrappedDataKey { id, wrapped, master_key: master_key.map(str::to_owned) };
        self.data_keys.push(StoredDataKey { key, state, created_at: 0, rows_in_all: None, rows_done: 0 });
        true
    }

    /// The ids of the data keys.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.data_keys.iter().map(|one| one.key.id.as_str())
    }

    /// Opens it with the configured master key.
    pub async fn unlock(self, configuration: &Configuration) -> Result<Arc<Vault>, KeyringError> {
        let masters = Source::of(configuration)?.read().await?;
        Ok(DataKeys::open(&masters, &self.installation, self.data_keys)?.vault)
    }
}
