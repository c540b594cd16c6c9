//! The form to add a user.

use latchkey_shared::fields;
use latchkey_shared::users::{NewUser, Role};
use leptos::prelude::*;

use super::email::{EmailField, email_or_nothing};
use super::password::{HandOver, Handed, Temporary, TemporaryPassword};
use super::role::{RoleChoice, chosen};
use crate::components::field::Field;
use crate::components::form::{Checked, Foot, Form};
use crate::components::listing::Reload;
use crate::components::write::Write;
use crate::{api, text};

#[component]
pub(crate) fn AddUser(open: RwSignal<bool>, title: RwSignal<String>, reload: Reload) -> impl IntoView {
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
                        <EmailField email error=email_rule.error() />
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
