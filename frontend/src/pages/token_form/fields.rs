//! The fields of the form for a token.
#![allow(clippy::large_types_passed_by_value, reason = "the properties of a component are values")]

use latchkey_shared::page::Page;
use latchkey_shared::tokens::Kind;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::draft::Draft;
use crate::api::{self, Error};
use crate::components::api_limits::{ApiLimitsFields, ApiNames};
use crate::components::api_picker::ApiPicker;
use crate::components::choices::{Choice, Choices, Found};
use crate::components::field::{Check, Field, Select, TextArea};
use crate::components::form::at_field;
use crate::components::limits::{LimitFields, Names, faults};
use crate::session::me;
use crate::text;

/// The names of the fields for the limits.
const LIMITS: Names = [
    "rate_limit.requests",
    "rate_limit.seconds",
    "rate_limit.burst",
    "quota.requests",
    "quota.period",
    "quota.time_zone",
];

/// The same for those of single APIs.
const API_LIMITS: ApiNames = ApiNames {
    all: "api_limits",
    api: "api_limit.api",
    limits: [
        "api_limit.rate_limit.requests",
        "api_limit.rate_limit.seconds",
        "api_limit.rate_limit.burst",
        "api_limit.quota.requests",
        "api_limit.quota.period",
        "api_limit.quota.time_zone",
    ],
};

/// The fields that both forms share.
#[component]
pub(crate) fn Fields(
    draft: Draft,
    error: Signal<Option<Error>>,
    /// The id of the token that may already have the name.
    #[prop(into)]
    except: String,
    #[prop(default = true)] is_new: bool,
) -> impl IntoView {
    let is_admin = me().is_system_admin();
    let name = name_error(draft, error, except);
    // The error of our own check after the first submission, otherwise the error of the server.
    let told = move |own: fn(Draft) -> Option<String>, field: &'static str| {
        let at_server = at_field(error, field);
        Signal::derive(move || {
            draft.submitted.get().then(|| own(draft)).flatten().or_else(|| at_server.get())
        })
    };
    let systems = at_field(error, "systems");
    let apis = told(Draft::grants_fault, "apis");
    let grants_error = Signal::derive(move || apis.get().or_else(|| systems.get()));
    let all_projects = at_field(error, "all_projects");
    let projects = told(Draft::targets_fault, "projects");
    let projects_error = Signal::derive(move || projects.get().or_else(|| all_projects.get()));
    let is_rsa = draft.kind == Kind::Rsa;
    let has_more = !draft.expires_at.read_untracked().is_empty()
        || !draft.allowed_ips.read_untracked().is_empty()
        || !draft.limits.is_empty()
        || !draft.api_limits.is_empty()
        || draft.one_time_only.get_untracked();
    let limit_faults = faults(draft.limits, LIMITS, draft.submitted, error);
    let more_faulty = {
        let (expires, ips) =
            (told(Draft::expires_fault, "expires_at"), told(Draft::ips_fault, "allowed_ips"));
        let public_key = at_field(error, "public_key");
        let api_limits = at_field(error, API_LIMITS.all);
        move || {
            expires.read().is_some()
                || ips.read().is_some()
                || public_key.read().is_some()
                || api_limits.read().is_some()
                || (draft.submitted.get() && draft.api_limits.is_faulty())
                || limit_faults.iter().any(|fault| fault.read().is_some())
        }
    };
    let sizes = ["2048", "3072", "4096"].map(|bits| (bits.to_owned(), format!("{bits} bit"))).to_vec();
    view! {
        <div class="panel">
            <Field
                name="name"
                label=text::tokens::token_name()
                value=draft.name
                hint=text::tokens::token_name_hint()
                error=name.0
                focused=is_new
                left=name.1
            />
            <TextArea
                name="description"
                label=text::description()
                value=draft.description
                hint=text::tokens::description_hint()
                error=at_field(error, "description")
                is_optional=true
            />
        </div>
        <div class="panel">
            <ApiPicker kind=draft.kind grants=draft.grants error=grants_error />
        </div>
        <div class="panel">
            {if is_rsa {
                view! {
                    {is_admin
                        .then(|| view! { <Check label=text::tokens::all_projects() value=draft.all_projects /> })}
                    <Show when=move || !draft.all_projects.get()>
                        <Choices
                            id="projects"
                            legend=text::tokens::authorised_projects()
                            search_label=text::tokens::search_projects()
                            chosen=draft.targets
                            find=find_projects
                            error=projects_error
                        />
                    </Show>
                }
                .into_any()
            } else {
                view! {
                    <Choices
                        id="users"
                        legend=text::tokens::authorised_users()
                        search_label=text::tokens::search_users()
                        chosen=draft.targets
                        find=find_users
                        error=told(Draft::targets_fault, "users")
                    />
                }
                .into_any()
            }}
        </div>
        <details class="panel more" open=has_more prop:open=move || has_more || more_faulty()>
            <summary>{text::tokens::more_settings()}</summary>
            <div class="fields">
                <Field
                    name="expires_at"
                    label=text::tokens::expires()
                    value=draft.expires_at
                    kind="datetime-local"
                    hint=text::tokens::expires_hint()
                    error=told(Draft::expires_fault, "expires_at")
                    is_optional=true
                />
                <TextArea
                    name="allowed_ips"
                    label=text::tokens::allowed_ips()
                    value=draft.allowed_ips
                    hint=text::tokens::allowed_ips_hint()
                    error=told(Draft::ips_fault, "allowed_ips")
                    is_optional=true
                />
                <LimitFields draft=draft.limits names=LIMITS faults=limit_faults />
                {(is_rsa && is_new)
                    .then(|| view! {
                        <Select
                            name="key_size"
                            label=text::tokens::key_size()
                            value=draft.key_size
                            options=sizes
                            hint=text::tokens::key_size_hint()
                        />
                    })}
            </div>
            <ApiLimitsFields
                draft=draft.api_limits
                names=API_LIMITS
                apis=draft.grants.apis.into()
                submitted=draft.submitted
                error
            />
            {is_new
                .then(|| view! {
                    <TextArea
                        name="public_key"
                        label=text::tokens::public_key()
                        value=draft.public_key
                        hint=text::tokens::public_key_hint()
                        error=at_field(error, "public_key")
                        is_optional=true
                    />
                })}
            {is_rsa
                .then(|| view! {
                    <Check
                        label=text::tokens::one_time_only()
                        value=draft.one_time_only
                        hint=text::tokens::one_time_only_hint()
                    />
                })}
        </details>
    }
}

/// The error of the name, and the callback for when its field loses the focus. The callback asks the server
/// whether the name is free.
fn name_error(
    draft: Draft,
    error: Signal<Option<Error>>,
    except: String,
) -> (Signal<Option<String>>, Callback<()>) {
    // The last name that the server reported as taken.
    let taken = RwSignal::new(None::<String>);
    let ask = move |name: String| {
        let answer = api::tokens::is_name_free(&name, &except);
        spawn_local(async move {
            // If the request fails, the server reports a taken name on submit.
            if answer.await == Ok(false) {
                taken.try_set(Some(name));
            }
        });
    };
    let left = RwSignal::new(false);
    let at_server = at_field(error, "name");
    // The name that the server refused. Its error is shown until the name changes.
    let refused = RwSignal::new(String::new());
    Effect::new(move || {
        if at_server.read().is_some() {
            refused.set(draft.name.get_untracked());
        }
    });
    let fault = Signal::derive(move || {
        let own = (left.get() || draft.submitted.get()).then(|| draft.name_fault()).flatten();
        let is_taken = taken.read().as_ref() == Some(&*draft.name.read());
        let is_refused = *refused.read() == *draft.name.read();
        own.or_else(|| is_taken.then(|| text::tokens::name_taken().to_owned()))
            .or_else(|| at_server.get().filter(|_| is_refused))
    });
    let on_left = Callback::new(move |()| {
        let name = draft.name.get_untracked();
        if name.trim().is_empty() {
            return;
        }
        left.set(true);
        if untrack(|| draft.name_fault()).is_none() {
            ask(name);
        }
    });
    (fault, on_left)
}

fn find_projects(search: String) -> Found {
    Box::pin(async move {
        let Page { items, next_cursor, .. } = api::projects::list(&search, None).await?;
        let choices = items.into_iter().filter(|project| !project.disabled);
        let choices = choices.map(|project| Choice { key: project.key, name: project.name });
        Ok((choices.collect(), next_cursor.is_some()))
    })
}

fn find_users(search: String) -> Found {
    Box::pin(async move {
        let Page { items, next_cursor, .. } = api::users::list(&search, None).await?;
        let choices = items.into_iter().filter(|user| !user.disabled);
        let choices = choices.map(|user| Choice { key: user.username, name: user.display_name });
        Ok((choices.collect(), next_cursor.is_some()))
    })
}
