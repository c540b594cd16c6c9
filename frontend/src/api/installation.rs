//! The installation itself.

use latchkey_shared::installation::{Installation, Stats};

use super::{Answer, get};

/// The address and the settings of the installation.
pub(crate) fn installation() -> Answer<Installation> {
    get(&["installation"]).read()
}

/// The numbers of the installation. Only system administrators may read them.
pub(crate) fn stats() -> Answer<Stats> {
    get(&["stats"]).read()
}
