//! What went wrong, said where it went wrong.

use leptos::prelude::*;

/// A message that screen readers say at once; nothing when there is none.
#[component]
pub(crate) fn Notice(#[prop(into)] message: Signal<Option<String>>) -> impl IntoView {
    view! {
        <div role="alert" class="notice-place">
            {move || message.get().map(|message| view! { <p class="notice">{message}</p> })}
        </div>
    }
}
