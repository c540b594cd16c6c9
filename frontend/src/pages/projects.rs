//! The projects.

use leptos::prelude::*;

use crate::components::heading::Heading;
use crate::text;

/// The projects.
#[component]
pub(crate) fn ProjectsPage() -> impl IntoView {
    view! { <Heading title=Signal::derive(|| text::projects().to_owned()) /> }
}
