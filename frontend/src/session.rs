//! Who is logged in.

use latchkey_shared::projects::MemberRole;
use latchkey_shared::session::Session;
use latchkey_shared::users::Role;
use leptos::prelude::*;

/// Who is logged in, as pages inside the frame find it in their context.
#[derive(Clone, Copy)]
pub(crate) struct Me(pub(crate) StoredValue<Session>);

/// Who is logged in.
pub(crate) fn me() -> Me {
    expect_context()
}

impl Me {
    /// Whether they may do everything.
    pub(crate) fn is_system_admin(self) -> bool {
        self.0.with_value(|session| session.user.role == Role::SystemAdmin)
    }

    /// Whether they can manage any token at all.
    pub(crate) fn administers(self) -> bool {
        self.is_system_admin()
            || self.0.with_value(|session| session.projects.iter().any(|one| one.role == MemberRole::Admin))
    }

    /// Whether this is their id.
    pub(crate) fn is(self, user: &latchkey_shared::ids::UserId) -> bool {
        self.0.with_value(|session| session.user.id == *user)
    }

    /// Their user name.
    pub(crate) fn username(self) -> String {
        self.0.with_value(|session| session.user.username.clone())
    }
}

/// The name that whoever was logged in on this page had.
#[derive(Clone, Copy)]
pub(crate) struct LastUser(pub(crate) RwSignal<Option<String>>);
