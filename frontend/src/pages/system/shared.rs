//! The state that the tabs of a system's page share.

use latchkey_shared::systems::{IssuedVerifierKey, System};
use leptos::prelude::*;

use super::import::draft::Draft;

/// The state that the tabs of the page share. It is kept when the user switches tabs.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    /// The current system.
    pub(super) system: RwSignal<System>,
    /// The draft of an import.
    pub(super) draft: Draft,
    /// The verifier key that was created on this page. It is kept only here, so that the recipes can contain
    /// it.
    pub(super) fresh_key: RwSignal<Option<IssuedVerifierKey>>,
}

impl Shared {
    pub(super) fn key(self) -> String {
        self.system.with_untracked(|system| system.key.clone())
    }
}
