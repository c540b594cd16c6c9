//! The e-mail address of a user.

use latchkey_shared::fields::{self, Refusal};
use leptos::prelude::*;

use crate::components::field::Field;
use crate::text;

/// Checks an e-mail address. An empty text gives `None`.
pub(super) fn email_or_nothing(typed: &str) -> Result<Option<String>, Refusal> {
    if typed.trim().is_empty() { Ok(None) } else { fields::email(typed).map(Some) }
}

/// The field for the e-mail address. It may be empty.
#[component]
pub(super) fn EmailField(email: RwSignal<String>, error: Signal<Option<String>>) -> impl IntoView {
    view! { <Field name="email" label=text::users::email() value=email kind="email" error is_optional=true /> }
}
