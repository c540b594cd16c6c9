//! Logging in.

use latchkey_shared::session::Login;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::api;
use crate::app::{destination, with_next};
use crate::components::field::{Field, ShowPassword, password_kind};
use crate::components::notice::Notice;
use crate::components::title::set_title;
use crate::text;

/// Asks for name and password, then goes on to `?next=`.
#[component]
pub(crate) fn LoginPage() -> impl IntoView {
    set_title(|| text::LOG_IN.to_owned());
    let next = use_query_map().get_untracked().get("next");
    let was_elsewhere = next.is_some();
    let destination = destination(next);

    let username = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let shown = RwSignal::new(false);
    let log_in = Action::new_local(|login: &Login| {
        let login = login.clone();
        async move { api::log_in(&login).await }
    });
    let outcome = log_in.value();
    let navigate = use_navigate();
    Effect::new(move || {
        outcome.with(|outcome| {
            let Some(Ok(session)) = outcome else { return };
            let replace = NavigateOptions { replace: true, ..NavigateOptions::default() };
            if session.user.must_change_password {
                navigate(&with_next("/password", &destination), replace);
            } else {
                navigate(&destination, replace);
            }
        });
    });

    let at_field = move |field| Signal::derive(move || outcome.get()?.err()?.at_field(field));
    let (username_error, password_error) = (at_field("username"), at_field("password"));
    let failure = move || {
        let error = outcome.get()?.err()?;
        (username_error.read().is_none() && password_error.read().is_none()).then(|| error.message())
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        log_in.dispatch_local(Login { username: username.get(), password: password.get() });
    };
    view! {
        <main class="gate">
            <p class="brand">{text::PRODUCT}</p>
            <form class="card" on:submit=submit>
                <h1>{text::LOG_IN}</h1>
                {was_elsewhere.then(|| view! { <p class="hint">{text::SESSION_OVER}</p> })}
                <Field
                    name="username"
                    label=text::USERNAME
                    value=username
                    kind="text"
                    autocomplete="username"
                    error=username_error
                    focused=true
                />
                <Field
                    name="password"
                    label=text::PASSWORD
                    value=password
                    kind=password_kind(shown)
                    autocomplete="current-password"
                    error=password_error
                />
                <ShowPassword shown />
                <Notice message=Signal::derive(failure) />
                <button type="submit" disabled=log_in.pending()>
                    {move || if log_in.pending().get() { text::LOGGING_IN } else { text::LOG_IN }}
                </button>
            </form>
        </main>
    }
}
