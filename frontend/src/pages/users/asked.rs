//! What was asked for about a user.

use latchkey_shared::users::User;
use leptos::prelude::*;

/// What is about to be done, each to one user.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) modify: RwSignal<Option<User>>,
    pub(crate) password: RwSignal<Option<User>>,
    pub(crate) disable: RwSignal<Option<User>>,
    pub(crate) enable: RwSignal<Option<User>>,
}
