//! One token.

use leptos::prelude::*;

use crate::components::heading::Heading;
use crate::text;

/// One token.
#[component]
pub(crate) fn TokenPage() -> impl IntoView {
    view! { <Heading title=Signal::derive(|| text::tokens().to_owned()) /> }
}
