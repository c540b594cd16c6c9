//! Decisions about calls.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::{TokenId, UserId};
use crate::projects::ProjectRef;
use crate::time::Timestamp;
use crate::tokens::{Kind, Quota, QuotaState, RateLimit};

/// The reason of a denial. The values are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Reason {
    /// Not a credential in any known form.
    Malformed,
    /// Well-formed, but there is no such token or key.
    UnknownToken,
    /// The proof is wrong: decryption, secret or signature.
    BadProof,
    /// The proof is for another method, path or system.
    ProofMismatch,
    /// A one-time request that was used already.
    Replayed,
    /// A one-time request that is too old.
    Stale,
    /// The database went back in time, so that withdrawals may be missing, and no administrator has confirmed
    /// the token since.
    Suspended,
    /// The token or its system is disabled.
    Disabled,
    /// The token or the JWT has expired.
    Expired,
    /// The JWT or the request is not valid yet.
    NotYetValid,
    /// The caller's address is not in the list of the token, or is unknown.
    IpDenied,
    /// No API of the system matches the method and the path.
    NoSuchApi,
    /// The token is not granted this API.
    ApiNotGranted,
    /// The API needs a project, and the call names none.
    ProjectRequired,
    /// The token is not granted this project.
    ProjectNotGranted,
    /// The user of the token may not make this call.
    UserNotGranted,
    /// More calls than a rate limit or a quota of the token, or of a token that issued it, allows. Or the
    /// credential is wrong, and too many others from the address of the caller were, too.
    RateLimited,
    /// The call cannot be decided now.
    Unavailable,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 18] = [
        Self::Malformed,
        Self::UnknownToken,
        Self::BadProof,
        Self::ProofMismatch,
        Self::Replayed,
        Self::Stale,
        Self::Suspended,
        Self::Disabled,
        Self::Expired,
        Self::NotYetValid,
        Self::IpDenied,
        Self::NoSuchApi,
        Self::ApiNotGranted,
        Self::ProjectRequired,
        Self::ProjectNotGranted,
        Self::UserNotGranted,
        Self::RateLimited,
        Self::Unavailable,
    ];

    /// The reason in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnknownToken => "unknown_token",
            Self::BadProof => "bad_proof",
            Self::ProofMismatch => "proof_mismatch",
            Self::Replayed => "replayed",
            Self::Stale => "stale",
            Self::Suspended => "suspended",
            Self::Disabled => "disabled",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::IpDenied => "ip_denied",
            Self::NoSuchApi => "no_such_api",
            Self::ApiNotGranted => "api_not_granted",
            Self::ProjectRequired => "project_required",
            Self::ProjectNotGranted => "project_not_granted",
            Self::UserNotGranted => "user_not_granted",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The body of `POST /verify`: a call, as the verifier received it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Call {
    /// The bearer token of the call.
    pub credential: String,
    /// The system of the verifier key, by key or id. Another system is a 403.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The HTTP method.
    pub method: String,
    /// The path as it arrived, still percent-encoded, with the base path and the query.
    pub path: String,
    /// The project, by key or id, if the path does not name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The caller's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<String>,
}

/// The most calls in one batch.
pub const BATCH: usize = 100;

/// The body of `POST /verify/batch`: calls, as the verifier received them.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Calls {
    /// At most 100.
    #[cfg_attr(feature = "server", schema(max_items = 100))]
    pub calls: Vec<Call>,
}

/// The decisions, in the order of the calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Decisions {
    /// One decision for each call.
    pub decisions: Vec<Decision>,
}

/// The decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Decision {
    /// Whether the call may pass.
    pub allowed: bool,
    /// Why it may not pass; absent if it may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The token, if the credential is proven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<DecidedToken>,
    /// The identity of the call: the user of a JWT token, or the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// The key of the API that the call matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// The project that the call is made in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectRef>,
    /// The keys of the projects that limit the credential; absent if nothing limits it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projects: Option<Vec<String>>,
    /// When the credential expires; absent if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The limit that the call exceeds, if the reason is `rate_limited`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exceeded: Option<Exceeded>,
    /// What is left of the quotas that the call spends, in the answer to a trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotas: Option<Vec<QuotaState>>,
}

/// The limit that a call exceeds: a rate limit or a quota, of the token or of a token that issued it. If
/// the decision names no token, it is the limit of wrong credentials from one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Exceeded {
    /// The key of the API whose calls spend the limit; absent if all calls do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// The rate limit, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// The quota, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
    /// After so many seconds a call may pass again.
    pub retry_after: u32,
}

impl Exceeded {
    /// A call exceeds a rate limit. After `wait` one may pass again.
    #[must_use]
    pub fn rate_limit(limit: RateLimit, wait: Duration) -> Self {
        Self { api: None, rate_limit: Some(limit), quota: None, retry_after: whole_seconds(wait) }
    }

    /// A call exceeds a quota. After `wait` one may pass again.
    #[must_use]
    pub fn quota(quota: Quota, wait: Duration) -> Self {
        Self { api: None, rate_limit: None, quota: Some(quota), retry_after: whole_seconds(wait) }
    }
}

/// The seconds of `Retry-After` (RFC 9110 §10.2.3): rounded up, and at least one.
fn whole_seconds(wait: Duration) -> u32 {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    u32::try_from(seconds).unwrap_or(u32::MAX).max(1)
}

/// The token of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DecidedToken {
    /// The token's id.
    pub id: TokenId,
    /// The token's name.
    pub name: String,
    /// The token's kind.
    pub kind: Kind,
}

/// The identity of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Subject {
    /// A user, through a JWT token.
    User {
        /// The user's id.
        id: UserId,
        /// The username.
        username: String,
    },
    /// The token itself.
    Token {
        /// The token's id.
        id: TokenId,
    },
}
