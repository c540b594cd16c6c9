//! The fields of a login.

use leptos::prelude::*;

use super::field::{Field, ShowPassword, password_kind};
use super::form::at_field;
use crate::api::Error;
use crate::text;

/// The user name and the password. The focus starts in the first field that is not filled in.
#[component]
pub(crate) fn LoginFields(
    username: RwSignal<String>,
    password: RwSignal<String>,
    /// The last error of the server.
    error: Signal<Option<Error>>,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    let is_known = !username.read_untracked().is_empty();
    view! {
        <Field
            name="username"
            label=text::session::username()
            value=username
            autocomplete="username"
            error=at_field(error, "username")
            focused=!is_known
        />
        <Field
            name="password"
            label=text::session::password()
            value=password
            kind=password_kind(shown)
            autocomplete="current-password"
            error=at_field(error, "password")
            focused=is_known
        />
        <ShowPassword shown />
    }
}
