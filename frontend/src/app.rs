//! Which page is where.

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::hooks::use_navigate;
use leptos_router::{NavigateOptions, path};

use crate::api;
use crate::components::frame::Frame;
use crate::pages::login::LoginPage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::password::PasswordPage;
use crate::pages::tokens::TokensPage;

/// The whole app.
#[component]
pub(crate) fn App() -> impl IntoView {
    view! {
        <Router>
            <LoginGate />
            <Routes fallback=NotFoundPage>
                <Route path=path!("/") view=|| view! { <Redirect path="/tokens" /> } />
                <Route path=path!("/login") view=LoginPage />
                <Route path=path!("/password") view=PasswordPage />
                <ParentRoute path=path!("") view=Frame>
                    <Route path=path!("/tokens") view=TokensPage />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// Leads to the login page, and from there back, whenever the session is over.
#[component]
fn LoginGate() -> impl IntoView {
    let navigate = use_navigate();
    api::when_logged_out(move || {
        let location = window().location();
        let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
        if !here.starts_with("/login") {
            navigate(
                &with_next("/login", &here),
                NavigateOptions { replace: true, ..NavigateOptions::default() },
            );
        }
    });
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
