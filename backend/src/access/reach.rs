//! The projects that somebody reaches.

use std::collections::{BTreeSet, HashMap};

use latchkey_shared::ids::{ProjectId, UserId};
use latchkey_shared::projects::MemberRole;
use latchkey_shared::users::Role;

/// A set of projects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Every project, later ones too.
    All,
    /// These.
    Only(BTreeSet<ProjectId>),
}

impl Reach {
    /// Whether `project` is in it.
    #[must_use]
    pub fn contains(&self, project: &ProjectId) -> bool {
        match self {
            Self::All => true,
            Self::Only(projects) => projects.contains(project),
        }
    }

    /// Whether all of `other` is in it.
    #[must_use]
    pub fn holds(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Only(_), Self::All) => false,
            (Self::Only(projects), Self::Only(others)) => others.is_subset(projects),
        }
    }
}

/// What is known of a user when a request or a call is judged.
#[derive(Debug, Clone)]
pub struct UserState {
    /// The user's id.
    pub id: UserId,
    /// The user's name at login.
    pub username: String,
    /// What the person may do.
    pub role: Role,
    /// No call passes as a disabled user.
    pub disabled: bool,
    /// The projects that the user belongs to.
    pub memberships: HashMap<ProjectId, MemberRole>,
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
