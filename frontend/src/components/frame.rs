//! What is around every page of somebody who is logged in.

use latchkey_shared::session::Session;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::{A, Outlet};
use leptos_router::hooks::use_navigate;

use crate::api;
use crate::app::with_next;
use crate::components::notice::Notice;
use crate::text;

/// Who is logged in, as pages inside the frame find it in their context.
pub(crate) type CurrentSession = LocalResource<Result<Session, api::Error>>;

/// The head of the page with its navigation, and the page itself.
#[component]
pub(crate) fn Frame() -> impl IntoView {
    let session: CurrentSession = LocalResource::new(api::session);
    provide_context(session);
    let navigate = use_navigate();
    Effect::new(move || {
        let must_change =
            session.with(|session| matches!(session, Some(Ok(session)) if session.user.must_change_password));
        if must_change {
            let location = window().location();
            let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
            navigate(&with_next("/password", &here), NavigateOptions { replace: true, ..Default::default() });
        }
    });
    view! {
        <a class="skip" href="#content">{text::SKIP_TO_CONTENT}</a>
        <header class="bar">
            <a class="brand" href="/tokens">{text::PRODUCT}</a>
            <nav class="sections">
                <A href="/tokens">{text::TOKENS}</A>
            </nav>
            <Account session />
        </header>
        <main id="content" tabindex="-1">
            <Outlet />
        </main>
    }
}

/// The person's name, and what they can do about their session.
#[component]
fn Account(session: CurrentSession) -> impl IntoView {
    let navigate = use_navigate();
    let log_out = Action::new_local(|(): &()| api::log_out());
    Effect::new(move || {
        if matches!(log_out.value().get(), Some(Ok(()))) {
            navigate("/login", NavigateOptions::default());
        }
    });
    let name =
        move || session.with(|session| Some(session.as_ref()?.as_ref().ok()?.user.display_name.clone()));
    let failure = move || log_out.value().get()?.err().map(|error| error.message());
    view! {
        <Show when=move || name().is_some()>
            <button type="button" class="quiet account" popovertarget="account">
                <span class="account-name">{move || name().unwrap_or_default()}</span>
            </button>
            <div id="account" popover="auto" class="menu">
                <a href="/password">{text::CHANGE_PASSWORD}</a>
                <a href="/api/docs/" rel="external">{text::API_DOCUMENTATION}</a>
                <button type="button" disabled=log_out.pending() on:click=move |_| { log_out.dispatch_local(()); }>
                    {text::LOG_OUT}
                </button>
                <Notice message=Signal::derive(failure) />
            </div>
        </Show>
    }
}
