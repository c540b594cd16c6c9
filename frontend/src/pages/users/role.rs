//! The role of a user.

use latchkey_shared::users::Role;
use leptos::prelude::*;

use crate::components::field::Select;
use crate::text;

/// The selection list for the role.
#[component]
pub(super) fn RoleChoice(role: RwSignal<String>) -> impl IntoView {
    let roles = [Role::User, Role::SystemAdmin]
        .map(|role| (role.as_str().to_owned(), text::users::role_name(role).to_owned()));
    view! {
        <Select
            name="role"
            label=text::users::role()
            value=role
            options=roles.into()
            hint=text::users::role_hint()
        />
    }
}

/// The chosen role.
pub(super) fn chosen(role: RwSignal<String>) -> Role {
    if *role.read_untracked() == Role::SystemAdmin.as_str() { Role::SystemAdmin } else { Role::User }
}
