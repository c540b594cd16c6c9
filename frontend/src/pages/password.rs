//! The page to change the password.

use latchkey_shared::fields;
use latchkey_shared::session::PasswordChange;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::components::field::{Field, ShowPassword, password_kind};
use crate::components::form::{Form, Submit, at_field};
use crate::components::reading::Reading;
use crate::components::title::set_title;
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::navigation::destination;
use crate::{api, text};

/// Asks for the current and the new password, then goes on to `?next=`.
#[component]
pub(crate) fn PasswordPage() -> impl IntoView {
    let session = Reading::new(api::session::current);
    let user = move || Some(session.get()?.ok()?.user);
    let is_forced = Memo::new(move |_| user().is_some_and(|user| user.must_change_password));
    let heading = move || {
        if is_forced.get() { text::session::choose_password() } else { text::session::change_password() }
    };
    set_title(move || heading().to_owned());
    let destination = destination(use_query_map().get_untracked().get("next"));

    let current = RwSignal::new(String::new());
    let new = RwSignal::new(String::new());
    let repeated = RwSignal::new(String::new());
    let shown = RwSignal::new(false);
    let submitted = RwSignal::new(false);
    let navigate = use_navigate();
    let toasts = toasts();
    let cancel = destination.clone();
    let change = Write::new(
        |change: PasswordChange| api::session::change_password(&change),
        move |()| {
            toasts.good(text::session::password_changed());
            navigate(&destination, NavigateOptions { replace: true, ..NavigateOptions::default() });
        },
    );
    let error = change.error();

    let refused = move || {
        let refusal = fields::password(&new.read()).err()?;
        Some(text::problems::at_field(refusal.code, &refusal.message))
    };
    let differs =
        move || (*new.read() != *repeated.read()).then(|| text::session::passwords_differ().to_owned());
    let new_at_server = at_field(error, "new_password");
    let new_error =
        Signal::derive(move || submitted.get().then(refused).flatten().or_else(|| new_at_server.get()));
    let repeated_error = Signal::derive(move || submitted.get().then(differs).flatten());
    let submit = move || {
        submitted.set(true);
        if untrack(refused).is_none() && untrack(differs).is_none() {
            change.send(PasswordChange {
                current_password: current.get_untracked(),
                new_password: new.get_untracked(),
            });
        }
    };
    view! {
        <main class="gate">
            <p class="brand">{text::PRODUCT}</p>
            <div class="card">
                <h1>{heading}</h1>
                <Show when=move || is_forced.get()>
                    <p class="hint">{text::session::temporary_password_hint()}</p>
                </Show>
                <Form submit error fields=&["current_password", "new_password"]>
                    // Password managers need the user name that the password belongs to.
                    <input
                        type="text"
                        name="username"
                        autocomplete="username"
                        hidden
                        readonly
                        prop:value=move || user().map(|user| user.username).unwrap_or_default()
                    />
                    <Field
                        name="current_password"
                        label=text::session::current_password()
                        value=current
                        kind=password_kind(shown)
                        autocomplete="current-password"
                        error=at_field(error, "current_password")
                        focused=true
                    />
                    <Field
                        name="new_password"
                        label=text::session::new_password()
                        value=new
                        kind=password_kind(shown)
                        autocomplete="new-password"
                        hint=text::session::new_password_hint()
                        error=new_error
                    />
                    <Field
                        name="repeated_password"
                        label=text::session::repeat_password()
                        value=repeated
                        kind=password_kind(shown)
                        autocomplete="new-password"
                        error=repeated_error
                    />
                    <ShowPassword shown />
                    <Submit says=(text::session::change_password(), text::session::changing_password()) pending=change.pending() />
                    <Show when=move || !is_forced.get()>
                        <a class="button quiet" href=cancel.clone()>{text::cancel()}</a>
                    </Show>
                </Form>
            </div>
        </main>
    }
}
