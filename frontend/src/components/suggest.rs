//! A box that suggests while one types: the combobox with a list of the WAI-ARIA
//! Authoring Practices, filled with what the server finds.

use std::sync::Arc;
use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::html::{Input, Ul};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::HtmlElement;
use wasm_bindgen::JsCast as _;

use super::field::{Labelled, describe};
use crate::api::{Answer, Error};
use crate::text;

/// How long to wait for the next letter before the server is asked.
const PAUSE: Duration = Duration::from_millis(200);

/// One that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suggestion {
    /// What it is known by to the server.
    pub(crate) id: String,
    /// What people read; it stands in the box when it is chosen.
    pub(crate) name: String,
    /// What tells it from others of the same name.
    pub(crate) about: String,
}

/// Looks for what fits to what was typed. One type for all that can be looked
/// for, so that the box is compiled once.
#[derive(Clone)]
pub(crate) struct Finder(Arc<dyn Fn(String) -> Answer<Vec<Suggestion>> + Send + Sync>);

impl Finder {
    /// Looks with `find`, which gets what was typed; nothing for the first few.
    pub(crate) fn new<F>(find: impl Fn(String) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Vec<Suggestion>, Error>> + 'static,
    {
        Self(Arc::new(move |typed| Box::pin(find(typed))))
    }
}

/// What was typed, and what fits to it.
#[derive(Clone, Copy)]
struct Search {
    find: StoredValue<Finder>,
    typed: RwSignal<String>,
    is_open: RwSignal<bool>,
    found: RwSignal<Option<Result<Vec<Suggestion>, Error>>>,
    /// Which of those that were found Enter chooses.
    active: RwSignal<usize>,
    /// Only the answer to the last question counts.
    turn: StoredValue<u32>,
    waiting: StoredValue<Option<TimeoutHandle>>,
}

impl Search {
    fn new(find: Finder) -> Self {
        let search = Self {
            find: StoredValue::new(find),
            typed: RwSignal::new(String::new()),
            is_open: RwSignal::new(false),
            found: RwSignal::new(None),
            active: RwSignal::new(0),
            turn: StoredValue::new(0),
            waiting: StoredValue::new(None),
        };
        on_cleanup(move || search.forget());
        search
    }

    /// Whatever is on its way does not count any more.
    fn forget(self) {
        self.turn.update_value(|turn| *turn += 1);
        self.waiting.update_value(|waiting| {
            if let Some(waiting) = waiting.take() {
                waiting.clear();
            }
        });
    }

    fn close(self) {
        self.forget();
        self.is_open.set(false);
        self.found.set(None);
    }

    /// Opens, and looks for what is typed unless more is typed within `pause`.
    fn look(self, pause: Duration) {
        self.forget();
        self.is_open.set(true);
        let turn = self.turn.get_value();
        let ask = move || {
            let typed = self.typed.get_untracked().trim().to_owned();
            let Some(answer) = self.find.try_with_value(|find| (find.0)(typed)) else { return };
            spawn_local(async move {
                let answer = answer.await;
                // An answer that was overtaken, or came after the page was left, says nothing.
                if self.turn.try_get_value() == Some(turn) {
                    self.active.set(0);
                    self.found.set(Some(answer));
                }
            });
        };
        self.waiting.set_value(set_timeout_with_handle(ask, pause).ok());
    }

    /// How many were found.
    fn count(self) -> usize {
        self.found.with(|found| found.as_ref().and_then(|one| one.as_ref().ok()).map_or(0, Vec::len))
    }

    /// Whether there is something to choose on the screen.
    fn is_expanded(self) -> bool {
        self.is_open.get() && self.count() > 0
    }

    fn step(self, forward: bool) {
        let count = untrack(|| self.count());
        if count > 0 {
            self.active.update(|active| {
                *active = if forward { *active + 1 } else { *active + count - 1 } % count;
            });
        }
    }

    /// What Enter chooses.
    fn chosen(self) -> Option<Suggestion> {
        let active = self.active.get_untracked();
        self.found.with_untracked(|found| found.as_ref()?.as_ref().ok()?.get(active).cloned())
    }

    /// What a key does; it chooses with `take`.
    fn on_key(self, event: &KeyboardEvent, take: impl Fn(Suggestion)) {
        if event.is_composing() {
            return;
        }
        let is_open = self.is_open.get_untracked();
        match event.key().as_str() {
            key @ ("ArrowDown" | "ArrowUp") if is_open => self.step(key == "ArrowDown"),
            "ArrowDown" | "ArrowUp" => self.look(Duration::ZERO),
            // It chooses here; it does not send the form.
            "Enter" if is_open => {
                if let Some(chosen) = self.chosen() {
                    take(chosen);
                }
            }
            // It closes the suggestions; the dialog around them stays.
            "Escape" if is_open => self.close(),
            _ => return,
        }
        event.prevent_default();
    }

    /// What a screen reader says, and what is shown in place of suggestions.
    fn status(self) -> String {
        self.found.with(|found| match found {
            _ if !self.is_open.get() => String::new(),
            None => text::loading().to_owned(),
            Some(Err(error)) => error.message(),
            Some(Ok(found)) if found.is_empty() => match self.typed.read_untracked().trim() {
                "" => text::nothing_to_choose().to_owned(),
                typed => text::nothing_like(typed),
            },
            Some(Ok(found)) => text::suggestions(found.len()),
        })
    }
}

/// The id of a suggestion's element.
fn option_id(name: &str, index: usize) -> String {
    format!("{name}-option-{index}")
}

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
