//! Tokens: what an administrator applies for.

use serde::{Deserialize, Serialize};

use crate::ids::{KeyId, TokenId};
use crate::projects::ProjectRef;
use crate::systems::{ApiRef, SystemRef};
use crate::time::Timestamp;
use crate::users::UserRef;
use crate::warning::Warning;

/// The two kinds of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Kind {
    /// An RSA open token: on an RSA key pair, granted to projects, downloaded as a file.
    Rsa,
    /// A JWT token: a secret id to copy, granted to users.
    Jwt,
}

impl Kind {
    /// The kind as SQL and JSON write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Jwt => "jwt",
        }
    }
}

/// What an administrator switched a token to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Switch {
    /// Its calls are decided.
    Active,
    /// Its calls are denied until it is active again.
    Disabled,
}

/// A token's status: what it was switched to, or that it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Status {
    /// Its calls are decided.
    Active,
    /// Its calls are denied until it is active again.
    Disabled,
    /// Its time is over.
    Expired,
}

/// A token in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TokenSummary {
    /// The token's id.
    pub id: TokenId,
    /// The token's kind.
    pub kind: Kind,
    /// Globally unique.
    pub name: String,
    /// Whether its calls are decided.
    pub status: Status,
    /// How many APIs and systems it is granted.
    pub grant_count: i64,
    /// How many projects or users it is for; absent for all projects.
    pub target_count: Option<i64>,
    /// Whether its client proves itself with a key of its own: there is no secret to copy.
    pub has_client_key: bool,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Whether the one who asks may change it; who is only granted it may not.
    pub manageable: bool,
    /// When a call with it was last decided.
    pub last_used_at: Option<Timestamp>,
}

/// The public key that a client proves itself with (RFC 7523), or seals its
/// requests with, as a JWK (RFC 7517).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ClientKey {
    /// The id that Latchkey gave the key: the `kid` of signed and sealed requests.
    pub kid: KeyId,
    /// `RSA`, `EC` or `OKP`.
    pub kty: String,
    /// `sig`; `enc` where requests are sealed.
    #[serde(rename = "use")]
    pub purpose: String,
    /// The only algorithm that is accepted, if the key was sent with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// `P-256` or `Ed25519`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// RSA: the modulus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// RSA: the exponent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
    /// The point, or its first coordinate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// P-256: the second coordinate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
}

/// A token with its grants and targets. No secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Token {
    /// The token's id; also its `client_id`.
    pub id: TokenId,
    /// The token's kind.
    pub kind: Kind,
    /// Globally unique.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether its calls are decided.
    pub status: Status,
    /// The APIs granted one by one.
    pub apis: Vec<ApiRef>,
    /// The systems granted whole.
    pub systems: Vec<SystemRef>,
    /// RSA: whether it is for all projects, later ones too.
    pub all_projects: bool,
    /// RSA: the projects it is for.
    pub projects: Vec<ProjectRef>,
    /// JWT: the users it is for.
    pub users: Vec<UserRef>,
    /// JWT made by a project administrator: the projects its calls are held to.
    pub bound_to: Option<Vec<ProjectRef>>,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// The addresses its calls may come from; empty for any.
    pub allowed_ips: Vec<String>,
    /// RSA: the size of its key in bits; absent where the client has a key of its own.
    pub key_size: Option<u16>,
    /// The public key that its client proves itself with, where no secret is
    /// shared: there is neither an open token nor a secret id then.
    pub client_key: Option<ClientKey>,
    /// RSA: accepts one-time requests, sealed or signed, and nothing else.
    pub one_time_only: bool,
    /// How often its credential was made: 1, and one more with each rotation.
    pub generation: i64,
    /// The token that made this one, if a token did.
    pub parent_token: Option<TokenId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who last changed it.
    pub updated_by: String,
    /// Whether the one who asks may change it; who is only granted it may not.
    pub manageable: bool,
    /// When a call with it was last decided.
    pub last_used_at: Option<Timestamp>,
    /// What to look at: when it was created or renamed, a name that looks like another's;
    /// whenever it is read, a name that another token has. Absent if nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// The body of `POST /tokens`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewToken {
    /// The token's kind.
    pub kind: Kind,
    /// Globally unique, whatever its case.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// APIs to grant, by key or id.
    #[serde(default)]
    pub apis: Vec<String>,
    /// Systems to grant whole, by key or id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub systems: Vec<String>,
    /// RSA: projects it is for, by key or id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<String>,
    /// RSA: for all projects, later ones too; system administrators only.
    #[serde(default)]
    pub all_projects: bool,
    /// JWT: users it is for, by name or id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<String>,
    /// When it ends: RFC 3339, in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// Addresses its calls may come from: IP addresses or CIDR ranges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_ips: Vec<String>,
    /// RSA: 2048 (if absent), 3072 or 4096 bits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_size: Option<u16>,
    /// RSA: accept one-time requests, sealed or signed, and nothing else.
    #[serde(default)]
    pub one_time_only: bool,
    /// The client's own public key, so that no secret is shared: PEM
    /// (`SubjectPublicKeyInfo` or PKCS#1) or a JWK as text; RSA of 2,048 bits or
    /// more, EC P-256 or Ed25519. A JWT token is then exchanged with
    /// `private_key_jwt` only (RFC 7523); an RSA token too, and one-time requests
    /// are signed with the key in place of being sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
}

/// The body of `PATCH /tokens/{token}`: what is absent stays, a list that is
/// there replaces the list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TokenPatch {
    /// Globally unique, whatever its case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Switch it on or off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Switch>,
    /// APIs to grant, by key or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apis: Option<Vec<String>>,
    /// Systems to grant whole, by key or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub systems: Option<Vec<String>>,
    /// RSA: projects it is for, by key or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projects: Option<Vec<String>>,
    /// RSA: for all projects, later ones too; system administrators only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all_projects: Option<bool>,
    /// JWT: users it is for, by name or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<String>>,
    /// When it ends; `null` for never.
    #[serde(default, with = "crate::patch", skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Option<String>>,
    /// Addresses its calls may come from; empty for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_ips: Option<Vec<String>>,
    /// RSA: accept one-time requests, sealed or signed, and nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_time_only: Option<bool>,
}

/// The body of `POST /tokens/{token}/rotate`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Rotation {
    /// How long the credential until now stays good: 0 (if absent) to 604,800 seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap_seconds: Option<u32>,
    /// The client's next public key, where it proves itself with one: then it is
    /// required, and the only thing that changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
}

/// The answer to `GET /tokens/{token}/secret`: what `/oauth2/token` wants.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SecretId {
    /// The token's id.
    pub client_id: TokenId,
    /// The `client_secret`: `lkj_…`.
    pub secret_id: String,
    /// Where it becomes a JWT.
    pub token_endpoint: String,
}

/// The answer to `GET /tokens/name-availability`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NameAvailability {
    /// Whether a token may take the name.
    pub available: bool,
}

/// One day of a token's use of one API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UsageDay {
    /// The day in UTC: `2026-11-24`.
    pub day: String,
    /// The API's key; absent for calls that matched none.
    pub api: Option<String>,
    /// `allowed`, or the reason of the denial.
    pub outcome: String,
    /// How many calls.
    pub count: i64,
}

/// How a token was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Usage {
    /// When a call with it was last decided.
    pub last_used_at: Option<Timestamp>,
    /// The last 30 days, latest first.
    pub days: Vec<UsageDay>,
    /// The last 24 hours, to the hour.
    pub last_24_hours: CallCount,
}

/// How many calls passed, and how many did not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CallCount {
    /// Calls that passed.
    pub allowed: i64,
    /// Calls that were denied.
    pub denied: i64,
}

/// The body of `POST /tokens/{token}/try`: a call that might be made with the token.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Trial {
    /// The system that would be called, by key or id.
    pub system: String,
    /// The HTTP method.
    pub method: String,
    /// The path as it would arrive, with the base path; a query is ignored.
    pub path: String,
    /// The project, by key or id, where the path does not name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// JWT: the user, by name or id; needed when the token is for several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The caller's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<String>,
}
