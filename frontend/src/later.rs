//! Pages that are loaded when they are first opened. The login page and the list of tokens are part of the
//! app itself, because users see them first. The other pages are in separate chunks, which `xtask` splits off
//! by the names given here.

#![allow(unsafe_code, reason = "calls between the parts, as `wasm_split` writes them")]

use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use crate::api::{Answer, Error};
use crate::components::faces::{Failure, Skeleton};
use crate::components::reading::Reading;
use crate::pages::audit::AuditPage;
use crate::pages::password::PasswordPage;
use crate::pages::project::ProjectPage;
use crate::pages::projects::ProjectsPage;
use crate::pages::settings::SettingsPage;
use crate::pages::system::SystemPage;
use crate::pages::systems::SystemsPage;
use crate::pages::token::TokenPage;
use crate::pages::token_form::{ModifyTokenPage, NewTokenPage};
use crate::pages::token_issued::IssuedPage;
use crate::pages::users::UsersPage;
use crate::text;

/// Renders a page.
type Page = fn() -> AnyView;

/// Loads the chunk of a page and shows the page.
fn open(load: fn() -> Answer<Page>) -> AnyView {
    let reading = Reading::new(load);
    // After an update of the server, its chunks have new addresses. Only a reloaded page knows them.
    let reload = move |()| {
        if window().location().reload().is_err() {
            reading.again();
        }
    };
    let face = move || match reading.get() {
        None => view! { <Skeleton /> }.into_any(),
        Some(Ok(page)) => page(),
        Some(Err(error)) => view! { <Failure error title=text::page_failed() retry=reload /> }.into_any(),
    };
    face.into_any()
}

/// Defines functions that open pages, and the chunk that contains these pages.
macro_rules! part {
    ($part:ident: $($name:ident => $Page:ident),+) => {
        $(pub(crate) fn $name() -> AnyView {
            #[wasm_split($part, fallible)]
            fn $name() -> Result<Page, Error> {
                Ok(|| view! { <$Page /> }.into_any())
            }
            open(|| Box::pin($name()))
        })+
    };
}

part! { token: new_token => NewTokenPage, modify_token => ModifyTokenPage, token => TokenPage, issued => IssuedPage }
part! { system: system => SystemPage }
part! {
    platform: systems => SystemsPage, projects => ProjectsPage, project => ProjectPage, users => UsersPage,
    audit => AuditPage, settings => SettingsPage, password => PasswordPage
}
