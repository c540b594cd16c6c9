//! A text field with suggestions while the user types. It follows the combobox pattern with a listbox of the
//! WAI-ARIA Authoring Practices. The server finds the suggestions.

pub(crate) mod search;

use std::time::Duration;

use leptos::html::{Input, Ul};
use leptos::prelude::*;
use leptos::web_sys::HtmlElement;
use wasm_bindgen::JsCast as _;

use self::search::{Finder, PAUSE, Search, Suggestion, option_id};
use super::field::{Labelled, describe};

/// The text field with suggestions.
#[component]
pub(crate) fn Suggest(
    /// The name in the form and the id of the element.
    name: &'static str,
    /// The label text.
    #[prop(into)]
    label: String,
    /// Finds suggestions.
    find: Finder,
    /// Called with the chosen suggestion, and with `None` when the user types again.
    #[prop(into)]
    choose: Callback<Option<Suggestion>>,
    /// Whether the field is cleared after a choice, so that the user can choose several.
    #[prop(optional)]
    clears: bool,
    /// The hint below the control.
    #[prop(optional, into)]
    hint: Option<String>,
    /// The error message.
    #[prop(default = Signal::stored(None), into)]
    error: Signal<Option<String>>,
    /// Whether the field gets the focus at first.
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
            // The element may have been removed. The error is then irrelevant.
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

/// The list of suggestions.
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
        // A mouse press in the list must not take the focus from the text field.
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

/// Scrolls only the list, so that the option is visible.
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
