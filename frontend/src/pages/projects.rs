//! The page with the list of projects: `/projects?q=`.

use latchkey_shared::fields;
use latchkey_shared::projects::{NewProject, Project};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::components::dialog::Dialog;
use crate::components::each::Each;
use crate::components::field::{Field, TextArea};
use crate::components::form::{Checked, Foot, Form};
use crate::components::heading::Heading;
use crate::components::listing::{Listing, Nothing, Reload};
use crate::components::search::{SearchBox, use_search};
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::session::me;
use crate::time::Moment;
use crate::{api, text};

/// The list with its search box, and the dialog to add a project.
#[component]
pub(crate) fn ProjectsPage() -> impl IntoView {
    let reload = Reload::new();
    let (search, submit) = use_search("/projects", reload);
    let adding = RwSignal::new(false);
    let can_add = me().is_system_admin();
    let load = move |cursor: Option<&str>| api::projects::list(&search.read(), cursor);
    view! {
        <Heading title=Signal::derive(|| text::projects().to_owned())>
            {can_add
                .then(|| view! {
                    <button type="button" aria-keyshortcuts="n" on:click=move |_| adding.set(true)>
                        <span aria-hidden="true">"+"</span>
                        {text::projects::add_project()}
                    </button>
                })}
        </Heading>
        <div class="toolbar">
            <SearchBox label=text::projects::search_by_name() search submit />
        </div>
        <Listing
            label=text::projects()
            load
            reload
            empty=move || view! { <Empty search=search.get_untracked() adding can_add /> }
            table=|rows| view! { <Table rows /> }.into_any()
            count=text::projects::count
        />
        <Dialog open=adding title=Signal::derive(|| text::projects::add_project().to_owned())>
            <AddProject open=adding />
        </Dialog>
    }
}

/// The view of the empty list.
#[component]
fn Empty(search: String, adding: RwSignal<bool>, can_add: bool) -> impl IntoView {
    if !search.is_empty() {
        return view! {
            <Nothing title=text::nothing_like(&search)>
                <a class="button" href="/projects">{text::clear_search()}</a>
            </Nothing>
        }
        .into_any();
    }
    if !can_add {
        return view! {
            <Nothing
                title=text::projects::no_projects_for_you()
                hint=text::projects::no_projects_for_you_hint()
            />
        }
        .into_any();
    }
    view! {
        <Nothing title=text::projects::no_projects() hint=text::projects::no_projects_hint()>
            <button type="button" on:click=move |_| adding.set(true)>{text::projects::add_project()}</button>
        </Nothing>
    }
    .into_any()
}

#[component]
fn Table(rows: RwSignal<Vec<Project>>) -> impl IntoView {
    view! {
        <table>
            <thead>
                <tr>
                    <th scope="col">{text::name()}</th>
                    <th scope="col" class="minor">{text::description()}</th>
                    <th scope="col">{text::created()}</th>
                </tr>
            </thead>
            <tbody>
                <Each of=rows key=|project| format!("{} {}", project.id, project.updated_at) let:project>
                    <tr>
                        <th scope="row">
                            <a href=format!("/projects/{}", project.key)>{project.name}</a>
                            {project
                                .disabled
                                .then(|| view! { " " <span class="badge disabled">{text::disabled()}</span> })}
                            <code class="sub">{project.key}</code>
                        </th>
                        <td class="minor wrapped"><p class="two-lines">{project.description}</p></td>
                        <td><Moment at=project.created_at /></td>
                    </tr>
                </Each>
            </tbody>
        </table>
    }
}

#[component]
fn AddProject(open: RwSignal<bool>) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let key = RwSignal::new(String::new());
    let description = RwSignal::new(String::new());
    let (navigate, toasts) = (use_navigate(), toasts());
    let write = Write::new(
        |new: NewProject| api::projects::create(&new),
        move |project: Project| {
            open.set(false);
            toasts.good(text::projects::project_added());
            toasts.warn(&project.warnings);
            navigate(&format!("/projects/{}", project.key), NavigateOptions::default());
        },
    );
    let error = write.error();
    // The key follows the name until the user edits the key.
    Effect::new(move |before: Option<String>| {
        let suggested = key_from(&name.read());
        if before.unwrap_or_default() == *key.read_untracked() {
            key.set(suggested.clone());
        }
        suggested
    });
    let name_rule = Checked::new(name, fields::name, error, "name");
    let key_rule = Checked::new(key, |key| fields::key(key.trim()), error, "key");
    let description_rule = Checked::new(description, fields::description, error, "description");
    let submit = move || {
        if ![name_rule.holds(), key_rule.holds(), description_rule.holds()].contains(&false) {
            write.send(NewProject {
                key: key.get_untracked().trim().to_owned(),
                name: name.get_untracked(),
                description: Some(description.get_untracked()),
            });
        }
    };
    view! {
        <Form submit error fields=&["name", "key", "description"]>
            <Field
                name="name"
                label=text::name()
                value=name
                hint=text::projects::name_hint()
                error=name_rule.error()
                focused=true
            />
            <Field
                name="key"
                label=text::key()
                value=key
                hint=text::projects::key_hint()
                error=key_rule.error()
            />
            <TextArea
                name="description"
                label=text::description()
                value=description
                error=description_rule.error()
                is_optional=true
            />
            <Foot cancel=move |()| open.set(false) says=(text::add(), text::adding()) pending=write.pending() />
        </Form>
    }
}

/// Suggests a key for a name: its ASCII letters and digits, in lower case, joined by hyphens.
fn key_from(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let key = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    key.chars().take(64).collect::<String>().trim_end_matches('-').to_owned()
}
