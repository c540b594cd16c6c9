//! The caller of our own API: a person or a token.

use std::collections::BTreeSet;

use latchkey_shared::ids::{ProjectId, TokenId, UserId};
use latchkey_shared::systems::ApiScope;
use latchkey_shared::users::Role;

use super::grants::{GrantedSystem, Grants, Held, Limits, TargetUser, Targets};
use super::origin::Origin;
use super::reach::{Reach, UserState};
use crate::database::Witness;
use crate::web::problem::{Kind as ProblemKind, Problem};

enum Caller {
    Person(UserId),
    /// `user` is the user that a JWT token acts as. An RSA token acts as no user.
    Token {
        held: Box<Held>,
        user: Option<UserId>,
    },
}

/// The caller of a request.
pub struct Principal {
    caller: Caller,
    system_admin: bool,
    administers: Reach,
    member_of: BTreeSet<ProjectId>,
    origin: Origin,
    witness: Witness,
}

/// Proof that the caller is a system administrator.
pub struct SystemAdmin(());

impl SystemAdmin {
    /// The server itself, at the first start, when there is no user yet.
    pub(crate) fn at_first_start() -> Self {
        Self(())
    }
}

/// Proof that the caller may change the token in this way.
pub struct MayManage(());

/// Proof that the caller may see a token's secrets.
pub struct MayReveal(());

impl Principal {
    /// A person with a session.
    #[must_use]
    pub fn person(user: &UserState, origin: Origin) -> Self {
        Self {
            caller: Caller::Person(user.id.clone()),
            system_admin: user.role == Role::SystemAdmin,
            administers: if user.role == Role::SystemAdmin {
                Reach::All
            } else {
                Reach::Only(user.administers())
            },
            member_of: user.memberships.keys().cloned().collect(),
            origin,
            witness: Witness { user: Some((user.id.clone(), user.rights_version)), token: None },
        }
    }

    /// An RSA token. It acts inside its projects.
    #[must_use]
    pub fn rsa_token(held: Held, projects: Reach, origin: Origin) -> Self {
        let witness = Witness { user: None, token: Some((held.token.clone(), held.version)) };
        Self {
            caller: Caller::Token { held: Box::new(held), user: None },
            system_admin: false,
            administers: projects,
            member_of: BTreeSet::new(),
            origin,
            witness,
        }
    }

    /// A JWT token. It acts as its user, limited to `bound`.
    #[must_use]
    pub fn jwt_token(held: Held, user: &UserState, bound: &Reach, origin: Origin) -> Self {
        let within =
            |projects: BTreeSet<ProjectId>| projects.into_iter().filter(|p| bound.contains(p)).collect();
        let system_admin = user.role == Role::SystemAdmin && *bound == Reach::All;
        let witness = Witness {
            user: Some((user.id.clone(), user.rights_version)),
            token: Some((held.token.clone(), held.version)),
        };
        Self {
            caller: Caller::Token { held: Box::new(held), user: Some(user.id.clone()) },
            system_admin,
            administers: match (user.role, bound) {
                (Role::SystemAdmin, bound) => bound.clone(),
                (Role::User, _) => Reach::Only(within(user.administers())),
            },
            member_of: within(user.memberships.keys().cloned().collect()),
            origin,
            witness,
        }
    }

    /// The caller, for the audit trail.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The versions that the rights were read at. A write by the caller checks them.
    #[must_use]
    pub fn witness(&self) -> &Witness {
        &self.witness
    }

    /// The person, or the user that a JWT token acts as.
    #[must_use]
    pub fn user(&self) -> Option<&UserId> {
        match &self.caller {
            Caller::Person(user) => Some(user),
            Caller::Token { user, .. } => user.as_ref(),
        }
    }

    /// The token, if the caller is one. It becomes the parent of the tokens that it issues.
    #[must_use]
    pub fn token(&self) -> Option<&TokenId> {
        match &self.caller {
            Caller::Person(_) => None,
            Caller::Token { held, .. } => Some(&held.token),
        }
    }

    /// Whether the caller is a system administrator.
    #[must_use]
    pub fn is_system_admin(&self) -> bool {
        self.system_admin
    }

    /// The projects whose tokens the caller may manage.
    #[must_use]
    pub fn administers(&self) -> &Reach {
        &self.administers
    }

    /// Whether the caller may see the project.
    #[must_use]
    pub fn may_see_project(&self, project: &ProjectId) -> bool {
        self.administers.contains(project) || self.member_of.contains(project)
    }

    /// Whether the caller may see a system that is open to these projects.
    #[must_use]
    pub fn may_see_system(&self, opened_to: &Reach) -> bool {
        match opened_to {
            Reach::All => true,
            Reach::Only(projects) => {
                self.administers == Reach::All || projects.iter().any(|project| self.may_see_project(project))
            }
        }
    }

    /// The projects that the caller may see.
    #[must_use]
    pub fn sees(&self) -> Reach {
        match &self.administers {
            Reach::All => Reach::All,
            Reach::Only(projects) => Reach::Only(projects.union(&self.member_of).cloned().collect()),
        }
    }

    /// Proof that the caller is a system administrator.
    pub fn system_admin(&self) -> Result<SystemAdmin, Problem> {
        if self.system_admin {
            Ok(SystemAdmin(()))
        } else {
            Err(Problem::forbidden("Only system administrators can do this."))
        }
    }

    /// The id of the person. Tokens are refused.
    pub fn in_person(&self) -> Result<&UserId, Problem> {
        match &self.caller {
            Caller::Person(user) => Ok(user),
            Caller::Token { .. } => Err(Problem::new(ProblemKind::SessionRequired)),
        }
    }

    /// Proof that the caller is a system administrator in person. Tokens are refused.
    pub fn system_admin_in_person(&self) -> Result<SystemAdmin, Problem> {
        self.in_person()?;
        self.system_admin()
    }

    /// Checks that the caller administers the project.
    pub fn project_admin(&self, project: &ProjectId) -> Result<(), Problem> {
        if self.administers.contains(project) {
            Ok(())
        } else {
            Err(Problem::forbidden("Only administrators of the project can do this."))
        }
    }

    /// Checks that the caller administers something. Nobody else issues tokens.
    /// [`Self::may_issue`] decides what they may issue.
    pub fn some_admin(&self) -> Result<(), Problem> {
        if self.system_admin || self.administers != Reach::Only(BTreeSet::new()) {
            Ok(())
        } else {
            Err(Problem::forbidden("Only administrators of a project can do this."))
        }
    }

    /// Whether the caller may see and manage a token with these targets. There must be at least
    /// one target: a token without any would belong to everybody.
    #[must_use]
    pub fn covers(&self, targets: &Targets) -> bool {
        if self.system_admin {
            return true;
        }
        match targets {
            Targets::Projects(Reach::All) => self.administers == Reach::All,
            Targets::Projects(Reach::Only(projects)) => {
                !projects.is_empty() && projects.iter().all(|project| self.administers.contains(project))
            }
            Targets::Users { users, .. } => {
                let mine = |user: &TargetUser| {
                    user.member_of.iter().any(|project| self.administers.contains(project))
                };
                !users.is_empty() && users.iter().all(mine)
            }
        }
    }

    /// Proof that the caller may manage a token with these targets. The error is `NotFound`, so
    /// that it does not tell that the token exists.
    pub fn may_manage(&self, targets: &Targets) -> Result<MayManage, Problem> {
        if self.covers(targets) { Ok(MayManage(())) } else { Err(Problem::not_found("token")) }
    }

    /// The projects that a JWT token must be bound to when this caller changes its grants or
    /// users: the projects of the caller, within the bound that it had before.
    #[must_use]
    pub fn bind(&self, bound: &Reach) -> Reach {
        if self.system_admin {
            return bound.clone();
        }
        match (&self.administers, bound) {
            (Reach::All, bound) => bound.clone(),
            (mine, Reach::All) => mine.clone(),
            (mine, Reach::Only(projects)) => {
                Reach::Only(projects.iter().filter(|project| mine.contains(project)).cloned().collect())
            }
        }
    }

    /// Whether the caller may change the limits of a token that hold. A token may only lower them: else
    /// it would lift its own.
    pub fn may_set_limits(&self, before: &Limits, after: &Limits) -> Result<(), Problem> {
        if self.token().is_none() {
            return Ok(());
        }
        match before.raised_in(after) {
            Some(limit) => Err(Problem::forbidden(format!("A token cannot raise or lift a {limit}."))),
            None => Ok(()),
        }
    }

    /// Proof that the caller may give `grants` to `targets` within `limits`. The problem names
    /// what they may not give.
    pub fn may_issue(
        &self,
        grants: &Grants,
        targets: &Targets,
        limits: &Limits,
    ) -> Result<MayManage, Problem> {
        for system in grants.whole.iter().filter_map(|id| grants.systems.get(id)) {
            if system.builtin {
                return Err(Problem::forbidden(
                    "Latchkey itself cannot be granted as a whole system. Grant its APIs one by one.",
                ));
            }
        }
        if !self.covers(targets) {
            return Err(Problem::forbidden("You do not administer all projects or users of the token."));
        }
        if !self.system_admin {
            self.project_admin_may_grant(grants, targets)?;
        }
        if let Caller::Token { held, user } = &self.caller {
            held.hands_out_at_most(grants, targets, limits, user.as_ref())?;
        }
        Ok(MayManage(()))
    }

    fn project_admin_may_grant(&self, grants: &Grants, targets: &Targets) -> Result<(), Problem> {
        for system in grants.systems.values() {
            if !self.is_open(system) {
                return Err(Problem::forbidden(format!(
                    "The system {} is not open to your projects.",
                    system.key
                )));
            }
            if system.builtin && matches!(targets, Targets::Users { .. }) {
                return Err(Problem::forbidden(
                    "Only system administrators can grant Latchkey's own API to users.",
                ));
            }
        }
        let global_api = grants.apis.iter().any(|api| api.scope == ApiScope::Global);
        let global_system =
            grants.whole.iter().filter_map(|id| grants.systems.get(id)).any(|system| system.has_global_apis);
        if global_api || global_system {
            return Err(Problem::forbidden(
                "Only system administrators can grant APIs that are in no project.",
            ));
        }
        if let Targets::Users { users, bound } = targets {
            if users.iter().any(|user| user.role == Role::SystemAdmin) {
                return Err(Problem::forbidden(
                    "Only system administrators can issue tokens for a system administrator.",
                ));
            }
            let within = match bound {
                Reach::All => self.administers == Reach::All,
                Reach::Only(projects) => {
                    !projects.is_empty() && projects.iter().all(|project| self.administers.contains(project))
                }
            };
            if !within {
                return Err(Problem::forbidden("The token is not bound to your projects."));
            }
        }
        Ok(())
    }

    fn is_open(&self, system: &GrantedSystem) -> bool {
        match (&system.opened_to, &self.administers) {
            (Reach::All, _) => true,
            (Reach::Only(projects), mine) => projects.iter().any(|project| mine.contains(project)),
        }
    }

    /// Proof that the caller may see the secrets of a token with these grants and targets. They
    /// need the same rights as to issue it. A token sees the secrets of its `descendant`s only.
    pub fn may_reveal(
        &self,
        grants: &Grants,
        targets: &Targets,
        limits: &Limits,
        descendant: bool,
    ) -> Result<MayReveal, Problem> {
        if matches!(self.caller, Caller::Token { .. }) && !descendant {
            return Err(Problem::forbidden("A token can get only the secrets of tokens that it issued."));
        }
        self.may_issue(grants, targets, limits).map(|MayManage(())| MayReveal(()))
    }
}

#[cfg(test)]
mod tests;
