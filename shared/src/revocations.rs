//! The revocation feed, for verifiers that check JWTs offline.

use serde::{Deserialize, Serialize};

/// JWTs that are no longer valid: their `claim` is `value`, or contains it if the claim is a
/// list, and their `iat` is before `issued_before`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Revocation {
    /// `jti`, `client_id`, `sub`, `projects`, `aud` or `iss`. Be ready for others.
    pub claim: String,
    /// The value of the claim.
    pub value: String,
    /// In seconds since the epoch, like `iat`.
    pub issued_before: i64,
    /// From when on they are not valid, in seconds since the epoch. Mostly past; the end of an
    /// overlap is in the future.
    pub from: i64,
}

/// The answer to `GET /systems/{system}/revocations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Revocations {
    /// Whether to forget earlier entries, because `items` has all of them. This is so without
    /// `since`, and if `since` is too old.
    pub reset: bool,
    /// The new entries, the oldest first.
    pub items: Vec<Revocation>,
    /// The `since` of the next request.
    pub cursor: String,
}
