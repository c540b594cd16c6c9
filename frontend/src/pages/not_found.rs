//! Where no page is.

use leptos::prelude::*;

use crate::components::title::set_title;
use crate::text;

/// Says so, and leads on.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    set_title(|| text::not_found().to_owned());
    view! {
        <main class="gate">
            <p class="brand">{text::PRODUCT}</p>
            <div class="card">
                <h1>{text::not_found()}</h1>
                <p>{text::not_found_hint()}</p>
                <a class="button" href="/tokens">{text::go_to_tokens()}</a>
            </div>
        </main>
    }
}
