//! What the screens and scripts want to know of the installation itself.

use serde::{Deserialize, Serialize};

/// The answer to `GET /installation`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Installation {
    /// The version of the server: `0.1.0`.
    pub version: String,
    /// Where clients reach it, without a slash at the end; also the issuer of its JWTs.
    pub public_url: String,
    /// Whether files and secrets are shown only until they were fetched once.
    pub show_once: bool,
    /// How long a JWT is good, in seconds.
    pub jwt_lifetime: u32,
    /// The algorithm of new signing keys: `RS256`, `ES256` or `EdDSA`.
    pub signing_algorithm: String,
}
