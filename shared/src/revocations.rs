//! The revocation feed, for verifiers that check JWTs offline.

use serde::{Deserialize, Serialize};

/// An entry of the revocation feed. It revokes JWTs whose `claim` is `value`, or contains it if
/// the claim is a list, and whose `iat` is before `issued_before`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Revocation {
    /// `jti`, `client_id`, `sub`, `projects`, `aud` or `iss`. Other claims may be added.
    pub claim: String,
    /// The value of the claim.
    pub value: String,
    /// In seconds since the epoch, like `iat`.
    pub issued_before: i64,
    /// The time from which the JWTs are revoked, in seconds since the epoch. Usually it is in the
    /// past. The end of an overlap is in the future.
    pub from: i64,
}

/// The answer to `GET /systems/{system}/revocations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Revocations {
    /// If `true`, forget all earlier entries: `items` has all current entries. This is so without
    /// `since`, and if `since` is too old.
    pub reset: bool,
    /// The new entries, the oldest first.
    pub items: Vec<Revocation>,
    /// The `since` of the next request.
    pub cursor: String,
}
