//! What a system administrator sets of a system: what it is, who may use it,
//! and whether it is there at all.

use latchkey_shared::fields;
use latchkey_shared::page::Page;
use latchkey_shared::projects::ProjectRef;
use latchkey_shared::systems::{System, SystemPatch};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::Shared;
use crate::api;
use crate::components::dialog::Confirm;
use crate::components::field::Field;
use crate::components::form::{Checked, Form, Submit, at_field};
use crate::components::notice::Notice;
use crate::components::reading::{Loaded, Reading};
use crate::components::suggest::{Finder, Suggest, Suggestion};
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
fn change(shared: Shared, then: impl Fn() + 'static) -> Write<SystemPatch> {
    let toasts = toasts();
    Write::new(
        move |patch: SystemPatch| api::systems::change(&shared.key(), &patch),
        move |system: System| {
            toasts.warn(&system.warnings);
            shared.system.set(system);
            then();
        },
    )
}

#[component]
fn Properties(shared: Shared) -> impl IntoView {
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
        // All are asked, so that each says what is wrong with it.
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

/// Which projects may use it.
#[component]
fn Access(shared: Shared) -> impl IntoView {
    let toasts = toasts();
    let save = change(shared, move || toasts.good(text::saved()));
    let is_restricted = Memo::new(move |_| shared.system.read().restricted);
    let failure = save.failure();
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
    let projects = Reading::new(move || api::systems::projects(&shared.key()));
    let known = StoredValue::new(Vec::<String>::new());
    let toasts = toasts();
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
            projects.again();
        },
    );
    let failure = switch.failure();
    let find = Finder::new(move |typed: String| async move {
        let page = api::projects::list(&typed, None).await?;
        let known = known.try_get_value().unwrap_or_default();
        let others = page.items.into_iter().filter(|project| !known.contains(&project.key)).take(20);
        Ok(others
            .map(|project| Suggestion { id: project.key.clone(), name: project.name, about: project.key })
            .collect())
    });
    let choose = move |chosen: Option<Suggestion>| {
        if let Some(project) = chosen {
            switch.send((project.id, true));
        }
    };
    let list = move |Page { items: opened, .. }: Page<ProjectRef>| {
        known.set_value(opened.iter().map(|project| project.key.clone()).collect());
        if opened.is_empty() {
            return view! { <p class="notice warn">{text::systems::opened_to_none()}</p> }.into_any();
        }
        let chip = move |ProjectRef { key, name, .. }: ProjectRef| {
            let closes = text::systems::close_to(&name);
            view! {
                <li>
                    <a href=format!("/projects/{key}")>{name}</a>
                    <button
                        type="button"
                        class="icon"
                        aria-label=closes.clone()
                        title=closes
                        disabled=switch.pending()
                        on:click=move |_| switch.send((key.clone(), false))
                    >
                        "×"
                    </button>
                </li>
            }
        };
        view! {
            <ul class="chips roomy" aria-label=text::systems::opened_to()>
                {opened.into_iter().map(chip).collect_view()}
            </ul>
        }
        .into_any()
    };
    view! {
        <h3>{text::systems::opened_to()}</h3>
        <Loaded reading=projects children=list />
        <Suggest
            name="open_to"
            label=text::systems::open_to()
            find
            choose
            clears=true
            hint=text::systems::open_to_hint()
        />
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
        move |()| {
            let patch = SystemPatch { disabled: Some(true), ..SystemPatch::default() };
            api::systems::change(&shared.key(), &patch)
        },
        move |system| {
            shared.system.set(system);
            toasts.good(text::systems::now_disabled());
            is_switching.set(false);
        },
    );
    let enable = change(shared, move || toasts.good(text::systems::now_enabled()));
    let failure = enable.failure();
    let delete = Write::new(
        move |()| api::systems::remove(&shared.key()),
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
            title=Signal::derive(move || text::disable_question(&name()))
            button=(text::disable(), text::systems::disabling())
            write=disable
            is_dangerous=true
        >
            <p>{text::systems::disable_hint()}</p>
        </Confirm>
        <Confirm
            open=is_deleting
            title=Signal::derive(move || text::delete_question(&name()))
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
