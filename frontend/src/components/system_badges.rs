//! The badges of a system.

use latchkey_shared::systems::System;
use leptos::prelude::*;

use crate::text;

/// Shows whether a system is active or disabled, and whether it is restricted or built in.
#[component]
pub(crate) fn SystemBadges(system: System) -> impl IntoView {
    let state = if system.disabled {
        view! { <span class="badge disabled">{text::disabled()}</span> }
    } else {
        view! { <span class="badge active">{text::tokens::status(latchkey_shared::tokens::Status::Active)}</span> }
    };
    view! {
        <span class="badges">
            {state}
            {system.restricted.then(|| view! { <span class="badge">{text::systems::restricted()}</span> })}
            {system.builtin.then(|| view! { <span class="badge">{text::systems::built_in()}</span> })}
        </span>
    }
}
