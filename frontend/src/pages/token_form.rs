//! Applying for a token (`/tokens/new?kind=&from=`) and modifying one: the same form.

use std::collections::BTreeSet;

use js_sys::Date;
use latchkey_shared::fields;
use latchkey_shared::page::Page;
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::{Kind, NewToken, Token, TokenPatch};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use wasm_bindgen::JsValue;

use crate::api::{self, Answer, Error};
use crate::components::api_picker::{ApiPicker, Grants};
use crate::components::choices::{Choice, Choices, Found};
use crate::components::field::{Check, Field, Select, TextArea};
use crate::components::form::{Form, Submit, at_field};
use crate::components::frame::me;
use crate::components::heading::Heading;
use crate::components::listing::Nothing;
use crate::components::reading::{Loaded, Reading};
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::text;

/// The fields that say themselves what is wrong with them.
const FIELDS: [&str; 10] = [
    "name",
    "apis",
    "systems",
    "projects",
    "all_projects",
    "users",
    "description",
    "expires_at",
    "allowed_ips",
    "public_key",
];

/// Applying for a token, perhaps with the grants and targets of another.
#[component]
pub(crate) fn NewTokenPage() -> impl IntoView {
    let query = use_query_map();
    let kind = Memo::new(move |_| match query.read().get_str("kind") {
        Some("jwt") => Kind::Jwt,
        _ => Kind::Rsa,
    });
    let from = Memo::new(move |_| query.read().get("from"));
    let model = Reading::new(move || -> Answer<Option<Token>> {
        let found = from.read().as_ref().map(|id| api::tokens::find(id));
        Box::pin(async move {
            match found {
                Some(found) => found.await.map(|(token, _)| Some(token)),
                None => Ok(None),
            }
        })
    });
    if !me().administers() {
        return view! {
            <Heading title=Signal::derive(|| text::tokens::apply().to_owned()) />
            <section class="list">
                <Nothing title=text::tokens::no_right_to_apply() hint=text::tokens::no_right_to_apply_hint() />
            </section>
        }
        .into_any();
    }
    let list = move || (format!("/tokens?kind={}", kind.get().as_str()), text::tokens().to_owned());
    view! {
        {move || view! {
            <Heading title=Signal::derive(move || text::tokens::apply_for(kind.get())) within=Some(list())>
                <nav class="switch" aria-label=text::tokens::kind_of_token()>
                    {[Kind::Rsa, Kind::Jwt]
                        .map(|choice| view! {
                            <a
                                href=format!("/tokens/new?kind={}", choice.as_str())
                                aria-current=move || (kind.get() == choice).then_some("page")
                            >
                                {text::tokens::kind(choice)}
                            </a>
                        })}
                </nav>
            </Heading>
        }}
        {move || {
            let kind = kind.get();
            view! {
                <Loaded reading=model let:model>
                    <NewTokenForm kind model />
                </Loaded>
            }
        }}
    }
    .into_any()
}

/// Modifying a token.
#[component]
pub(crate) fn ModifyTokenPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let found = Reading::new(move || api::tokens::find(&id.read()));
    view! {
        <Loaded reading=found let:token>
            <ModifyTokenForm token=token.0 version=token.1 reload=move |()| found.again() />
        </Loaded>
    }
}

/// What is in the form.
#[derive(Clone, Copy)]
struct Draft {
    kind: Kind,
    name: RwSignal<String>,
    description: RwSignal<String>,
    grants: Grants,
    all_projects: RwSignal<bool>,
    /// Projects or users.
    targets: RwSignal<Vec<Choice>>,
    expires_at: RwSignal<String>,
    allowed_ips: RwSignal<String>,
    key_size: RwSignal<String>,
    one_time_only: RwSignal<bool>,
    /// The client's own, in place of a secret.
    public_key: RwSignal<String>,
    /// Whether it was tried to submit: from then on what is missing is said.
    submitted: RwSignal<bool>,
}

impl Draft {
    fn new(kind: Kind, token: Option<&Token>) -> Self {
        let keys = |token: &Token| -> (Vec<String>, Vec<String>) {
            (
                token.apis.iter().map(|api| api.key.clone()).collect(),
                token.systems.iter().map(|system| system.key.clone()).collect(),
            )
        };
        let (apis, systems) = token.map(keys).unwrap_or_default();
        let targets = token.filter(|token| token.kind == kind).map(targets_of).unwrap_or_default();
        let lines = |token: &Token| token.allowed_ips.join("\n");
        Self {
            kind,
            name: RwSignal::new(token.map(|token| token.name.clone()).unwrap_or_default()),
            description: RwSignal::new(token.map(|token| token.description.clone()).unwrap_or_default()),
            grants: Grants::new(apis, systems),
            all_projects: RwSignal::new(token.is_some_and(|token| token.all_projects)),
            targets: RwSignal::new(targets),
            expires_at: RwSignal::new(
                token.and_then(|token| token.expires_at.as_ref()).map(local_time).unwrap_or_default(),
            ),
            allowed_ips: RwSignal::new(token.map(lines).unwrap_or_default()),
            key_size: RwSignal::new("2048".to_owned()),
            one_time_only: RwSignal::new(token.is_some_and(|token| token.one_time_only)),
            public_key: RwSignal::new(String::new()),
            submitted: RwSignal::new(false),
        }
    }

    /// What is wrong with the name, by the server's own rule.
    fn name_fault(self) -> Option<String> {
        let refusal = fields::name(&self.name.read()).err()?;
        Some(text::problems::at_field(refusal.code, &refusal.message))
    }

    fn grants_fault(self) -> Option<String> {
        self.grants.is_empty().then(|| text::tokens::choose_an_api().to_owned())
    }

    fn targets_fault(self) -> Option<String> {
        let chosen = self.all_projects.get() || !self.targets.read().is_empty();
        (!chosen).then(|| match self.kind {
            Kind::Rsa => text::tokens::choose_a_project().to_owned(),
            Kind::Jwt => text::tokens::choose_a_user().to_owned(),
        })
    }

    fn ips_fault(self) -> Option<String> {
        let faulty =
            self.ips().into_iter().find_map(|line| Some((fields::address_range(&line).err()?, line)));
        faulty.map(|(refusal, line)| {
            format!("{line}: {}", text::problems::at_field(refusal.code, &refusal.message))
        })
    }

    fn expires_fault(self) -> Option<String> {
        let typed = self.expires_at.get();
        if typed.is_empty() {
            return None;
        }
        let time = Date::new(&JsValue::from_str(&typed)).get_time();
        match time.is_nan() {
            true => Some(text::problems::at_field("invalid_time", "Not a time.")),
            false if time <= Date::now() => {
                Some(text::problems::at_field("in_the_past", "Must be in the future."))
            }
            false => None,
        }
    }

    /// Whether anything is wrong that can be told here.
    fn is_faulty(self) -> bool {
        [self.name_fault(), self.grants_fault(), self.targets_fault(), self.ips_fault(), self.expires_fault()]
            .iter()
            .any(Option::is_some)
    }

    fn ips(self) -> Vec<String> {
        let typed = self.allowed_ips.read();
        typed
            .split([',', '\n', ' '])
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(ToOwned::to_owned)
            .collect()
    }

    /// Projects; none when it is for all.
    fn projects(self) -> Vec<String> {
        if self.kind == Kind::Rsa && !self.all_projects.get_untracked() {
            self.target_keys()
        } else {
            Vec::new()
        }
    }

    fn users(self) -> Vec<String> {
        if self.kind == Kind::Jwt { self.target_keys() } else { Vec::new() }
    }

    fn target_keys(self) -> Vec<String> {
        self.targets.read_untracked().iter().map(|one| one.key.clone()).collect()
    }

    fn new_token(self) -> NewToken {
        let description = self.description.get_untracked();
        let public_key = self.public_key.get_untracked().trim().to_owned();
        NewToken {
            kind: self.kind,
            name: self.name.get_untracked(),
            description: (!description.trim().is_empty()).then_some(description),
            apis: self.grants.apis.get_untracked().into_iter().collect(),
            systems: self.grants.systems.get_untracked().into_iter().collect(),
            projects: self.projects(),
            all_projects: self.kind == Kind::Rsa && self.all_projects.get_untracked(),
            users: self.users(),
            expires_at: utc_time(&self.expires_at.get_untracked()),
            allowed_ips: untrack(|| self.ips()),
            key_size: (self.kind == Kind::Rsa && public_key.is_empty())
                .then(|| self.key_size.get_untracked().parse().ok())
                .flatten(),
            public_key: (!public_key.is_empty()).then_some(public_key),
            one_time_only: self.kind == Kind::Rsa && self.one_time_only.get_untracked(),
        }
    }

    /// What differs from the token as it is.
    fn patch(self, token: &Token) -> TokenPatch {
        let before = Self::snapshot(token);
        let set = |keys: &[String]| keys.iter().cloned().collect::<BTreeSet<_>>();
        let wanted = self.new_token();
        let apis_differ =
            set(&wanted.apis) != set(&before.apis) || set(&wanted.systems) != set(&before.systems);
        let targets_differ =
            wanted.all_projects != before.all_projects || set(&wanted.projects) != set(&before.projects);
        TokenPatch {
            name: (wanted.name.trim() != before.name).then_some(wanted.name),
            description: (self.description.get_untracked() != token.description)
                .then(|| self.description.get_untracked()),
            status: None,
            apis: apis_differ.then_some(wanted.apis),
            systems: apis_differ.then_some(wanted.systems),
            projects: (targets_differ && !wanted.all_projects).then_some(wanted.projects),
            all_projects: targets_differ.then_some(wanted.all_projects),
            users: (set(&wanted.users) != set(&before.users)).then_some(wanted.users),
            expires_at: {
                let typed = self.expires_at.get_untracked();
                let was = token.expires_at.as_ref().map(local_time).unwrap_or_default();
                (typed != was).then(|| utc_time(&typed))
            },
            allowed_ips: (wanted.allowed_ips != token.allowed_ips).then_some(wanted.allowed_ips),
            one_time_only: (wanted.one_time_only != token.one_time_only).then_some(wanted.one_time_only),
        }
    }

    /// The token as the form would ask for it.
    fn snapshot(token: &Token) -> NewToken {
        Self::new(token.kind, Some(token)).new_token()
    }
}

fn targets_of(token: &Token) -> Vec<Choice> {
    match token.kind {
        Kind::Rsa => token
            .projects
            .iter()
            .map(|project| Choice { key: project.key.clone(), name: project.name.clone() })
            .collect(),
        Kind::Jwt => token
            .users
            .iter()
            .map(|user| Choice { key: user.username.clone(), name: user.display_name.clone() })
            .collect(),
    }
}

/// A moment as `datetime-local` wants it: in the browser's time zone, to the minute.
fn local_time(at: &Timestamp) -> String {
    let date = Date::new(&JsValue::from_str(at.as_str()));
    let shifted = date.get_time() - date.get_timezone_offset() * 60_000.0;
    let text = String::from(Date::new(&JsValue::from_f64(shifted)).to_iso_string());
    text.get(..16).unwrap_or_default().to_owned()
}

/// What was typed into it, as the API wants it; nothing for never.
fn utc_time(typed: &str) -> Option<String> {
    let date = Date::new(&JsValue::from_str(typed));
    (!typed.is_empty() && !date.get_time().is_nan()).then(|| String::from(date.to_iso_string()))
}

#[component]
fn NewTokenForm(kind: Kind, model: Option<Token>) -> impl IntoView {
    let draft = Draft::new(kind, model.as_ref());
    // A copy wants a name of its own.
    draft.name.set(String::new());
    // The same request sent again is the same request: after a lost answer there is
    // one token. A changed one gets a key of its own.
    let sent = StoredValue::new((String::new(), String::new()));
    let (navigate, toasts) = (use_navigate(), toasts());
    let write = Write::new(
        move |new: NewToken| {
            let body = serde_json::to_string(&new).unwrap_or_default();
            if sent.with_value(|(before, _)| *before != body) {
                sent.set_value((body, random_key()));
            }
            api::tokens::create(&new, &sent.with_value(|(_, key)| key.clone()))
        },
        move |token: Token| {
            toasts.warn(&token.warnings);
            let replace = NavigateOptions { replace: true, ..NavigateOptions::default() };
            navigate(&format!("/tokens/{}/issued", token.id), replace);
        },
    );
    let submit = move || {
        draft.submitted.set(true);
        if !untrack(|| draft.is_faulty()) {
            write.send(draft.new_token());
        }
    };
    view! {
        <Form submit error=write.error() fields=&FIELDS>
            <Fields draft error=write.error() except="" />
            <Buttons pending=write.pending() cancel=format!("/tokens?kind={}", kind.as_str()) />
        </Form>
    }
}

#[component]
fn ModifyTokenForm(token: Token, version: String, #[prop(into)] reload: Callback<()>) -> impl IntoView {
    let draft = Draft::new(token.kind, Some(&token));
    let (navigate, toasts) = (use_navigate(), toasts());
    let (id, page) = (token.id.to_string(), format!("/tokens/{}", token.id));
    let except = id.clone();
    let write = Write::new(
        move |change: TokenPatch| api::tokens::change(&id, &change, &version),
        move |(token, _): (Token, String)| {
            toasts.warn(&token.warnings);
            navigate(&format!("/tokens/{}/issued?modified", token.id), NavigateOptions::default());
        },
    );
    let error = write.error();
    let was_changed =
        move || error.with(|error| error.as_ref().is_some_and(|error| error.is("precondition-failed")));
    let nothing_changed = RwSignal::new(false);
    let title = token.name.clone();
    let before = token.clone();
    let submit = move || {
        draft.submitted.set(true);
        let change = draft.patch(&before);
        let is_empty = serde_json::to_string(&change).is_ok_and(|body| body == "{}");
        nothing_changed.set(is_empty);
        if !is_empty && !untrack(|| draft.is_faulty()) {
            write.send(change);
        }
    };
    view! {
        <Heading title=Signal::derive(|| text::tokens::modify_token().to_owned()) within=Some((page.clone(), title)) />
        <Form submit error fields=&FIELDS>
            <Fields draft error except is_new=false />
            <Show when=was_changed>
                <div class="notice warn">
                    <p>{text::tokens::changed_meanwhile()}</p>
                    <button type="button" class="quiet small" on:click=move |_| reload.run(())>
                        {text::tokens::load_again()}
                    </button>
                </div>
            </Show>
            <Show when=move || nothing_changed.get()>
                <p class="hint" role="status">{text::tokens::nothing_changed()}</p>
            </Show>
            <Buttons pending=write.pending() cancel=page />
        </Form>
    }
}

#[component]
fn Buttons(pending: Memo<bool>, cancel: String) -> impl IntoView {
    view! {
        <div class="buttons form-foot">
            <Submit says=(text::tokens::submit(), text::tokens::submitting()) pending />
            <a class="button quiet" href=cancel>{text::cancel()}</a>
        </div>
    }
}

/// The fields of both forms.
#[component]
fn Fields(
    draft: Draft,
    error: Signal<Option<Error>>,
    /// The id of the token that may have the name already.
    #[prop(into)]
    except: String,
    #[prop(default = true)] is_new: bool,
) -> impl IntoView {
    let is_admin = me().is_system_admin();
    let name = name_error(draft, error, except);
    // What is wrong by our own rule, once it was tried to submit; else what the server said.
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
        || draft.one_time_only.get_untracked();
    let more_faulty = {
        let (expires, ips) =
            (told(Draft::expires_fault, "expires_at"), told(Draft::ips_fault, "allowed_ips"));
        let key = at_field(error, "public_key");
        move || expires.read().is_some() || ips.read().is_some() || key.read().is_some()
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

/// What is wrong with the name, and what to do when its field is left: the server
/// is asked whether the name is free.
fn name_error(
    draft: Draft,
    error: Signal<Option<Error>>,
    except: String,
) -> (Signal<Option<String>>, Callback<()>) {
    // The name that is known to be taken.
    let taken = RwSignal::new(None::<String>);
    let ask = move |name: String| {
        let answer = api::tokens::is_name_free(&name, &except);
        spawn_local(async move {
            // Whoever cannot be told now is told on submit.
            if answer.await == Ok(false) {
                taken.try_set(Some(name));
            }
        });
    };
    let left = RwSignal::new(false);
    let at_server = at_field(error, "name");
    // What the server refused, until something else is typed.
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

/// A key that no other request has.
fn random_key() -> String {
    let mut bytes = [0; 16];
    match window().crypto() {
        Ok(crypto) if crypto.get_random_values_with_u8_array(&mut bytes).is_ok() => {
            bytes.iter().fold(String::new(), |key, byte| format!("{key}{byte:02x}"))
        }
        _ => format!("{}-{}", Date::now(), js_sys::Math::random()),
    }
}
