//! The projects that a caller or a token reaches.

use std::collections::{BTreeSet, HashMap};

use latchkey_shared::ids::{ProjectId, UserId};
use latchkey_shared::projects::MemberRole;
use latchkey_shared::users::Role;

/// A set of projects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// All projects, later ones too.
    All,
    /// These projects.
    Only(BTreeSet<ProjectId>),
}

impl Reach {
    /// Whether it contains `project`.
    #[must_use]
    pub fn contains(&self, project: &ProjectId) -> bool {
        match self {
            Self::All => true,
            Self::Only(projects) => projects.contains(project),
        }
    }

    /// The projects, if they are listed one by one.
    pub fn listed(&self) -> impl Iterator<Item = &ProjectId> {
        let projects = match self {
            Self::All => None,
            Self::Only(projects) => Some(projects),
        };
        projects.into_iter().flatten()
    }

    /// Whether it contains all of `other`.
    #[must_use]
    pub fn holds(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Only(_), Self::All) => false,
            (Self::Only(projects), Self::Only(others)) => others.is_subset(projects),
        }
    }
}

/// What rules and decisions need to know of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserState {
    /// The user's id.
    pub id: UserId,
    /// The user's name at login.
    pub username: String,
    /// What the person may do.
    pub role: Role,
    /// A disabled user can make no call.
    pub disabled: bool,
    /// The projects that the user belongs to.
    pub memberships: HashMap<ProjectId, MemberRole>,
    /// Changes whenever one of these changes, except for the name.
    pub rights_version: i64,
}

impl UserState {
    /// The projects that the user administers.
    pub(super) fn administers(&self) -> BTreeSet<ProjectId> {
        let admin = |(project, role): (&ProjectId, &MemberRole)| {
            (*role == MemberRole::Admin).then(|| project.clone())
        };
        self.memberships.iter().filter_map(admin).collect()
    }
}
