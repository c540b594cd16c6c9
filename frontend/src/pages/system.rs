//! One system.

use leptos::prelude::*;

use crate::components::heading::Heading;
use crate::text;

/// One system.
#[component]
pub(crate) fn SystemPage() -> impl IntoView {
    view! { <Heading title=Signal::derive(|| text::systems().to_owned()) /> }
}
