//! The app and its routes.

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Redirect, Route, Router};
use leptos_router::hooks::use_location;
use leptos_router::location::{BrowserUrl, LocationProvider as _};
use leptos_router::path;

use crate::components::clipboard::{Clipboard, CopyByHand};
use crate::components::frame::Frame;
use crate::components::login_again::LoginGate;
use crate::components::toast::{ToastRegion, Toasts};
use crate::later;
use crate::navigation::is_at;
use crate::pages::login::LoginPage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::tokens::TokensPage;
use crate::preferences::Preferences;
use crate::session::LastUser;

/// The whole app. It is rebuilt when the language changes.
#[component]
pub(crate) fn App() -> impl IntoView {
    let preferences = Preferences::load();
    provide_context(preferences);
    provide_context(LastUser(RwSignal::new(None)));
    let toasts = Toasts::new();
    provide_context(toasts);
    provide_context(Clipboard::new(toasts));
    move || {
        preferences.language.track();
        view! {
            <Router>
                <LoginGate />
                <Pages />
            </Router>
            <CopyByHand />
            <ToastRegion />
        }
    }
}

#[component]
fn Pages() -> impl IntoView {
    let location = use_location();
    let is_gate = Memo::new(move |_| {
        let path = location.pathname.read();
        is_at(&path, "/login") || is_at(&path, "/password")
    });
    // `FlatRoutes` completes a navigation in the browser history only when it replaces a page that it showed
    // before, not when it shows its first page.
    let history = expect_context::<BrowserUrl>();
    Effect::new(move || {
        is_gate.track();
        history.ready_to_complete();
    });
    // The routes inside the frame still see the new path while they are being removed. They must not show the
    // page "not found" for it.
    let not_found = move || (!is_gate.get_untracked()).then(|| view! { <NotFoundPage /> });
    move || {
        if is_gate.get() {
            return view! {
                <FlatRoutes fallback=|| ()>
                    <Route path=path!("/login") view=LoginPage />
                    <Route path=path!("/password") view=later::password />
                </FlatRoutes>
            }
            .into_any();
        }
        view! {
            <Frame>
                <FlatRoutes fallback=not_found>
                    <Route path=path!("/") view=|| view! { <Redirect path="/tokens" /> } />
                    <Route path=path!("/tokens") view=TokensPage />
                    <Route path=path!("/tokens/new") view=later::new_token />
                    <Route path=path!("/tokens/:id") view=later::token />
                    <Route path=path!("/tokens/:id/modify") view=later::modify_token />
                    <Route path=path!("/tokens/:id/issued") view=later::issued />
                    <Route path=path!("/systems") view=later::systems />
                    <Route path=path!("/systems/:key") view=later::system />
                    <Route path=path!("/projects") view=later::projects />
                    <Route path=path!("/projects/:key") view=later::project />
                    <Route path=path!("/users") view=later::users />
                    <Route path=path!("/audit") view=later::audit />
                    <Route path=path!("/settings") view=later::settings />
                </FlatRoutes>
            </Frame>
        }
        .into_any()
    }
}
