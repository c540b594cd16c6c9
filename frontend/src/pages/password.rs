//! Choosing a password: at the first login because one must, later because one likes.

use latchkey_shared::fields;
use latchkey_shared::session::PasswordChange;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::api;
use crate::app::destination;
use crate::components::field::{Field, ShowPassword, password_kind};
use crate::components::notice::Notice;
use crate::components::title::set_title;
use crate::text;

/// Asks for the password until now and the one from now on, then goes on to `?next=`.
#[component]
pub(crate) fn PasswordPage() -> impl IntoView {
    let session = LocalResource::new(api::session);
    let user = move || session.with(|session| Some(session.as_ref()?.as_ref().ok()?.user.clone()));
    let is_forced = Memo::new(move |_| user().is_some_and(|user| user.must_change_password));
    let heading = move || if is_forced.get() { text::CHOOSE_PASSWORD } else { text::CHANGE_PASSWORD };
    set_title(move || heading().to_owned());
    let destination = destination(use_query_map().get_untracked().get("next"));

    let current = RwSignal::new(String::new());
    let new = RwSignal::new(String::new());
    let repeated = RwSignal::new(String::new());
    let shown = RwSignal::new(false);
    let submitted = RwSignal::new(false);
    let change = Action::new_local(|change: &PasswordChange| {
        let change = change.clone();
        async move { api::change_password(&change).await }
    });
    let outcome = change.value();
    let navigate = use_navigate();
    let cancel = destination.clone();
    Effect::new(move || {
        if matches!(outcome.get(), Some(Ok(()))) {
            navigate(&destination, NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
    });

    let refused = move || fields::password(&new.read()).err().map(|refusal| refusal.message);
    let differs = move || (*new.read() != *repeated.read()).then(|| text::PASSWORDS_DIFFER.to_owned());
    let at_field = move |field| outcome.get()?.err()?.at_field(field);
    let current_error = Signal::derive(move || at_field("current_password"));
    let new_error =
        Signal::derive(move || submitted.get().then(refused).flatten().or_else(|| at_field("new_password")));
    let repeated_error = Signal::derive(move || submitted.get().then(differs).flatten());
    let failure = move || {
        let error = outcome.get()?.err()?;
        (current_error.read().is_none() && new_error.read().is_none()).then(|| error.message())
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        submitted.set(true);
        if refused().is_none() && differs().is_none() {
            change
                .dispatch_local(PasswordChange { current_password: current.get(), new_password: new.get() });
        }
    };
    view! {
        <main class="gate">
            <p class="brand">{text::PRODUCT}</p>
            <form class="card" on:submit=submit>
                <h1>{heading}</h1>
                <Show when=move || is_forced.get()>
                    <p class="hint">{text::TEMPORARY_PASSWORD_HINT}</p>
                </Show>
                // Password managers want to know whose password it is.
                <input type="text" name="username" autocomplete="username" hidden readonly
                    prop:value=move || user().map(|user| user.username).unwrap_or_default() />
                <Field
                    name="current_password"
                    label=text::CURRENT_PASSWORD
                    value=current
                    kind=password_kind(shown)
                    autocomplete="current-password"
                    error=current_error
                    focused=true
                />
                <Field
                    name="new_password"
                    label=text::NEW_PASSWORD
                    value=new
                    kind=password_kind(shown)
                    autocomplete="new-password"
                    hint=text::NEW_PASSWORD_HINT
                    error=new_error
                />
                <Field
                    name="repeated_password"
                    label=text::REPEAT_PASSWORD
                    value=repeated
                    kind=password_kind(shown)
                    autocomplete="new-password"
                    error=repeated_error
                />
                <ShowPassword shown />
                <Notice message=Signal::derive(failure) />
                <button type="submit" disabled=change.pending()>
                    {move || if change.pending().get() { text::CHANGING_PASSWORD } else { text::CHANGE_PASSWORD }}
                </button>
                <Show when=move || !is_forced.get()>
                    <a class="button quiet" href=cancel.clone()>{text::CANCEL}</a>
                </Show>
            </form>
        </main>
    }
}
