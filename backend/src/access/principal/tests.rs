use std::collections::{HashMap, HashSet};

use ipnet::IpNet;
use latchkey_shared::ids::{ApiId, SystemId};
use latchkey_shared::projects::MemberRole;

use super::*;
use crate::access::grants::GrantedApi;

fn origin() -> Origin {
    Origin::system()
}

fn user(role: Role, memberships: &[(&ProjectId, MemberRole)]) -> UserState {
    UserState {
        rights_version: 1,
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
        version: 1,
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
