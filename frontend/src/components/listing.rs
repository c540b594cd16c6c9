//! A list in its four states: loading, empty, failed and filled.

use std::sync::Arc;

use latchkey_shared::page::Page;
use leptos::prelude::*;

use super::notice::Notice;
use super::reading::{Loaded, Reading};
use super::write::Write;
use crate::api::{Answer, LoadPage};
use crate::text;

/// Triggers a reload of lists after a change.
#[derive(Clone, Copy)]
pub(crate) struct Reload(RwSignal<u32>);

impl Reload {
    /// A trigger that has not fired yet.
    pub(crate) fn new() -> Self {
        Self(RwSignal::new(0))
    }

    /// Reloads everything that called [`Reload::follow`] when it loaded.
    pub(crate) fn now(self) {
        self.0.try_update(|times| *times += 1);
    }

    /// Subscribes the current reactive context. Call it in the function that loads.
    pub(crate) fn follow(self) {
        self.0.track();
    }
}

/// A list that is loaded page by page.
#[component]
pub(crate) fn Listing<T: Clone + Send + Sync + 'static>(
    /// The accessible name of the list.
    #[prop(into)]
    label: String,
    /// Loads the page after a cursor. It runs again when a signal that it reads changes.
    load: impl Fn(Option<&str>) -> Answer<Page<T>> + Send + Sync + 'static,
    /// Reloads the list.
    reload: Reload,
    /// The view of an empty list.
    #[prop(into)]
    empty: ViewFn,
    /// The view of a filled list, usually a table.
    table: impl Fn(RwSignal<Vec<T>>) -> AnyView + Send + Sync + 'static,
    /// The text for the number of rows. The flag says whether there are more.
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

/// The number of rows, and a button that loads more.
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

/// The view of an empty list.
#[component]
pub(crate) fn Nothing(
    /// The title, which says what is missing.
    #[prop(into)]
    title: String,
    /// The reason, or the next step.
    #[prop(optional, into)]
    hint: Option<String>,
    /// The actions.
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
