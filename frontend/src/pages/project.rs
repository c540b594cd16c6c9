//! One project: who belongs to it, which restricted systems are opened to it,
//! and what can be done with it.

use latchkey_shared::fields;
use latchkey_shared::page::Page;
use latchkey_shared::projects::{Member, MemberRole, Project, ProjectPatch};
use latchkey_shared::systems::System;
use latchkey_shared::users::UserRef;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

use super::dialog_for;
use crate::api::{self, Answer};
use crate::app::with_query;
use crate::components::dialog::{Confirm, Dialog};
use crate::components::each::Each;
use crate::components::field::{Field, Select, TextArea};
use crate::components::form::{Checked, Foot, Form};
use crate::components::frame::me;
use crate::components::heading::Heading;
use crate::components::listing::{Listing, Nothing, Reload};
use crate::components::reading::{Loaded, Reading};
use crate::components::suggest::{Finder, Suggest, Suggestion};
use crate::components::toast::toasts;
use crate::components::token_links::InUse;
use crate::components::write::Write;
use crate::text;
use crate::time::Moment;

/// The project that the address names, by key or id.
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
                }
            }
        </Loaded>
    }
}

/// What it is.
#[component]
fn About(shown: RwSignal<Option<Project>>) -> impl IntoView {
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

/// What can be done with the project as a whole.
#[component]
fn Actions(shown: RwSignal<Option<Project>>) -> impl IntoView {
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

/// Who belongs to it.
#[component]
fn Members(project: StoredValue<String>, can_change: bool) -> impl IntoView {
    let reload = Reload::new();
    let adding = RwSignal::new(false);
    let leaving = RwSignal::new(None::<UserRef>);
    let is_leaving = dialog_for(leaving);
    // Who belongs to it already is not suggested again.
    let known = StoredValue::new(Vec::<String>::new());
    let toasts = toasts();
    let load = move |_: Option<&str>| -> Answer<Page<Member>> {
        let page = api::projects::members(&project.get_value());
        Box::pin(async move {
            let page = page.await?;
            known.try_set_value(page.items.iter().map(|member| member.user.username.clone()).collect());
            Ok(page)
        })
    };
    let give = Write::new(
        move |(user, role): (UserRef, MemberRole)| {
            api::projects::put_member(&project.get_value(), user.id.as_str(), role)
        },
        move |member: Member| {
            reload.now();
            toasts.good(text::projects::role_given(&member.user.display_name, member.role));
        },
    );
    let remove = Write::new(
        move |()| {
            let project = project.get_value();
            let user = leaving.get_untracked();
            async move {
                let Some(user) = user else { return Ok(String::new()) };
                api::projects::remove_member(&project, user.id.as_str()).await?;
                Ok(user.display_name)
            }
        },
        move |name: String| {
            is_leaving.set(false);
            reload.now();
            toasts.good(text::projects::member_removed(&name));
        },
    );
    give.say_failures();
    view! {
        <section class="panel">
            <header>
                <div>
                    <h2>{text::projects::members()}</h2>
                    <p class="hint">{text::projects::members_hint()}</p>
                </div>
                {can_change
                    .then(|| view! {
                        <button type="button" aria-keyshortcuts="n" on:click=move |_| adding.set(true)>
                            <span aria-hidden="true">"+"</span>
                            {text::projects::add_member()}
                        </button>
                    })}
            </header>
            <Listing
                label=text::projects::members()
                load
                reload
                empty=move || view! {
                    <Nothing
                        title=text::projects::no_members()
                        hint=if can_change { text::projects::no_members_hint() } else { text::projects::ask_system_admin() }
                    />
                }
                table=move |rows| view! { <MemberTable rows give leaving can_change /> }.into_any()
                count=text::projects::member_count
            />
        </section>
        <Dialog open=adding title=Signal::derive(|| text::projects::add_member().to_owned())>
            <AddMember project open=adding reload known />
        </Dialog>
        <Confirm
            open=is_leaving
            title=Signal::derive(|| text::projects::remove_member().to_owned())
            button=(text::remove(), text::projects::removing())
            write=remove
            is_dangerous=true
        >
            <p>
                {move || leaving.with(|user| user.as_ref().map(|user| text::projects::remove_means(&user.display_name)))}
            </p>
        </Confirm>
    }
}

#[component]
fn MemberTable(
    rows: RwSignal<Vec<Member>>,
    give: Write<(UserRef, MemberRole)>,
    leaving: RwSignal<Option<UserRef>>,
    can_change: bool,
) -> impl IntoView {
    let row = move |Member { user, role }: Member| {
        let badge = if role == MemberRole::Admin { "badge" } else { "badge plain" };
        let actions = can_change.then(|| {
            let other = if role == MemberRole::Admin { MemberRole::Member } else { MemberRole::Admin };
            let (given, gone, name) = (user.clone(), user.clone(), user.display_name.clone());
            view! {
                <td class="row-actions">
                    <div>
                        <button
                            type="button"
                            class="quiet small"
                            aria-label=format!("{}: {name}", text::projects::make(other))
                            disabled=give.pending()
                            on:click=move |_| give.send((given.clone(), other))
                        >
                            {text::projects::make(other)}
                        </button>
                        <button
                            type="button"
                            class="quiet small danger"
                            aria-label=format!("{}: {name}", text::remove())
                            on:click=move |_| leaving.set(Some(gone.clone()))
                        >
                            {text::remove()}
                        </button>
                    </div>
                </td>
            }
        });
        view! {
            <tr>
                <th scope="row">{user.display_name} <span class="sub">{user.username}</span></th>
                <td><span class=badge>{text::projects::member_role(role)}</span></td>
                {actions}
            </tr>
        }
    };
    view! {
        <table class="stacked">
            <thead>
                <tr>
                    <th scope="col">{text::users::user()}</th>
                    <th scope="col">{text::projects::role()}</th>
                    {can_change.then(|| view! { <th scope="col" class="row-actions">{text::actions()}</th> })}
                </tr>
            </thead>
            <tbody>
                <Each of=rows key=|member| format!("{} {}", member.user.id, member.role.as_str()) children=row />
            </tbody>
        </table>
    }
}

#[component]
fn AddMember(
    project: StoredValue<String>,
    open: RwSignal<bool>,
    reload: Reload,
    known: StoredValue<Vec<String>>,
) -> impl IntoView {
    let person = RwSignal::new(None::<Suggestion>);
    let role = RwSignal::new(MemberRole::Member.as_str().to_owned());
    let submitted = RwSignal::new(false);
    let toasts = toasts();
    let find = Finder::new(move |typed: String| async move {
        let page = api::users::list(&typed, None).await?;
        let known = known.try_get_value().unwrap_or_default();
        let fresh = page.items.into_iter().filter(|user| !known.contains(&user.username)).take(20);
        Ok(fresh
            .map(|user| Suggestion { id: user.id.to_string(), name: user.display_name, about: user.username })
            .collect())
    });
    let write = Write::new(
        move |(user, role): (String, MemberRole)| {
            api::projects::put_member(&project.get_value(), &user, role)
        },
        move |member: Member| {
            open.set(false);
            reload.now();
            toasts.good(text::projects::member_added(&member.user.display_name));
        },
    );
    let missing = Signal::derive(move || {
        (submitted.get() && person.read().is_none()).then(|| text::projects::choose_person().to_owned())
    });
    let submit = move || {
        submitted.set(true);
        if let Some(person) = person.get_untracked() {
            let is_admin = *role.read_untracked() == MemberRole::Admin.as_str();
            write.send((person.id, if is_admin { MemberRole::Admin } else { MemberRole::Member }));
        }
    };
    let roles = [MemberRole::Member, MemberRole::Admin]
        .map(|role| (role.as_str().to_owned(), text::projects::member_role(role).to_owned()));
    view! {
        <Form submit error=write.error() fields=&[]>
            <Suggest
                name="person"
                label=text::projects::person()
                find
                choose=move |chosen| person.set(chosen)
                hint=text::projects::person_hint()
                error=missing
                focused=true
            />
            <Select
                name="role"
                label=text::projects::role()
                value=role
                options=roles.into()
                hint=text::projects::member_role_hint()
            />
            <Foot cancel=move |()| open.set(false) says=(text::add(), text::adding()) pending=write.pending() />
        </Form>
    }
}

/// A system as a project sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Door {
    key: String,
    name: String,
    is_open: bool,
    /// Else it is open to every project anyway.
    is_restricted: bool,
}

/// The systems that are restricted or opened to the project; only the latter,
/// unless all are asked for.
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

/// The restricted systems that are opened to it.
#[component]
fn Systems(project: StoredValue<String>, can_change: bool) -> impl IntoView {
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
