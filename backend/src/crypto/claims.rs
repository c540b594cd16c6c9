//! The claims of an access token (RFC 9068).

use latchkey_shared::ids::TokenId;
use serde::{Deserialize, Serialize};

/// How far the clocks of two nodes may differ, in milliseconds. A token that a node ahead has
/// just issued is valid on a node behind.
const CLOCK_DIFFERENCE: i64 = 5_000;

/// The claims of an access token (RFC 9068 §2.2). They narrow what the token behind it may do
/// at the moment of a call; they never widen it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The issuer: the public URL of this server.
    pub iss: String,
    /// The subject: a user, or the client itself.
    pub sub: String,
    /// The audience: one system.
    pub aud: String,
    /// The client: the token that it was issued for.
    pub client_id: TokenId,
    /// Issued at, in seconds since the epoch.
    pub iat: i64,
    /// Not valid before, in seconds since the epoch.
    pub nbf: i64,
    /// Expires at, in seconds since the epoch.
    pub exp: i64,
    /// Its own id.
    pub jti: String,
    /// The generation of the credential that it was issued for.
    #[serde(rename = "gen")]
    pub generation: i64,
    /// The scope: APIs, separated by spaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The keys of the projects that limit it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projects: Option<Vec<String>>,
    /// Whether it is for all projects.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_projects: bool,
    /// Where to look up scope and projects if they are too long for claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<Grants>,
}

/// How a verifier learns what a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grants {
    /// It asks this server.
    Online,
}

/// The token is not valid at this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongTime {
    /// It has expired.
    #[error("the access token has expired")]
    Expired,
    /// It is not valid yet.
    #[error("the access token is not valid yet")]
    NotYetValid,
}

impl Claims {
    /// Checks that the token is valid at a time, in milliseconds since the epoch.
    pub fn valid_at(&self, now: i64) -> Result<(), WrongTime> {
        if now >= self.exp.saturating_mul(1_000) {
            Err(WrongTime::Expired)
        } else if now.saturating_add(CLOCK_DIFFERENCE) < self.nbf.saturating_mul(1_000) {
            Err(WrongTime::NotYetValid)
        } else {
            Ok(())
        }
    }
}
