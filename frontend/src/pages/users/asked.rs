//! The state of the dialogs about a user.

use latchkey_shared::users::User;
use leptos::prelude::*;

/// The user that each dialog is about. A dialog is closed while its signal is `None`.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) modify: RwSignal<Option<User>>,
    pub(crate) password: RwSignal<Option<User>>,
    pub(crate) disable: RwSignal<Option<User>>,
    pub(crate) enable: RwSignal<Option<User>>,
}
