//! A person's session in the browser.

use serde::{Deserialize, Serialize};

use crate::projects::{MemberRole, ProjectRef};
use crate::users::User;

/// The body of `POST /session`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Login {
    /// The user's name, in any case.
    pub username: String,
    /// The user's password.
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: String,
}

/// Who is logged in, and which projects they belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Session {
    /// The person.
    pub user: User,
    /// The person's memberships.
    pub projects: Vec<Membership>,
}

/// One project that the person belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Membership {
    /// The project.
    pub project: ProjectRef,
    /// What the person may do in it.
    pub role: MemberRole,
}

/// The body of `PUT /session/password`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PasswordChange {
    /// The password until now.
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub current_password: String,
    /// The password from now on; see [`crate::fields::password`].
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub new_password: String,
}
