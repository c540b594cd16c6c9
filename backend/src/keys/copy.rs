//! The keys of a copy of the database.

use sqlx::AnyConnection;

use super::error::KeyringError;
use super::store;
use crate::configuration::Configuration;
use crate::crypto::vault::{MasterKey, Vault, WrappedDataKey};

/// What a database needs to be opened: the id of its installation, and its data keys.
#[derive(Debug, Default, Clone)]
pub struct Wrapped {
    /// The id of the installation.
    pub installation: String,
    /// The data keys: their ids and their wrapped bytes.
    pub data_keys: Vec<(String, Vec<u8>)>,
}

impl Wrapped {
    /// Reads it from a database or a copy of one.
    pub async fn read(connection: &mut AnyConnection) -> Result<Self, sqlx::Error> {
        let installation = store::installation(&mut *connection).await?.unwrap_or_default();
        Ok(Self { installation, data_keys: store::data_keys(connection).await? })
    }

    /// Opens it with the configured master key.
    pub fn unlock(&self, configuration: &Configuration) -> Result<Vault, KeyringError> {
        let master = if let Some(text) = &configuration.master_key {
            MasterKey::from_base64(text.expose())?
        } else {
            let beside = || configuration.data_dir.join("master.key");
            let path = configuration.master_key_file.clone().unwrap_or_else(beside);
            MasterKey::read_file(&path)?.ok_or(KeyringError::FileMissing(path))?
        };
        let wrapped = |(id, wrapped): &(String, Vec<u8>)| {
            let id = id.parse().map_err(|_| KeyringError::Damaged(id.clone()))?;
            Ok(WrappedDataKey { id, wrapped: wrapped.clone() })
        };
        let keys: Vec<_> = self.data_keys.iter().map(wrapped).collect::<Result<_, KeyringError>>()?;
        Ok(Vault::unlock(&master, &self.installation, &keys)?)
    }
}
