//! Core systems, their APIs and their verifier keys.

use serde::{Deserialize, Serialize};

use crate::ids::{ApiId, KeyId, SystemId};
use crate::problem::TokenRef;
use crate::time::Timestamp;
use crate::warning::Warning;

/// A core system: an upstream service whose API is protected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct System {
    /// The system's id.
    pub id: SystemId,
    /// Unique. It is the first part of the keys of its APIs.
    pub key: String,
    /// The display name.
    pub name: String,
    /// The `aud` of its JWTs: an absolute URI, unique.
    pub audience: String,
    /// Removed from the start of a call's path before matching; empty, or a path such as
    /// `/api/v3`.
    pub base_path: String,
    /// The path parameter that names the project.
    pub project_param: String,
    /// Whether only projects that it is open to may use it.
    pub restricted: bool,
    /// Every call of a disabled system is denied.
    pub disabled: bool,
    /// Latchkey itself. It is made at start and cannot be changed.
    pub builtin: bool,
    /// The number of its APIs that can match calls.
    pub api_count: i64,
    /// The number of its APIs that are in no project, including removed ones. If there are any,
    /// only system administrators may grant them or the whole system.
    pub global_api_count: i64,
    /// When the system was made.
    pub created_at: Timestamp,
    /// When the system was last changed.
    pub updated_at: Timestamp,
    /// Warnings about the names, after it was created or renamed; absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// A system with its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SystemRef {
    /// The system's id.
    pub id: SystemId,
    /// The system's key.
    pub key: String,
    /// The display name.
    pub name: String,
}

/// The body of `POST /systems`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewSystem {
    /// Unique: 1 to 64 lower-case letters, digits and inner hyphens.
    pub key: String,
    /// The display name.
    pub name: String,
    /// An absolute URI, unique; `urn:latchkey:system:{key}` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Removed before matching; if absent, the first import sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_path: Option<String>,
    /// The path parameter that names the project; `project` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_param: Option<String>,
}

/// The body of `PATCH /systems/{system}`. Absent fields stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SystemPatch {
    /// The display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// An absolute URI, unique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Removed before matching; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_path: Option<String>,
    /// The path parameter that names the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_param: Option<String>,
    /// Whether only projects that it is open to may use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restricted: Option<bool>,
    /// If `true`, every call is denied at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// Whether the calls of an API are made in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum ApiScope {
    /// In a project. The call must name it.
    Project,
    /// In no project. Only system administrators grant it.
    Global,
}

impl ApiScope {
    /// The scope in SQL and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Global => "global",
        }
    }
}

/// An API: one operation of a system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Api {
    /// The API's id.
    pub id: ApiId,
    /// `system:operation_id`, unique; also its OAuth scope.
    pub key: String,
    /// The system's key.
    pub system: String,
    /// The id of the operation in its system.
    pub operation_id: String,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The base path of this API, if its document has other servers for it than for the system.
    pub base_path: Option<String>,
    /// The path template, without the base path. A query in it (`/answers?beta=true`)
    /// distinguishes operations of one path.
    pub path: String,
    /// The display name.
    pub name: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whether the document marks it as deprecated.
    pub deprecated: bool,
    /// Whether its calls are made in a project.
    pub scope: ApiScope,
    /// Whether an import removed it. An API that a later import adds again stays removed
    /// until an administrator confirms its grants. No call matches a removed API.
    pub removed: bool,
    /// Why no call can match its path; absent if calls can.
    pub unmatchable: Option<String>,
    /// Warnings after it was added or renamed; absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

impl Api {
    /// The path template as people read it, with its own base path if it has one.
    #[must_use]
    pub fn shown_path(&self) -> String {
        shown(self.base_path.as_deref(), &self.path)
    }
}

fn shown(base_path: Option<&str>, path: &str) -> String {
    format!("{}{path}", base_path.unwrap_or_default())
}

/// An API with its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ApiRef {
    /// The API's id.
    pub id: ApiId,
    /// The API's key.
    pub key: String,
    /// The display name.
    pub name: String,
    /// The HTTP method.
    pub method: String,
    /// The base path of this API, if it is not that of the system.
    pub base_path: Option<String>,
    /// The path template.
    pub path: String,
    /// Whether it is removed.
    pub removed: bool,
}

impl ApiRef {
    /// The path template as people read it, with its own base path if it has one.
    #[must_use]
    pub fn shown_path(&self) -> String {
        shown(self.base_path.as_deref(), &self.path)
    }
}

/// The body of `POST /systems/{system}/apis`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewApi {
    /// Unique within the system: 1 to 200 printable ASCII characters, without spaces, quotes and
    /// backslashes.
    pub operation_id: String,
    /// An HTTP method.
    pub method: String,
    /// A path template: `/projects/{project}/devices`.
    pub path: String,
    /// The display name.
    pub name: String,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// `project` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ApiScope>,
}

/// The body of `PATCH /systems/{system}/apis/{api}`. Absent fields stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ApiPatch {
    /// The display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Whether its calls are made in a project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ApiScope>,
    /// `false` confirms the grants of a removed API that a later import added again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<bool>,
}

/// The changes of an import of an OpenAPI document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ImportReport {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// New operations.
    pub added: Vec<ImportedApi>,
    /// Operations whose id, name, tags or servers change. An import recognises an operation by
    /// its method and path.
    pub changed: Vec<ImportedApi>,
    /// Operations that are no longer in the document. Those with grants stay, marked as removed.
    pub removed: Vec<ImportedApi>,
    /// The number of operations that stay as they are.
    pub unchanged: usize,
    /// The tokens that lose an API, or get it back once that is confirmed.
    pub affected_tokens: Vec<TokenRef>,
    /// Operations that no call can match, and other warnings.
    pub warnings: Vec<String>,
    /// The base path from `servers[0]`.
    pub base_path: String,
}

/// An operation in the report of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ImportedApi {
    /// `system:operation_id`, after the import.
    pub key: String,
    /// The HTTP method.
    pub method: String,
    /// The path template. It includes the operation's own base path, if there is one.
    pub path: String,
    /// The display name.
    pub name: String,
}

/// The family of a gateway that asks at `/auth/{system}`. Each family passes the method, the
/// path and the caller's address in its own headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Gateway {
    /// nginx with `auth_request`.
    Nginx,
    /// Caddy with `forward_auth`.
    Caddy,
    /// Traefik with `forwardAuth`.
    Traefik,
    /// HAProxy with the Lua action of our recipe.
    Haproxy,
    /// Envoy with `ext_authz` over HTTP.
    Envoy,
}

impl Gateway {
    /// All families.
    pub const ALL: [Self; 5] = [Self::Nginx, Self::Caddy, Self::Traefik, Self::Haproxy, Self::Envoy];

    /// The family in SQL and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Caddy => "caddy",
            Self::Traefik => "traefik",
            Self::Haproxy => "haproxy",
            Self::Envoy => "envoy",
        }
    }

    /// The family with this name.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gateway| gateway.as_str() == text)
    }
}

/// The body of `POST /systems/{system}/verifier-keys`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewVerifierKey {
    /// A name for the user of the key.
    pub name: String,
    /// The gateway that uses it at `/auth/{system}`. Absent for a caller of verify or
    /// introspection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Gateway>,
    /// A DNS name or a URI of the certificate that proves the verifier, at the listener for
    /// verifiers. Absent for a key that is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
}

/// A verifier key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct VerifierKey {
    /// The key's id.
    pub id: KeyId,
    /// A name for the user of the key.
    pub name: String,
    /// The first characters of the key, to tell keys apart; empty if a certificate takes its place.
    pub hint: String,
    /// The name of the certificate that takes the place of the key, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// The gateway that uses it at `/auth/{system}`, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Gateway>,
    /// When the key was made.
    pub created_at: Timestamp,
}

/// The answer to `POST /systems/{system}/verifier-keys`. Only this answer shows the key.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct IssuedVerifierKey {
    /// The key's id.
    pub id: KeyId,
    /// A name for the user of the key.
    pub name: String,
    /// The key: `lkv_…`. It cannot be shown again. Absent if a certificate takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The gateway that uses it at `/auth/{system}`, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Gateway>,
    /// When the key was made.
    pub created_at: Timestamp,
}
