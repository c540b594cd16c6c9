//! The members of a project.

use latchkey_shared::page::Page;
use latchkey_shared::projects::{Member, MemberRole};
use latchkey_shared::users::UserRef;
use leptos::prelude::*;

use crate::api::{self, Answer};
use crate::components::dialog::{Confirm, Dialog, dialog_for};
use crate::components::each::Each;
use crate::components::field::Select;
use crate::components::form::{Foot, Form};
use crate::components::listing::{Listing, Nothing, Reload};
use crate::components::suggest::Suggest;
use crate::components::suggest::search::{Finder, Suggestion};
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::text;

/// The table of members, with the dialogs to add and remove a member.
#[component]
pub(crate) fn Members(project: StoredValue<String>, can_change: bool) -> impl IntoView {
    let reload = Reload::new();
    let adding = RwSignal::new(false);
    let leaving = RwSignal::new(None::<UserRef>);
    let is_leaving = dialog_for(leaving);
    // Members are not suggested again.
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
