//! People.

use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::time::Timestamp;
use crate::warning::Warning;

/// What a person may do at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Role {
    /// Everything.
    SystemAdmin,
    /// What memberships of projects give.
    User,
}

impl Role {
    /// The role as SQL and JSON write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SystemAdmin => "system_admin",
            Self::User => "user",
        }
    }
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// Unique, in lower case.
    pub username: String,
    /// The name that people read.
    pub display_name: String,
    /// Where to write to, if known.
    pub email: Option<String>,
    /// What the person may do.
    pub role: Role,
    /// Disabled users have no session and no call passes as them.
    pub disabled: bool,
    /// Whether the next login must choose a new password.
    pub must_change_password: bool,
    /// When the user was made.
    pub created_at: Timestamp,
    /// When the user was last changed.
    pub updated_at: Timestamp,
    /// What the one who created or renamed it should look at; absent if nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// A user, named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UserRef {
    /// The user's id.
    pub id: UserId,
    /// The user's name at login.
    pub username: String,
    /// The name that people read.
    pub display_name: String,
}

/// The body of `POST /users`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewUser {
    /// Unique; see [`crate::fields::username`].
    pub username: String,
    /// The name that people read.
    pub display_name: String,
    /// Where to write to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// `user` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// A temporary password, to be changed at the first login. Without one the
    /// user cannot log in until an administrator sets one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// The body of `PATCH /users/{user}`: what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UserPatch {
    /// The name that people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Where to write to; `null` forgets it.
    #[serde(default, with = "crate::patch", skip_serializing_if = "Option::is_none")]
    pub email: Option<Option<String>>,
    /// What the person may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Disabling ends the user's sessions at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// A new temporary password; ends the user's sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}
