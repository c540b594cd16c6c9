//! The projects that a credential reaches.

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
    /// All projects, later ones too.
    pub const NONE: Self = Self { reach: Reach::All, keys: None };

    /// These projects: ids and keys.
    #[must_use]
    pub fn to(mut projects: Vec<(ProjectId, String)>) -> Self {
        projects.sort_unstable();
        projects.dedup();
        let (ids, keys) = projects.into_iter().unzip();
        Self { reach: Reach::Only(ids), keys: Some(keys) }
    }

    /// The ids of the projects that are listed.
    pub fn ids(&self) -> impl Iterator<Item = &ProjectId> {
        let ids = match &self.reach {
            Reach::All => None,
            Reach::Only(ids) => Some(ids),
        };
        ids.into_iter().flatten()
    }

    /// The projects that are listed: ids and keys.
    pub fn listed(&self) -> impl Iterator<Item = (&ProjectId, &String)> {
        self.ids().zip(self.keys.iter().flatten())
    }
}
