//! What was issued.

use leptos::prelude::*;

use crate::components::heading::Heading;
use crate::text;

/// What was issued.
#[component]
pub(crate) fn IssuedPage() -> impl IntoView {
    view! { <Heading title=Signal::derive(|| text::tokens().to_owned()) /> }
}
