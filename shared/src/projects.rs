//! Platform projects and who belongs to them.

use serde::{Deserialize, Serialize};

use crate::ids::ProjectId;
use crate::time::Timestamp;
use crate::users::UserRef;
use crate::warning::Warning;

/// A platform project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Project {
    /// The project's id.
    pub id: ProjectId,
    /// Unique; what calls name the project by.
    pub key: String,
    /// The name that people read.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// A disabled project denies every call in it.
    pub disabled: bool,
    /// When the project was made.
    pub created_at: Timestamp,
    /// When the project was last changed.
    pub updated_at: Timestamp,
    /// What the one who created or renamed it should look at; absent if nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// A project, named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ProjectRef {
    /// The project's id.
    pub id: ProjectId,
    /// The project's key.
    pub key: String,
    /// The name that people read.
    pub name: String,
}

/// The body of `POST /projects`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewProject {
    /// Unique; see [`crate::fields::key`].
    pub key: String,
    /// The name that people read.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// The body of `PATCH /projects/{project}`: what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ProjectPatch {
    /// The name that people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Disabling denies every call in the project at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// What a member of a project may do in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum MemberRole {
    /// A project administrator: manages the project's tokens.
    Admin,
    /// May be the user of a JWT token.
    Member,
}

impl MemberRole {
    /// The role as SQL and JSON write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }
}

/// The body of `PUT /projects/{project}/members/{user}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewMember {
    /// What the member may do.
    pub role: MemberRole,
}

/// A member of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Member {
    /// Who.
    pub user: UserRef,
    /// What the member may do.
    pub role: MemberRole,
}
