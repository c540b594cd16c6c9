//! What an access token says (RFC 9068).

use latchkey_shared::ids::TokenId;
use serde::{Deserialize, Serialize};

/// How far the clocks of two nodes may differ, in milliseconds: a token just
/// issued by one that is ahead is good on one that is behind.
const CLOCK_DIFFERENCE: i64 = 5_000;

/// What an access token says (RFC 9068 §2.2). Its claims narrow what the token
/// it was issued for may do at the moment of a call; they never widen it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it: the public URL of this server.
    pub iss: String,
    /// Whom it speaks for: a user, or the client itself.
    pub sub: String,
    /// The one system that it is meant for.
    pub aud: String,
    /// The token that it was issued for.
    pub client_id: TokenId,
    /// Issued at, in seconds since the epoch.
    pub iat: i64,
    /// Not valid before, in seconds since the epoch.
    pub nbf: i64,
    /// Not valid from this second on.
    pub exp: i64,
    /// Its own id.
    pub jti: String,
    /// The generation of the credential that it was issued for.
    #[serde(rename = "gen")]
    pub generation: i64,
    /// The APIs that it is for, separated by spaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The projects that it is held to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projects: Option<Vec<String>>,
    /// Whether it is for all projects.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_projects: bool,
    /// Where scope and projects are to be learnt, when they are too long to be here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<Grants>,
}

/// Where a verifier learns what a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grants {
    /// By asking this server.
    Online,
}

/// A token that is good, at another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongTime {
    /// Its time is over.
    #[error("the access token has expired")]
    Expired,
    /// Its time has not come.
    #[error("the access token is not valid yet")]
    NotYetValid,
}

impl Claims {
    /// Whether the token is valid at a moment, in milliseconds since the epoch.
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
