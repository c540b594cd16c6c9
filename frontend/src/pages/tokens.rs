//! The list of tokens: `/tokens?kind=rsa|jwt&q=`.

use latchkey_shared::page::Page;
use latchkey_shared::projects::MemberRole;
use latchkey_shared::session::Session;
use latchkey_shared::tokens::{Kind, Status, TokenSummary};
use latchkey_shared::users::Role;
use leptos::html::Input;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::api;
use crate::components::frame::CurrentSession;
use crate::components::title::set_title;
use crate::text;
use crate::time::Moment;

/// The list with its switch and its search.
#[component]
pub(crate) fn TokensPage() -> impl IntoView {
    let query = use_query_map();
    let kind = Memo::new(move |_| match query.read().get_str("kind") {
        Some("jwt") => Kind::Jwt,
        _ => Kind::Rsa,
    });
    let search = Memo::new(move |_| query.read().get_str("q").unwrap_or_default().trim().to_owned());
    set_title(move || format!("{} {}", text::kind(kind.get()), text::TOKENS));

    let tokens = LocalResource::new(move || {
        let (kind, search) = (kind.get(), search.get());
        async move {
            let found = api::tokens(kind, &search, None).await;
            (kind, search, found)
        }
    });
    let is_loading = RwSignal::new(false);
    view! {
        <h1>{text::TOKENS}</h1>
        <div class="toolbar">
            <nav class="switch" aria-label=text::KIND_OF_TOKEN>
                {[Kind::Rsa, Kind::Jwt].map(|choice| view! {
                    <a
                        href=move || link(choice, &search.read())
                        aria-current=move || (kind.get() == choice).then_some("page")
                    >
                        {text::kind(choice)}
                    </a>
                })}
            </nav>
            <Search kind search />
        </div>
        <section aria-label=text::TOKENS aria-busy=move || is_loading.get().to_string() class="list">
            <Transition fallback=Skeleton set_pending=is_loading>
                {move || Suspend::new(async move {
                    match tokens.await {
                        (kind, search, Ok(page)) if page.items.is_empty() => {
                            view! { <Empty kind search /> }.into_any()
                        }
                        (kind, search, Ok(page)) => view! { <Table kind search page /> }.into_any(),
                        (_, _, Err(error)) => {
                            view! { <Failure error retry=move || tokens.refetch() /> }.into_any()
                        }
                    }
                })}
            </Transition>
        </section>
    }
}

/// The address of a list.
fn link(kind: Kind, search: &str) -> String {
    let mut link = format!("/tokens?kind={}", kind.as_str());
    if !search.is_empty() {
        link = link + "&q=" + &String::from(js_sys::encode_uri_component(search));
    }
    link
}

/// The search box; Enter searches.
#[component]
fn Search(kind: Memo<Kind>, search: Memo<String>) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let navigate = use_navigate();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(input) = input.get() {
            let keep_place = NavigateOptions { scroll: false, ..NavigateOptions::default() };
            navigate(&link(kind.get(), input.value().trim()), keep_place);
        }
    };
    view! {
        <form role="search" class="search" on:submit=submit>
            <input
                type="search"
                name="q"
                node_ref=input
                aria-label=text::SEARCH_BY_NAME
                placeholder=text::SEARCH_BY_NAME
                maxlength="100"
                autocomplete="off"
                spellcheck="false"
                prop:value=search
            />
            <button type="submit" class="quiet">{text::SEARCH}</button>
            <Show when=move || !search.read().is_empty()>
                <a class="button quiet" href=move || link(kind.get(), "")>{text::CLEAR_SEARCH}</a>
            </Show>
        </form>
    }
}

/// The list on its way.
#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="skeleton">
            <p class="visually-hidden" role="status">{text::LOADING}</p>
            {[(); 5].map(|()| view! { <div class="skeleton-row"></div> })}
        </div>
    }
}

/// The list that could not be loaded.
#[component]
fn Failure(error: api::Error, retry: impl Fn() + 'static) -> impl IntoView {
    view! {
        <div class="face" role="alert">
            <h2>{text::LIST_FAILED}</h2>
            <p>{error.message()}</p>
            <button type="button" on:click=move |_| retry()>{text::TRY_AGAIN}</button>
        </div>
    }
}

/// The list with nothing in it: why, and what to do next.
#[component]
fn Empty(kind: Kind, search: String) -> impl IntoView {
    if !search.is_empty() {
        return view! {
            <div class="face" role="status">
                <h2>{text::no_match(kind, &search)}</h2>
                <a class="button" href=link(kind, "")>{text::CLEAR_SEARCH}</a>
            </div>
        }
        .into_any();
    }
    let session = expect_context::<CurrentSession>();
    let administers =
        move || session.with(|session| matches!(session, Some(Ok(session)) if administers(session)));
    view! {
        <div class="face" role="status">
            <h2>{text::no_tokens(kind)}</h2>
            <Show when=administers fallback=move || view! { <p>{text::no_tokens_for_you(kind)}</p> }>
                <p>{text::no_tokens_hint(kind)}</p>
                <a class="button" href="/api/docs/" rel="external">{text::API_DOCUMENTATION}</a>
            </Show>
        </div>
    }
    .into_any()
}

/// Whether the person can manage any token at all.
fn administers(session: &Session) -> bool {
    session.user.role == Role::SystemAdmin
        || session.projects.iter().any(|membership| membership.role == MemberRole::Admin)
}

/// The list with tokens in it.
#[component]
fn Table(kind: Kind, search: String, page: Page<TokenSummary>) -> impl IntoView {
    let rows = RwSignal::new(page.items);
    let cursor = RwSignal::new(page.next_cursor);
    let more = Action::new_local(move |(): &()| {
        let (search, from) = (search.clone(), cursor.get_untracked());
        async move {
            let page = api::tokens(kind, &search, from.as_deref()).await?;
            // The list may have been left while this was on its way.
            rows.try_update(|rows| rows.extend(page.items));
            cursor.try_set(page.next_cursor);
            Ok(())
        }
    });
    let failure = move || more.value().get().and_then(Result::err).map(|error: api::Error| error.message());
    view! {
        <table>
            <thead>
                <tr>
                    <th scope="col">{text::NAME}</th>
                    <th scope="col">{text::STATUS}</th>
                    <th scope="col" class="minor">{text::EXPIRES}</th>
                    <th scope="col" class="minor">{text::LAST_USED}</th>
                    <th scope="col">{text::CREATED}</th>
                </tr>
            </thead>
            <tbody>
                <For each=move || rows.get() key=|token| token.id.clone() let:token>
                    <Row token />
                </For>
            </tbody>
        </table>
        <div class="list-foot">
            <p role="status">{move || text::count(rows.read().len(), cursor.read().is_some())}</p>
            <Show when=move || cursor.read().is_some()>
                <button type="button" class="quiet" disabled=more.pending() on:click=move |_| { more.dispatch_local(()); }>
                    {text::SHOW_MORE}
                </button>
            </Show>
            <crate::components::notice::Notice message=Signal::derive(failure) />
        </div>
    }
}

#[component]
fn Row(token: TokenSummary) -> impl IntoView {
    let status = match token.status {
        Status::Active => "badge active",
        Status::Disabled => "badge disabled",
        Status::Expired => "badge expired",
    };
    let moment_or_never = |at: Option<_>| match at {
        Some(at) => view! { <Moment at /> }.into_any(),
        None => view! { <span class="never">{text::NEVER}</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{token.name}</th>
            <td><span class=status>{text::status(token.status)}</span></td>
            <td class="minor">{moment_or_never(token.expires_at)}</td>
            <td class="minor">{moment_or_never(token.last_used_at)}</td>
            <td><Moment at=token.created_at /></td>
        </tr>
    }
}
