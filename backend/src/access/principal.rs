//! The one who asks.

use std::collections::BTreeSet;

use latchkey_shared::ids::{ProjectId, TokenId, UserId};
use latchkey_shared::systems::ApiScope;
use latchkey_shared::users::Role;

use super::grants::{GrantedSystem, Grants, Held, Limits, TargetUser, Targets};
use super::origin::Origin;
use super::reach::{Reach, UserState};
use crate::web::problem::{Kind as ProblemKind, Problem};

enum Caller {
    Person(UserId),
    /// `user` is whom a JWT token acts as; an RSA token acts as nobody.
    Token {
        held: Box<Held>,
        user: Option<UserId>,
    },
}

/// Who asks.
pub struct Principal {
    caller: Caller,
    system_admin: bool,
    administers: Reach,
    member_of: BTreeSet<ProjectId>,
    origin: Origin,
}

/// Proof that the one who asks is a system administrator.
pub struct SystemAdmin(());

impl SystemAdmin {
    /// The server itself, in a database that has no user yet.
    pub(crate) fn at_first_start() -> Self {
        Self(())
    }
}

/// Proof that a token may be changed as it was asked.
pub struct MayManage(());

/// Proof that a token's secrets may be handed out.
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
        }
    }

    /// An RSA token, inside its projects.
    #[must_use]
    pub fn rsa_token(held: Held, projects: Reach, origin: Origin) -> Self {
        Self {
            caller: Caller::Token { held: Box::new(held), user: None },
            system_admin: false,
            administers: projects,
            member_of: BTreeSet::new(),
            origin,
        }
    }

    /// A JWT token, as its user, held to `bound`.
    #[must_use]
    pub fn jwt_token(held: Held, user: &UserState, bound: &Reach, origin: Origin) -> Self {
        let within =
            |projects: BTreeSet<ProjectId>| projects.into_iter().filter(|p| bound.contains(p)).collect();
        let system_admin = user.role == Role::SystemAdmin && *bound == Reach::All;
        Self {
            caller: Caller::Token { held: Box::new(held), user: Some(user.id.clone()) },
            system_admin,
            administers: match (user.role, bound) {
                (Role::SystemAdmin, bound) => bound.clone(),
                (Role::User, _) => Reach::Only(within(user.administers())),
            },
            member_of: within(user.memberships.keys().cloned().collect()),
            origin,
        }
    }

    /// Who asks, for the audit trail.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The person, or the user whom a JWT token acts as.
    #[must_use]
    pub fn user(&self) -> Option<&UserId> {
        match &self.caller {
            Caller::Person(user) => Some(user),
            Caller::Token { user, .. } => user.as_ref(),
        }
    }

    /// The token that asks, if it is one; it becomes the parent of what it makes.
    #[must_use]
    pub fn token(&self) -> Option<&TokenId> {
        match &self.caller {
            Caller::Person(_) => None,
            Caller::Token { held, .. } => Some(&held.token),
        }
    }

    /// Whether it is a system administrator who asks.
    #[must_use]
    pub fn is_system_admin(&self) -> bool {
        self.system_admin
    }

    /// The projects whose tokens it may manage.
    #[must_use]
    pub fn administers(&self) -> &Reach {
        &self.administers
    }

    /// Whether it may know of the project.
    #[must_use]
    pub fn may_see_project(&self, project: &ProjectId) -> bool {
        self.administers.contains(project) || self.member_of.contains(project)
    }

    /// Whether it may know of a system that is opened to these projects.
    #[must_use]
    pub fn may_see_system(&self, opened_to: &Reach) -> bool {
        match opened_to {
            Reach::All => true,
            Reach::Only(projects) => {
                self.administers == Reach::All || projects.iter().any(|project| self.may_see_project(project))
            }
        }
    }

    /// The projects that it may know of.
    #[must_use]
    pub fn sees(&self) -> Reach {
        match &self.administers {
            Reach::All => Reach::All,
            Reach::Only(projects) => Reach::Only(projects.union(&self.member_of).cloned().collect()),
        }
    }

    /// Proof of being a system administrator.
    pub fn system_admin(&self) -> Result<SystemAdmin, Problem> {
        if self.system_admin {
            Ok(SystemAdmin(()))
        } else {
            Err(Problem::forbidden("Only system administrators can do this."))
        }
    }

    /// The id of the person with a session; tokens are refused.
    pub fn in_person(&self) -> Result<&UserId, Problem> {
        match &self.caller {
            Caller::Person(user) => Ok(user),
            Caller::Token { .. } => Err(Problem::new(ProblemKind::SessionRequired)),
        }
    }

    /// Proof of being a system administrator with a session; tokens are refused.
    pub fn system_admin_in_person(&self) -> Result<SystemAdmin, Problem> {
        self.in_person()?;
        self.system_admin()
    }

    /// Proof of administering the project.
    pub fn project_admin(&self, project: &ProjectId) -> Result<(), Problem> {
        if self.administers.contains(project) {
            Ok(())
        } else {
            Err(Problem::forbidden("Only administrators of the project can do this."))
        }
    }

    /// Proof of administering something: nobody else issues tokens. What may be
    /// issued is for [`Self::may_issue`] to say.
    pub fn some_admin(&self) -> Result<(), Problem> {
        if self.system_admin || self.administers != Reach::Only(BTreeSet::new()) {
            Ok(())
        } else {
            Err(Problem::forbidden("Only administrators of a project can do this."))
        }
    }

    /// Whether a token with these targets is theirs to see and manage. A target
    /// must be there: "all of none" would make orphans everybody's.
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

    /// Proof that the token with these targets is theirs to manage; `NotFound`
    /// otherwise, as its existence is not theirs to know either.
    pub fn may_manage(&self, targets: &Targets) -> Result<MayManage, Problem> {
        if self.covers(targets) { Ok(MayManage(())) } else { Err(Problem::not_found("token")) }
    }

    /// The projects that a JWT token must be bound to when this principal
    /// decides whom and what it is for: theirs, within what it was bound to.
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

    /// Proof that they may give `grants` to `targets` within `limits`; the
    /// problem names what is not theirs to give.
    pub fn may_issue(
        &self,
        grants: &Grants,
        targets: &Targets,
        limits: &Limits,
    ) -> Result<MayManage, Problem> {
        for system in grants.whole.iter().filter_map(|id| grants.systems.get(id)) {
            if system.builtin {
                return Err(Problem::forbidden(
                    "Latchkey itself is granted operation by operation: later ones would slip in.",
                ));
            }
        }
        if !self.covers(targets) {
            return Err(Problem::forbidden("The token would be for projects or users that are not yours."));
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
                    "Only system administrators grant Latchkey's own API to users.",
                ));
            }
        }
        let global_api = grants.apis.iter().any(|api| api.scope == ApiScope::Global);
        let global_system =
            grants.whole.iter().filter_map(|id| grants.systems.get(id)).any(|system| system.has_global_apis);
        if global_api || global_system {
            return Err(Problem::forbidden("Only system administrators grant APIs that are in no project."));
        }
        if let Targets::Users { users, bound } = targets {
            if users.iter().any(|user| user.role == Role::SystemAdmin) {
                return Err(Problem::forbidden("Only system administrators name a system administrator."));
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

    /// Proof that they may have the secrets of the token with these grants and
    /// targets: the same right over every one of them. A token gets those of its
    /// `descendant`s only.
    pub fn may_reveal(
        &self,
        grants: &Grants,
        targets: &Targets,
        limits: &Limits,
        descendant: bool,
    ) -> Result<MayReveal, Problem> {
        if matches!(self.caller, Caller::Token { .. }) && !descendant {
            return Err(Problem::forbidden(
                "A token gets the secrets of tokens that it issued, and of no other.",
            ));
        }
        self.may_issue(grants, targets, limits).map(|MayManage(())| MayReveal(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        Origin::system()
    }

    fn user(role: Role, memberships: &[(&ProjectId, MemberRole)]) -> UserState {
        UserState {
            id: UserId::new(),
            username: "ada".into(),
            role,
            disabled: false,
            memberships: memberships.iter().map(|(project, role)| ((*project).clone(), *role)).collect(),
        }
    }

    fn only(projects: &[&ProjectId]) -> Reach {
        Reach::Only(projects.iter().map(|project| (*project).clone()).collect())
    }

    fn held() -> Held {
        Held {
            token: TokenId::new(),
            apis: HashSet::new(),
            systems: HashSet::new(),
            expires_at: None,
            allowed_ips: Vec::new(),
            one_time_only: false,
        }
    }

    fn grants(api: &ApiId, scope: ApiScope, builtin: bool, opened_to: Reach) -> Grants {
        let system = SystemId::new();
        Grants {
            apis: vec![GrantedApi { id: api.clone(), system: system.clone(), scope }],
            whole: HashSet::new(),
            systems: HashMap::from([(
                system.clone(),
                GrantedSystem { id: system, key: "s".into(), builtin, opened_to, has_global_apis: false },
            )]),
        }
    }

    fn target_user(role: Role, member_of: &[&ProjectId]) -> TargetUser {
        TargetUser { id: UserId::new(), role, member_of: member_of.iter().map(|p| (*p).clone()).collect() }
    }

    #[test]
    fn a_project_administrator_covers_tokens_wholly_inside_their_projects() {
        let (mine, foreign) = (ProjectId::new(), ProjectId::new());
        let me = Principal::person(&user(Role::User, &[(&mine, MemberRole::Admin)]), origin());
        assert!(me.some_admin().is_ok());
        assert!(me.covers(&Targets::Projects(only(&[&mine]))));
        assert!(!me.covers(&Targets::Projects(only(&[&mine, &foreign]))));
        assert!(!me.covers(&Targets::Projects(only(&[]))), "all of none is not theirs");
        assert!(!me.covers(&Targets::Projects(Reach::All)));
        let users = |users: Vec<TargetUser>| Targets::Users { users, bound: Reach::All };
        assert!(me.covers(&users(vec![target_user(Role::User, &[&mine, &foreign])])));
        assert!(
            !me.covers(&users(vec![target_user(Role::User, &[&mine]), target_user(Role::User, &[&foreign])]))
        );
        assert!(!me.covers(&users(vec![])));
    }

    #[test]
    fn a_plain_member_administers_nothing() {
        let project = ProjectId::new();
        let me = Principal::person(&user(Role::User, &[(&project, MemberRole::Member)]), origin());
        assert!(!me.covers(&Targets::Projects(only(&[&project]))));
        assert!(me.some_admin().is_err());
        assert!(me.may_see_project(&project));
    }

    #[test]
    fn a_project_administrator_grants_open_project_apis_to_bound_users_only() {
        let (mine, foreign) = (ProjectId::new(), ProjectId::new());
        let me = Principal::person(&user(Role::User, &[(&mine, MemberRole::Admin)]), origin());
        let api = ApiId::new();
        let none = Limits::default();
        let to_users = |role, bound| Targets::Users { users: vec![target_user(role, &[&mine])], bound };
        let to_project = Targets::Projects(only(&[&mine]));
        let open = grants(&api, ApiScope::Project, false, Reach::All);
        assert!(me.may_issue(&open, &to_project, &none).is_ok());
        assert!(me.may_issue(&open, &to_users(Role::User, only(&[&mine])), &none).is_ok());
        assert!(me.may_issue(&open, &to_users(Role::User, Reach::All), &none).is_err(), "unbound");
        assert!(me.may_issue(&open, &to_users(Role::User, only(&[&mine, &foreign])), &none).is_err());
        assert!(me.may_issue(&open, &to_users(Role::SystemAdmin, only(&[&mine])), &none).is_err());
        let closed = grants(&api, ApiScope::Project, false, only(&[&foreign]));
        assert!(me.may_issue(&closed, &to_project, &none).is_err());
        let global = grants(&api, ApiScope::Global, false, Reach::All);
        assert!(me.may_issue(&global, &to_project, &none).is_err());
        let latchkey = grants(&api, ApiScope::Project, true, Reach::All);
        assert!(me.may_issue(&latchkey, &to_project, &none).is_ok());
        assert!(me.may_issue(&latchkey, &to_users(Role::User, only(&[&mine])), &none).is_err());
    }

    #[test]
    fn nobody_grants_latchkey_whole() {
        let admin = Principal::person(&user(Role::SystemAdmin, &[]), origin());
        let mut latchkey = grants(&ApiId::new(), ApiScope::Project, true, Reach::All);
        latchkey.whole = latchkey.systems.keys().cloned().collect();
        assert!(admin.may_issue(&latchkey, &Targets::Projects(Reach::All), &Limits::default()).is_err());
    }

    #[test]
    fn a_token_hands_out_at_most_what_it_holds() {
        let mine = ProjectId::new();
        let api = ApiId::new();
        let open = grants(&api, ApiScope::Project, false, Reach::All);
        let to_project = Targets::Projects(only(&[&mine]));
        let network: IpNet = "10.0.0.0/8".parse().expect("a network");
        let inside: IpNet = "10.1.0.0/16".parse().expect("a network");
        let base = Held { apis: HashSet::from([api.clone()]), ..held() };
        let issue = |held: Held, limits: &Limits| {
            Principal::rsa_token(held, only(&[&mine]), origin()).may_issue(&open, &to_project, limits).is_ok()
        };
        let free = Limits::default();
        assert!(issue(base.clone(), &free));
        assert!(!issue(held(), &free), "a grant");
        let ends = Held { expires_at: Some(1_000), ..base.clone() };
        assert!(!issue(ends.clone(), &free), "time");
        assert!(issue(ends, &Limits { expires_at: Some(1_000), ..Limits::default() }));
        let fenced = Held { allowed_ips: vec![network], ..base.clone() };
        assert!(!issue(fenced.clone(), &free), "an address range");
        assert!(issue(fenced, &Limits { allowed_ips: vec![inside], ..Limits::default() }));
        assert!(!issue(Held { one_time_only: true, ..base.clone() }, &free));
        let parent = Principal::rsa_token(base, only(&[&mine]), origin());
        assert!(parent.may_reveal(&open, &to_project, &free, false).is_err());
        assert!(parent.may_reveal(&open, &to_project, &free, true).is_ok());
        assert!(parent.in_person().is_err());
    }

    #[test]
    fn a_token_hands_out_no_user_but_the_one_it_acts_as() {
        let mine = ProjectId::new();
        let api = ApiId::new();
        let open = grants(&api, ApiScope::Project, false, Reach::All);
        let base = Held { apis: HashSet::from([api.clone()]), ..held() };
        let me = user(Role::User, &[(&mine, MemberRole::Admin)]);
        let myself = TargetUser { id: me.id.clone(), ..target_user(Role::User, &[&mine]) };
        let other = target_user(Role::User, &[&mine]);
        let to_project = Targets::Projects(only(&[&mine]));
        let to = |users: &[&TargetUser]| Targets::Users {
            users: users.iter().map(|user| (*user).clone()).collect(),
            bound: only(&[&mine]),
        };
        let rsa = Principal::rsa_token(base.clone(), only(&[&mine]), origin());
        let jwt = Principal::jwt_token(base, &me, &only(&[&mine]), origin());
        let person = Principal::person(&me, origin());
        for (principal, what, targets, allowed) in [
            (&rsa, "an RSA token gives its project", &to_project, true),
            (&rsa, "an RSA token gives a user", &to(&[&other]), false),
            (&jwt, "a JWT token gives its user's project", &to_project, true),
            (&jwt, "a JWT token gives its user", &to(&[&myself]), true),
            (&jwt, "a JWT token gives another user", &to(&[&other]), false),
            (&jwt, "a JWT token gives another user besides", &to(&[&myself, &other]), false),
            (&person, "a person gives another user", &to(&[&myself, &other]), true),
        ] {
            let issued = principal.may_issue(&open, targets, &Limits::default());
            assert_eq!(issued.is_ok(), allowed, "{what}");
            let revealed = principal.may_reveal(&open, targets, &Limits::default(), true);
            assert_eq!(revealed.is_ok(), allowed, "{what}, by its secrets");
        }
    }

    #[test]
    fn a_bound_jwt_token_of_a_system_administrator_is_no_system_administrator() {
        let mine = ProjectId::new();
        let admin = user(Role::SystemAdmin, &[]);
        assert!(Principal::jwt_token(held(), &admin, &Reach::All, origin()).is_system_admin());
        let bound = Principal::jwt_token(held(), &admin, &only(&[&mine]), origin());
        assert!(!bound.is_system_admin());
        assert!(bound.covers(&Targets::Projects(only(&[&mine]))));
    }
}
