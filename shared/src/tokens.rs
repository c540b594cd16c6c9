//! Tokens.

mod limits;
mod suspension;

use serde::{Deserialize, Serialize};

pub use self::limits::{
    ApiLimit, NewApiLimit, NewQuota, NewRateLimit, Period, Quota, QuotaState, RateLimit, RateLimitState,
};
pub use self::suspension::{Confirmation, Confirmed, Suspension};
use crate::ids::{KeyId, TokenId};
use crate::projects::ProjectRef;
use crate::systems::{ApiRef, SystemRef};
use crate::time::Timestamp;
use crate::users::UserRef;
use crate::warning::Warning;

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Kind {
    /// An RSA open token. It has an RSA key pair, is granted to projects, and is downloaded as
    /// a file.
    Rsa,
    /// A JWT token. It has a secret id to copy, and is granted to users.
    Jwt,
}

impl Kind {
    /// The kind in SQL and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Jwt => "jwt",
        }
    }
}

/// The switch of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Switch {
    /// Its calls are decided.
    Active,
    /// Its calls are denied until it is active again.
    Disabled,
}

/// The status of a token: suspended, its switch, or expired. The first that holds is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Status {
    /// Its calls are decided.
    Active,
    /// The database went back in time. Its calls are denied until an administrator confirms it.
    Suspended,
    /// Its calls are denied until it is active again.
    Disabled,
    /// It has expired.
    Expired,
}

/// A page of a list of tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TokenPage {
    /// The tokens of this page.
    pub items: Vec<TokenSummary>,
    /// Send it as `cursor` to get the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next_cursor: Option<String>,
    /// The number of all tokens that match, if `total=true` asked for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub total: Option<i64>,
    /// `true`: `q` was compared with the beginnings of names only. The server has just started,
    /// or all names take more memory than it is allowed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub beginnings_only: Option<bool>,
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
    /// Whether it is active, suspended, disabled or expired.
    pub status: Status,
    /// The time in which withdrawals may be missing, if it is suspended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<Suspension>,
    /// The number of APIs and systems that it is granted.
    pub grant_count: i64,
    /// The number of its projects or users; absent for all projects.
    pub target_count: Option<i64>,
    /// Whether its client has its own key. Then there is no secret to copy.
    pub has_client_key: bool,
    /// When it expires; absent if it does not.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Whether the caller may change it. Users of a JWT token can see the token, but cannot
    /// change it.
    pub manageable: bool,
    /// When a call with it was last decided.
    pub last_used_at: Option<Timestamp>,
}

/// A public key as a JWK (RFC 7517). The client proves itself with it (RFC 7523), or seals
/// requests with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ClientKey {
    /// The key id that Latchkey assigned: the `kid` of signed and sealed requests.
    pub kid: KeyId,
    /// `RSA`, `EC` or `OKP`.
    pub kty: String,
    /// `sig`, or `enc` for sealing requests.
    #[serde(rename = "use")]
    pub purpose: String,
    /// The only accepted algorithm, if the key names one.
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
    /// The public key (Ed25519), or its x coordinate (P-256).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// P-256: the y coordinate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
}

/// A token with its grants and targets, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Token {
    /// The token's id; also its `client_id`.
    pub id: TokenId,
    /// The token's kind.
    pub kind: Kind,
    /// Globally unique.
    pub name: String,
    /// A description.
    pub description: String,
    /// Whether it is active, suspended, disabled or expired.
    pub status: Status,
    /// The time in which withdrawals may be missing, if it is suspended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<Suspension>,
    /// The APIs that it is granted one by one.
    pub apis: Vec<ApiRef>,
    /// The systems that it is granted whole.
    pub systems: Vec<SystemRef>,
    /// RSA: whether it is for all projects, later ones too.
    pub all_projects: bool,
    /// RSA: its projects.
    pub projects: Vec<ProjectRef>,
    /// JWT: its users.
    pub users: Vec<UserRef>,
    /// JWT: the projects that limit its calls, if a project administrator made it.
    pub bound_to: Option<Vec<ProjectRef>>,
    /// When it expires; absent if it does not.
    pub expires_at: Option<Timestamp>,
    /// The addresses that it may be used from; empty for any.
    pub allowed_ips: Vec<String>,
    /// How many calls may be made with it; absent if any number may.
    pub rate_limit: Option<RateLimit>,
    /// How many calls may be made with it in a day or a month; absent if any number may.
    pub quota: Option<Quota>,
    /// Limits for single APIs. A call of such an API spends the limits of the token, too.
    pub api_limits: Vec<ApiLimit>,
    /// RSA: the size of its key in bits; absent if the client has its own key.
    pub key_size: Option<u16>,
    /// The public key of the client. If it has one, there is neither an open token nor a secret
    /// id.
    pub client_key: Option<ClientKey>,
    /// RSA: whether it accepts one-time requests (sealed or signed) only.
    pub one_time_only: bool,
    /// The generation of its credential: 1, and one more after each rotation.
    pub generation: i64,
    /// The token that issued this one, if a token did.
    pub parent_token: Option<TokenId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who last changed it.
    pub updated_by: String,
    /// Whether the caller may change it. Users of a JWT token can see the token, but cannot
    /// change it.
    pub manageable: bool,
    /// When a call with it was last decided.
    pub last_used_at: Option<Timestamp>,
    /// Warnings: after it was created or renamed, a name that looks like this one; at any time,
    /// a token with the same name. Absent if there are none.
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
    /// Globally unique, regardless of case.
    pub name: String,
    /// A description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// APIs to grant, by key or id.
    #[serde(default)]
    pub apis: Vec<String>,
    /// Systems to grant whole, by key or id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub systems: Vec<String>,
    /// RSA: its projects, by key or id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<String>,
    /// RSA: for all projects, later ones too. For system administrators only.
    #[serde(default)]
    pub all_projects: bool,
    /// JWT: its users, by name or id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<String>,
    /// When it expires: RFC 3339, in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// The addresses that it may be used from: IP addresses or CIDR ranges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_ips: Vec<String>,
    /// How many calls may be made with it; any number if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<NewRateLimit>,
    /// How many calls may be made with it in a day or a month; any number if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<NewQuota>,
    /// Limits for single APIs, at most 100. A call of such an API spends the limits of the token, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub api_limits: Vec<NewApiLimit>,
    /// RSA: 2048 (if absent), 3072 or 4096 bits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_size: Option<u16>,
    /// RSA: accept one-time requests (sealed or signed) only.
    #[serde(default)]
    pub one_time_only: bool,
    /// The client's own public key, so that no secret is shared: PEM (`SubjectPublicKeyInfo` or
    /// PKCS#1) or a JWK as text; RSA with at least 2,048 bits, EC P-256 or Ed25519. Then the
    /// client authenticates with `private_key_jwt` only (RFC 7523). With an RSA token, it signs
    /// its one-time requests and does not seal them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
}

/// The body of `PATCH /tokens/{token}`. Absent fields stay. A list replaces the old list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TokenPatch {
    /// Globally unique, regardless of case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Enables or disables it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Switch>,
    /// APIs to grant, by key or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apis: Option<Vec<String>>,
    /// Systems to grant whole, by key or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub systems: Option<Vec<String>>,
    /// RSA: its projects, by key or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projects: Option<Vec<String>>,
    /// RSA: for all projects, later ones too. For system administrators only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all_projects: Option<bool>,
    /// JWT: its users, by name or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<String>>,
    /// When it expires; `null` for never.
    #[serde(default, with = "crate::patch", skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Option<String>>,
    /// The addresses that it may be used from; empty for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_ips: Option<Vec<String>>,
    /// How many calls may be made with it; `null` for any number. A caller that is a token may only
    /// lower it.
    #[serde(default, with = "crate::patch", skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<Option<NewRateLimit>>,
    /// How many calls may be made with it in a day or a month; `null` for any number. A caller that
    /// is a token may only lower it. Another period or time zone begins a new count.
    #[serde(default, with = "crate::patch", skip_serializing_if = "Option::is_none")]
    pub quota: Option<Option<NewQuota>>,
    /// Limits for single APIs, at most 100. The limits of an API end with its grant. A caller that is a
    /// token may only lower them, or add some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_limits: Option<Vec<NewApiLimit>>,
    /// RSA: accept one-time requests (sealed or signed) only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_time_only: Option<bool>,
}

/// The body of `POST /tokens/{token}/rotate`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Rotation {
    /// How long the old credential stays valid, in seconds: 0 (if absent) to 604,800.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap_seconds: Option<u32>,
    /// The client's next public key. Required if the client has its own key. Then only this key
    /// changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
}

/// The answer to `GET /tokens/{token}/secret`: the credentials for `/oauth2/token`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SecretId {
    /// The token's id.
    pub client_id: TokenId,
    /// The `client_secret`: `lkj_…`.
    pub secret_id: String,
    /// The URL where it is exchanged for a JWT.
    pub token_endpoint: String,
}

/// The answer to `GET /tokens/name-availability`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NameAvailability {
    /// Whether a token may have the name.
    pub available: bool,
}

/// The usage of a token on one day, for one API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UsageDay {
    /// The day in UTC: `2026-11-24`.
    pub day: String,
    /// The key of the API; absent for calls that matched none.
    pub api: Option<String>,
    /// `allowed`, or the reason of the denial.
    pub outcome: String,
    /// The number of calls.
    pub count: i64,
}

/// The usage of a token in one month, for one API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UsageMonth {
    /// The month in UTC: `2026-11`.
    pub month: String,
    /// The key of the API; absent for calls that matched none, or one that was deleted.
    pub api: Option<String>,
    /// `allowed`, or the reason of the denial.
    pub outcome: String,
    /// The number of calls.
    pub count: i64,
}

/// The usage of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Usage {
    /// When a call with it was last decided.
    pub last_used_at: Option<Timestamp>,
    /// The last 30 days, latest first.
    pub days: Vec<UsageDay>,
    /// All months with calls, latest first.
    pub months: Vec<UsageMonth>,
    /// The last 24 hours. The first hour is counted completely.
    pub last_24_hours: CallCount,
    /// The rate limits that its calls spend, with defaults and ceilings: its own, and those of the
    /// tokens that issued it.
    pub rate_limits: Vec<RateLimitState>,
    /// The same for quotas, and what is left of them.
    pub quotas: Vec<QuotaState>,
}

/// Numbers of allowed and denied calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CallCount {
    /// Allowed calls.
    pub allowed: i64,
    /// Denied calls.
    pub denied: i64,
}

/// The body of `POST /tokens/{token}/try`: a call to try.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Trial {
    /// The system that is called, by key or id.
    pub system: String,
    /// The HTTP method.
    pub method: String,
    /// The path, with the base path and the query.
    pub path: String,
    /// The project, by key or id, if the path does not name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// JWT: the user, by name or id. Required if the token is for several users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The caller's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<String>,
}
