//! Placeholders for content that is loading or could not be loaded.

use leptos::prelude::*;

use crate::api::Error;
use crate::text;

/// The placeholder for content that is loading.
#[component]
pub(crate) fn Skeleton() -> impl IntoView {
    view! {
        <div class="skeleton">
            <p class="visually-hidden" role="status">{text::loading()}</p>
            {[(); 5].map(|()| view! { <div class="skeleton-row"></div> })}
        </div>
    }
}

/// The placeholder for content that could not be loaded.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a property of a component is its own")]
pub(crate) fn Failure(
    /// The reason.
    error: Error,
    /// The title. The default says that a list could not be loaded.
    #[prop(default = text::list_failed())]
    title: &'static str,
    /// Loads the content again.
    #[prop(into)]
    retry: Callback<()>,
) -> impl IntoView {
    // A retry does not help if the content does not exist or the user may not see it.
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
