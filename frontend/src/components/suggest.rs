//! A box that suggests while one types: the combobox with a list of the WAI-ARIA
//! Authoring Practices, filled with what the server finds.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::html::{Input, Ul};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::HtmlElement;
use wasm_bindgen::JsCast as _;

use super::field::{Labelled, describe};
use crate::api::Error;
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

type Answer = Pin<Box<dyn Future<Output = Result<Vec<Suggestion>, Error>>>>;

/// Looks for what fits to what was typed. One type for all that can be looked
/// for, so that the box is compiled once.
#[derive(Clone)]
pub(crate) struct Finder(Arc<dyn Fn(String) -> Answer + Send + Sync>);

impl Finder {
    /// Looks with `find`, which gets what was typed; nothing for the first few.
    pub(crate) fn new<F>(find: impl Fn(String) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Vec<Suggestion>, Error>> + 'static,
    {
        Self(Arc::new(move |typed| Box::pin(find(typed))))
    }
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
    let list = NodeRef::<Ul>::new();
    let typed = RwSignal::new(String::new());
    let is_open = RwSignal::new(false);
    let found = RwSignal::new(None::<Result<Vec<Suggestion>, Error>>);
    let active = RwSignal::new(0_usize);
    let turn = StoredValue::new(0_u32);
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let find = StoredValue::new(find);

    let forget = move || {
        turn.update_value(|turn| *turn += 1);
        waiting.update_value(|waiting| {
            if let Some(waiting) = waiting.take() {
                waiting.clear();
            }
        });
    };
    on_cleanup(forget);
    let close = move || {
        forget();
        is_open.set(false);
        found.set(None);
    };
    let look = move |pause: Duration| {
        forget();
        is_open.set(true);
        let this_turn = turn.get_value();
        let ask = move || {
            let Some(answer) = find.try_with_value(|find| (find.0)(typed.get_untracked().trim().to_owned()))
            else {
                return;
            };
            spawn_local(async move {
                let answer = answer.await;
                // An answer that was overtaken, or came after the page was left, says nothing.
                if turn.try_get_value() == Some(this_turn) {
                    active.set(0);
                    found.set(Some(answer));
                }
            });
        };
        waiting.set_value(set_timeout_with_handle(ask, pause).ok());
    };
    let take = move |suggestion: Suggestion| {
        close();
        typed.set(if clears { String::new() } else { suggestion.name.clone() });
        choose.run(Some(suggestion));
    };

    let count =
        move || found.with(|found| found.as_ref().and_then(|one| one.as_ref().ok()).map_or(0, Vec::len));
    let count_now = move || untrack(count);
    let is_expanded = move || is_open.get() && count() > 0;
    let step = move |forward: bool| {
        let count = count_now();
        if count > 0 {
            active.update(|active| {
                *active = if forward { *active + 1 } else { *active + count - 1 } % count;
            });
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.is_composing() {
            return;
        }
        match event.key().as_str() {
            key @ ("ArrowDown" | "ArrowUp") => {
                event.prevent_default();
                if is_open.get_untracked() {
                    step(key == "ArrowDown");
                } else {
                    look(Duration::ZERO);
                }
            }
            "Enter" if is_open.get_untracked() => {
                // It chooses here; it does not send the form.
                event.prevent_default();
                let chosen = found.with_untracked(|found| {
                    found.as_ref()?.as_ref().ok()?.get(active.get_untracked()).cloned()
                });
                if let Some(chosen) = chosen {
                    take(chosen);
                }
            }
            "Escape" if is_open.get_untracked() => {
                // It closes the suggestions; the dialog around them stays.
                event.prevent_default();
                close();
            }
            _ => {}
        }
    };
    Effect::new(move || {
        if let (true, Some(input)) = (focused, input.get()) {
            // An element that is not there any more needs no focus.
            let _ = input.focus();
        }
    });
    Effect::new(move || {
        let active = active.get();
        if let Some(list) = list.get() {
            show(&list, active);
        }
    });

    let option_id = move |index: usize| format!("{name}-option-{index}");
    let (described_by, invalid) = describe(name, hint.is_some(), error);
    let list_label = label.clone();
    let options = move || {
        let suggestions =
            found.with(|found| found.as_ref().and_then(|one| one.clone().ok())).unwrap_or_default();
        suggestions
            .into_iter()
            .enumerate()
            .map(|(index, suggestion)| {
                let Suggestion { name, about, .. } = suggestion.clone();
                view! {
                    <li
                        id=option_id(index)
                        role="option"
                        aria-selected=move || (active.get() == index).to_string()
                        on:click=move |_| take(suggestion.clone())
                    >
                        {name}
                        <span class="sub">{about}</span>
                    </li>
                }
            })
            .collect_view()
    };
    let status = move || {
        found.with(|found| match found {
            _ if !is_open.get() => String::new(),
            None => text::loading().to_owned(),
            Some(Err(error)) => error.message(),
            Some(Ok(found)) if found.is_empty() => match typed.read_untracked().trim() {
                "" => text::nothing_to_choose().to_owned(),
                typed => text::nothing_like(typed),
            },
            Some(Ok(found)) => text::suggestions(found.len()),
        })
    };
    view! {
        <Labelled name label hint error>
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
                    aria-expanded=move || is_expanded().to_string()
                    aria-controls=format!("{name}-options")
                    aria-activedescendant=move || is_expanded().then(|| option_id(active.get()))
                    aria-describedby=described_by
                    aria-invalid=invalid
                    prop:value=typed
                    on:input:target=move |event| {
                        typed.set(event.target().value());
                        choose.run(None);
                        look(PAUSE);
                    }
                    on:click=move |_| {
                        if !is_open.get_untracked() {
                            look(Duration::ZERO);
                        }
                    }
                    on:keydown=on_key
                    on:blur=move |_| close()
                />
                // Pressing the mouse in it must not take the focus from the box.
                <div
                    class="suggestions"
                    hidden=move || !is_open.get()
                    on:mousedown=move |event| event.prevent_default()
                >
                    <p role="status" class:visually-hidden=is_expanded>{status}</p>
                    <Show when=is_expanded>
                        <ul
                            id=format!("{name}-options")
                            role="listbox"
                            aria-label=list_label.clone()
                            node_ref=list
                        >
                            {options}
                        </ul>
                    </Show>
                </div>
            </div>
        </Labelled>
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
