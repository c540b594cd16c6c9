//! What is around every page of somebody who is logged in.

use latchkey_shared::projects::MemberRole;
use latchkey_shared::session::Session;
use latchkey_shared::users::Role;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_location, use_navigate};

use super::listing::Failure;
use super::login_again::LastUser;
use super::menu::Menu;
use super::reading::Reading;
use super::shortcuts;
use super::write::Write;
use crate::api;
use crate::app::{here, with_next};
use crate::preferences::{Language, Preferences, Theme};
use crate::text;

/// Who is logged in, as pages inside the frame find it in their context.
#[derive(Clone, Copy)]
pub(crate) struct Me(StoredValue<Session>);

/// Who is logged in.
pub(crate) fn me() -> Me {
    expect_context()
}

impl Me {
    /// Whether they may do everything.
    pub(crate) fn is_system_admin(self) -> bool {
        self.0.with_value(|session| session.user.role == Role::SystemAdmin)
    }

    /// Whether they can manage any token at all.
    pub(crate) fn administers(self) -> bool {
        self.is_system_admin()
            || self.0.with_value(|session| session.projects.iter().any(|one| one.role == MemberRole::Admin))
    }

    /// Whether this is their id.
    pub(crate) fn is(self, user: &latchkey_shared::ids::UserId) -> bool {
        self.0.with_value(|session| session.user.id == *user)
    }

    /// Their user name.
    pub(crate) fn username(self) -> String {
        self.0.with_value(|session| session.user.username.clone())
    }
}

/// The head of the page with its navigation, and the page itself.
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
            // The login page is on its way.
            Some(Err(error)) if error.is("unauthenticated") => ().into_any(),
            Some(Err(error)) => {
                view! { <main class="gate"><Failure error retry=move |()| session.again() /></main> }.into_any()
            }
        }}
    }
}

/// As the page looks before the app has started.
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
    // A new page begins at its top, for screen readers too.
    let location = use_location();
    let content = NodeRef::<leptos::html::Main>::new();
    Effect::new(move |before: Option<String>| {
        let path = location.pathname.get();
        if let (true, Some(content)) = (before.is_some_and(|before| before != path), content.get_untracked())
        {
            // An element that is not there any more needs no focus.
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

/// The person's name, and what they can do about their session.
#[component]
fn Account(name: String) -> impl IntoView {
    let navigate = use_navigate();
    let log_out = Write::new(
        |()| api::session::log_out(),
        // Loaded anew, so that nothing of what was on the screen stays in memory.
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

/// The choice of a language, each in its own words.
#[component]
pub(crate) fn LanguageChoice() -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    view! {
        <div class="switch" role="group" aria-label=text::settings::language()>
            {Language::ALL
                .map(|one| view! {
                    <button
                        type="button"
                        lang=one.tag()
                        aria-pressed=move || (preferences.language.get() == one).to_string()
                        on:click=move |_| preferences.speak(one)
                    >
                        {one.name()}
                    </button>
                })}
        </div>
    }
}

/// The choice of a theme.
#[component]
pub(crate) fn ThemeChoice() -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    view! {
        <div class="switch" role="group" aria-label=text::settings::theme()>
            {Theme::ALL
                .map(|one| view! {
                    <button
                        type="button"
                        aria-pressed=move || (preferences.theme.get() == one).to_string()
                        on:click=move |_| preferences.paint(one)
                    >
                        {text::settings::theme_name(one)}
                    </button>
                })}
        </div>
    }
}
