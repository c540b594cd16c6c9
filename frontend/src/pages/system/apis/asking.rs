//! The state of the dialogs about an API.

use latchkey_shared::systems::Api;
use leptos::prelude::*;

/// The method and the path of an API.
pub(super) fn operation(api: &Api) -> String {
    format!("{} {}", api.method, api.shown_path())
}

/// A dialog about an API.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Question {
    Change,
    Confirm,
    Delete,
}

/// The signals that the rows and the dialogs share.
#[derive(Clone, Copy)]
pub(crate) struct Asking {
    /// The API that the open dialog is about.
    pub(crate) api: RwSignal<Option<Api>>,
    pub(crate) change: RwSignal<bool>,
    pub(crate) confirm: RwSignal<bool>,
    pub(crate) delete: RwSignal<bool>,
}

impl Asking {
    pub(super) fn ask(self, question: Question, api: &Api) {
        self.api.set(Some(api.clone()));
        match question {
            Question::Change => self.change.set(true),
            Question::Confirm => self.confirm.set(true),
            Question::Delete => self.delete.set(true),
        }
    }

    pub(super) fn operation(self) -> String {
        self.api.with(|api| api.as_ref().map(operation).unwrap_or_default())
    }

    pub(super) fn operation_id(self) -> String {
        self.api.with_untracked(|api| api.as_ref().map(|api| api.id.to_string()).unwrap_or_default())
    }
}
