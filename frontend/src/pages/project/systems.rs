//! The restricted systems that a project may use.

use latchkey_shared::systems::System;
use leptos::prelude::*;

use crate::api::{self, Answer};
use crate::components::dialog::{Confirm, dialog_for};
use crate::components::listing::Nothing;
use crate::components::reading::{Loaded, Reading};
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::text;

/// A system, with its access for the project.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Door {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) is_open: bool,
    /// A system that is not restricted is open to every project.
    pub(super) is_restricted: bool,
}

/// The systems that are open to the project explicitly. With `all`, also all other restricted systems.
fn doors(project: &str, all: bool) -> Answer<Vec<Door>> {
    let opened = api::projects::systems(project);
    Box::pin(async move {
        let opened = opened.await?.items;
        let door = |system: System| {
            let is_open = opened.iter().any(|one| one.id == system.id);
            Door { key: system.key, name: system.name, is_open, is_restricted: system.restricted }
        };
        let matters = |door: &Door| door.is_open || (all && door.is_restricted);
        let systems = api::all(|cursor| api::systems::list("", cursor)).await?;
        Ok(systems.into_iter().map(door).filter(matters).collect())
    })
}

/// The list of systems, with the dialogs to open and close a system.
#[component]
pub(crate) fn Systems(project: StoredValue<String>, can_change: bool) -> impl IntoView {
    let found = Reading::new(move || doors(&project.get_value(), can_change));
    let closing = RwSignal::new(None::<Door>);
    let is_closing = dialog_for(closing);
    let toasts = toasts();
    let open = Write::new(
        move |door: Door| {
            let project = project.get_value();
            async move { api::projects::open_system(&project, &door.key).await.map(|()| door.name) }
        },
        move |name: String| {
            found.again();
            toasts.good(text::projects::system_opened(&name));
        },
    );
    let close = Write::new(
        move |()| {
            let project = project.get_value();
            let door = closing.get_untracked();
            async move {
                let Some(door) = door else { return Ok(String::new()) };
                api::projects::close_system(&project, &door.key).await.map(|()| door.name)
            }
        },
        move |name: String| {
            is_closing.set(false);
            found.again();
            toasts.good(text::projects::system_closed(&name));
        },
    );
    open.say_failures();
    view! {
        <section class="panel" aria-labelledby="systems">
            <div>
                <h2 id="systems">{text::projects::systems()}</h2>
                <p class="hint">{text::projects::systems_hint()}</p>
            </div>
            <div class="list">
                <Loaded reading=found let:doors>
                    {if doors.is_empty() {
                        view! {
                            <Nothing
                                title=if can_change {
                                    text::projects::no_systems()
                                } else {
                                    text::projects::no_systems_for_you()
                                }
                                hint=if can_change { text::projects::no_systems_hint() } else { text::projects::ask_system_admin() }
                            />
                        }
                            .into_any()
                    } else {
                        view! { <Doors doors open closing can_change /> }.into_any()
                    }}
                </Loaded>
            </div>
        </section>
        <Confirm
            open=is_closing
            title=Signal::derive(|| text::projects::close_system().to_owned())
            button=(text::projects::shut(), text::projects::closing())
            write=close
            is_dangerous=true
        >
            <p>{move || closing.with(|door| door.as_ref().map(|door| text::projects::close_means(&door.name)))}</p>
        </Confirm>
    }
}

#[component]
fn Doors(
    doors: Vec<Door>,
    open: Write<Door>,
    closing: RwSignal<Option<Door>>,
    can_change: bool,
) -> impl IntoView {
    let row = move |door: Door| {
        let (badge, state) = match (door.is_restricted, door.is_open) {
            (false, _) => ("badge plain", text::projects::open_to_all()),
            (true, true) => ("badge active", text::projects::opened()),
            (true, false) => ("badge disabled", text::projects::closed()),
        };
        let Door { key, name, .. } = door.clone();
        let action = can_change.then(|| {
            let (label, is_open) = (if door.is_open { text::projects::shut() } else { text::projects::open() }, door.is_open);
            view! {
                <td class="row-actions">
                    <button
                        type="button"
                        class="quiet small"
                        aria-label=format!("{label}: {name}")
                        disabled=open.pending()
                        on:click=move |_| if is_open { closing.set(Some(door.clone())) } else { open.send(door.clone()) }
                    >
                        {label}
                    </button>
                </td>
            }
        });
        view! {
            <tr>
                <th scope="row"><a href=format!("/systems/{key}")>{name}</a> <code class="sub">{key}</code></th>
                <td><span class=badge>{state}</span></td>
                {action}
            </tr>
        }
    };
    view! {
        <table class="stacked">
            <thead>
                <tr>
                    <th scope="col">{text::name()}</th>
                    <th scope="col">{text::status()}</th>
                    {can_change.then(|| view! { <th scope="col" class="row-actions">{text::actions()}</th> })}
                </tr>
            </thead>
            <tbody>{doors.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}
