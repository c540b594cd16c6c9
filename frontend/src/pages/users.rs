//! The list of users: `/users?q=`, adding one, and what can be done with each.

use latchkey_shared::fields::{self, Refusal};
use latchkey_shared::users::{NewUser, Role, User, UserPatch};
use latchkey_shared::warning::Warning;
use leptos::prelude::*;

use super::{dialog_for, use_search};
use crate::api;
use crate::components::clipboard::Snippet;
use crate::components::dialog::{Confirm, Dialog};
use crate::components::each::Each;
use crate::components::field::{Check, Field, Select};
use crate::components::form::{Checked, Foot, Form};
use crate::components::frame::me;
use crate::components::heading::Heading;
use crate::components::listing::{Listing, Nothing, Reload};
use crate::components::menu::Menu;
use crate::components::search::SearchBox;
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::text;
use crate::time::Moment;

/// What is about to be done, each to one user.
#[derive(Clone, Copy)]
struct Asked {
    modify: RwSignal<Option<User>>,
    password: RwSignal<Option<User>>,
    disable: RwSignal<Option<User>>,
    enable: RwSignal<Option<User>>,
}

/// The list with its search.
#[component]
pub(crate) fn UsersPage() -> impl IntoView {
    let reload = Reload::new();
    let (search, submit) = use_search("/users", reload);
    let adding = RwSignal::new(false);
    let can_change = me().is_system_admin();
    let asked = Asked {
        modify: RwSignal::new(None),
        password: RwSignal::new(None),
        disable: RwSignal::new(None),
        enable: RwSignal::new(None),
    };
    let load = move |cursor: Option<&str>| api::users::list(&search.read(), cursor);
    view! {
        <Heading title=Signal::derive(|| text::users().to_owned())>
            {can_change
                .then(|| view! {
                    <button type="button" aria-keyshortcuts="n" on:click=move |_| adding.set(true)>
                        <span aria-hidden="true">"+"</span>
                        {text::users::add_user()}
                    </button>
                })}
        </Heading>
        <div class="toolbar">
            <SearchBox label=text::users::search_by_name() search submit />
        </div>
        <Listing
            label=text::users()
            load
            reload
            empty=move || view! { <Empty search=search.get_untracked() /> }
            table=move |rows| view! { <Table rows asked can_change /> }.into_any()
            count=text::users::count
        />
        {can_change.then(|| view! { <Dialogs adding asked reload /> })}
    }
}

#[component]
fn Empty(search: String) -> impl IntoView {
    if search.is_empty() {
        return view! { <Nothing title=text::users::no_users() /> }.into_any();
    }
    view! {
        <Nothing title=text::nothing_like(&search)>
            <a class="button" href="/users">{text::clear_search()}</a>
        </Nothing>
    }
    .into_any()
}

#[component]
fn Table(rows: RwSignal<Vec<User>>, asked: Asked, can_change: bool) -> impl IntoView {
    view! {
        <table class="people stacked">
            <thead>
                <tr>
                    <th scope="col">{text::users::user()}</th>
                    <th scope="col" class="minor">{text::users::email()}</th>
                    <th scope="col">{text::users::role()}</th>
                    <th scope="col" class="minor">{text::created()}</th>
                    {can_change.then(|| view! { <th scope="col" class="row-actions">{text::actions()}</th> })}
                </tr>
            </thead>
            <tbody>
                <Each of=rows key=|user| format!("{} {}", user.id, user.updated_at) let:user>
                    <Row user asked can_change />
                </Each>
            </tbody>
        </table>
    }
}

#[component]
fn Row(user: User, asked: Asked, can_change: bool) -> impl IntoView {
    let is_me = me().is(&user.id);
    let role = if user.role == Role::SystemAdmin { "badge" } else { "badge plain" };
    let actions = can_change
        .then(|| view! { <td class="row-actions"><RowActions user=user.clone() asked is_me /></td> });
    view! {
        <tr>
            <th scope="row">
                {user.display_name}
                {is_me.then(|| view! { " " <span class="badge plain">{text::users::you()}</span> })}
                {user.disabled.then(|| view! { " " <span class="badge disabled">{text::disabled()}</span> })}
                {user
                    .must_change_password
                    .then(|| view! {
                        " "
                        <span class="badge plain" title=text::users::must_change_password_hint()>
                            {text::users::must_change_password()}
                        </span>
                    })}
                <span class="sub">{user.username}</span>
            </th>
            <td class="minor wrapped">{user.email}</td>
            <td><span class=role>{text::users::role_name(user.role)}</span></td>
            <td class="minor"><Moment at=user.created_at /></td>
            {actions}
        </tr>
    }
}

#[component]
fn RowActions(user: User, asked: Asked, is_me: bool) -> impl IntoView {
    let name = user.display_name.clone();
    let (id, is_disabled) = (format!("user-{}", user.id), user.disabled);
    let user = StoredValue::new(user);
    let ask = move |what: RwSignal<Option<User>>| what.set(Some(user.get_value()));
    view! {
        <div>
            <button
                type="button"
                class="quiet small"
                aria-label=text::users::modify_one(&name)
                on:click=move |_| ask(asked.modify)
            >
                {text::modify()}
            </button>
            <Menu id label=text::users::more_for(&name) is_icon=true>
                {if is_me {
                    // Nobody shuts themself out; the password is theirs to choose.
                    view! { <a href="/password?next=/users">{text::session::change_password()}</a> }.into_any()
                } else {
                    view! {
                        <button type="button" on:click=move |_| ask(asked.password)>
                            {text::users::set_password()}
                        </button>
                        {if is_disabled {
                            view! {
                                <button type="button" on:click=move |_| ask(asked.enable)>{text::enable()}</button>
                            }
                                .into_any()
                        } else {
                            view! {
                                <button type="button" class="danger" on:click=move |_| ask(asked.disable)>
                                    {text::disable()}
                                </button>
                            }
                                .into_any()
                        }}
                    }
                        .into_any()
                }}
            </Menu>
        </div>
    }
}

#[component]
fn Dialogs(adding: RwSignal<bool>, asked: Asked, reload: Reload) -> impl IntoView {
    let modifying = dialog_for(asked.modify);
    let setting = dialog_for(asked.password);
    let disabling = dialog_for(asked.disable);
    let enabling = dialog_for(asked.enable);
    let toasts = toasts();
    let switch = move |disabled: bool, open: RwSignal<bool>, about: RwSignal<Option<User>>| {
        Write::new(
            move |()| {
                let user = about.get_untracked();
                async move {
                    let Some(user) = user else { return Ok(String::new()) };
                    let change = UserPatch { disabled: Some(disabled), ..UserPatch::default() };
                    api::users::change(user.id.as_str(), &change).await.map(|user| user.display_name)
                }
            },
            move |name: String| {
                open.set(false);
                reload.now();
                toasts.good(if disabled {
                    text::users::user_disabled(&name)
                } else {
                    text::users::user_enabled(&name)
                });
            },
        )
    };
    let about = |what: RwSignal<Option<User>>, says: fn(&str) -> String| {
        Signal::derive(move || {
            what.with(|user| user.as_ref().map(|user| says(&user.display_name))).unwrap_or_default()
        })
    };
    let adding_title = RwSignal::new(String::new());
    let setting_title = RwSignal::new(String::new());
    view! {
        <Dialog open=adding title=adding_title>
            <AddUser open=adding title=adding_title reload />
        </Dialog>
        <Dialog open=modifying title=Signal::derive(|| text::users::modify_user().to_owned())>
            <ModifyUser user=asked.modify open=modifying reload />
        </Dialog>
        <Dialog open=setting title=setting_title>
            <SetPassword user=asked.password open=setting title=setting_title reload />
        </Dialog>
        <Confirm
            open=disabling
            title=about(asked.disable, text::users::disable_user)
            button=(text::disable(), text::users::disabling())
            write=switch(true, disabling, asked.disable)
            is_dangerous=true
        >
            <p>{about(asked.disable, text::users::disable_means)}</p>
        </Confirm>
        <Confirm
            open=enabling
            title=about(asked.enable, text::users::enable_user)
            button=(text::enable(), text::users::enabling())
            write=switch(false, enabling, asked.enable)
        >
            <p>{about(asked.enable, text::users::enable_means)}</p>
        </Confirm>
    }
}

/// An e-mail address, or nothing.
fn email_or_nothing(typed: &str) -> Result<Option<String>, Refusal> {
    if typed.trim().is_empty() { Ok(None) } else { fields::email(typed).map(Some) }
}

/// The choice of a role.
#[component]
fn RoleChoice(role: RwSignal<String>) -> impl IntoView {
    let roles = [Role::User, Role::SystemAdmin]
        .map(|role| (role.as_str().to_owned(), text::users::role_name(role).to_owned()));
    view! {
        <Select
            name="role"
            label=text::users::role()
            value=role
            options=roles.into()
            hint=text::users::role_hint()
        />
    }
}

/// The role that is chosen.
fn chosen(role: RwSignal<String>) -> Role {
    if *role.read_untracked() == Role::SystemAdmin.as_str() { Role::SystemAdmin } else { Role::User }
}

/// A temporary password: made up, or somebody's own.
#[derive(Clone, Copy)]
struct Temporary {
    is_own: RwSignal<bool>,
    typed: RwSignal<String>,
    rule: Checked,
    cannot_generate: RwSignal<bool>,
}

impl Temporary {
    fn new(error: Signal<Option<api::Error>>) -> Self {
        let (is_own, typed) = (RwSignal::new(false), RwSignal::new(String::new()));
        let rule = move |typed: &str| if is_own.get() { fields::password(typed) } else { Ok(()) };
        Self {
            is_own,
            typed,
            rule: Checked::new(typed, rule, error, "password"),
            cannot_generate: RwSignal::new(false),
        }
    }

    /// The password, if it is good.
    fn take(self) -> Option<String> {
        if !self.rule.holds() {
            return None;
        }
        if self.is_own.get_untracked() {
            return Some(self.typed.get_untracked());
        }
        let made = generate();
        if made.is_none() {
            self.cannot_generate.set(true);
            self.is_own.set(true);
        }
        made
    }
}

/// A password of 100 random bits that can be read out: four groups of five,
/// without letters that look alike. Nothing where the browser has no randomness.
fn generate() -> Option<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 20];
    window().crypto().ok()?.get_random_values_with_u8_array(&mut bytes).ok()?;
    let groups = bytes.chunks(5).map(|group| {
        let letters = group.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
        letters.collect::<String>()
    });
    Some(groups.collect::<Vec<_>>().join("-"))
}

#[component]
fn TemporaryPassword(password: Temporary) -> impl IntoView {
    view! {
        <fieldset>
            <legend>{text::users::temporary_password()}</legend>
            <Show when=move || !password.is_own.get()>
                <p class="hint">{text::users::generated_hint()}</p>
            </Show>
            <Show when=move || password.cannot_generate.get()>
                <p class="error" role="alert">{text::users::no_randomness()}</p>
            </Show>
            <Check label=text::users::choose_it_myself() value=password.is_own />
            <Show when=move || password.is_own.get()>
                <Field
                    name="password"
                    label=text::session::password()
                    value=password.typed
                    autocomplete="new-password"
                    hint=text::users::at_least_12()
                    error=password.rule.error()
                    focused=true
                />
            </Show>
        </fieldset>
    }
}

/// A password that was just set; it is nowhere else.
#[derive(Clone)]
struct Handed {
    username: String,
    password: String,
    warnings: Vec<Warning>,
}

#[component]
fn HandOver(handed: Handed, open: RwSignal<bool>) -> impl IntoView {
    view! {
        {handed
            .warnings
            .iter()
            .map(|warning| view! { <p class="notice warn">{text::problems::warning(warning)}</p> })
            .collect::<Vec<_>>()}
        <p>{text::users::shown_once()}</p>
        <Snippet label=text::users::password_of(&handed.username) content=Signal::stored(handed.password) />
        <div class="buttons">
            <button type="button" autofocus on:click=move |_| open.set(false)>{text::users::done()}</button>
        </div>
    }
}

#[component]
fn AddUser(open: RwSignal<bool>, title: RwSignal<String>, reload: Reload) -> impl IntoView {
    title.set(text::users::add_user().to_owned());
    let username = RwSignal::new(String::new());
    let display_name = RwSignal::new(String::new());
    let email = RwSignal::new(String::new());
    let role = RwSignal::new(Role::User.as_str().to_owned());
    let handed = RwSignal::new(None::<Handed>);
    let write = Write::new(
        |new: NewUser| async move {
            let user = api::users::create(&new).await?;
            Ok(Handed {
                username: user.username,
                password: new.password.unwrap_or_default(),
                warnings: user.warnings,
            })
        },
        move |made| {
            handed.set(Some(made));
            title.set(text::users::user_added().to_owned());
            reload.now();
        },
    );
    let error = write.error();
    let username_rule = Checked::new(username, fields::username, error, "username");
    let name_rule = Checked::new(display_name, fields::name, error, "display_name");
    let email_rule = Checked::new(email, email_or_nothing, error, "email");
    let password = Temporary::new(error);
    let submit = move || {
        let fields_hold = ![username_rule.holds(), name_rule.holds(), email_rule.holds()].contains(&false);
        if let (Some(password), true) = (password.take(), fields_hold) {
            write.send(NewUser {
                username: username.get_untracked(),
                display_name: display_name.get_untracked(),
                email: email_or_nothing(&email.read_untracked()).ok().flatten(),
                role: Some(chosen(role)),
                password: Some(password),
            });
        }
    };
    view! {
        {move || match handed.get() {
            Some(handed) => view! { <HandOver handed open /> }.into_any(),
            None => {
                view! {
                    <Form submit error fields=&["username", "display_name", "email", "password"]>
                        <Field
                            name="display_name"
                            label=text::users::display_name()
                            value=display_name
                            hint=text::users::display_name_hint()
                            error=name_rule.error()
                            focused=true
                        />
                        <Field
                            name="username"
                            label=text::session::username()
                            value=username
                            hint=text::users::username_hint()
                            error=username_rule.error()
                        />
                        <Field
                            name="email"
                            label=text::users::email()
                            value=email
                            kind="email"
                            error=email_rule.error()
                            is_optional=true
                        />
                        <RoleChoice role />
                        <TemporaryPassword password />
                        <Foot cancel=move |()| open.set(false) says=(text::add(), text::adding()) pending=write.pending() />
                    </Form>
                }
                    .into_any()
            }
        }}
    }
}

#[component]
fn ModifyUser(user: RwSignal<Option<User>>, open: RwSignal<bool>, reload: Reload) -> impl IntoView {
    let Some(user) = user.get_untracked() else { return ().into_any() };
    let is_me = me().is(&user.id);
    let display_name = RwSignal::new(user.display_name);
    let email = RwSignal::new(user.email.unwrap_or_default());
    let role = RwSignal::new(user.role.as_str().to_owned());
    let toasts = toasts();
    let id = user.id;
    let write = Write::new(
        move |change: UserPatch| api::users::change(id.as_str(), &change),
        move |_| {
            open.set(false);
            reload.now();
            toasts.good(text::saved());
        },
    );
    let error = write.error();
    let name_rule = Checked::new(display_name, fields::name, error, "display_name");
    let email_rule = Checked::new(email, email_or_nothing, error, "email");
    let submit = move || {
        if ![name_rule.holds(), email_rule.holds()].contains(&false) {
            write.send(UserPatch {
                display_name: Some(display_name.get_untracked()),
                email: email_or_nothing(&email.read_untracked()).ok(),
                role: (!is_me).then(|| chosen(role)),
                ..UserPatch::default()
            });
        }
    };
    view! {
        <Form submit error fields=&["display_name", "email"]>
            <dl class="facts">
                <dt>{text::session::username()}</dt>
                <dd><code>{user.username}</code></dd>
            </dl>
            <Field
                name="display_name"
                label=text::users::display_name()
                value=display_name
                error=name_rule.error()
                focused=true
            />
            <Field
                name="email"
                label=text::users::email()
                value=email
                kind="email"
                error=email_rule.error()
                is_optional=true
            />
            {if is_me {
                view! { <p class="hint">{text::users::own_role()}</p> }.into_any()
            } else {
                view! { <RoleChoice role /> }.into_any()
            }}
            <Foot cancel=move |()| open.set(false) says=(text::save(), text::saving()) pending=write.pending() />
        </Form>
    }
    .into_any()
}

#[component]
fn SetPassword(
    user: RwSignal<Option<User>>,
    open: RwSignal<bool>,
    title: RwSignal<String>,
    reload: Reload,
) -> impl IntoView {
    title.set(text::users::set_password().to_owned());
    let Some(user) = user.get_untracked() else { return ().into_any() };
    let handed = RwSignal::new(None::<Handed>);
    let means = StoredValue::new(text::users::set_password_means(&user.display_name));
    let write = Write::new(
        move |password: String| {
            let id = user.id.clone();
            async move {
                let change = UserPatch { password: Some(password.clone()), ..UserPatch::default() };
                let user = api::users::change(id.as_str(), &change).await?;
                Ok(Handed { username: user.username, password, warnings: Vec::new() })
            }
        },
        move |made| {
            handed.set(Some(made));
            title.set(text::users::password_set().to_owned());
            reload.now();
        },
    );
    let error = write.error();
    let password = Temporary::new(error);
    let submit = move || {
        if let Some(password) = password.take() {
            write.send(password);
        }
    };
    view! {
        {move || match handed.get() {
            Some(handed) => view! { <HandOver handed open /> }.into_any(),
            None => {
                view! {
                    <Form submit error fields=&["password"]>
                        <p>{means.get_value()}</p>
                        <TemporaryPassword password />
                        <Foot cancel=move |()| open.set(false) says=(text::users::set(), text::users::setting()) pending=write.pending() />
                    </Form>
                }
                    .into_any()
            }
        }}
    }
    .into_any()
}
