//! The form to change an API.

use latchkey_shared::systems::{Api, ApiPatch};
use leptos::prelude::*;

use super::draft::{Draft, TagsAndScope, read_scope, split_tags};
use crate::api::{self};
use crate::components::field::Field;
use crate::components::form::{Foot, Form};
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::text;

/// Edits the properties of an API that can be changed.
#[component]
pub(crate) fn ChangeApi(
    system: String,
    api: Api,
    /// Called at the end. The flag says whether the API was changed.
    #[prop(into)]
    close: Callback<bool>,
) -> impl IntoView {
    let tags_before = api.tags.join(", ");
    let draft = Draft::new(api.name.clone(), tags_before.clone(), api.scope);
    let toasts = toasts();
    let id = api.id.to_string();
    let change = Write::new(
        move |patch: ApiPatch| api::systems::change_api(&system, &id, &patch),
        move |api| {
            toasts.warn(&api.warnings);
            toasts.good(text::saved());
            close.run(true);
        },
    );
    let error = change.error();
    let [name_rule, tags_rule] = draft.rules(error);
    let submit = move || {
        if name_rule.holds() & tags_rule.holds() {
            // Tags from an OpenAPI document may contain commas. Do not send them unless they were edited.
            let tags = Some(draft.tags.get_untracked()).filter(|typed| *typed != tags_before);
            change.send(ApiPatch {
                name: Some(draft.name.get_untracked()),
                tags: tags.map(|typed| split_tags(&typed)),
                scope: Some(read_scope(&draft.scope.read_untracked())),
                removed: None,
            });
        }
    };
    view! {
        <p class="anywhere"><span class="method">{api.method.clone()}</span> " " <code>{api.shown_path()}</code></p>
        <Form submit error fields=&["name", "tags"]>
            <Field
                name="name"
                label=text::name()
                value=draft.name
                hint=text::systems::name_again_hint()
                error=name_rule.error()
                left=name_rule.leave()
                focused=true
            />
            <TagsAndScope draft tags_rule />
            <Foot cancel=move |()| close.run(false) says=(text::save(), text::saving()) pending=change.pending() />
        </Form>
    }
}
