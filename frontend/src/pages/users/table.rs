//! The table of users.

use latchkey_shared::users::{Role, User};
use leptos::prelude::*;

use super::asked::Asked;
use crate::components::each::Each;
use crate::components::menu::Menu;
use crate::session::me;
use crate::text;
use crate::time::Moment;

#[component]
pub(crate) fn Table(rows: RwSignal<Vec<User>>, asked: Asked, can_change: bool) -> impl IntoView {
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
                    // Users cannot disable themselves, and they change their own password on another page.
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
