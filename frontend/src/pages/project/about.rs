//! The properties of a project and the actions for it.

use latchkey_shared::fields;
use latchkey_shared::projects::{Project, ProjectPatch};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::api::{self};
use crate::components::dialog::{Confirm, Dialog};
use crate::components::field::{Field, TextArea};
use crate::components::form::{Checked, Foot, Form};
use crate::components::toast::toasts;
use crate::components::token_links::InUse;
use crate::components::write::Write;
use crate::navigation::with_query;
use crate::text;
use crate::time::Moment;

/// The properties of the project.
#[component]
pub(crate) fn About(shown: RwSignal<Option<Project>>) -> impl IntoView {
    let facts = move || {
        let project = shown.get()?;
        let tokens = with_query("/tokens", &[("kind", "rsa"), ("project", &project.key)]);
        Some(view! {
            {project.disabled.then(|| view! { <p class="notice warn">{text::projects::is_disabled()}</p> })}
            <dl class="facts">
                <dt>{text::key()}</dt>
                <dd><code>{project.key}</code></dd>
                <dt>{text::description()}</dt>
                <dd class="lines">
                    {if project.description.is_empty() {
                        view! { <span class="never">{text::projects::no_description()}</span> }.into_any()
                    } else {
                        project.description.into_any()
                    }}
                </dd>
                <dt>{text::created()}</dt>
                <dd><Moment at=project.created_at /></dd>
                <dt>{text::projects::updated()}</dt>
                <dd><Moment at=project.updated_at /></dd>
                <dt>{text::tokens()}</dt>
                <dd><a href=tokens>{text::projects::tokens_of_it()}</a></dd>
            </dl>
        })
    };
    view! {
        <section class="panel" aria-labelledby="about">
            <h2 id="about">{text::projects::about()}</h2>
            {facts}
        </section>
    }
}

/// The actions for the project.
#[component]
pub(crate) fn Actions(shown: RwSignal<Option<Project>>) -> impl IntoView {
    let modifying = RwSignal::new(false);
    let (disabling, enabling) = (RwSignal::new(false), RwSignal::new(false));
    let deleting = RwSignal::new(false);
    let toasts = toasts();
    let navigate = use_navigate();
    let is_disabled = Memo::new(move |_| shown.read().as_ref().is_some_and(|project| project.disabled));
    let key = move || {
        shown.with_untracked(|project| project.as_ref().map(|one| one.key.clone())).unwrap_or_default()
    };

    let question = move |asks: fn(&str) -> String| {
        Signal::derive(move || {
            shown.with(|project| project.as_ref().map(|one| asks(&one.name))).unwrap_or_default()
        })
    };

    let switch = Write::new(
        move |()| {
            let (key, disabled) = (key(), !is_disabled.get_untracked());
            let change = ProjectPatch { disabled: Some(disabled), ..ProjectPatch::default() };
            api::projects::change(&key, &change)
        },
        move |project: Project| {
            disabling.set(false);
            enabling.set(false);
            toasts.good(if project.disabled {
                text::projects::project_disabled()
            } else {
                text::projects::project_enabled()
            });
            shown.set(Some(project));
        },
    );
    let delete = Write::new(
        move |()| api::projects::remove(&key()),
        move |()| {
            toasts.good(text::projects::project_deleted());
            navigate("/projects", NavigateOptions { replace: true, ..NavigateOptions::default() });
        },
    );
    view! {
        <button type="button" class="quiet" on:click=move |_| modifying.set(true)>{text::modify()}</button>
        <button type="button" class="quiet" on:click=move |_| if is_disabled.get_untracked() { enabling.set(true) } else { disabling.set(true) }>
            {move || if is_disabled.get() { text::enable() } else { text::disable() }}
        </button>
        <button type="button" class="quiet danger" on:click=move |_| deleting.set(true)>{text::delete()}</button>
        <Dialog open=modifying title=Signal::derive(|| text::projects::modify_project().to_owned())>
            <Modify shown open=modifying />
        </Dialog>
        <Confirm
            open=disabling
            title=question(text::disable_question)
            button=(text::disable(), text::projects::disabling())
            write=switch
            is_dangerous=true
        >
            <p>{text::projects::disable_means()}</p>
        </Confirm>
        <Confirm
            open=enabling
            title=question(text::enable_question)
            button=(text::enable(), text::projects::enabling())
            write=switch
        >
            <p>{text::projects::enable_means()}</p>
        </Confirm>
        <Confirm
            open=deleting
            title=question(text::delete_question)
            button=(text::delete(), text::deleting())
            write=delete
            is_dangerous=true
        >
            <p><strong>{text::cannot_be_undone()}</strong> " " {text::projects::delete_means()}</p>
            <InUse error=delete.error() />
        </Confirm>
    }
}

#[component]
fn Modify(shown: RwSignal<Option<Project>>, open: RwSignal<bool>) -> impl IntoView {
    let Some(project) = shown.get_untracked() else { return ().into_any() };
    let name = RwSignal::new(project.name);
    let description = RwSignal::new(project.description);
    let toasts = toasts();
    let key = project.key;
    let write = Write::new(
        move |change: ProjectPatch| api::projects::change(&key, &change),
        move |project: Project| {
            toasts.good(text::saved());
            toasts.warn(&project.warnings);
            shown.set(Some(project));
            open.set(false);
        },
    );
    let error = write.error();
    let name_rule = Checked::new(name, fields::name, error, "name");
    let description_rule = Checked::new(description, fields::description, error, "description");
    let submit = move || {
        if ![name_rule.holds(), description_rule.holds()].contains(&false) {
            write.send(ProjectPatch {
                name: Some(name.get_untracked()),
                description: Some(description.get_untracked()),
                disabled: None,
            });
        }
    };
    view! {
        <Form submit error fields=&["name", "description"]>
            <Field name="name" label=text::name() value=name error=name_rule.error() focused=true />
            <TextArea
                name="description"
                label=text::description()
                value=description
                error=description_rule.error()
                rows=4
                is_optional=true
            />
            <Foot cancel=move |()| open.set(false) says=(text::save(), text::saving()) pending=write.pending() />
        </Form>
    }
    .into_any()
}
