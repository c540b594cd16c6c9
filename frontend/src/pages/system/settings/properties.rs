//! Name, audience, base path and project parameter.

use latchkey_shared::fields;
use latchkey_shared::systems::SystemPatch;
use leptos::prelude::*;

use super::change::change;
use crate::components::field::Field;
use crate::components::form::{Checked, Form, Submit, at_field};
use crate::components::toast::toasts;
use crate::pages::system::shared::Shared;
use crate::text;

#[component]
pub(crate) fn Properties(shared: Shared) -> impl IntoView {
    let before = shared.system.get_untracked();
    let [name, audience, base_path, parameter] =
        [before.name, before.audience, before.base_path, before.project_param].map(RwSignal::new);
    let toasts = toasts();
    let save = change(shared, move || toasts.good(text::saved()));
    let error = save.error();
    let name_rule = Checked::new(name, fields::name, error, "name");
    let audience_rule = Checked::new(audience, not_empty, error, "audience");
    let parameter_rule = Checked::new(parameter, not_empty, error, "project_param");
    let submit = move || {
        let typed = |field: RwSignal<String>| Some(field.get_untracked().trim().to_owned());
        // `&` evaluates all rules, so that each field shows its error.
        if name_rule.holds() & audience_rule.holds() & parameter_rule.holds() {
            save.send(SystemPatch {
                name: typed(name),
                audience: typed(audience),
                base_path: typed(base_path),
                project_param: typed(parameter),
                ..SystemPatch::default()
            });
        }
    };
    view! {
        <section class="panel">
            <h2>{text::systems::tab_settings()}</h2>
            <Form submit error fields=&["name", "audience", "base_path", "project_param"]>
                <div class="fields">
                    <Field
                        name="name"
                        label=text::name()
                        value=name
                        error=name_rule.error()
                        left=name_rule.leave()
                    />
                    <Field
                        name="audience"
                        label=text::systems::audience()
                        value=audience
                        hint=text::systems::audience_change_hint()
                        error=audience_rule.error()
                    />
                    <Field
                        name="base_path"
                        label=text::systems::base_path()
                        value=base_path
                        hint=text::systems::base_path_hint()
                        error=at_field(error, "base_path")
                        is_optional=true
                    />
                    <Field
                        name="project_param"
                        label=text::systems::project_parameter()
                        value=parameter
                        hint=text::systems::project_parameter_hint()
                        error=parameter_rule.error()
                    />
                </div>
                <div class="buttons">
                    <Submit says=(text::save(), text::saving()) pending=save.pending() />
                </div>
            </Form>
        </section>
    }
}

fn not_empty(raw: &str) -> Result<(), fields::Refusal> {
    if raw.trim().is_empty() { Err(fields::Refusal::new("required", "Must not be empty.")) } else { Ok(()) }
}
