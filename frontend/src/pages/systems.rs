//! The systems.

use leptos::prelude::*;

use crate::components::heading::Heading;
use crate::text;

/// The systems.
#[component]
pub(crate) fn SystemsPage() -> impl IntoView {
    view! { <Heading title=Signal::derive(|| text::systems().to_owned()) /> }
}
