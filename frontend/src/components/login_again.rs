//! The session ended in the middle of something: log in over the page, and
//! whatever was asked for goes on, with all that was typed.

use futures_channel::oneshot;
use latchkey_shared::session::{Login, Session};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::dialog::Dialog;
use super::field::{Field, ShowPassword, password_kind};
use super::form::{Form, Submit, at_field};
use super::write::Write;
use crate::api::{self, Error};
use crate::app::{here, is_at, with_next};
use crate::text;

/// The name that whoever was logged in on this page had.
#[derive(Clone, Copy)]
pub(crate) struct LastUser(pub(crate) RwSignal<Option<String>>);

/// Catches calls that are answered with "nobody is logged in". Before anybody
/// was, it leads to the login page; afterwards it asks over the page.
#[component]
pub(crate) fn LoginGate() -> impl IntoView {
    let LastUser(last) = expect_context();
    let open = RwSignal::new(false);
    let waiting = StoredValue::new_local(Vec::<oneshot::Sender<bool>>::new());
    let navigate = use_navigate();
    api::when_logged_out(move || {
        let (answer, answered) = oneshot::channel();
        if last.read_untracked().is_some() {
            waiting.update_value(|waiting| waiting.push(answer));
            open.set(true);
        } else if !is_at(&window().location().pathname().unwrap_or_default(), "/login") {
            let replace = NavigateOptions { replace: true, ..NavigateOptions::default() };
            navigate(&with_next("/login", &here()), replace);
        }
        answered
    });
    let answer = move |logged_in: bool| {
        waiting.update_value(|waiting| {
            for one in waiting.drain(..) {
                // Who does not wait any more needs no answer.
                let _ = one.send(logged_in);
            }
        });
    };
    Effect::new(move || {
        if !open.get() {
            answer(false);
        }
    });
    let then = move |session: Session| {
        if last.read_untracked().as_ref() == Some(&session.user.username) {
            answer(true);
        } else {
            // What is on the screen is not for somebody else. Where the page cannot be
            // loaded anew, the calls that wait fail, which leaves it as it is.
            let _ = window().location().reload();
        }
        open.set(false);
    };
    view! {
        <Dialog open title=Signal::derive(|| text::session::session_over().to_owned())>
            <Again name=last.get_untracked().unwrap_or_default() then />
        </Dialog>
    }
}

#[component]
fn Again(name: String, then: impl Fn(Session) + Clone + 'static) -> impl IntoView {
    let username = RwSignal::new(name);
    let password = RwSignal::new(String::new());
    let write = Write::new(|login: Login| api::session::log_in(&login), then);
    let error = write.error();
    let submit =
        move || write.send(Login { username: username.get_untracked(), password: password.get_untracked() });
    view! {
        <Form submit error fields=&["username", "password"]>
            <p class="hint">{text::session::session_over_hint()}</p>
            <LoginFields username password error />
            <div class="buttons">
                <Submit says=(text::session::log_in(), text::session::logging_in()) pending=write.pending() />
            </div>
        </Form>
    }
}

/// User name and password. Typing starts at what is not known yet.
#[component]
pub(crate) fn LoginFields(
    username: RwSignal<String>,
    password: RwSignal<String>,
    /// What the server had to say.
    error: Signal<Option<Error>>,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    let is_known = !username.read_untracked().is_empty();
    view! {
        <Field
            name="username"
            label=text::session::username()
            value=username
            autocomplete="username"
            error=at_field(error, "username")
            focused=!is_known
        />
        <Field
            name="password"
            label=text::session::password()
            value=password
            kind=password_kind(shown)
            autocomplete="current-password"
            error=at_field(error, "password")
            focused=is_known
        />
        <ShowPassword shown />
    }
}
