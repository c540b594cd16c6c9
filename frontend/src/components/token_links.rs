//! Tokens that something is about, each leading to its page.

use latchkey_shared::problem::TokenRef;
use leptos::prelude::*;

use crate::api::Error;
use crate::text;

/// The tokens, side by side.
#[component]
pub(crate) fn TokenLinks(
    /// What they are listed for.
    #[prop(into)]
    label: String,
    /// The tokens.
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

/// The tokens that stand in the way of a deletion, once the server said so.
#[component]
pub(crate) fn InUse(
    /// What the server said.
    error: Signal<Option<Error>>,
) -> impl IntoView {
    move || match error.get() {
        Some(Error::Problem(problem)) if !problem.tokens.is_empty() => {
            view! { <TokenLinks label=text::tokens_in_the_way() tokens=problem.tokens /> }.into_any()
        }
        _ => ().into_any(),
    }
}
