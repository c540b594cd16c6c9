//! Which tokens of the copy may be in a list.

use latchkey_shared::ids::{ProjectId, UserId};
use latchkey_shared::tokens::{Kind, Status};

use super::numbers::{NumberSet, Numbers};
use super::segment::Segment;
use crate::access::principal::Principal;
use crate::access::reach::Reach;
use crate::database::now;
use crate::tokens::store::Filter;

/// What the caller may see.
enum Sight {
    All,
    /// All RSA tokens, and the JWT tokens whose users are members of some project.
    AllProjects {
        members: NumberSet,
    },
    /// Tokens whose targets are all reached, and the JWT tokens of this user.
    Only {
        reached: NumberSet,
        user: Option<u32>,
    },
}

/// A filter over the copy. It accepts every token that the database would accept, if the copy
/// has the token's last change.
pub(super) struct Candidates {
    kind: Option<Kind>,
    status: Option<Status>,
    now: i64,
    /// Projects and users, all of them wanted.
    targets: Vec<u32>,
    /// APIs and systems, one of them wanted; empty if none is asked for.
    grants: Vec<u32>,
    sight: Sight,
}

impl Candidates {
    /// `None` if no token can match, because none names what is asked for.
    pub(super) fn of(filter: &Filter, principal: &Principal, numbers: &Numbers) -> Option<Self> {
        let project = filter.project.as_ref().map(ProjectId::as_str);
        let user = filter.user.as_ref().map(UserId::as_str);
        let targets = project.into_iter().chain(user).map(|id| numbers.of(id)).collect::<Option<_>>()?;
        let grants = match &filter.api {
            None => Vec::new(),
            Some((api, system)) => {
                let grants: Vec<u32> =
                    [api.as_str(), system.as_str()].into_iter().filter_map(|id| numbers.of(id)).collect();
                if grants.is_empty() {
                    return None;
                }
                grants
            }
        };
        let sight = match principal.administers() {
            Reach::All if principal.is_system_admin() => Sight::All,
            Reach::All => Sight::AllProjects { members: numbers.members() },
            Reach::Only(projects) => Sight::Only {
                reached: numbers.reached_by(projects.iter().map(ProjectId::as_str)),
                user: principal.user().and_then(|user| numbers.of(user.as_str())),
            },
        };
        Some(Self { kind: filter.kind, status: filter.status, now: now(), targets, grants, sight })
    }

    /// Whether a token may be in the list.
    pub(super) fn accept(&self, segment: &Segment, at: usize) -> bool {
        if self.kind.is_some_and(|kind| kind != segment.kind(at)) {
            return false;
        }
        let is_in_time = || segment.expires_at(at).is_none_or(|end| end > self.now);
        let (is_suspended, is_disabled) = (segment.is_suspended(at), segment.is_disabled(at));
        let is_right_status = match self.status {
            None => true,
            Some(Status::Suspended) => is_suspended,
            Some(Status::Disabled) => !is_suspended && is_disabled,
            Some(Status::Active) => !is_suspended && !is_disabled && is_in_time(),
            Some(Status::Expired) => !is_suspended && !is_disabled && !is_in_time(),
        };
        is_right_status
            && self.targets.iter().all(|target| segment.targets(at).any(|one| one == *target))
            && (self.grants.is_empty() || segment.grants(at).any(|grant| self.grants.contains(&grant)))
            && self.may_see(segment, at)
    }

    fn may_see(&self, segment: &Segment, at: usize) -> bool {
        let targets = segment.targets(at);
        let are_all_in = |set: &NumberSet| {
            let mut targets = targets.clone();
            targets.len() > 0 && targets.all(|target| set.contains(target))
        };
        match &self.sight {
            Sight::All => true,
            Sight::AllProjects { members } => segment.kind(at) == Kind::Rsa || are_all_in(members),
            Sight::Only { reached, user } => {
                are_all_in(reached) || user.is_some_and(|user| segment.targets(at).any(|one| one == user))
            }
        }
    }
}

#[cfg(test)]
impl Candidates {
    /// The tokens of a kind for this user, who may see no others.
    pub(super) fn for_user(user: u32, kind: Kind) -> Self {
        let sight = Sight::Only { reached: NumberSet::default(), user: Some(user) };
        Self { kind: Some(kind), status: None, now: 0, targets: Vec::new(), grants: Vec::new(), sight }
    }
}
