//! May this credential make this call?

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{TokenId, UserId};
use crate::projects::ProjectRef;
use crate::time::Timestamp;
use crate::tokens::Kind;

/// Why a call is denied. Stable: clients decide by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Reason {
    /// Not a credential of any form.
    Malformed,
    /// Well-formed, but no such token or key (any more).
    UnknownToken,
    /// The proof does not hold: decryption, secret or signature.
    BadProof,
    /// The proof is for another method, path or system.
    ProofMismatch,
    /// A one-time request that was used already.
    Replayed,
    /// A one-time request that was sealed too long ago.
    Stale,
    /// The token, its system or its issuer switched it off.
    Disabled,
    /// Past the token's or the JWT's end.
    Expired,
    /// Before the JWT's or the request's beginning.
    NotYetValid,
    /// The caller's address is not in the token's list, or not known.
    IpDenied,
    /// No API of the system matches method and path.
    NoSuchApi,
    /// The token is not granted this API.
    ApiNotGranted,
    /// The API wants a project and the call names none.
    ProjectRequired,
    /// The token is not granted this project.
    ProjectNotGranted,
    /// The token's user may not make this call.
    UserNotGranted,
    /// Too many calls.
    RateLimited,
    /// The decision cannot be made now.
    Unavailable,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 17] = [
        Self::Malformed,
        Self::UnknownToken,
        Self::BadProof,
        Self::ProofMismatch,
        Self::Replayed,
        Self::Stale,
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

    /// The reason as JSON writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnknownToken => "unknown_token",
            Self::BadProof => "bad_proof",
            Self::ProofMismatch => "proof_mismatch",
            Self::Replayed => "replayed",
            Self::Stale => "stale",
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

/// The body of `POST /verify`: a call, as the verifier saw it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Call {
    /// What the caller presented as its bearer token.
    pub credential: String,
    /// The verifier key's system, by key or id; naming another is a 403.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The HTTP method.
    pub method: String,
    /// The path as it arrived, with the base path, still percent-encoded; a query is ignored.
    pub path: String,
    /// The project, by key or id, where the path does not name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The caller's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<String>,
}

/// The most calls that are decided at once.
pub const BATCH: usize = 100;

/// The body of `POST /verify/batch`: calls, as the verifier saw them.
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
    /// One for each call.
    pub decisions: Vec<Decision>,
}

/// The decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Decision {
    /// Whether the call may pass.
    pub allowed: bool,
    /// Why not, when it may not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The token, once the credential is proven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<DecidedToken>,
    /// Whom the call is made as: the user of a JWT token, else the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// The key of the API that the call matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// The project that the call is made in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectRef>,
    /// The keys of the projects that the credential reaches, where it is bound to some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projects: Option<Vec<String>>,
    /// When the credential ends, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// The token of a [`Decision`].
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

/// Whom a call is made as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Subject {
    /// A person, through a JWT token.
    User {
        /// The user's id.
        id: UserId,
        /// The user's name at login.
        username: String,
    },
    /// The token itself.
    Token {
        /// The token's id.
        id: TokenId,
    },
}
