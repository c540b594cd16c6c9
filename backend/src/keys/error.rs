//! Why there is no keyring, and why something cannot be sealed.

use std::path::PathBuf;

use crate::crypto::master_key::MasterKeyError;
use crate::crypto::vault::VaultError;
use crate::database::{OutcomeUnknown, WriteError};
use crate::web::problem::Problem;

/// Why there is no keyring, or why something cannot be sealed.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// PostgreSQL needs a master key, and none is configured.
    #[error(
        "with PostgreSQL the master key must be given: set LATCHKEY_MASTER_KEY, LATCHKEY_MASTER_KEY_FILE \
         or LATCHKEY_MASTER_KEY_COMMAND"
    )]
    NotGiven,
    /// The key file does not exist, and no new one may be made.
    #[error("there is no key file {}: restore it, or set LATCHKEY_MASTER_KEY", .0.display())]
    FileMissing(PathBuf),
    /// The master key cannot be read or made.
    #[error("master key: {0}")]
    MasterKey(#[from] MasterKeyError),
    /// Another master key wraps the data keys.
    #[error(
        "the master key is not the one that wraps the data keys of this database: they need {needed}, and \
         this is {held}"
    )]
    OtherMasterKey {
        /// The check value of the master key that wraps.
        needed: String,
        /// The check values of those that this node holds.
        held: String,
    },
    /// The vault does not open.
    #[error("{0}")]
    Vault(#[from] VaultError),
    /// A stored key cannot be used.
    #[error("the stored key {0} is damaged")]
    Damaged(String),
    /// The data key that sealed a row was destroyed before the row was written.
    #[error("the data key was destroyed meanwhile")]
    SealedTooLate,
    /// The database did not answer.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The database was lost while it committed.
    #[error("database: {0}")]
    OutcomeUnknown(#[from] OutcomeUnknown),
}

impl WriteError for KeyringError {}

/// The error of a statement that adds a sealed row. A node that stood still may have sealed it under a
/// data key that is destroyed since. Then the constraint refuses the row, and a new try seals it
/// under the current key.
pub fn sealed_too_late(error: sqlx::Error) -> KeyringError {
    if error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation) {
        tracing::warn!(%error, "a row is not written, since its data key was destroyed");
        return KeyringError::SealedTooLate;
    }
    error.into()
}

impl From<KeyringError> for Problem {
    fn from(error: KeyringError) -> Self {
        match error {
            KeyringError::Database(error) => error.into(),
            KeyringError::OutcomeUnknown(error) => error.into(),
            KeyringError::SealedTooLate => Self::unavailable(1),
            // The operator gives the right key while the server runs.
            KeyringError::OtherMasterKey { .. } => {
                tracing::error!(%error, "nothing is sealed and opened");
                Self::unavailable(5)
            }
            error => Self::internal(error),
        }
    }
}
