//! The page with the list of core systems: `/systems?q=`.

use latchkey_shared::fields;
use latchkey_shared::systems::{NewSystem, System};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::components::dialog::Dialog;
use crate::components::each::Each;
use crate::components::field::Field;
use crate::components::form::{Checked, Foot, Form, at_field};
use crate::components::heading::Heading;
use crate::components::listing::{Listing, Nothing, Reload};
use crate::components::search::{SearchBox, use_search};
use crate::components::system_badges::SystemBadges;
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::navigation::system_link;
use crate::session::me;
use crate::{api, text};

/// The list with its search box, and the dialog to add a system.
#[component]
pub(crate) fn SystemsPage() -> impl IntoView {
    let reload = Reload::new();
    let (search, submit) = use_search("/systems", reload);
    let is_adding = RwSignal::new(false);
    let can_add = me().is_system_admin();
    let load = move |cursor: Option<&str>| api::systems::list(&search.read(), cursor);
    view! {
        <Heading title=Signal::derive(|| text::systems().to_owned())>
            {can_add
                .then(|| view! {
                    <button type="button" aria-keyshortcuts="n" on:click=move |_| is_adding.set(true)>
                        <span aria-hidden="true">"+"</span>
                        {text::systems::add_system()}
                    </button>
                })}
        </Heading>
        <div class="toolbar">
            <SearchBox label=text::systems::search() search submit />
        </div>
        <Listing
            label=text::systems()
            load
            reload
            empty=move || view! { <Empty search=search.get_untracked() can_add /> }
            table=|rows| view! { <Table rows /> }.into_any()
            count=text::systems::count
        />
        <Dialog open=is_adding title=Signal::derive(|| text::systems::add_system().to_owned())>
            <NewSystemForm cancel=move |()| is_adding.set(false) />
        </Dialog>
    }
}

/// The view of the empty list.
#[component]
fn Empty(search: String, can_add: bool) -> impl IntoView {
    if !search.is_empty() {
        return view! {
            <Nothing title=text::nothing_like(&search)>
                <a class="button" href="/systems">{text::clear_search()}</a>
            </Nothing>
        }
        .into_any();
    }
    let hint = if can_add { text::systems::no_systems_hint() } else { text::systems::no_systems_for_you() };
    view! { <Nothing title=text::systems::no_systems() hint /> }.into_any()
}

/// The table of systems.
#[component]
fn Table(rows: RwSignal<Vec<System>>) -> impl IntoView {
    view! {
        <table>
            <thead>
                <tr>
                    <th scope="col">{text::name()}</th>
                    <th scope="col">{text::status()}</th>
                    <th scope="col" class="number">{text::systems::apis()}</th>
                    <th scope="col" class="minor">{text::systems::audience()}</th>
                </tr>
            </thead>
            <tbody>
                <Each of=rows key=|system| system.id.to_string() let:system>
                    <Row system />
                </Each>
            </tbody>
        </table>
    }
}

#[component]
fn Row(system: System) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">
                <a href=system_link(&system.key, "apis")>{system.name.clone()}</a>
                <span class="sub code">{system.key.clone()}</span>
            </th>
            <td><SystemBadges system=system.clone() /></td>
            <td class="number">{system.api_count}</td>
            <td class="minor wrapped code">{system.audience}</td>
        </tr>
    }
}

/// The form to add a system. It goes on to the page of the new system.
#[component]
fn NewSystemForm(#[prop(into)] cancel: Callback<()>) -> impl IntoView {
    let [key, name, audience, base_path, parameter] = [(); 5].map(|()| RwSignal::new(String::new()));
    let (toasts, navigate) = (toasts(), use_navigate());
    let create = Write::new(
        |new: NewSystem| api::systems::create(&new),
        move |system: System| {
            toasts.good(text::systems::system_added());
            toasts.warn(&system.warnings);
            navigate(&system_link(&system.key, "import"), NavigateOptions::default());
        },
    );
    let error = create.error();
    let key_rule = Checked::new(key, |key| fields::key(key.trim()), error, "key");
    let name_rule = Checked::new(name, fields::name, error, "name");
    let submit = move || {
        let typed = |field: RwSignal<String>| field.get_untracked().trim().to_owned();
        let unless_empty = |field| Some(typed(field)).filter(|typed| !typed.is_empty());
        // `&` evaluates both rules, so that each field shows its error.
        if name_rule.holds() & key_rule.holds() {
            create.send(NewSystem {
                key: typed(key),
                name: typed(name),
                audience: unless_empty(audience),
                base_path: unless_empty(base_path),
                project_param: unless_empty(parameter),
            });
        }
    };
    view! {
        <Form submit error fields=&["key", "name", "audience", "base_path", "project_param"]>
            <Field
                name="name"
                label=text::name()
                value=name
                error=name_rule.error()
                left=name_rule.leave()
                focused=true
            />
            <Field
                name="key"
                label=text::key()
                value=key
                hint=text::systems::key_hint()
                error=key_rule.error()
                left=key_rule.leave()
            />
            <Field
                name="audience"
                label=text::systems::audience()
                value=audience
                hint=text::systems::audience_hint()
                placeholder="https://fleet.example"
                error=at_field(error, "audience")
                is_optional=true
            />
            <div class="fields">
                <Field
                    name="base_path"
                    label=text::systems::base_path()
                    value=base_path
                    hint=text::systems::base_path_hint()
                    placeholder="/api/v3"
                    error=at_field(error, "base_path")
                    is_optional=true
                />
                <Field
                    name="project_param"
                    label=text::systems::project_parameter()
                    value=parameter
                    hint=text::systems::project_parameter_hint()
                    placeholder="project"
                    error=at_field(error, "project_param")
                    is_optional=true
                />
            </div>
            <Foot cancel=move |()| cancel.run(()) says=(text::systems::add_system(), text::adding()) pending=create.pending() />
        </Form>
    }
}
