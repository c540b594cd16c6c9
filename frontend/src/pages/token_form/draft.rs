//! The input of the form for a token.

use std::collections::BTreeSet;

use js_sys::Date;
use latchkey_shared::fields;
use latchkey_shared::limits::Limits;
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::{Kind, NewToken, Token, TokenPatch};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::components::api_limits::ApiLimitsDraft;
use crate::components::api_picker::grants::Grants;
use crate::components::choices::Choice;
use crate::components::limits::LimitDraft;
use crate::text;

/// The input of the form.
#[derive(Clone, Copy)]
pub(crate) struct Draft {
    pub(crate) kind: Kind,
    pub(crate) name: RwSignal<String>,
    pub(crate) description: RwSignal<String>,
    pub(crate) grants: Grants,
    pub(crate) all_projects: RwSignal<bool>,
    /// Projects for an RSA token, users for a JWT token.
    pub(crate) targets: RwSignal<Vec<Choice>>,
    pub(crate) expires_at: RwSignal<String>,
    pub(crate) allowed_ips: RwSignal<String>,
    /// How many calls may be made.
    pub(crate) limits: LimitDraft,
    /// How many calls of single APIs.
    pub(crate) api_limits: ApiLimitsDraft,
    pub(crate) key_size: RwSignal<String>,
    pub(crate) one_time_only: RwSignal<bool>,
    /// The public key of the client, which replaces a secret.
    pub(crate) public_key: RwSignal<String>,
    /// Whether the user tried to submit the form. From then on, missing fields show errors.
    pub(crate) submitted: RwSignal<bool>,
}

impl Draft {
    pub(super) fn new(kind: Kind, token: Option<&Token>) -> Self {
        let keys = |token: &Token| -> (Vec<String>, Vec<String>) {
            (
                token.apis.iter().map(|api| api.key.clone()).collect(),
                token.systems.iter().map(|system| system.key.clone()).collect(),
            )
        };
        let (apis, systems) = token.map(keys).unwrap_or_default();
        let targets = token.filter(|token| token.kind == kind).map(targets_of).unwrap_or_default();
        let lines = |token: &Token| token.allowed_ips.join("\n");
        let limits = |token: &Token| Limits { rate_limit: token.rate_limit, quota: token.quota.clone() };
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
            limits: LimitDraft::new(&token.map(limits).unwrap_or_default()),
            api_limits: ApiLimitsDraft::new(token.map(|token| &*token.api_limits).unwrap_or_default()),
            key_size: RwSignal::new("2048".to_owned()),
            one_time_only: RwSignal::new(token.is_some_and(|token| token.one_time_only)),
            public_key: RwSignal::new(String::new()),
            submitted: RwSignal::new(false),
        }
    }

    /// The error of the name, by the same rule as on the server.
    pub(super) fn name_fault(self) -> Option<String> {
        let refusal = fields::name(&self.name.read()).err()?;
        Some(text::problems::at_field(refusal.code, &refusal.message))
    }

    pub(super) fn grants_fault(self) -> Option<String> {
        self.grants.is_empty().then(|| text::tokens::choose_an_api().to_owned())
    }

    pub(super) fn targets_fault(self) -> Option<String> {
        let chosen = self.all_projects.get() || !self.targets.read().is_empty();
        (!chosen).then(|| match self.kind {
            Kind::Rsa => text::tokens::choose_a_project().to_owned(),
            Kind::Jwt => text::tokens::choose_a_user().to_owned(),
        })
    }

    pub(super) fn ips_fault(self) -> Option<String> {
        let faulty =
            self.ips().into_iter().find_map(|line| Some((fields::address_range(&line).err()?, line)));
        faulty.map(|(refusal, line)| {
            format!("{line}: {}", text::problems::at_field(refusal.code, &refusal.message))
        })
    }

    pub(super) fn expires_fault(self) -> Option<String> {
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

    /// Whether any check of this form fails.
    pub(super) fn is_faulty(self) -> bool {
        [
            self.name_fault(),
            self.grants_fault(),
            self.targets_fault(),
            self.ips_fault(),
            self.expires_fault(),
            self.limits.rate_fault(),
            self.limits.quota_fault(),
        ]
        .iter()
        .any(Option::is_some)
            || self.api_limits.is_faulty()
    }

    pub(super) fn ips(self) -> Vec<String> {
        let typed = self.allowed_ips.read();
        typed
            .split([',', '\n', ' '])
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(ToOwned::to_owned)
            .collect()
    }

    /// The keys of the projects. Empty if the token is for all projects.
    pub(super) fn projects(self) -> Vec<String> {
        if self.kind == Kind::Rsa && !self.all_projects.get_untracked() {
            self.target_keys()
        } else {
            Vec::new()
        }
    }

    pub(super) fn users(self) -> Vec<String> {
        if self.kind == Kind::Jwt { self.target_keys() } else { Vec::new() }
    }

    pub(super) fn target_keys(self) -> Vec<String> {
        self.targets.read_untracked().iter().map(|one| one.key.clone()).collect()
    }

    pub(super) fn new_token(self) -> NewToken {
        let description = self.description.get_untracked();
        let public_key = self.public_key.get_untracked().trim().to_owned();
        let limits = self.limits.limits();
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
            rate_limit: limits.rate_limit,
            quota: limits.quota,
            api_limits: untrack(|| self.api_limits.wanted()),
            key_size: (self.kind == Kind::Rsa && public_key.is_empty())
                .then(|| self.key_size.get_untracked().parse().ok())
                .flatten(),
            public_key: (!public_key.is_empty()).then_some(public_key),
            one_time_only: self.kind == Kind::Rsa && self.one_time_only.get_untracked(),
        }
    }

    /// The changes against the current token.
    pub(super) fn patch(self, token: &Token) -> TokenPatch {
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
            rate_limit: (wanted.rate_limit != before.rate_limit).then_some(wanted.rate_limit),
            quota: (wanted.quota != before.quota).then_some(wanted.quota),
            api_limits: (wanted.api_limits != before.api_limits).then_some(wanted.api_limits),
            one_time_only: (wanted.one_time_only != token.one_time_only).then_some(wanted.one_time_only),
        }
    }

    /// The request that would create a token like this.
    pub(super) fn snapshot(token: &Token) -> NewToken {
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

/// Formats a time for a `datetime-local` input: in the time zone of the browser, to the minute.
fn local_time(at: &Timestamp) -> String {
    let date = Date::new(&JsValue::from_str(at.as_str()));
    let shifted = date.get_time() - date.get_timezone_offset() * 60_000.0;
    let text = String::from(Date::new(&JsValue::from_f64(shifted)).to_iso_string());
    text.get(..16).unwrap_or_default().to_owned()
}

/// Converts the value of a `datetime-local` input for the API. `None` means that the token never expires.
fn utc_time(typed: &str) -> Option<String> {
    let date = Date::new(&JsValue::from_str(typed));
    (!typed.is_empty() && !date.get_time().is_nan()).then(|| String::from(date.to_iso_string()))
}
