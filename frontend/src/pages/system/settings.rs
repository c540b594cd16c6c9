//! What a system administrator sets of a system: what it is, who may use it,
//! and whether it is there at all.

use latchkey_shared::fields;
use latchkey_shared::projects::{Project, ProjectRef};
use latchkey_shared::systems::{System, SystemPatch};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::Shared;
use crate::api;
use crate::components::checked::Checked;
use crate::components::dialog::Confirm;
use crate::components::field::Field;
use crate::components::form::Form;
use crate::components::listing::Loaded;
use crate::components::notice::Notice;
use crate::components::toast::toasts;
use crate::components::token_links::InUse;
use crate::components::write::Write;
use crate::text;

/// All of it.
#[component]
pub(super) fn Settings(shared: Shared) -> impl IntoView {
    view! {
        <Properties shared />
        <Access shared />
        <Existence shared />
    }
}

/// Sends a change of the system; shows it from then on.
fn change(shared: Shared, then: impl Fn() + Clone + 'static) -> Write<SystemPatch, System> {
    Write::new(
        move |patch: SystemPatch| async move { api::systems::change(&shared.key(), &patch).await },
        move |system: System| {
            shared.system.set(system);
            then();
        },
    )
}

#[component]
fn Properties(shared: Shared) -> impl IntoView {
    let before = shared.system.get_untracked();
    let name = Checked::new(before.name, |raw| fields::name(raw).map(drop));
    let audience = Checked::new(before.audience, not_empty);
    let base_path = Checked::new(before.base_path, |_| Ok(()));
    let parameter = Checked::new(before.project_param, not_empty);
    let toasts = toasts();
    let save = change(shared, move || toasts.good(text::saved()));
    let error = save.error();
    let submit = move || {
        if Checked::all(&[name, audience, base_path, parameter]) {
            save.send(SystemPatch {
                name: Some(name.typed()),
                audience: Some(audience.typed()),
                base_path: Some(base_path.typed()),
                project_param: Some(parameter.typed()),
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
                        value=name.value
                        error=name.error(error, "name")
                        left=name.leave()
                    />
                    <Field
                        name="audience"
                        label=text::systems::audience()
                        value=audience.value
                        hint=text::systems::audience_change_hint()
                        error=audience.error(error, "audience")
                    />
                    <Field
                        name="base_path"
                        label=text::systems::base_path()
                        value=base_path.value
                        hint=text::systems::base_path_hint()
                        error=base_path.error(error, "base_path")
                        is_optional=true
                    />
                    <Field
                        name="project_param"
                        label=text::systems::project_parameter()
                        value=parameter.value
                        hint=text::systems::project_parameter_hint()
                        error=parameter.error(error, "project_param")
                    />
                </div>
                <div class="buttons">
                    <button type="submit" disabled=save.pending()>
                        {move || if save.pending().get() { text::saving() } else { text::save() }}
                    </button>
                </div>
            </Form>
        </section>
    }
}

fn not_empty(raw: &str) -> Result<(), fields::Refusal> {
    if raw.is_empty() { Err(fields::Refusal::new("required", "Must not be empty.")) } else { Ok(()) }
}

/// Which projects may use it.
#[component]
fn Access(shared: Shared) -> impl IntoView {
    let toasts = toasts();
    let save = change(shared, move || toasts.good(text::saved()));
    let is_restricted = Memo::new(move |_| shared.system.read().restricted);
    let failure = Signal::derive(move || save.error().get().map(|error| error.message()));
    let choice = move |restricted: bool, name: &'static str, hint: &'static str| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="restricted"
                    prop:checked=move || is_restricted.get() == restricted
                    disabled=save.pending()
                    on:change=move |_| {
                        save.send(SystemPatch { restricted: Some(restricted), ..SystemPatch::default() });
                    }
                />
                <span>{name} <span class="hint">{hint}</span></span>
            </label>
        }
    };
    view! {
        <section class="panel">
            <h2>{text::systems::access()}</h2>
            <fieldset>
                <legend class="visually-hidden">{text::systems::access()}</legend>
                {choice(false, text::systems::open_to_all(), text::systems::open_to_all_hint())}
                {choice(true, text::systems::open_to_some(), text::systems::open_to_some_hint())}
            </fieldset>
            <Notice message=failure />
            <Show when=move || is_restricted.get()>
                <OpenedTo shared />
            </Show>
        </section>
    }
}

/// The projects that it is opened to, to be closed and others to be opened.
#[component]
fn OpenedTo(shared: Shared) -> impl IntoView {
    let projects = LocalResource::new(move || async move {
        let opened = api::systems::projects(&shared.key()).await?.items;
        let all = api::all(|cursor| async move { api::projects::list("", cursor.as_deref()).await }).await?;
        Ok((opened, all))
    });
    let toasts = toasts();
    let chosen = RwSignal::new(String::new());
    let switch = Write::new(
        move |(project, is_opening): (String, bool)| async move {
            if is_opening {
                api::projects::open_system(&project, &shared.key()).await?;
            } else {
                api::projects::close_system(&project, &shared.key()).await?;
            }
            Ok((project, is_opening))
        },
        move |(project, is_opening): (String, bool)| {
            toasts.good(if is_opening {
                text::systems::opened(&project)
            } else {
                text::systems::closed(&project)
            });
            chosen.set(String::new());
            projects.refetch();
        },
    );
    let failure = Signal::derive(move || switch.error().get().map(|error| error.message()));
    let list = move |(opened, all): (Vec<ProjectRef>, Vec<Project>)| {
        let others: Vec<Project> =
            all.into_iter().filter(|one| !opened.iter().any(|project| project.id == one.id)).collect();
        let is_empty = opened.is_empty();
        view! {
            {is_empty.then(|| view! { <p class="notice warn">{text::systems::opened_to_none()}</p> })}
            <ul class="chips roomy" aria-label=text::systems::opened_to()>
                {opened
                    .into_iter()
                    .map(|project| {
                        let key = project.key.clone();
                        view! {
                            <li>
                                <a href=format!("/projects/{}", project.key)>{project.name}</a>
                                <button
                                    type="button"
                                    class="icon"
                                    aria-label=text::systems::close_to(&project.key)
                                    title=text::systems::close_to(&project.key)
                                    disabled=switch.pending()
                                    on:click=move |_| switch.send((key.clone(), false))
                                >
                                    "×"
                                </button>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
            {(!others.is_empty())
                .then(|| view! {
                    <form
                        class="inline"
                        on:submit=move |event| {
                            event.prevent_default();
                            let project = chosen.get_untracked();
                            if !project.is_empty() {
                                switch.send((project, true));
                            }
                        }
                    >
                        <label for="open-to">{text::systems::open_to()}</label>
                        <select
                            id="open-to"
                            prop:value=chosen
                            on:change:target=move |event| chosen.set(event.target().value())
                        >
                            <option value="">{text::systems::choose_project()}</option>
                            {others
                                .into_iter()
                                .map(|project| view! {
                                    <option value=project.key.clone()>
                                        {format!("{} ({})", project.name, project.key)}
                                    </option>
                                })
                                .collect_view()}
                        </select>
                        <button
                            type="submit"
                            class="quiet"
                            disabled=move || chosen.read().is_empty() || switch.pending().get()
                        >
                            {text::systems::open()}
                        </button>
                    </form>
                })}
        }
    };
    view! {
        <h3>{text::systems::opened_to()}</h3>
        <Loaded resource=projects children=list />
        <Notice message=failure />
    }
}

/// Disabling and deleting.
#[component]
fn Existence(shared: Shared) -> impl IntoView {
    let (is_switching, is_deleting) = (RwSignal::new(false), RwSignal::new(false));
    let (toasts, navigate) = (toasts(), use_navigate());
    let is_disabled = Memo::new(move |_| shared.system.read().disabled);
    let name = move || shared.system.read().name.clone();
    let disable = Write::new(
        move |()| async move {
            let patch = SystemPatch { disabled: Some(true), ..SystemPatch::default() };
            api::systems::change(&shared.key(), &patch).await
        },
        move |system| {
            shared.system.set(system);
            toasts.good(text::systems::now_disabled());
            is_switching.set(false);
        },
    );
    let enable = change(shared, move || toasts.good(text::systems::now_enabled()));
    let failure = Signal::derive(move || enable.error().get().map(|error| error.message()));
    let delete = Write::new(
        move |()| async move { api::systems::remove(&shared.key()).await },
        move |()| {
            toasts.good(text::systems::system_deleted());
            navigate("/systems", NavigateOptions { replace: true, ..NavigateOptions::default() });
        },
    );
    let delete_error = delete.error();
    view! {
        <section class="panel">
            <header>
                <div>
                    <h2>
                        {move || {
                            if is_disabled.get() {
                                text::systems::enable_title()
                            } else {
                                text::systems::disable_title()
                            }
                        }}
                    </h2>
                    <p class="hint">
                        {move || {
                            if is_disabled.get() { text::systems::enable_hint() } else { text::systems::disable_hint() }
                        }}
                    </p>
                </div>
                <Show
                    when=move || is_disabled.get()
                    fallback=move || view! {
                        <button type="button" class="quiet danger" on:click=move |_| is_switching.set(true)>
                            {text::disable()}
                        </button>
                    }
                >
                    <button
                        type="button"
                        disabled=enable.pending()
                        on:click=move |_| {
                            enable.send(SystemPatch { disabled: Some(false), ..SystemPatch::default() });
                        }
                    >
                        {move || if enable.pending().get() { text::systems::enabling() } else { text::enable() }}
                    </button>
                </Show>
            </header>
            <Notice message=failure />
            <header>
                <div>
                    <h2>{text::systems::delete_title()}</h2>
                    <p class="hint">{text::systems::delete_hint()}</p>
                </div>
                <button type="button" class="quiet danger" on:click=move |_| is_deleting.set(true)>
                    {text::delete()}
                </button>
            </header>
        </section>
        <Confirm
            open=is_switching
            title=Signal::derive(move || text::systems::disable_system(&name()))
            button=(text::disable(), text::systems::disabling())
            write=disable
            is_dangerous=true
        >
            <p>{text::systems::disable_hint()}</p>
        </Confirm>
        <Confirm
            open=is_deleting
            title=Signal::derive(move || text::systems::delete_system(&name()))
            button=(text::delete(), text::deleting())
            write=delete
            is_dangerous=true
        >
            <p>{text::systems::delete_hint()}</p>
            <p>{text::cannot_be_undone()}</p>
            <InUse error=delete_error />
        </Confirm>
    }
}
