//! The installation itself.

use latchkey_shared::installation::{Installation, Stats};

use super::{Answer, get};

/// Where it is, and how it is set up.
pub(crate) fn installation() -> Answer<Installation> {
    get(&["installation"]).read()
}

/// What there is in it, for system administrators.
pub(crate) fn stats() -> Answer<Stats> {
    get(&["stats"]).read()
}
