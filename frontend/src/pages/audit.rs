//! The audit trail: `/audit?actor=&target=&action=&since=`.

use js_sys::Date;
use latchkey_shared::audit::{Actor, AuditEvent, AuditTarget};
use latchkey_shared::projects::MemberRole;
use latchkey_shared::users::Role;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use serde_json::Value;

use crate::api;
use crate::api::audit::Filter;
use crate::app::with_query;
use crate::components::each::Each;
use crate::components::frame::me;
use crate::components::heading::Heading;
use crate::components::listing::{Listing, Nothing, Reload};
use crate::text;
use crate::text::audit::{GROUPS, Group};
use crate::time::{Moment, exact};

/// A word in the address, and what people read for it.
type Time = (&'static str, fn() -> &'static str);

/// Times to choose from.
const TIMES: [Time; 4] = [
    ("", text::audit::all_time),
    ("today", text::audit::today),
    ("7", text::audit::seven_days),
    ("30", text::audit::thirty_days),
];

/// The trail with its filters, for system administrators.
#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    view! {
        <Heading title=Signal::derive(|| text::audit().to_owned()) />
        {if me().is_system_admin() {
            view! { <Trail /> }.into_any()
        } else {
            view! {
                <section class="list" aria-label=text::audit()>
                    <Nothing title=text::audit::only_for_admins() hint=text::audit::only_for_admins_hint() />
                </section>
            }
                .into_any()
        }}
    }
}

#[component]
fn Trail() -> impl IntoView {
    let query = use_query_map();
    // As in the address: `since` is one of `TIMES`.
    let asked = Memo::new(move |_| {
        let query = query.read();
        let text = |name: &str| query.get_str(name).unwrap_or_default().trim().to_owned();
        Filter { actor: text("actor"), target: text("target"), action: text("action"), since: text("since") }
    });
    let reload = Reload::new();
    let load = move |cursor: Option<&str>| {
        let mut filter = asked.get();
        filter.since = moment_of(&filter.since);
        api::audit::list(&filter, cursor)
    };
    view! {
        <Filters asked reload />
        <Listing
            label=text::audit()
            load
            reload
            empty=move || view! { <Empty is_filtered={asked.get_untracked() != Filter::default()} /> }
            table=|rows| view! { <Table rows /> }.into_any()
            count=text::audit::count
        />
    }
}

/// The address of the events that a filter asks for.
fn link(filter: &Filter) -> String {
    with_query(
        "/audit",
        &[
            ("actor", &filter.actor),
            ("target", &filter.target),
            ("action", &filter.action),
            ("since", &filter.since),
        ],
    )
}

/// When a chosen time begins, in RFC 3339; empty for all time.
fn moment_of(time: &str) -> String {
    const DAY: f64 = 86_400_000.0;
    let moment = Date::new_0();
    match time {
        "today" => {
            moment.set_hours(0);
            moment.set_minutes(0);
            moment.set_seconds(0);
            moment.set_milliseconds(0);
        }
        "7" => {
            moment.set_time(moment.get_time() - 7.0 * DAY);
        }
        "30" => {
            moment.set_time(moment.get_time() - 30.0 * DAY);
        }
        _ => return String::new(),
    }
    moment.to_iso_string().into()
}

#[component]
fn Filters(asked: Memo<Filter>, reload: Reload) -> impl IntoView {
    let actor = RwSignal::new(String::new());
    let target = RwSignal::new(String::new());
    Effect::new(move || {
        let asked = asked.read();
        actor.set(asked.actor.clone());
        target.set(asked.target.clone());
    });
    let navigate = StoredValue::new_local(use_navigate());
    let go = move |change: &dyn Fn(&mut Filter)| {
        let mut wanted = Filter {
            actor: actor.read_untracked().trim().to_owned(),
            target: target.read_untracked().trim().to_owned(),
            ..asked.get_untracked()
        };
        change(&mut wanted);
        if wanted == *asked.read_untracked() {
            reload.now();
        } else {
            let keep_place = NavigateOptions { scroll: false, ..NavigateOptions::default() };
            navigate.with_value(|navigate| navigate(&link(&wanted), keep_place));
        }
    };
    let input = move |name: &'static str,
                      label: &'static str,
                      value: RwSignal<String>,
                      keys: Option<&'static str>| {
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <input
                    id=name
                    name=name
                    type="search"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    maxlength="100"
                    placeholder=text::audit::exact_hint()
                    aria-keyshortcuts=keys
                    bind:value=value
                />
            </div>
        }
    };
    let choice = move |value: String, label: &'static str| {
        let this = value.clone();
        view! { <option value=value selected=move || asked.read().action == this>{label}</option> }
    };
    let group = move |group: &'static Group| {
        view! {
            <optgroup label=(group.name)()>
                {choice(group.kind.to_owned(), (group.all)())}
                {group.actions.iter().map(|act| choice(act.action(group), act.name())).collect_view()}
            </optgroup>
        }
    };
    view! {
        <form
            role="search"
            class="filters"
            aria-label=text::audit::filters()
            on:submit=move |event| {
                event.prevent_default();
                go(&|_| ());
            }
        >
            {input("actor", text::audit::actor(), actor, Some("/"))}
            <div class="field">
                <label for="action">{text::audit::action()}</label>
                <select
                    id="action"
                    on:change:target=move |event| {
                        let action = event.target().value();
                        go(&|filter| filter.action.clone_from(&action));
                    }
                >
                    {choice(String::new(), text::audit::anything())}
                    {GROUPS.iter().map(group).collect_view()}
                </select>
            </div>
            {input("target", text::audit::target(), target, None)}
            <div class="field">
                <label for="since">{text::audit::since()}</label>
                <select
                    id="since"
                    on:change:target=move |event| {
                        let since = event.target().value();
                        go(&|filter| filter.since.clone_from(&since));
                    }
                >
                    {TIMES
                        .map(|(time, label)| view! {
                            <option value=time selected=move || asked.read().since == time>{label()}</option>
                        })}
                </select>
            </div>
            <div class="buttons">
                <button type="submit" class="quiet">{text::audit::filter()}</button>
                <Show when=move || *asked.read() != Filter::default()>
                    <a class="button quiet" href="/audit">{text::audit::clear()}</a>
                </Show>
            </div>
        </form>
    }
}

#[component]
fn Empty(is_filtered: bool) -> impl IntoView {
    if !is_filtered {
        return view! { <Nothing title=text::audit::no_events() /> }.into_any();
    }
    view! {
        <Nothing title=text::audit::nothing_found() hint=text::audit::nothing_found_hint()>
            <a class="button" href="/audit">{text::audit::clear()}</a>
        </Nothing>
    }
    .into_any()
}

#[component]
fn Table(rows: RwSignal<Vec<AuditEvent>>) -> impl IntoView {
    view! {
        <table class="trail">
            <thead>
                <tr>
                    <th scope="col">{text::audit::event()}</th>
                    <th scope="col">{text::audit::time()}</th>
                    <th scope="col" class="minor">{text::audit::address()}</th>
                </tr>
            </thead>
            <tbody>
                <Each of=rows key=|event| event.id.to_string() let:event>
                    <Row event />
                </Each>
            </tbody>
        </table>
    }
}

#[component]
fn Row(event: AuditEvent) -> impl IntoView {
    let AuditEvent { at, actor, action, target, detail, request_id, client_ip, .. } = event;
    let facts: Vec<(String, Option<String>)> = [
        (text::audit::exact_time().to_owned(), Some(exact(&at))),
        (text::audit::action_code().to_owned(), Some(action.clone())),
        (text::audit::actor_id().to_owned(), actor.id.clone()),
        (text::audit::target_id().to_owned(), target.as_ref().map(|target| target.id.clone())),
        (text::audit::address().to_owned(), client_ip.clone()),
        (text::audit::request().to_owned(), request_id),
    ]
    .into_iter()
    .chain(detail.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), Some(written(value)))))
    .collect();
    // Who logs in or chooses a password does it to themself.
    let other = target.filter(|target| actor.id.as_ref() != Some(&target.id));
    let more = match (more(&detail), &other) {
        (more, _) if more.is_empty() => None,
        (more, Some(_)) => Some(view! { <span class="more">" · " {more}</span> }.into_any()),
        (more, None) => Some(view! { <strong>{more}</strong> }.into_any()),
    };
    view! {
        <tr>
            <th scope="row">
                <p>
                    {by(actor)} " " {text::audit::phrase(&action).to_owned()} " "
                    {other.map(|target| to(target, &action, &detail))}
                    {more}
                </p>
                <details>
                    <summary>{text::audit::details()}</summary>
                    <dl class="facts">
                        {facts
                            .into_iter()
                            .filter_map(|(name, value)| Some((name, value?)))
                            .map(|(name, value)| view! { <dt>{name}</dt> <dd><code>{value}</code></dd> })
                            .collect_view()}
                    </dl>
                </details>
            </th>
            <td><Moment at /></td>
            <td class="minor"><code>{client_ip}</code></td>
        </tr>
    }
}

/// A value of the detail as people read it.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(written).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Who did it; their name leads to all that they did.
fn by(actor: Actor) -> AnyView {
    let Actor { kind, id, name } = actor;
    let all = link(&Filter { actor: id.clone().unwrap_or_else(|| name.clone()), ..Filter::default() });
    match kind.as_str() {
        "anonymous" => view! { <strong>{text::audit::somebody()}</strong> }.into_any(),
        "system" => view! { <strong>{text::audit::itself()}</strong> }.into_any(),
        "token" => view! {
            {text::audit::the_token()} " " <a href=format!("/tokens/{}", id.unwrap_or_default())>{name}</a>
        }
        .into_any(),
        _ => view! { <a class="plain" href=all>{name}</a> }.into_any(),
    }
}

/// What it was done to; its name leads there, where it still may be.
fn to(target: AuditTarget, action: &str, detail: &Value) -> AnyView {
    let AuditTarget { kind, id, name } = target;
    let is_gone = action.ends_with(".deleted");
    let of_system = |system: &str| format!("/systems/{system}");
    let address = match kind.as_str() {
        "token" if !is_gone => Some(format!("/tokens/{id}")),
        "project" if !is_gone => Some(format!("/projects/{id}")),
        "system" if !is_gone => Some(of_system(&id)),
        // What belongs to a system is shown on its page.
        "api" => name.split_once(':').map(|(system, _)| of_system(system)),
        "verifier_key" => detail["system"].as_str().map(of_system),
        "user" => Some(with_query("/users", &[("q", &name)])),
        _ => None,
    };
    match address {
        Some(address) => view! { <a href=address>{name}</a> }.into_any(),
        None => view! { <strong>{name}</strong> }.into_any(),
    }
}

/// What the sentence lacks without it: whom, which system, as what.
fn more(detail: &Value) -> String {
    let role = detail["role"].as_str().map(|role| match role {
        "admin" => text::projects::member_role(MemberRole::Admin),
        "member" => text::projects::member_role(MemberRole::Member),
        "system_admin" => text::users::role_name(Role::SystemAdmin),
        "user" => text::users::role_name(Role::User),
        other => other,
    });
    let named = ["username", "user", "system"].map(|name| detail[name].as_str());
    named.into_iter().chain([role]).flatten().collect::<Vec<_>>().join(" · ")
}
