//! What verifiers that check JWTs offline cannot know.

use serde::{Deserialize, Serialize};

/// JWTs that no longer count: those whose `claim` is `value`, or holds it where
/// the claim is a list, and whose `iat` is before `issued_before`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Revocation {
    /// `jti`, `client_id`, `sub`, `projects`, `aud` or `iss`; be ready for others.
    pub claim: String,
    /// The claim's value.
    pub value: String,
    /// In seconds since the epoch, as `iat` is.
    pub issued_before: i64,
    /// The moment from which on they do not count, in seconds since the epoch:
    /// mostly past, but the end of an overlap lies ahead.
    pub from: i64,
}

/// The answer to `GET /systems/{system}/revocations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Revocations {
    /// Whether what was learnt before has to be forgotten: `items` is all there
    /// is. So it is without `since`, and when `since` is too old to go on from.
    pub reset: bool,
    /// What is new since then, the oldest first.
    pub items: Vec<Revocation>,
    /// The `since` of the next call.
    pub cursor: String,
}
