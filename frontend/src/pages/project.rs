//! The page of a project: its members, the restricted systems that it may use, and the actions.

mod about;
mod limits;
mod members;
mod systems;

use latchkey_shared::projects::Project;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use self::about::{About, Actions};
use self::limits::Limits;
use self::members::Members;
use self::systems::Systems;
use crate::api::{self};
use crate::components::heading::Heading;
use crate::components::reading::{Loaded, Reading};
use crate::session::me;
use crate::text;

/// Shows the project that the URL names, by key or id.
#[component]
pub(crate) fn ProjectPage() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| params.read().get("key").unwrap_or_default());
    let found = Reading::new(move || api::projects::find(&key.read()));
    let shown = RwSignal::new(None::<Project>);
    let title = move || {
        shown.with(|project| project.as_ref().map(|one| one.name.clone())).unwrap_or_else(|| key.get())
    };
    let can_change = me().is_system_admin();
    view! {
        <Heading
            title=Signal::derive(title)
            within=Some(("/projects".to_owned(), text::projects().to_owned()))
        >
            <Show when=move || can_change && shown.read().is_some()>
                <Actions shown />
            </Show>
        </Heading>
        <Loaded reading=found let:project>
            {
                let key = StoredValue::new(project.key.clone());
                shown.set(Some(project));
                view! {
                    <About shown />
                    <Members project=key can_change />
                    <Systems project=key can_change />
                    <Limits project=key can_change />
                }
            }
        </Loaded>
    }
}
