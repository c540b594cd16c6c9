//! The form to change a user.

use latchkey_shared::fields;
use latchkey_shared::users::{User, UserPatch};
use leptos::prelude::*;

use super::email::{EmailField, email_or_nothing};
use super::role::{RoleChoice, chosen};
use crate::components::field::Field;
use crate::components::form::{Checked, Foot, Form};
use crate::components::listing::Reload;
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::session::me;
use crate::{api, text};

#[component]
pub(crate) fn ModifyUser(
    user: RwSignal<Option<User>>,
    open: RwSignal<bool>,
    reload: Reload,
) -> impl IntoView {
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
            <EmailField email error=email_rule.error() />
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
