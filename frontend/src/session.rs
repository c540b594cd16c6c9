//! The current session.

use latchkey_shared::projects::MemberRole;
use latchkey_shared::session::Session;
use latchkey_shared::users::Role;
use leptos::prelude::*;

/// The current session. Pages inside the frame get it from their context.
#[derive(Clone, Copy)]
pub(crate) struct Me(pub(crate) StoredValue<Session>);

/// The current session.
pub(crate) fn me() -> Me {
    expect_context()
}

impl Me {
    /// Whether the user is a system administrator.
    pub(crate) fn is_system_admin(self) -> bool {
        self.0.with_value(|session| session.user.role == Role::SystemAdmin)
    }

    /// Whether the user can manage tokens: a system administrator, or an administrator of any project.
    pub(crate) fn administers(self) -> bool {
        self.is_system_admin()
            || self.0.with_value(|session| session.projects.iter().any(|one| one.role == MemberRole::Admin))
    }

    /// Whether this is the id of the user.
    pub(crate) fn is(self, user: &latchkey_shared::ids::UserId) -> bool {
        self.0.with_value(|session| session.user.id == *user)
    }

    /// The user name.
    pub(crate) fn username(self) -> String {
        self.0.with_value(|session| session.user.username.clone())
    }
}

/// The name of the user who was last logged in on this page.
#[derive(Clone, Copy)]
pub(crate) struct LastUser(pub(crate) RwSignal<Option<String>>);
