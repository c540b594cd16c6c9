//! The page with the list of tokens, `/tokens?kind=rsa|jwt&q=`, and the actions for them.

mod table;

use latchkey_shared::page::Page;
use latchkey_shared::tokens::{Kind, Status, Suspension, TokenSummary};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use self::table::Table;
use crate::api::Answer;
use crate::api::tokens::Filter;
use crate::components::bulk::Bulk;
use crate::components::heading::Heading;
use crate::components::listing::{Listing, Nothing, Reload};
use crate::components::search::SearchBox;
use crate::components::suspended::ConfirmAll;
use crate::components::token_actions::{DeleteToken, TokenName};
use crate::session::me;
use crate::{api, text};

/// The values of a status in the URL.
const STATUSES: [(Status, &str); 4] = [
    (Status::Active, "active"),
    (Status::Suspended, "suspended"),
    (Status::Disabled, "disabled"),
    (Status::Expired, "expired"),
];

/// The list with the switch between the kinds and the search box.
#[component]
pub(crate) fn TokensPage() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| {
        let query = query.read();
        let text = |name: &str| query.get_str(name).unwrap_or_default().trim().to_owned();
        Filter {
            kind: if query.get_str("kind") == Some("jwt") { Kind::Jwt } else { Kind::Rsa },
            search: text("q"),
            status: STATUSES
                .into_iter()
                .find(|(_, word)| query.get_str("status") == Some(word))
                .map(|(s, _)| s),
            project: text("project"),
            user: text("user"),
            api: text("api"),
            name_taken: query.get_str("name_taken").is_some(),
        }
    });
    let kind = Memo::new(move |_| filter.read().kind);
    let reload = Reload::new();
    let selected = RwSignal::new(Vec::<TokenName>::new());
    let delete = RwSignal::new(None::<TokenName>);
    // Tokens that are no longer visible must not stay selected.
    Effect::new(move || {
        filter.track();
        selected.set(Vec::new());
    });
    let navigate = use_navigate();
    let go = move |wanted: Filter| {
        if wanted == *filter.read_untracked() {
            reload.now();
        } else {
            navigate(&link(&wanted), NavigateOptions { scroll: false, ..NavigateOptions::default() });
        }
    };
    let search = {
        let go = go.clone();
        move |search: String| go(Filter { search, ..filter.get_untracked() })
    };
    let choose_status = move |word: &str| {
        let status = STATUSES.into_iter().find(|(_, one)| *one == word).map(|(status, _)| status);
        go(Filter { status, ..filter.get_untracked() });
    };
    let beginnings_only = RwSignal::new(false);
    // The latest time in which changes are lost, for a system administrator who looks for these tokens.
    let suspension = RwSignal::new(None::<Suspension>);
    let is_system_admin = me().is_system_admin();
    let load = move |cursor: Option<&str>| -> Answer<Page<TokenSummary>> {
        let answer = api::tokens::list(&filter.read(), cursor);
        let may_confirm = is_system_admin && filter.read().status == Some(Status::Suspended);
        Box::pin(async move {
            let page = answer.await?;
            let shown = page.items.iter().filter_map(|token| token.suspended.clone());
            let latest = shown.max_by(|one, other| one.until.cmp(&other.until));
            suspension.try_set(latest.filter(|_| may_confirm));
            beginnings_only.try_set(page.beginnings_only == Some(true));
            Ok(Page { items: page.items, next_cursor: page.next_cursor, total: page.total })
        })
    };
    let can_apply = me().administers();
    view! {
        <Heading title=Signal::derive(|| text::tokens().to_owned())>
            {can_apply
                .then(|| view! {
                    <a
                        class="button"
                        href=move || format!("/tokens/new?kind={}", kind.get().as_str())
                        aria-keyshortcuts="n"
                    >
                        <span aria-hidden="true">"+"</span>
                        {text::tokens::apply()}
                    </a>
                })}
        </Heading>
        <div class="toolbar">
            <nav class="switch" aria-label=text::tokens::kind_of_token()>
                {[Kind::Rsa, Kind::Jwt]
                    .map(|choice| view! {
                        <a
                            href=move || link(&Filter {
                                kind: choice,
                                search: filter.read().search.clone(),
                                ..everything(choice)
                            })
                            aria-current=move || (kind.get() == choice).then_some("page")
                        >
                            {text::tokens::kind(choice)}
                        </a>
                    })}
            </nav>
            <SearchBox
                label=text::tokens::search_by_name()
                search=Signal::derive(move || filter.read().search.clone())
                submit=search
            />
            <select
                class="narrow"
                aria-label=text::status()
                on:change:target=move |event| choose_status(&event.target().value())
            >
                <option value="" selected=move || filter.read().status.is_none()>{text::tokens::any_status()}</option>
                {STATUSES
                    .map(|(status, word)| view! {
                        <option value=word selected=move || filter.read().status == Some(status)>
                            {text::tokens::status(status)}
                        </option>
                    })}
            </select>
        </div>
        <Narrowed filter />
        <Show when=move || beginnings_only.get()>
            <p class="hint">{text::tokens::beginnings_only()}</p>
        </Show>
        <ConfirmAll suspension then=move |()| reload.now() />
        <Bulk selected then=move |()| reload.now() />
        <Listing
            label=text::tokens()
            load
            reload
            empty=move || view! { <Empty filter=filter.get_untracked() /> }
            table=move |rows| view! { <Table rows selected delete reload can_apply /> }.into_any()
            count=text::tokens::count
        />
        <DeleteToken token=delete then=move |()| reload.now() />
    }
}

/// The filter for all tokens of a kind.
fn everything(kind: Kind) -> Filter {
    Filter {
        kind,
        search: String::new(),
        status: None,
        project: String::new(),
        user: String::new(),
        api: String::new(),
        name_taken: false,
    }
}

/// The address of the list with a filter.
fn link(filter: &Filter) -> String {
    let status = filter.status.and_then(|status| STATUSES.into_iter().find(|(one, _)| *one == status));
    let mut link = format!("/tokens?kind={}", filter.kind.as_str());
    for (name, value) in [
        ("q", filter.search.as_str()),
        ("status", status.map_or("", |(_, word)| word)),
        ("project", &filter.project),
        ("user", &filter.user),
        ("api", &filter.api),
        ("name_taken", if filter.name_taken { "true" } else { "" }),
    ] {
        if !value.is_empty() {
            link = format!("{link}&{name}={}", String::from(js_sys::encode_uri_component(value)));
        }
    }
    link
}

/// The filters from the link that led here, and a link that removes them.
#[component]
fn Narrowed(filter: Memo<Filter>) -> impl IntoView {
    let narrowed = move || {
        let filter = filter.read();
        [
            (text::tokens::of_project(), filter.project.clone()),
            (text::tokens::of_user(), filter.user.clone()),
            (text::tokens::of_api(), filter.api.clone()),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}: {value}"))
        .chain(filter.name_taken.then(|| text::tokens::with_a_taken_name().to_owned()))
        .map(|badge| view! { <span class="badge">{badge}</span> })
        .collect::<Vec<_>>()
    };
    let is_narrowed = move || {
        let filter = filter.read();
        filter.name_taken || !(filter.project.is_empty() && filter.user.is_empty() && filter.api.is_empty())
    };
    view! {
        <Show when=is_narrowed>
            <p class="buttons">
                {narrowed}
                <a class="small" href=move || link(&everything(filter.read().kind))>{text::tokens::show_all()}</a>
            </p>
        </Show>
    }
}

/// The view of the empty list.
#[component]
fn Empty(filter: Filter) -> impl IntoView {
    let kind = filter.kind;
    if !filter.search.is_empty() {
        let cleared = link(&Filter { search: String::new(), ..filter.clone() });
        return view! {
            <Nothing title=text::tokens::no_match(kind, &filter.search)>
                <a class="button" href=cleared>{text::clear_search()}</a>
            </Nothing>
        }
        .into_any();
    }
    if filter != everything(kind) {
        return view! {
            <Nothing title=text::tokens::none_like_this(kind)>
                <a class="button" href=link(&everything(kind))>{text::tokens::show_all()}</a>
            </Nothing>
        }
        .into_any();
    }
    if !me().administers() {
        return view! {
            <Nothing title=text::tokens::no_tokens(kind) hint=text::tokens::no_tokens_for_you(kind) />
        }
        .into_any();
    }
    view! {
        <Nothing title=text::tokens::no_tokens(kind) hint=text::tokens::no_tokens_hint(kind)>
            <a class="button" href=format!("/tokens/new?kind={}", kind.as_str())>{text::tokens::apply()}</a>
        </Nothing>
    }
    .into_any()
}
