//! Applying for a token, and modifying one.

use leptos::prelude::*;

use crate::components::heading::Heading;
use crate::text;

/// Applying for a token, and modifying one.
#[component]
pub(crate) fn NewTokenPage() -> impl IntoView {
    view! { <Heading title=Signal::derive(|| text::tokens().to_owned()) /> }
}

/// Modifying a token.
#[component]
pub(crate) fn ModifyTokenPage() -> impl IntoView {
    view! { <Heading title=Signal::derive(|| text::tokens().to_owned()) /> }
}
