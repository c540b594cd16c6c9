//! An error message beside the control that caused it.

use leptos::prelude::*;

/// A message that screen readers announce at once. Shows nothing without a message.
#[component]
pub(crate) fn Notice(#[prop(into)] message: Signal<Option<String>>) -> impl IntoView {
    view! {
        <div role="alert" class="notice-place">
            {move || message.get().map(|message| view! { <p class="notice">{message}</p> })}
        </div>
    }
}
