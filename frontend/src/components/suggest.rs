//! A box that suggests while one types: the combobox with a list of the WAI-ARIA
//! Authoring Practices, filled with what the server finds.

pub(crate) mod search;

use std::time::Duration;

use leptos::html::{Input, Ul};
use leptos::prelude::*;
use leptos::web_sys::HtmlElement;
use wasm_bindgen::JsCast as _;

use self::search::{Finder, PAUSE, Search, Suggestion, option_id};
use super::field::{Labelled, describe};

/// The box.
#[component]
pub(crate) fn Suggest(
    /// The name in the form; also the element's id.
    name: &'static str,
    /// What people read.
    #[prop(into)]
    label: String,
    /// Looks for suggestions.
    find: Finder,
    /// Called with what was chosen, and with nothing when it is typed over.
    #[prop(into)]
    choose: Callback<Option<Suggestion>>,
    /// Whether the box is empty again after a choice: for choosing several.
    #[prop(optional)]
    clears: bool,
    /// What helps to choose.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it.
    #[prop(default = Signal::stored(None), into)]
    error: Signal<Option<String>>,
    /// Whether typing starts here.
    #[prop(optional)]
    focused: bool,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let search = Search::new(find);
    let take = move |suggestion: Suggestion| {
        search.close();
        search.typed.set(if clears { String::new() } else { suggestion.name.clone() });
        choose.run(Some(suggestion));
    };
    Effect::new(move || {
        if let (true, Some(input)) = (focused, input.get()) {
            // An element that is not there any more needs no focus.
            let _ = input.focus();
        }
    });
    let (described_by, invalid) = describe(name, hint.is_some(), error);
    view! {
        <Labelled name label=label.clone() hint error>
            <div class="suggest">
                <input
                    id=name
                    name=name
                    node_ref=input
                    type="text"
                    role="combobox"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    maxlength="100"
                    required
                    aria-autocomplete="list"
                    aria-expanded=move || search.is_expanded().to_string()
                    aria-controls=format!("{name}-options")
                    aria-activedescendant=move || {
                        search.is_expanded().then(|| option_id(name, search.active.get()))
                    }
                    aria-describedby=described_by
                    aria-invalid=invalid
                    prop:value=search.typed
                    on:input:target=move |event| {
                        search.typed.set(event.target().value());
                        choose.run(None);
                        search.look(PAUSE);
                    }
                    on:click=move |_| {
                        if !search.is_open.get_untracked() {
                            search.look(Duration::ZERO);
                        }
                    }
                    on:keydown=move |event| search.on_key(&event, take)
                    on:blur=move |_| search.close()
                />
                <Suggestions name label search take=take />
            </div>
        </Labelled>
    }
}

/// What is suggested.
#[component]
fn Suggestions(
    name: &'static str,
    label: String,
    search: Search,
    #[prop(into)] take: Callback<Suggestion>,
) -> impl IntoView {
    let list = NodeRef::<Ul>::new();
    Effect::new(move || {
        let active = search.active.get();
        if let Some(list) = list.get() {
            show(&list, active);
        }
    });
    let option = move |(index, suggestion): (usize, Suggestion)| {
        let Suggestion { name: called, about, .. } = suggestion.clone();
        view! {
            <li
                id=option_id(name, index)
                role="option"
                aria-selected=move || (search.active.get() == index).to_string()
                on:click=move |_| take.run(suggestion.clone())
            >
                {called}
                <span class="sub">{about}</span>
            </li>
        }
    };
    let options = move || {
        let found = search.found.with(|found| found.as_ref().and_then(|one| one.clone().ok()));
        found.unwrap_or_default().into_iter().enumerate().map(option).collect_view()
    };
    view! {
        // Pressing the mouse in it must not take the focus from the box.
        <div
            class="suggestions"
            hidden=move || !search.is_open.get()
            on:mousedown=move |event| event.prevent_default()
        >
            <p role="status" class:visually-hidden=move || search.is_expanded()>{move || search.status()}</p>
            <Show when=move || search.is_expanded()>
                <ul id=format!("{name}-options") role="listbox" aria-label=label.clone() node_ref=list>
                    {options}
                </ul>
            </Show>
        </div>
    }
}

/// Scrolls the list, and nothing around it, so that an option can be seen.
fn show(list: &HtmlElement, index: usize) {
    let option = u32::try_from(index).ok().and_then(|index| list.children().item(index));
    let Some(option) = option.and_then(|option| option.dyn_into::<HtmlElement>().ok()) else { return };
    let (top, bottom) = (option.offset_top(), option.offset_top() + option.offset_height());
    if top < list.scroll_top() {
        list.set_scroll_top(top);
    } else if bottom > list.scroll_top() + list.client_height() {
        list.set_scroll_top(bottom - list.client_height());
    }
}
