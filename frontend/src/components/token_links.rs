//! Links to tokens.

use latchkey_shared::problem::TokenRef;
use leptos::prelude::*;

use crate::api::Error;
use crate::text;

/// Links to tokens, side by side.
#[component]
pub(crate) fn TokenLinks(
    /// The accessible name of the list.
    #[prop(into)]
    label: String,
    tokens: Vec<TokenRef>,
) -> impl IntoView {
    view! {
        <ul class="chips" aria-label=label>
            {tokens
                .into_iter()
                .map(|token| view! { <li><a href=format!("/tokens/{}", token.id)>{token.name}</a></li> })
                .collect_view()}
        </ul>
    }
}

/// The tokens that prevent a deletion, after the server has refused it.
#[component]
pub(crate) fn InUse(
    /// The last error of the server.
    error: Signal<Option<Error>>,
) -> impl IntoView {
    move || match error.get() {
        Some(Error::Problem(problem)) if !problem.tokens.is_empty() => view! {
            <p>{text::tokens_in_the_way()}</p>
            <TokenLinks label=text::tokens_in_the_way() tokens=problem.tokens />
        }
        .into_any(),
        _ => ().into_any(),
    }
}
