//! Which page is where.

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::path;

use crate::components::clipboard::{Clipboard, CopyByHand};
use crate::components::frame::Frame;
use crate::components::login_again::{LastUser, LoginGate};
use crate::components::toast::{ToastRegion, Toasts};
use crate::pages::audit::AuditPage;
use crate::pages::login::LoginPage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::password::PasswordPage;
use crate::pages::project::ProjectPage;
use crate::pages::projects::ProjectsPage;
use crate::pages::settings::SettingsPage;
use crate::pages::system::SystemPage;
use crate::pages::systems::SystemsPage;
use crate::pages::token::TokenPage;
use crate::pages::token_form::{ModifyTokenPage, NewTokenPage};
use crate::pages::token_issued::IssuedPage;
use crate::pages::tokens::TokensPage;
use crate::pages::users::UsersPage;
use crate::preferences::Preferences;

/// The whole app, built anew when its language changes.
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
                <Routes fallback=NotFoundPage>
                    <Route path=path!("/") view=|| view! { <Redirect path="/tokens" /> } />
                    <Route path=path!("/login") view=LoginPage />
                    <Route path=path!("/password") view=PasswordPage />
                    <ParentRoute path=path!("") view=Frame>
                        <Route path=path!("/tokens") view=TokensPage />
                        <Route path=path!("/tokens/new") view=NewTokenPage />
                        <Route path=path!("/tokens/:id") view=TokenPage />
                        <Route path=path!("/tokens/:id/modify") view=ModifyTokenPage />
                        <Route path=path!("/tokens/:id/issued") view=IssuedPage />
                        <Route path=path!("/systems") view=SystemsPage />
                        <Route path=path!("/systems/:key") view=SystemPage />
                        <Route path=path!("/projects") view=ProjectsPage />
                        <Route path=path!("/projects/:key") view=ProjectPage />
                        <Route path=path!("/users") view=UsersPage />
                        <Route path=path!("/audit") view=AuditPage />
                        <Route path=path!("/settings") view=SettingsPage />
                    </ParentRoute>
                </Routes>
            </Router>
            <CopyByHand />
            <ToastRegion />
        }
    }
}

/// The address of the page that is shown, within this app.
pub(crate) fn here() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// A path with what is given after `?`; what is empty is left out.
pub(crate) fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        let separator = if address.contains('?') { '&' } else { '?' };
        address = format!("{address}{separator}{name}={}", String::from(js_sys::encode_uri_component(value)));
    }
    address
}

/// A path that leads on to `next` when the person is done there.
pub(crate) fn with_next(path: &str, next: &str) -> String {
    format!("{path}?next={}", String::from(js_sys::encode_uri_component(next)))
}

/// Where `next` leads: only ever to a page of this app.
pub(crate) fn destination(next: Option<String>) -> String {
    next.filter(|next| next.starts_with('/') && !next.starts_with("//") && !next.contains('\\'))
        .unwrap_or_else(|| "/tokens".to_owned())
}
