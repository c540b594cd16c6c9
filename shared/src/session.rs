//! A person's session in the browser.

use serde::{Deserialize, Serialize};

use crate::projects::{MemberRole, ProjectRef};
use crate::users::User;

/// The body of `POST /session`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Login {
    /// The username, in any case.
    pub username: String,
    /// The user's password.
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: String,
}

/// The person who is logged in, with their projects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Session {
    /// The person.
    pub user: User,
    /// The person's memberships.
    pub projects: Vec<Membership>,
}

/// A project that the person belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Membership {
    /// The project.
    pub project: ProjectRef,
    /// The role of the person in the project.
    pub role: MemberRole,
}

/// The body of `PUT /session/password`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PasswordChange {
    /// The current password.
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub current_password: String,
    /// The new password: 12 to 256 characters.
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub new_password: String,
}
