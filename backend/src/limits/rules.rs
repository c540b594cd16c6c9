//! A default and a ceiling.

use latchkey_shared::limits::Limits;
use serde::{Deserialize, Serialize};

/// The default and the ceiling of a project or of the installation: for all calls with a token, or for
/// those of one API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rules {
    /// What holds for a token that has no limit of its own.
    #[serde(default)]
    pub(super) default: Limits,
    /// What holds for every token, whatever limit it has.
    #[serde(default)]
    pub(super) ceiling: Limits,
}
