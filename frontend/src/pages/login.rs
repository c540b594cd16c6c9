//! The login page.

use latchkey_shared::session::{Login, Session};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::components::form::{Form, Submit};
use crate::components::login_fields::LoginFields;
use crate::components::preferences::LanguageChoice;
use crate::components::title::set_title;
use crate::components::write::Write;
use crate::navigation::{destination, with_next};
use crate::{api, text};

/// Asks for the user name and the password, then goes on to `?next=`.
#[component]
pub(crate) fn LoginPage() -> impl IntoView {
    set_title(|| text::session::log_in().to_owned());
    let next = use_query_map().get_untracked().get("next");
    let was_elsewhere = next.is_some();
    let destination = destination(next);

    let username = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let navigate = use_navigate();
    let log_in = Write::new(
        |login: Login| api::session::log_in(&login),
        move |session: Session| {
            let replace = NavigateOptions { replace: true, ..NavigateOptions::default() };
            if session.user.must_change_password {
                navigate(&with_next("/password", &destination), replace);
            } else {
                navigate(&destination, replace);
            }
        },
    );
    let error = log_in.error();
    let submit =
        move || log_in.send(Login { username: username.get_untracked(), password: password.get_untracked() });
    view! {
        <main class="gate">
            <p class="brand">{text::PRODUCT}</p>
            <div class="card">
                <h1>{text::session::log_in()}</h1>
                {was_elsewhere.then(|| view! { <p class="hint">{text::session::log_in_to_go_on()}</p> })}
                <Form submit error fields=&["username", "password"]>
                    <LoginFields username password error />
                    <Submit says=(text::session::log_in(), text::session::logging_in()) pending=log_in.pending() />
                </Form>
            </div>
            <LanguageChoice />
        </main>
    }
}
