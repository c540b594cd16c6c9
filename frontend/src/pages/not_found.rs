//! Where no page is.

use leptos::prelude::*;

use crate::components::title::set_title;
use crate::text;

/// Says so, and leads on.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    set_title(|| text::NOT_FOUND.to_owned());
    view! {
        <main class="gate">
            <p class="brand">{text::PRODUCT}</p>
            <div class="card">
                <h1>{text::NOT_FOUND}</h1>
                <p>{text::NOT_FOUND_HINT}</p>
                <a class="button" href="/tokens">{text::GO_TO_TOKENS}</a>
            </div>
        </main>
    }
}
