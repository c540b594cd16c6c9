//! The installation, for screens and scripts.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;
use crate::tokens::CallCount;

/// The answer to `GET /installation`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Installation {
    /// The version of the server: `0.1.0`.
    pub version: String,
    /// The public URL, without a trailing slash; also the issuer of its JWTs.
    pub public_url: String,
    /// Whether files and secrets are shown only until they were fetched once.
    pub show_once: bool,
    /// The lifetime of a JWT, in seconds.
    pub jwt_lifetime: u32,
    /// The algorithm of new signing keys: `RS256`, `ES256` or `EdDSA`.
    pub signing_algorithm: String,
    /// The memory of the caches for decisions, in MiB.
    pub cache_size: u32,
    /// The most memory of the search by name, in MiB.
    pub search_memory: u32,
    /// How many facts in the memory of this server differed from the database since it started.
    /// A server compares some every five seconds. The number is 0, unless somebody changes the
    /// database by hand or the server has a fault.
    pub cache_differences: u64,
    /// For how many days the usage of a token is kept by day. Older usage is kept by month.
    pub usage_days: u32,
    /// For how many days audit events are kept; 0 if none is ever deleted.
    pub audit_retention: u32,
    /// From when on the audit trail is complete: older events were deleted. Absent if none was.
    pub audit_complete_since: Option<Timestamp>,
}

/// The answer to `GET /stats`: an overview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Stats {
    /// Tokens by kind and status.
    pub tokens: TokenCount,
    /// Core systems, without Latchkey itself.
    pub systems: i64,
    /// Projects.
    pub projects: i64,
    /// Users, without disabled ones.
    pub users: i64,
    /// Calls of the last 24 hours, with the calls of deleted tokens. The first hour is counted
    /// completely.
    pub last_24_hours: CallCount,
}

/// The number of tokens of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TokenCount {
    /// RSA open tokens.
    pub rsa: StatusCount,
    /// JWT tokens.
    pub jwt: StatusCount,
}

/// The number of tokens with each status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct StatusCount {
    /// Enabled, and neither suspended nor expired.
    pub active: i64,
    /// Suspended since the database went back in time.
    pub suspended: i64,
    /// Disabled, and not suspended.
    pub disabled: i64,
    /// Expired, and neither suspended nor disabled.
    pub expired: i64,
}
