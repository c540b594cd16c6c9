//! What the parts of a system's page share, and keep while one switches between them.

use latchkey_shared::systems::{IssuedVerifierKey, System};
use leptos::prelude::*;

use super::import::draft::Draft;

/// What the parts of the page share, and keep while one switches between them.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    /// The system as it is now.
    pub(super) system: RwSignal<System>,
    /// The document that may be imported.
    pub(super) draft: Draft,
    /// The verifier key that was made on this page: here alone, so that it can
    /// be filled into a snippet.
    pub(super) fresh_key: RwSignal<Option<IssuedVerifierKey>>,
}

impl Shared {
    pub(super) fn key(self) -> String {
        self.system.with_untracked(|system| system.key.clone())
    }
}
