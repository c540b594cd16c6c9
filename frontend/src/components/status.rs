//! The status of a token.

use latchkey_shared::tokens::Status;
use leptos::prelude::*;

use crate::text;

/// A badge with the status.
#[component]
pub(crate) fn StatusBadge(status: Status) -> impl IntoView {
    let class = match status {
        Status::Active => "badge active",
        Status::Suspended => "badge suspended",
        Status::Disabled => "badge disabled",
        Status::Expired => "badge expired",
    };
    view! { <span class=class>{text::tokens::status(status)}</span> }
}
