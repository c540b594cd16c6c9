//! A list and its four faces: on its way, empty, failed, and with something in it.

use std::future::Future;

use latchkey_shared::page::Page;
use leptos::prelude::*;

use super::notice::Notice;
use crate::api::Error;
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
pub(crate) fn Listing<T, L, F>(
    /// What it is a list of.
    #[prop(into)]
    label: String,
    /// Loads the page after a cursor. It runs again when a signal changes that it
    /// reads before it awaits.
    load: L,
    /// Loads it again.
    reload: Reload,
    /// What is shown when nothing is in it.
    #[prop(into)]
    empty: ViewFn,
    /// What is shown when something is: usually a table.
    table: impl Fn(RwSignal<Vec<T>>) -> AnyView + Clone + Send + Sync + 'static,
    /// How many there are, in words; whether there are more.
    count: fn(usize, bool) -> String,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    L: Fn(Option<String>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Page<T>, Error>> + 'static,
{
    let first = load.clone();
    let pages = LocalResource::new(move || {
        reload.follow();
        first(None)
    });
    let is_loading = RwSignal::new(false);
    view! {
        <section aria-label=label aria-busy=move || is_loading.get().to_string() class="list">
            <Transition fallback=Skeleton set_pending=is_loading>
                {move || {
                    let (load, table, empty) = (load.clone(), table.clone(), empty.clone());
                    Suspend::new(async move {
                        match pages.await {
                            Ok(page) if page.items.is_empty() && page.next_cursor.is_none() => empty.run(),
                            Ok(page) => view! { <Pages page load table count /> }.into_any(),
                            Err(error) => view! { <Failure error retry=move || reload.now() /> }.into_any(),
                        }
                    })
                }}
            </Transition>
        </section>
    }
}

/// The first page, and those that were asked for after it.
#[component]
fn Pages<T, L, F>(
    page: Page<T>,
    load: L,
    table: impl Fn(RwSignal<Vec<T>>) -> AnyView + 'static,
    count: fn(usize, bool) -> String,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    L: Fn(Option<String>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Page<T>, Error>> + 'static,
{
    let rows = RwSignal::new(page.items);
    let cursor = RwSignal::new(page.next_cursor);
    let more = Action::new_unsync_local(move |(): &()| {
        let page = untrack(|| load(cursor.get_untracked()));
        async move {
            let page = page.await?;
            // The list may have been left while this was on its way.
            rows.try_update(|rows| rows.extend(page.items));
            cursor.try_set(page.next_cursor);
            Ok(())
        }
    });
    let failure = move || more.value().get().and_then(Result::err).map(|error: Error| error.message());
    view! {
        {table(rows)}
        <div class="list-foot">
            <p role="status">{move || count(rows.read().len(), cursor.read().is_some())}</p>
            <Show when=move || cursor.read().is_some()>
                <button
                    type="button"
                    class="quiet"
                    disabled=more.pending()
                    on:click=move |_| { more.dispatch_local(()); }
                >
                    {text::show_more()}
                </button>
            </Show>
            <Notice message=Signal::derive(failure) />
        </div>
    }
}

/// What is on its way.
#[component]
pub(crate) fn Skeleton() -> impl IntoView {
    view! {
        <div class="skeleton">
            <p class="visually-hidden" role="status">{text::loading()}</p>
            {[(); 5].map(|()| view! { <div class="skeleton-row"></div> })}
        </div>
    }
}

/// What could not be loaded.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a property of a component is its own")]
pub(crate) fn Failure(
    /// Why.
    error: Error,
    /// What could not be loaded: a list, if nothing else is said.
    #[prop(default = text::list_failed())]
    title: &'static str,
    /// Loads it again.
    retry: impl Fn() + 'static,
) -> impl IntoView {
    // What is not there, or not for this person, does not come by trying again.
    let is_final = error.is("not-found") || error.is("forbidden");
    view! {
        <div class="face" role="alert">
            <h2>{title}</h2>
            <p>{error.message()}</p>
            {(!is_final)
                .then(|| view! {
                    <button type="button" on:click=move |_| retry()>{text::try_again()}</button>
                })}
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

/// One thing that is loaded for a page: on its way, failed, or there.
#[component]
pub(crate) fn Loaded<T, V>(
    /// What is loaded.
    resource: LocalResource<Result<T, Error>>,
    /// Shows it.
    children: impl Fn(T) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    view! {
        <Transition fallback=Skeleton>
            {move || {
                let children = children.clone();
                Suspend::new(async move {
                    match resource.await {
                        Ok(found) => children(found).into_any(),
                        Err(error) => {
                            view! {
                                <Failure error title=text::page_failed() retry=move || resource.refetch() />
                            }
                            .into_any()
                        }
                    }
                })
            }}
        </Transition>
    }
}
