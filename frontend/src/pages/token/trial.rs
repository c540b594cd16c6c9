//! The panel that tells whether a call with the token would be allowed, and why not.

use latchkey_shared::fields::Refusal;
use latchkey_shared::ids::TokenId;
use latchkey_shared::systems::System;
use latchkey_shared::tokens::{Kind, Token, Trial};
use latchkey_shared::verify::{Decision, Subject};
use leptos::prelude::*;

use super::usage::LimitsInForce;
use crate::components::call::{METHODS, starts_with_slash};
use crate::components::field::{Field, Select};
use crate::components::form::{Checked, Form, Submit, at_field};
use crate::components::reading::{Loaded, Reading};
use crate::components::write::Write;
use crate::{api, text};

/// The panel to try a call.
#[component]
pub(super) fn TryIt(token: Token) -> impl IntoView {
    let systems = Reading::new(|| api::all(|cursor| api::systems::list("", cursor)));
    view! {
        <section class="panel">
            <h2>{text::token::try_it()}</h2>
            <p class="hint">{text::token::try_it_hint()}</p>
            <Loaded
                reading=systems
                children=move |systems| view! { <TrialForm token=token.clone() systems /> }
            />
        </section>
    }
}

/// Suggests a call that the token is likely to make: system, method and path.
fn likely_call(token: &Token, systems: &[System]) -> (String, String, String) {
    let find = |key: &str| systems.iter().find(|system| system.key == key);
    let granted = token.apis.iter().find(|api| !api.removed).and_then(|api| {
        let system = find(api.key.split_once(':')?.0)?;
        let project = token.projects.first().or(token.bound_to.as_ref().and_then(|bound| bound.first()));
        let path = likely_path(&api.path, &system.project_param, project.map(|project| project.key.as_str()));
        let base_path = api.base_path.as_ref().unwrap_or(&system.base_path);
        Some((system.key.clone(), api.method.clone(), format!("{base_path}{path}")))
    });
    granted.unwrap_or_else(|| {
        let system = token.systems.first().and_then(|system| find(&system.key)).or(systems.first());
        let (key, base) =
            system.map_or_else(Default::default, |system| (system.key.clone(), system.base_path.clone()));
        (key, "GET".to_owned(), base + "/")
    })
}

/// Fills in the parameters of a path template. The project parameter stays if no project is known.
fn likely_path(template: &str, project_param: &str, project: Option<&str>) -> String {
    let mut path = String::new();
    let mut rest = template.split_once('#').map_or(template, |(before, _)| before);
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        path += before;
        match project {
            Some(project) if name == project_param => path += project,
            None if name == project_param => path = format!("{path}{{{name}}}"),
            _ => path.push('1'),
        }
        rest = after;
    }
    path + rest
}

/// Checks what can be checked without a request.
fn is_path(typed: &str) -> Result<(), Refusal> {
    starts_with_slash(typed)?;
    if typed.contains('{') {
        Err(Refusal::new("parameter", text::token::fill_in_parameters()))
    } else {
        Ok(())
    }
}

#[component]
fn TrialForm(token: Token, systems: Vec<System>) -> impl IntoView {
    if systems.is_empty() {
        return view! { <p>{text::token::no_systems()}</p> }.into_any();
    }
    let (system, method, path) = likely_call(&token, &systems);
    let (system, method) = (RwSignal::new(system), RwSignal::new(method));
    let path = RwSignal::new(path);
    let (project, address) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let first = token.users.first().map(|user| user.username.clone());
    let subject = RwSignal::new(first.unwrap_or_default());
    let decision = RwSignal::new(None::<Decision>);
    let (of, id) = (token.id.clone(), token.id.to_string());
    let ask = Write::new(
        move |trial: Trial| api::tokens::try_call(&id, &trial),
        move |answer| decision.set(Some(answer)),
    );
    let error = ask.error();
    let path_rule = Checked::new(path, is_path, error, "path");
    let submit = move || {
        decision.set(None);
        if path_rule.holds() {
            let unless_empty = |value: RwSignal<String>| {
                Some(value.get_untracked().trim().to_owned()).filter(|value| !value.is_empty())
            };
            ask.send(Trial {
                system: system.get_untracked(),
                method: method.get_untracked(),
                path: path.get_untracked().trim().to_owned(),
                project: unless_empty(project),
                subject: unless_empty(subject),
                client_ip: unless_empty(address),
            });
        }
    };
    let users = token.users.iter().map(|user| (user.username.clone(), user.display_name.clone())).collect();
    let is_jwt = token.kind == Kind::Jwt && !token.users.is_empty();
    view! {
        <Form submit error fields=&["system", "method", "path", "project", "subject", "client_ip"]>
            <div class="fields">
                <Select
                    name="system"
                    label=text::token::system()
                    value=system
                    options=systems.into_iter().map(|system| (system.key, system.name)).collect()
                    error=at_field(error, "system")
                />
                <Select
                    name="method"
                    label=text::systems::method()
                    value=method
                    options=METHODS.map(|method| (method.to_owned(), method.to_owned())).to_vec()
                    error=at_field(error, "method")
                />
            </div>
            <Field
                name="path"
                label=text::systems::path()
                value=path
                hint=text::token::path_hint()
                error=path_rule.error()
            />
            <div class="fields">
                <Field
                    name="project"
                    label=text::token::project()
                    value=project
                    hint=text::token::project_hint()
                    error=at_field(error, "project")
                    is_optional=true
                />
                {is_jwt
                    .then(|| view! {
                        <Select
                            name="subject"
                            label=text::token::subject()
                            value=subject
                            options=users
                            error=at_field(error, "subject")
                        />
                    })}
                <Field
                    name="client_ip"
                    label=text::token::client_address()
                    value=address
                    placeholder="203.0.113.7"
                    error=at_field(error, "client_ip")
                    is_optional=true
                />
            </div>
            <div class="buttons">
                <Submit says=(text::token::ask(), text::token::asking()) pending=ask.pending() />
            </div>
        </Form>
        <div role="status" class="notice-place">
            {move || decision.get().map(|decision| view! { <Answer decision id=of.clone() /> })}
        </div>
    }
    .into_any()
}

/// The decision about the call.
#[component]
fn Answer(decision: Decision, id: TokenId) -> impl IntoView {
    let (class, verdict) = if decision.allowed {
        ("answer allowed", text::token::would_be_allowed())
    } else {
        ("answer denied", text::token::would_be_denied())
    };
    let subject = decision.subject.map(|subject| match subject {
        Subject::User { username, .. } => username,
        Subject::Token { .. } => text::token::the_token().to_owned(),
    });
    let facts = [
        (text::token::matched_api(), decision.api),
        (
            text::token::project(),
            decision.project.map(|project| format!("{} ({})", project.name, project.key)),
        ),
        (text::token::made_as(), subject),
    ];
    view! {
        <div class=class>
            <h3>{verdict}</h3>
            {decision
                .reason
                .map(|reason| view! {
                    <p>{text::reasons::sentence(reason)} " " <code>{reason.as_str()}</code></p>
                })}
            <dl class="facts">
                {facts
                    .into_iter()
                    .filter_map(|(name, value)| Some((name, value?)))
                    .map(|(name, value)| view! {
                        <dt>{name}</dt>
                        <dd>{value}</dd>
                    })
                    .collect_view()}
                <LimitsInForce quotas=decision.quotas.unwrap_or_default() id />
            </dl>
        </div>
    }
}
