//! The e-mail address of a user.

use latchkey_shared::fields::{self, Refusal};
use leptos::prelude::*;

use crate::components::field::Field;
use crate::text;

/// An e-mail address, or nothing.
pub(super) fn email_or_nothing(typed: &str) -> Result<Option<String>, Refusal> {
    if typed.trim().is_empty() { Ok(None) } else { fields::email(typed).map(Some) }
}

/// Asks for an e-mail address. It may be left out.
#[component]
pub(super) fn EmailField(email: RwSignal<String>, error: Signal<Option<String>>) -> impl IntoView {
    view! { <Field name="email" label=text::users::email() value=email kind="email" error is_optional=true /> }
}
