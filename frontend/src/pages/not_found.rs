//! The page for unknown addresses.

use leptos::prelude::*;

use crate::components::heading::Heading;
use crate::text;

/// Says that the page does not exist and links to the list of tokens.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    view! {
        <Heading title=Signal::derive(|| text::not_found().to_owned()) />
        <div class="face">
            <p>{text::not_found_hint()}</p>
            <a class="button" href="/tokens">{text::go_to_tokens()}</a>
        </div>
    }
}
