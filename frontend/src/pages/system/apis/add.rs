//! The form to add an API by hand.

use latchkey_shared::fields;
use latchkey_shared::systems::{ApiScope, NewApi};
use leptos::prelude::*;

use super::draft::{Draft, TagsAndScope, read_scope, split_tags};
use crate::api::{self};
use crate::components::call::{METHODS, starts_with_slash};
use crate::components::field::{Field, Select};
use crate::components::form::{Checked, Foot, Form};
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::text;

/// Asks for the properties that an OpenAPI document would otherwise supply.
#[component]
pub(crate) fn AddApi(
    system: String,
    /// Called at the end. The flag says whether an API was added.
    #[prop(into)]
    close: Callback<bool>,
) -> impl IntoView {
    let [operation_id, path] = [(); 2].map(|()| RwSignal::new(String::new()));
    let method = RwSignal::new("GET".to_owned());
    let draft = Draft::new(String::new(), String::new(), ApiScope::Project);
    let toasts = toasts();
    let create = Write::new(
        move |new: NewApi| api::systems::create_api(&system, &new),
        move |api| {
            toasts.warn(&api.warnings);
            toasts.good(text::systems::api_added());
            close.run(true);
        },
    );
    let error = create.error();
    let id_rule = Checked::new(operation_id, |id| fields::operation_id(id.trim()), error, "operation_id");
    let path_rule = Checked::new(path, starts_with_slash, error, "path");
    let [name_rule, tags_rule] = draft.rules(error);
    let submit = move || {
        let typed = |field: RwSignal<String>| field.get_untracked().trim().to_owned();
        // `&` evaluates all rules, so that each field shows its error.
        if path_rule.holds() & name_rule.holds() & id_rule.holds() & tags_rule.holds() {
            create.send(NewApi {
                operation_id: typed(operation_id),
                method: method.get_untracked(),
                path: typed(path),
                name: typed(draft.name),
                tags: Some(split_tags(&typed(draft.tags))),
                scope: Some(read_scope(&draft.scope.read_untracked())),
            });
        }
    };
    view! {
        <Form submit error fields=&["operation_id", "path", "name", "tags"]>
            <Select
                name="method"
                label=text::systems::method()
                value=method
                options=METHODS.map(|method| (method.to_owned(), method.to_owned())).to_vec()
            />
            <Field
                name="path"
                label=text::systems::path()
                value=path
                hint=text::systems::path_hint()
                error=path_rule.error()
                left=path_rule.leave()
                focused=true
            />
            <Field name="name" label=text::name() value=draft.name error=name_rule.error() left=name_rule.leave() />
            <Field
                name="operation_id"
                label=text::systems::operation_id()
                value=operation_id
                hint=text::systems::operation_id_hint()
                placeholder="readDevice"
                error=id_rule.error()
                left=id_rule.leave()
            />
            <TagsAndScope draft tags_rule />
            <Foot cancel=move |()| close.run(false) says=(text::systems::add_api(), text::adding()) pending=create.pending() />
        </Form>
    }
}
