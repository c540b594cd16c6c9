//! One project.

use leptos::prelude::*;

use crate::components::heading::Heading;
use crate::text;

/// One project.
#[component]
pub(crate) fn ProjectPage() -> impl IntoView {
    view! { <Heading title=Signal::derive(|| text::projects().to_owned()) /> }
}
