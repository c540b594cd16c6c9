//! The projects that a credential reaches.

use std::sync::{Arc, LazyLock};

use latchkey_shared::ids::ProjectId;

use crate::access::reach::Reach;

/// The projects that a credential reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Their ids.
    pub reach: Reach,
    /// Their keys in the order of the ids, if they are listed one by one. The key of a project
    /// never changes.
    pub keys: Option<Vec<String>>,
}

impl Limits {
    /// All projects, later ones too. Most tokens have no limits, so all share this.
    #[must_use]
    pub fn none() -> Arc<Self> {
        static NONE: LazyLock<Arc<Limits>> =
            LazyLock::new(|| Arc::new(Limits { reach: Reach::All, keys: None }));
        Arc::clone(&NONE)
    }

    /// These projects: ids and keys.
    #[must_use]
    pub fn only(mut projects: Vec<(ProjectId, String)>) -> Self {
        projects.sort_unstable();
        projects.dedup();
        let (ids, keys) = projects.into_iter().unzip();
        Self { reach: Reach::Only(ids), keys: Some(keys) }
    }

    /// The projects that are listed: ids and keys.
    pub fn listed(&self) -> impl Iterator<Item = (&ProjectId, &String)> {
        self.reach.listed().zip(self.keys.iter().flatten())
    }
}
