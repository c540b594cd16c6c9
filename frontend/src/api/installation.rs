//! The installation itself.

use latchkey_shared::installation::{Installation, Stats};

use super::{Error, get};

/// Where it is, and how it is set up.
pub(crate) async fn installation() -> Result<Installation, Error> {
    get(&["installation"]).read().await
}

/// What there is in it, for system administrators.
pub(crate) async fn stats() -> Result<Stats, Error> {
    get(&["stats"]).read().await
}
