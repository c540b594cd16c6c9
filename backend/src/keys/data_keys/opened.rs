//! The data keys in memory.

use std::sync::Arc;

use latchkey_shared::data_keys::DataKeyState;
use latchkey_shared::ids::KeyId;

use super::store::StoredDataKey;
use crate::crypto::master_key::{MasterKeys, WrappedDataKey};
use crate::crypto::vault::{Vault, VaultError};
use crate::keys::error::KeyringError;

/// The data keys, unwrapped.
pub(in crate::keys) struct DataKeys {
    /// It seals and opens with them.
    pub(in crate::keys) vault: Arc<Vault>,
    /// The new key that waits for nodes, if there is one.
    pub(in crate::keys) coming: Option<KeyId>,
    /// The old key whose rows are encrypted anew, if there is one.
    pub(in crate::keys) retiring: Option<KeyId>,
}

impl DataKeys {
    /// Unwraps the data keys of an installation.
    pub(in crate::keys) fn open(
        masters: &MasterKeys,
        installation: &str,
        stored: Vec<StoredDataKey>,
    ) -> Result<Self, KeyringError> {
        check(masters, installation, &stored)?;
        let in_state = |state| stored.iter().find(|one| one.state == state).map(|one| one.key.id.clone());
        let current = in_state(DataKeyState::Current).ok_or(VaultError::NoDataKey)?;
        let (coming, retiring) = (in_state(DataKeyState::Coming), in_state(DataKeyState::Retiring));
        let keys: Vec<WrappedDataKey> = stored.into_iter().map(|one| one.key).collect();
        let vault = Arc::new(Vault::unlock(masters, installation, &current, &keys)?);
        Ok(Self { vault, coming, retiring })
    }
}

/// Fails if another master key wraps one of the data keys.
pub(in crate::keys) fn check(
    masters: &MasterKeys,
    installation: &str,
    stored: &[StoredDataKey],
) -> Result<(), KeyringError> {
    let needed = stored.iter().filter_map(|one| one.key.master_key.as_deref());
    match needed.into_iter().find(|check| masters.find(installation, check).is_none()) {
        None => Ok(()),
        Some(check) => Err(KeyringError::OtherMasterKey {
            needed: check.to_owned(),
            held: masters.checks(installation).join(" and "),
        }),
    }
}
