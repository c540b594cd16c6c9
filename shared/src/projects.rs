//! Projects and their members.

use serde::{Deserialize, Serialize};

use crate::ids::ProjectId;
use crate::time::Timestamp;
use crate::users::UserRef;
use crate::warning::Warning;

/// A project of the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Project {
    /// The project's id.
    pub id: ProjectId,
    /// Unique. Calls name the project by it.
    pub key: String,
    /// The display name.
    pub name: String,
    /// A description.
    pub description: String,
    /// Every call in a disabled project is denied.
    pub disabled: bool,
    /// When the project was made.
    pub created_at: Timestamp,
    /// When the project was last changed.
    pub updated_at: Timestamp,
    /// Warnings about the names, after it was created or renamed; absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// A project with its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ProjectRef {
    /// The project's id.
    pub id: ProjectId,
    /// The project's key.
    pub key: String,
    /// The display name.
    pub name: String,
}

/// The body of `POST /projects`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewProject {
    /// Unique: 1 to 64 lower-case letters, digits and inner hyphens.
    pub key: String,
    /// The display name.
    pub name: String,
    /// A description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// The body of `PATCH /projects/{project}`. Absent fields stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ProjectPatch {
    /// The display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// If `true`, every call in the project is denied at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// The role of a member in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum MemberRole {
    /// A project administrator. They manage the tokens of the project.
    Admin,
    /// A member. They can be the user of a JWT token.
    Member,
}

impl MemberRole {
    /// The role in SQL and JSON.
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
    /// The role of the member.
    pub role: MemberRole,
}

/// A member of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Member {
    /// The user.
    pub user: UserRef,
    /// The role of the member.
    pub role: MemberRole,
}
