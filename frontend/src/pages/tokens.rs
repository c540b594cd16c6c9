//! The list of tokens: `/tokens?kind=rsa|jwt&q=`.

use latchkey_shared::tokens::{Kind, Status, TokenSummary};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::api;
use crate::api::tokens::Filter;
use crate::components::frame::me;
use crate::components::heading::Heading;
use crate::components::listing::{Listing, Nothing, Reload};
use crate::components::search::SearchBox;
use crate::text;
use crate::time::{Moment, MomentOrNever};

/// The list with its switch and its search.
#[component]
pub(crate) fn TokensPage() -> impl IntoView {
    let query = use_query_map();
    let kind = Memo::new(move |_| match query.read().get_str("kind") {
        Some("jwt") => Kind::Jwt,
        _ => Kind::Rsa,
    });
    let search = Memo::new(move |_| query.read().get_str("q").unwrap_or_default().trim().to_owned());
    let reload = Reload::new();
    let navigate = use_navigate();
    let submit = move |wanted: String| {
        if wanted == *search.read_untracked() {
            reload.now();
        } else {
            let keep_place = NavigateOptions { scroll: false, ..NavigateOptions::default() };
            navigate(&link(kind.get_untracked(), &wanted), keep_place);
        }
    };
    let load = move |cursor: Option<String>| {
        let filter = Filter {
            kind: kind.get(),
            search: search.get(),
            status: None,
            project: String::new(),
            user: String::new(),
            api: String::new(),
        };
        async move { api::tokens::list(&filter, cursor.as_deref()).await }
    };
    view! {
        <Heading title=Signal::derive(|| text::tokens().to_owned()) />
        <div class="toolbar">
            <nav class="switch" aria-label=text::tokens::kind_of_token()>
                {[Kind::Rsa, Kind::Jwt]
                    .map(|choice| view! {
                        <a
                            href=move || link(choice, &search.read())
                            aria-current=move || (kind.get() == choice).then_some("page")
                        >
                            {text::tokens::kind(choice)}
                        </a>
                    })}
            </nav>
            <SearchBox label=text::tokens::search_by_name() search submit />
        </div>
        <Listing
            label=text::tokens()
            load
            reload
            empty=move || view! { <Empty kind=kind.get_untracked() search=search.get_untracked() /> }
            table=|rows| view! { <Table rows /> }.into_any()
            count=text::tokens::count
        />
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

/// The list with nothing in it: why, and what to do next.
#[component]
fn Empty(kind: Kind, search: String) -> impl IntoView {
    if !search.is_empty() {
        return view! {
            <Nothing title=text::tokens::no_match(kind, &search)>
                <a class="button" href=link(kind, "")>{text::clear_search()}</a>
            </Nothing>
        }
        .into_any();
    }
    let hint = if me().administers() {
        text::tokens::no_tokens_hint(kind)
    } else {
        text::tokens::no_tokens_for_you(kind)
    };
    view! { <Nothing title=text::tokens::no_tokens(kind) hint=hint /> }.into_any()
}

/// The list with tokens in it.
#[component]
fn Table(rows: RwSignal<Vec<TokenSummary>>) -> impl IntoView {
    view! {
        <table>
            <thead>
                <tr>
                    <th scope="col">{text::name()}</th>
                    <th scope="col">{text::status()}</th>
                    <th scope="col" class="minor">{text::tokens::expires()}</th>
                    <th scope="col" class="minor">{text::tokens::last_used()}</th>
                    <th scope="col">{text::created()}</th>
                </tr>
            </thead>
            <tbody>
                <For each=move || rows.get() key=|token| token.id.clone() let:token>
                    <Row token />
                </For>
            </tbody>
        </table>
    }
}

#[component]
fn Row(token: TokenSummary) -> impl IntoView {
    let status = match token.status {
        Status::Active => "badge active",
        Status::Disabled => "badge disabled",
        Status::Expired => "badge expired",
    };
    view! {
        <tr>
            <th scope="row">{token.name}</th>
            <td><span class=status>{text::tokens::status(token.status)}</span></td>
            <td class="minor"><MomentOrNever at=token.expires_at /></td>
            <td class="minor"><MomentOrNever at=token.last_used_at /></td>
            <td><Moment at=token.created_at /></td>
        </tr>
    }
}
