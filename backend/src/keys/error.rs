//! Why there is no keyring.

use std::path::PathBuf;

use crate::crypto::vault::{MasterKeyError, VaultError};
use crate::database::{OutcomeUnknown, WriteError};

/// Why there is no keyring.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// PostgreSQL needs a master key, and none is configured.
    #[error(
        "with PostgreSQL the master key must be given: set LATCHKEY_MASTER_KEY or LATCHKEY_MASTER_KEY_FILE"
    )]
    NotGiven,
    /// The key file does not exist, and no new one may be made.
    #[error("there is no key file {}: restore it, or set LATCHKEY_MASTER_KEY", .0.display())]
    FileMissing(PathBuf),
    /// The master key cannot be read or made.
    #[error("master key: {0}")]
    MasterKey(#[from] MasterKeyError),
    /// The vault does not open.
    #[error("{0}")]
    Vault(#[from] VaultError),
    /// A stored key cannot be used.
    #[error("the stored key {0} is damaged")]
    Damaged(String),
    /// The database did not answer.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The database was lost while it committed.
    #[error("database: {0}")]
    OutcomeUnknown(#[from] OutcomeUnknown),
}

impl WriteError for KeyringError {}
