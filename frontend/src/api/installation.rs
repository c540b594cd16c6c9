//! The installation itself.

use latchkey_shared::installation::Installation;

use super::{Error, get};

/// Where it is, and how it is set up.
pub(crate) async fn installation() -> Result<Installation, Error> {
    get(&["installation"]).read().await
}
