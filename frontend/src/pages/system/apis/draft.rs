//! The fields of the forms to add and to change an API.

use latchkey_shared::fields::{self, Refusal};
use latchkey_shared::systems::ApiScope;
use leptos::prelude::*;

use crate::api::{self};
use crate::components::field::{Field, Select};
use crate::components::form::Checked;
use crate::text;

/// Splits the typed text into tags.
pub(super) fn split_tags(typed: &str) -> Vec<String> {
    typed
        .split([',', '，', '、'])
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

fn tags_fit(typed: &str) -> Result<(), Refusal> {
    split_tags(typed).iter().try_for_each(|tag| fields::name(tag).map(drop))
}

pub(super) fn read_scope(typed: &str) -> ApiScope {
    if typed == ApiScope::Global.as_str() { ApiScope::Global } else { ApiScope::Project }
}

/// The choice of the scope, with an explanation.
#[component]
fn ScopeChoice(value: RwSignal<String>) -> impl IntoView {
    view! {
        <Select
            name="scope"
            label=text::systems::scope()
            value
            options=[ApiScope::Project, ApiScope::Global]
                .map(|scope| (scope.as_str().to_owned(), text::systems::api_scope(scope).to_owned()))
                .to_vec()
        />
        <p class="hint">
            {move || {
                if read_scope(&value.read()) == ApiScope::Global {
                    text::systems::scope_global_hint()
                } else {
                    text::systems::scope_project_hint()
                }
            }}
        </p>
    }
}

/// The input that the forms to add and to change an API share.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    pub(super) name: RwSignal<String>,
    pub(super) tags: RwSignal<String>,
    pub(super) scope: RwSignal<String>,
}

impl Draft {
    pub(super) fn new(name: String, tags: String, scope: ApiScope) -> Self {
        let scope = RwSignal::new(scope.as_str().to_owned());
        Self { name: RwSignal::new(name), tags: RwSignal::new(tags), scope }
    }

    /// The checks for the name and the tags.
    pub(super) fn rules(self, error: Signal<Option<api::Error>>) -> [Checked; 2] {
        [
            Checked::new(self.name, fields::name, error, "name"),
            Checked::new(self.tags, tags_fit, error, "tags"),
        ]
    }
}

/// The fields for the tags and the scope.
#[component]
pub(super) fn TagsAndScope(draft: Draft, tags_rule: Checked) -> impl IntoView {
    view! {
        <Field
            name="tags"
            label=text::systems::tags()
            value=draft.tags
            hint=text::systems::tags_hint()
            error=tags_rule.error()
            is_optional=true
        />
        <ScopeChoice value=draft.scope />
    }
}
