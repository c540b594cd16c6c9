//! The table of audit events.

use latchkey_shared::audit::{Actor, AuditEvent, AuditTarget};
use latchkey_shared::projects::MemberRole;
use latchkey_shared::users::Role;
use leptos::prelude::*;
use serde_json::Value;

use super::filters::link;
use crate::api::audit::Filter;
use crate::components::each::Each;
use crate::navigation::with_query;
use crate::text;
use crate::time::{Moment, exact};

#[component]
pub(crate) fn Table(rows: RwSignal<Vec<AuditEvent>>) -> impl IntoView {
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
    let AuditEvent {
        at, actor, action, target, detail, request_id, client_ip, sequence, link: proof, ..
    } = event;
    let facts: Vec<(String, Option<String>)> = [
        (text::audit::exact_time().to_owned(), Some(exact(&at))),
        (text::audit::action_code().to_owned(), Some(action.clone())),
        (text::audit::actor_id().to_owned(), actor.id.clone()),
        (text::audit::target_id().to_owned(), target.as_ref().map(|target| target.id.clone())),
        (text::audit::address().to_owned(), client_ip.clone()),
        (text::audit::request().to_owned(), request_id),
        (text::audit::sequence().to_owned(), sequence.map(|sequence| sequence.to_string())),
        (text::audit::link().to_owned(), proof),
    ]
    .into_iter()
    .chain(detail.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), Some(written(value)))))
    .collect();
    // A user who logs in or changes a password is both actor and target. Do not name them twice.
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

/// The text of a value in the detail.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(written).collect::<Vec<_>>().join(text::list_separator()),
        other => other.to_string(),
    }
}

/// The actor. The name of a user links to all events of that user.
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

/// The target. Its name links to its page, if that can still exist.
fn to(target: AuditTarget, action: &str, detail: &Value) -> AnyView {
    let AuditTarget { kind, id, name } = target;
    let is_gone = action.ends_with(".deleted");
    let of_system = |system: &str| format!("/systems/{system}");
    let address = match kind.as_str() {
        "token" if !is_gone => Some(format!("/tokens/{id}")),
        "project" if !is_gone => Some(format!("/projects/{id}")),
        "system" if !is_gone => Some(of_system(&id)),
        // The APIs and keys of a system are on the page of the system.
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

/// The details that the sentence does not contain: the user, the system and the role.
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
