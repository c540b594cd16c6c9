//! The search box of a list. Enter starts the search, and the URL keeps the search text.

use leptos::html::Input;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::listing::Reload;
use crate::navigation::with_query;
use crate::text;

/// The search box. The key `/` focuses it from anywhere on the page.
#[component]
pub(crate) fn SearchBox(
    /// The label of the box.
    #[prop(into)]
    label: String,
    /// The current search text.
    #[prop(into)]
    search: Signal<String>,
    /// Called with the new search text, even if it has not changed.
    #[prop(into)]
    submit: Callback<String>,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(input) = input.get_untracked() {
            submit.run(input.value().trim().to_owned());
        }
    };
    let clear = move |_| {
        submit.run(String::new());
        if let Some(input) = input.get_untracked() {
            input.set_value("");
            // The element may have been removed. The error is then irrelevant.
            let _ = input.focus();
        }
    };
    view! {
        <form role="search" class="search" on:submit=on_submit>
            <input
                type="search"
                name="q"
                node_ref=input
                aria-label=label.clone()
                aria-keyshortcuts="/"
                placeholder=label
                maxlength="100"
                autocomplete="off"
                spellcheck="false"
                prop:value=search
            />
            <button type="submit" class="quiet">{text::search()}</button>
            <Show when=move || !search.read().is_empty()>
                <button type="button" class="quiet" on:click=clear>{text::clear_search()}</button>
            </Show>
        </form>
    }
}

/// Returns the search text of a list, which the URL keeps in the parameter `q`, and the callback of its
/// search box. Searching for the same text again reloads the list.
pub(crate) fn use_search(path: &'static str, reload: Reload) -> (Memo<String>, Callback<String>) {
    let query = use_query_map();
    let search = Memo::new(move |_| query.read().get_str("q").unwrap_or_default().trim().to_owned());
    let navigate = use_navigate();
    let submit = Callback::new(move |wanted: String| {
        if wanted == *search.read_untracked() {
            reload.now();
        } else {
            let keep_place = NavigateOptions { scroll: false, ..NavigateOptions::default() };
            navigate(&with_query(path, &[("q", &wanted)]), keep_place);
        }
    });
    (search, submit)
}
