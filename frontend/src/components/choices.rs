//! Choosing several projects or users. The server searches for them.

use std::time::Duration;

use leptos::prelude::*;

use super::each::Each;
use super::reading::Reading;
use crate::api::Answer;
use crate::text;

/// How long the search waits after the last keystroke.
const REST: Duration = Duration::from_millis(200);

/// A project or user that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The key that the API uses.
    pub(crate) key: String,
    /// The label text.
    pub(crate) name: String,
}

/// The search result, and whether there are more results.
pub(crate) type Found = Answer<(Vec<Choice>, bool)>;

/// Shows the chosen entries above and the search results below.
#[component]
pub(crate) fn Choices(
    /// The element id, unique on the page.
    id: &'static str,
    /// The legend of the field set.
    #[prop(into)]
    legend: String,
    /// The label of the search box.
    #[prop(into)]
    search_label: String,
    /// The chosen entries.
    chosen: RwSignal<Vec<Choice>>,
    /// Searches for entries. An empty text finds the first entries.
    find: fn(String) -> Found,
    /// The error message for the choice.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let mut look = debounce(REST, move |typed: String| search.set(typed.trim().to_owned()));
    let found = Reading::new(move || find(search.get()));
    let toggle = move |choice: &Choice| {
        chosen.update(|chosen| {
            if let Some(at) = chosen.iter().position(|one| one.key == choice.key) {
                chosen.remove(at);
            } else {
                chosen.push(choice.clone());
            }
        });
    };
    let row = move |choice: Choice| {
        let key = choice.key.clone();
        let (name, code) = (choice.name.clone(), choice.key.clone());
        view! {
            <label class="check picker-row">
                <input
                    type="checkbox"
                    prop:checked=move || chosen.read().iter().any(|one| one.key == key)
                    on:change=move |_| toggle(&choice)
                />
                <span>{name} <span class="sub">{code}</span></span>
            </label>
        }
    };
    let chip = move |choice: Choice| {
        let taken = choice.clone();
        view! {
            <li>
                {choice.name.clone()}
                <button
                    type="button"
                    class="icon"
                    aria-label=text::tokens::take_away(&choice.name)
                    on:click=move |_| toggle(&taken)
                >
                    "×"
                </button>
            </li>
        }
    };
    let error_id = format!("{id}-error");
    let described = error_id.clone();
    view! {
        <fieldset
            class="picker"
            aria-describedby=move || error.read().is_some().then(|| described.clone())
        >
            <legend>{legend}</legend>
            <div class="picker-head">
                <input
                    type="search"
                    id=id
                    aria-label=search_label.clone()
                    placeholder=search_label
                    autocomplete="off"
                    spellcheck="false"
                    aria-invalid=move || error.read().is_some().then_some("true")
                    on:input:target=move |event| look(event.target().value())
                    // Enter must not submit the surrounding form.
                    on:keydown=|event| {
                        if event.key() == "Enter" {
                            event.prevent_default();
                        }
                    }
                />
                <p role="status">{move || text::tokens::selected(chosen.read().len())}</p>
            </div>
            <ul class="chips" hidden=move || chosen.read().is_empty()>
                <Each of=chosen key=|choice| choice.key.clone() children=chip />
            </ul>
            <div class="picker-body short">
                {move || match found.get() {
                    None => view! { <p class="hint" role="status">{text::loading()}</p> }.into_any(),
                    Some(Ok((choices, _))) if choices.is_empty() => {
                        view! { <p class="hint">{text::tokens::nothing_found()}</p> }.into_any()
                    }
                    Some(Ok((choices, has_more))) => {
                        view! {
                            {choices.into_iter().map(row).collect_view()}
                            {has_more
                                .then(|| view! { <p class="hint">{text::tokens::refine_search()}</p> })}
                        }
                        .into_any()
                    }
                    Some(Err(error)) => view! { <p class="error" role="alert">{error.message()}</p> }.into_any(),
                }}
            </div>
            {move || error.get().map(|error| view! { <p class="error" id=error_id.clone()>{error}</p> })}
        </fieldset>
    }
}
