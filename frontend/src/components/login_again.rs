//! The dialog for a session that has ended. The user logs in over the page. Pending calls then continue, and
//! the page keeps everything that was typed.

use futures_channel::oneshot;
use latchkey_shared::session::{Login, Session};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::dialog::Dialog;
use super::form::{Form, Submit};
use super::login_fields::LoginFields;
use super::write::Write;
use crate::api::{self};
use crate::navigation::{here, is_at, with_next};
use crate::session::LastUser;
use crate::text;

/// Handles calls that the server answers with "nobody is logged in". It opens the login page if nobody was
/// logged in before. Otherwise it opens the login dialog.
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
                // The call may have been dropped. It then needs no result.
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
            // A different user must not see this page, so load it anew. If that fails, the waiting calls fail
            // and the page stays as it is.
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
