//! The list of tokens: `/tokens?kind=rsa|jwt&q=`, and what can be done with each.

use latchkey_shared::tokens::{Kind, Status, TokenSummary};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::api;
use crate::api::tokens::Filter;
use crate::components::bulk::Bulk;
use crate::components::each::Each;
use crate::components::frame::me;
use crate::components::heading::Heading;
use crate::components::listing::{Listing, Nothing, Reload};
use crate::components::menu::Menu;
use crate::components::search::SearchBox;
use crate::components::token_actions::{DeleteToken, HandOver, TokenName, other_switch, switch};
use crate::text;
use crate::time::{Expiry, LastUsed, Moment};

/// The words of a status in the address.
const STATUSES: [(Status, &str); 3] =
    [(Status::Active, "active"), (Status::Disabled, "disabled"), (Status::Expired, "expired")];

/// The list with its switch and its search.
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
    // What is not on the screen any more is not selected either.
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
    let load = move |cursor: Option<&str>| api::tokens::list(&filter.read(), cursor);
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

/// All tokens of a kind.
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

/// The address of a list.
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

/// What the list is narrowed to by the link that led here, and the way out of it.
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

/// The list with nothing in it: why, and what to do next.
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

/// The list with tokens in it.
#[component]
fn Table(
    rows: RwSignal<Vec<TokenSummary>>,
    selected: RwSignal<Vec<TokenName>>,
    delete: RwSignal<Option<TokenName>>,
    reload: Reload,
    /// Whether anything can be done with the tokens.
    can_apply: bool,
) -> impl IntoView {
    let manageable = move || rows.read().iter().filter(|token| token.manageable).count();
    let all = move || manageable() > 0 && selected.read().len() == manageable();
    let toggle_all = move |_| {
        let names = if untrack(all) {
            Vec::new()
        } else {
            rows.read_untracked().iter().filter(|token| token.manageable).map(TokenName::from).collect()
        };
        selected.set(names);
    };
    view! {
        <table class="tokens">
            <thead>
                <tr>
                    {can_apply
                        .then(|| view! {
                            <td class="select">
                                <input
                                    type="checkbox"
                                    aria-label=text::tokens::select_all()
                                    prop:checked=all
                                    disabled=move || manageable() == 0
                                    on:change=toggle_all
                                />
                            </td>
                        })}
                    <th scope="col">{text::name()}</th>
                    <th scope="col">{text::status()}</th>
                    <th scope="col" class="minor">{text::tokens::expires()}</th>
                    <th scope="col" class="minor">{text::tokens::last_used()}</th>
                    <th scope="col" class="minor">{text::created()}</th>
                    {can_apply.then(|| view! { <th scope="col" class="row-actions">{text::actions()}</th> })}
                </tr>
            </thead>
            <tbody>
                <Each
                    of=rows
                    key=|token| format!("{} {} {:?}", token.id, token.updated_at, token.status)
                    let:token
                >
                    <Row token selected delete reload can_apply />
                </Each>
            </tbody>
        </table>
    }
}

#[component]
fn Row(
    token: TokenSummary,
    selected: RwSignal<Vec<TokenName>>,
    delete: RwSignal<Option<TokenName>>,
    reload: Reload,
    can_apply: bool,
) -> impl IntoView {
    let this = TokenName::from(&token);
    let page = format!("/tokens/{}", token.id);
    let details = page.clone();
    let cells = token.manageable.then(|| {
        let (is_selected, toggled) = (this.clone(), this.clone());
        let toggle = move |_| {
            selected.update(|selected| {
                if let Some(at) = selected.iter().position(|one| one.id == toggled.id) {
                    selected.remove(at);
                } else {
                    selected.push(toggled.clone());
                }
            });
        };
        let switch = switch(move || reload.now());
        let other = other_switch(token.status);
        let (switched, deleted, copied) = (this.clone(), this.clone(), this.clone());
        let name = token.name.clone();
        (
            view! {
                <td class="select">
                    <input
                        type="checkbox"
                        aria-label=text::tokens::select(&name)
                        prop:checked=move || selected.read().iter().any(|one| one.id == is_selected.id)
                        on:change=toggle
                    />
                </td>
            },
            view! {
                <td class="row-actions">
                    <div>
                        <HandOver token=this.clone() is_small=true />
                        <a
                            class="button quiet small"
                            href=format!("{page}/modify")
                            aria-label=format!("{} {name}", text::modify())
                        >
                            {text::modify()}
                        </a>
                        <button
                            type="button"
                            class="quiet danger small"
                            aria-label=format!("{} {name}", text::delete())
                            on:click=move |_| delete.set(Some(deleted.clone()))
                        >
                            {text::delete()}
                        </button>
                        <Menu id=format!("more-{}", token.id) label=text::tokens::more_for(&name) is_icon=true>
                            <a href=page.clone()>{text::tokens::details()}</a>
                            <a href=format!("/tokens/new?kind={}&from={}", copied.kind.as_str(), copied.id)>
                                {text::tokens::duplicate()}
                            </a>
                            <button type="button" on:click=move |_| switch.send((switched.clone(), other))>
                                {text::tokens::switch_to(other)}
                            </button>
                        </Menu>
                    </div>
                </td>
            },
        )
    });
    // A token that is only granted to this person stands among those that they manage.
    let (select, actions) = match cells {
        Some((select, actions)) => (Some(select.into_any()), Some(actions.into_any())),
        None if can_apply => {
            (Some(view! { <td class="select"></td> }.into_any()), Some(view! { <td></td> }.into_any()))
        }
        None => (None, None),
    };
    view! {
        <tr>
            {select}
            <th scope="row">
                <a href=details>{token.name}</a>
                <span class="sub">
                    {text::tokens::reach(token.kind, token.grant_count, token.target_count)}
                </span>
            </th>
            <td><StatusBadge status=token.status /></td>
            <td class="minor"><Expiry at=token.expires_at /></td>
            <td class="minor"><LastUsed at=token.last_used_at /></td>
            <td class="minor"><Moment at=token.created_at /></td>
            {actions}
        </tr>
    }
}

/// A status as a coloured word.
#[component]
pub(crate) fn StatusBadge(status: Status) -> impl IntoView {
    let class = match status {
        Status::Active => "badge active",
        Status::Disabled => "badge disabled",
        Status::Expired => "badge expired",
    };
    view! { <span class=class>{text::tokens::status(status)}</span> }
}
