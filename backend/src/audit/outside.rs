//! What is known of the trail outside of the database.

use std::fs;
use std::io::ErrorKind;

use crate::configuration::Configuration;
use crate::configuration::audit::Destination;
use crate::crypto::note::notes_in;

/// The last checkpoint in the file that this node sends them to, as a note. `None` if there is none, or if
/// they are sent elsewhere.
#[must_use]
pub fn last_checkpoint(configuration: &Configuration) -> Option<String> {
    let Some(Destination::File(path)) = &configuration.audit_checkpoints else { return None };
    match fs::read_to_string(path) {
        Ok(text) => notes_in(&text).pop(),
        Err(error) => {
            if error.kind() != ErrorKind::NotFound {
                tracing::warn!(%error, path = %path.display(), "the checkpoints of the audit trail cannot be read");
            }
            None
        }
    }
}
