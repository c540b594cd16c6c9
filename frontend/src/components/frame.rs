//! The frame around every page of a logged-in user.

use latchkey_shared::session::Session;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_location, use_navigate};

use super::menu::Menu;
use super::reading::Reading;
use super::shortcuts;
use super::write::Write;
use crate::components::faces::Failure;
use crate::navigation::{here, with_next};
use crate::session::{LastUser, Me, me};
use crate::{api, text};

/// The header with the navigation, and the page.
#[component]
pub(crate) fn Frame(
    /// The page.
    children: ChildrenFn,
) -> impl IntoView {
    let children = StoredValue::new(children);
    let session = Reading::new(api::session::current);
    let navigate = use_navigate();
    let on_page = move |session: Session| {
        if session.user.must_change_password {
            let replace = NavigateOptions { replace: true, ..NavigateOptions::default() };
            navigate(&with_next("/password", &here()), replace);
            return ().into_any();
        }
        expect_context::<LastUser>().0.set(Some(session.user.username.clone()));
        provide_context(Me(StoredValue::new(session.clone())));
        view! { <Inside session>{children.with_value(|page| page())}</Inside> }.into_any()
    };
    view! {
        {move || match session.get() {
            None => view! { <Starting /> }.into_any(),
            Some(Ok(session)) => on_page(session),
            // The login page is about to appear.
            Some(Err(error)) if error.is("unauthenticated") => ().into_any(),
            Some(Err(error)) => {
                view! { <main class="gate"><Failure error retry=move |()| session.again() /></main> }.into_any()
            }
        }}
    }
}

/// Looks like the page before the app has started.
#[component]
fn Starting() -> impl IntoView {
    view! {
        <div class="shell">
            <p class="shell-name" aria-hidden="true">{text::PRODUCT}</p>
            <p class="shell-status" role="status">{text::loading()}</p>
        </div>
    }
}

#[component]
fn Inside(session: Session, children: Children) -> impl IntoView {
    shortcuts::listen();
    let is_admin = me().is_system_admin();
    // Focus the content of a new page, so that screen readers start at its top.
    let location = use_location();
    let content = NodeRef::<leptos::html::Main>::new();
    Effect::new(move |before: Option<String>| {
        let path = location.pathname.get();
        if let (true, Some(content)) = (before.is_some_and(|before| before != path), content.get_untracked())
        {
            // The element may have been removed. The error is then irrelevant.
            let _ = content.focus();
        }
        path
    });
    view! {
        <a class="skip" href="#content" rel="external">{text::skip_to_content()}</a>
        <header class="bar">
            <a class="brand" href="/tokens">{text::PRODUCT}</a>
            <nav class="sections" aria-label=text::sections()>
                <A href="/tokens">{text::tokens()}</A>
                <A href="/systems">{text::systems()}</A>
                <A href="/projects">{text::projects()}</A>
                <Show when=move || is_admin>
                    <A href="/users">{text::users()}</A>
                    <A href="/audit">{text::audit()}</A>
                </Show>
            </nav>
            <Account name=session.user.display_name />
        </header>
        <main id="content" tabindex="-1" node_ref=content>
            {children()}
        </main>
    }
}

/// The account menu, labelled with the name of the user.
#[component]
fn Account(name: String) -> impl IntoView {
    let navigate = use_navigate();
    let log_out = Write::new(
        |()| api::session::log_out(),
        // Load the page anew, so that no data of the session stays in memory.
        move |()| {
            if window().location().set_href("/login").is_err() {
                navigate("/login", NavigateOptions::default());
            }
        },
    );
    log_out.say_failures();
    view! {
        <div class="account">
            <Menu id="account" label=name>
                <a href="/settings">{text::settings()}</a>
                <a href="/password">{text::session::change_password()}</a>
                <a href="/api/docs/" rel="external">{text::api_documentation()}</a>
                <button type="button" on:click=move |_| log_out.send(())>{text::session::log_out()}</button>
            </Menu>
        </div>
    }
}
