//! The grants of a token.

use std::collections::BTreeSet;

use leptos::prelude::*;

/// The granted APIs and systems, by key.
#[derive(Clone, Copy)]
pub(crate) struct Grants {
    pub(crate) apis: RwSignal<BTreeSet<String>>,
    pub(crate) systems: RwSignal<BTreeSet<String>>,
}

impl Grants {
    /// Starts with the given grants. They are empty for a new token.
    pub(crate) fn new(
        apis: impl IntoIterator<Item = String>,
        systems: impl IntoIterator<Item = String>,
    ) -> Self {
        Self {
            apis: RwSignal::new(apis.into_iter().collect()),
            systems: RwSignal::new(systems.into_iter().collect()),
        }
    }

    /// Adds an API, or removes it if it is already chosen.
    pub(crate) fn toggle(self, api: &str) {
        self.apis.update(|apis| {
            if !apis.remove(api) {
                apis.insert(api.to_owned());
            }
        });
    }

    /// Whether neither an API nor a system is chosen.
    pub(crate) fn is_empty(self) -> bool {
        self.apis.read().is_empty() && self.systems.read().is_empty()
    }
}
