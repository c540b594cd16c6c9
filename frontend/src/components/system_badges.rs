//! What there is to know of a system at a glance.

use latchkey_shared::systems::System;
use leptos::prelude::*;

use crate::text;

/// What is out of the ordinary with a system; active if nothing is.
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
