//! The users.

use leptos::prelude::*;

use crate::components::heading::Heading;
use crate::text;

/// The users.
#[component]
pub(crate) fn UsersPage() -> impl IntoView {
    view! { <Heading title=Signal::derive(|| text::users().to_owned()) /> }
}
