//! What a token is granted.

use std::collections::BTreeSet;

use leptos::prelude::*;

/// What is granted, by key.
#[derive(Clone, Copy)]
pub(crate) struct Grants {
    pub(crate) apis: RwSignal<BTreeSet<String>>,
    pub(crate) systems: RwSignal<BTreeSet<String>>,
}

impl Grants {
    /// Nothing, or what a token is granted already.
    pub(crate) fn new(
        apis: impl IntoIterator<Item = String>,
        systems: impl IntoIterator<Item = String>,
    ) -> Self {
        Self {
            apis: RwSignal::new(apis.into_iter().collect()),
            systems: RwSignal::new(systems.into_iter().collect()),
        }
    }

    /// Chooses an API, or chooses it no more.
    pub(crate) fn toggle(self, api: &str) {
        self.apis.update(|apis| {
            if !apis.remove(api) {
                apis.insert(api.to_owned());
            }
        });
    }

    /// Whether nothing is chosen.
    pub(crate) fn is_empty(self) -> bool {
        self.apis.read().is_empty() && self.systems.read().is_empty()
    }
}
