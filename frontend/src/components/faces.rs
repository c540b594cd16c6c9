//! What is shown of something that is on its way, or that could not be loaded.

use leptos::prelude::*;

use crate::api::Error;
use crate::text;

/// What is on its way.
#[component]
pub(crate) fn Skeleton() -> impl IntoView {
    view! {
        <div class="skeleton">
            <p class="visually-hidden" role="status">{text::loading()}</p>
            {[(); 5].map(|()| view! { <div class="skeleton-row"></div> })}
        </div>
    }
}

/// What could not be loaded.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a property of a component is its own")]
pub(crate) fn Failure(
    /// Why.
    error: Error,
    /// What could not be loaded: a list, if nothing else is said.
    #[prop(default = text::list_failed())]
    title: &'static str,
    /// Loads it again.
    #[prop(into)]
    retry: Callback<()>,
) -> impl IntoView {
    // What is not there, or not for this person, does not come by trying again.
    let is_final = error.is("not-found") || error.is("forbidden");
    view! {
        <div class="face" role="alert">
            <h2>{title}</h2>
            <p>{error.message()}</p>
            {(!is_final)
                .then(|| view! {
                    <button type="button" on:click=move |_| retry.run(())>{text::try_again()}</button>
                })}
        </div>
    }
}
