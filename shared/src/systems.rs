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
    /// Unique; the first part of its APIs' keys.
    pub key: String,
    /// The name that people read.
    pub name: String,
    /// The `aud` of its JWTs: an absolute URI, unique.
    pub audience: String,
    /// Stripped from a call's path before it is matched; empty or `/api/v3`.
    pub base_path: String,
    /// The path parameter that names the project.
    pub project_param: String,
    /// Whether only projects that it was opened to may use it.
    pub restricted: bool,
    /// A disabled system denies every call.
    pub disabled: bool,
    /// Latchkey itself: made at start, not to be changed.
    pub builtin: bool,
    /// How many APIs it has that match calls.
    pub api_count: i64,
    /// How many of its APIs, removed ones too, are in no project: only system
    /// administrators grant those, and a system whole that has any.
    pub global_api_count: i64,
    /// When the system was made.
    pub created_at: Timestamp,
    /// When the system was last changed.
    pub updated_at: Timestamp,
    /// What the one who created or renamed it should look at; absent if nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// A system, named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SystemRef {
    /// The system's id.
    pub id: SystemId,
    /// The system's key.
    pub key: String,
    /// The name that people read.
    pub name: String,
}

/// The body of `POST /systems`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewSystem {
    /// Unique; see [`crate::fields::key`].
    pub key: String,
    /// The name that people read.
    pub name: String,
    /// An absolute URI, unique; `urn:latchkey:system:{key}` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Stripped before matching; none if absent, until a document brings one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_path: Option<String>,
    /// The path parameter that names the project; `project` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_param: Option<String>,
}

/// The body of `PATCH /systems/{system}`: what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SystemPatch {
    /// The name that people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// An absolute URI, unique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Stripped before matching; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_path: Option<String>,
    /// The path parameter that names the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_param: Option<String>,
    /// Restrict it to the projects it is opened to, or open it to all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restricted: Option<bool>,
    /// Disabling denies every call at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// Whether a call of an API happens in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum ApiScope {
    /// In a project, which the call must name.
    Project,
    /// In none; granted by system administrators only.
    Global,
}

impl ApiScope {
    /// The scope as SQL and JSON write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Global => "global",
        }
    }
}

/// One operation of a system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Api {
    /// The API's id.
    pub id: ApiId,
    /// `system:operation_id`, unique; also its OAuth scope.
    pub key: String,
    /// The system's key.
    pub system: String,
    /// The operation's id within the system.
    pub operation_id: String,
    /// The HTTP method, in upper case.
    pub method: String,
    /// What stands before the path instead of the system's base path, where its
    /// document has servers of its own for it.
    pub base_path: Option<String>,
    /// The path template, without the base path. A query in it (`/answers?beta=true`)
    /// tells operations of one path apart.
    pub path: String,
    /// The name that people read.
    pub name: String,
    /// The tags that group it.
    pub tags: Vec<String>,
    /// Whether the document calls it deprecated.
    pub deprecated: bool,
    /// Whether its calls happen in a project.
    pub scope: ApiScope,
    /// It vanished from the document, or awaits that its grants are confirmed:
    /// no call matches it.
    pub removed: bool,
    /// Why no call can ever match its path, where that is so.
    pub unmatchable: Option<String>,
    /// What the one who added or renamed it should look at; absent if nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

impl Api {
    /// The path template as people read it, below the base path of its own if it has one.
    #[must_use]
    pub fn shown_path(&self) -> String {
        shown(self.base_path.as_deref(), &self.path)
    }
}

fn shown(base_path: Option<&str>, path: &str) -> String {
    format!("{}{path}", base_path.unwrap_or_default())
}

/// An API, named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ApiRef {
    /// The API's id.
    pub id: ApiId,
    /// The API's key.
    pub key: String,
    /// The name that people read.
    pub name: String,
    /// The HTTP method.
    pub method: String,
    /// What stands before the path instead of the system's base path, if anything does.
    pub base_path: Option<String>,
    /// The path template.
    pub path: String,
    /// Whether it no longer matches.
    pub removed: bool,
}

impl ApiRef {
    /// The path template as people read it, below the base path of its own if it has one.
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
    /// Unique within the system; see [`crate::fields::operation_id`].
    pub operation_id: String,
    /// An HTTP method.
    pub method: String,
    /// A path template: `/projects/{project}/devices`.
    pub path: String,
    /// The name that people read.
    pub name: String,
    /// The tags that group it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// `project` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ApiScope>,
}

/// The body of `PATCH /systems/{system}/apis/{api}`: what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ApiPatch {
    /// The name that people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The tags that group it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Whether its calls happen in a project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ApiScope>,
    /// `false` confirms the grants of an API that came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<bool>,
}

/// What an import of an OpenAPI document changes, or would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ImportReport {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Operations that are new.
    pub added: Vec<ImportedApi>,
    /// Operations known by method and path whose id, name, tags or servers differ.
    pub changed: Vec<ImportedApi>,
    /// Operations no longer in the document. Granted ones stay, marked.
    pub removed: Vec<ImportedApi>,
    /// How many operations stay as they are.
    pub unchanged: usize,
    /// The tokens that lose an API by this, or get it back once confirmed.
    pub affected_tokens: Vec<TokenRef>,
    /// Operations that are stored but that no call can match, and other things to know.
    pub warnings: Vec<String>,
    /// The base path from `servers[0]`.
    pub base_path: String,
}

/// One operation in an [`ImportReport`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ImportedApi {
    /// `system:operation_id`, as it will be.
    pub key: String,
    /// The HTTP method.
    pub method: String,
    /// The path template, below the base path of its own if it has one.
    pub path: String,
    /// The name that people read.
    pub name: String,
}

/// The family of a gateway that asks at `/auth/{system}` before it lets a call
/// through: each hands over method, path and the caller's address in its own way.
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
    /// Every family.
    pub const ALL: [Self; 5] = [Self::Nginx, Self::Caddy, Self::Traefik, Self::Haproxy, Self::Envoy];

    /// The family as SQL and JSON write it.
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

    /// The family that is written like this.
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
    /// Who uses the key.
    pub name: String,
    /// The gateway that asks with it at `/auth/{system}`; absent for one that
    /// calls verify or introspection itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Gateway>,
}

/// A verifier key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct VerifierKey {
    /// The key's id.
    pub id: KeyId,
    /// Who uses the key.
    pub name: String,
    /// The key's first characters, to tell keys apart.
    pub hint: String,
    /// The gateway that asks with it at `/auth/{system}`, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Gateway>,
    /// When the key was made.
    pub created_at: Timestamp,
}

/// The answer to `POST /systems/{system}/verifier-keys`: the one time that the key is shown.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct IssuedVerifierKey {
    /// The key's id.
    pub id: KeyId,
    /// Who uses the key.
    pub name: String,
    /// The key itself: `lkv_…`. It cannot be shown again.
    pub key: String,
    /// The gateway that asks with it at `/auth/{system}`, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Gateway>,
    /// When the key was made.
    pub created_at: Timestamp,
}
