//! A list and its four faces: on its way, empty, failed, and with something in it.

use std::sync::Arc;

use latchkey_shared::page::Page;
use leptos::prelude::*;

use super::notice::Notice;
use super::reading::{Loaded, Reading};
use super::write::Write;
use crate::api::{Answer, LoadPage};
use crate::text;

/// Loads lists again: something in them was changed.
#[derive(Clone, Copy)]
pub(crate) struct Reload(RwSignal<u32>);

impl Reload {
    /// Not asked for yet.
    pub(crate) fn new() -> Self {
        Self(RwSignal::new(0))
    }

    /// Loads again whatever was loaded after [`Reload::follow`].
    pub(crate) fn now(self) {
        self.0.try_update(|times| *times += 1);
    }

    /// To be called by what loads.
    pub(crate) fn follow(self) {
        self.0.track();
    }
}

/// A list that is loaded page by page.
#[component]
pub(crate) fn Listing<T: Clone + Send + Sync + 'static>(
    /// What it is a list of.
    #[prop(into)]
    label: String,
    /// Loads the page after a cursor. It runs again when a signal changes that it reads.
    load: impl Fn(Option<&str>) -> Answer<Page<T>> + Send + Sync + 'static,
    /// Loads it again.
    reload: Reload,
    /// What is shown when nothing is in it.
    #[prop(into)]
    empty: ViewFn,
    /// What is shown when something is: usually a table.
    table: impl Fn(RwSignal<Vec<T>>) -> AnyView + Send + Sync + 'static,
    /// How many there are, in words; whether there are more.
    count: fn(usize, bool) -> String,
) -> impl IntoView {
    let load: Arc<LoadPage<T>> = Arc::new(load);
    let first = Arc::clone(&load);
    let reading = Reading::new(move || {
        reload.follow();
        first(None)
    });
    let table = Arc::new(table);
    let show = move |page: Page<T>| {
        if page.items.is_empty() && page.next_cursor.is_none() {
            return empty.run();
        }
        let rows = RwSignal::new(page.items);
        let cursor = RwSignal::new(page.next_cursor);
        let load = Arc::clone(&load);
        let more = Write::new(
            move |()| untrack(|| load(cursor.get_untracked().as_deref())),
            move |page: Page<T>| {
                rows.update(|rows| rows.extend(page.items));
                cursor.set(page.next_cursor);
            },
        );
        let says = Signal::derive(move || count(rows.read().len(), cursor.read().is_some()));
        view! {
            {table(rows)}
            <Foot says has_more=Signal::derive(move || cursor.read().is_some()) more />
        }
        .into_any()
    };
    view! {
        <section aria-label=label aria-busy=move || reading.is_loading().to_string() class="list">
            <Loaded reading failed=text::list_failed() children=show />
        </section>
    }
}

/// How many there are, and the way to more.
#[component]
fn Foot(says: Signal<String>, has_more: Signal<bool>, more: Write<()>) -> impl IntoView {
    let failure = more.failure();
    view! {
        <div class="list-foot">
            <p role="status">{says}</p>
            <Show when=move || has_more.get()>
                <button type="button" class="quiet" disabled=more.pending() on:click=move |_| more.send(())>
                    {text::show_more()}
                </button>
            </Show>
            <Notice message=failure />
        </div>
    }
}

/// A list with nothing in it: why, and what to do next.
#[component]
pub(crate) fn Nothing(
    /// What is not there.
    #[prop(into)]
    title: String,
    /// Why, or what to do.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What can be done.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="face" role="status">
            <h2>{title}</h2>
            {hint.map(|hint| view! { <p>{hint}</p> })}
            {children.map(|children| children())}
        </div>
    }
}
