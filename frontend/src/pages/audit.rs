//! The audit trail.

use leptos::prelude::*;

use crate::components::heading::Heading;
use crate::text;

/// The audit trail.
#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    view! { <Heading title=Signal::derive(|| text::audit().to_owned()) /> }
}
