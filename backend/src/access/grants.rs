//! What a token is granted, for whom, and within which limits.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use ipnet::IpNet;
use latchkey_shared::ids::{ApiId, ProjectId, SystemId, TokenId, UserId};
use latchkey_shared::limits;
use latchkey_shared::systems::ApiScope;
use latchkey_shared::tokens::{Quota, RateLimit};
use latchkey_shared::users::Role;

use super::reach::Reach;
use crate::web::problem::Problem;

/// A user that a token is for.
#[derive(Debug, Clone)]
pub struct TargetUser {
    /// The user's id.
    pub id: UserId,
    /// What the person may do.
    pub role: Role,
    /// The projects that the user belongs to.
    pub member_of: BTreeSet<ProjectId>,
}

/// The projects or users that a token is for.
#[derive(Debug, Clone)]
pub enum Targets {
    /// RSA: projects.
    Projects(Reach),
    /// JWT: users, and the projects that limit their calls.
    Users {
        /// The users.
        users: Vec<TargetUser>,
        /// The projects that limit their calls.
        bound: Reach,
    },
}

/// An API that a token is granted.
#[derive(Debug, Clone)]
pub struct GrantedApi {
    /// The API's id.
    pub id: ApiId,
    /// The system's id.
    pub system: SystemId,
    /// Whether its calls happen in a project.
    pub scope: ApiScope,
}

/// A system that a token is granted, whole or through single APIs.
#[derive(Debug, Clone)]
pub struct GrantedSystem {
    /// The system's id.
    pub id: SystemId,
    /// The system's key.
    pub key: String,
    /// Latchkey itself.
    pub builtin: bool,
    /// The projects that it is opened to.
    pub opened_to: Reach,
    /// Whether it is granted whole and any of its APIs is in no project.
    pub has_global_apis: bool,
}

/// What a token is granted.
#[derive(Debug, Clone, Default)]
pub struct Grants {
    /// Single APIs.
    pub apis: Vec<GrantedApi>,
    /// Whole systems.
    pub whole: HashSet<SystemId>,
    /// Every system that `apis` or `whole` refers to.
    pub systems: HashMap<SystemId, GrantedSystem>,
}

/// The limits of a token, beside its grants and targets.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// When it ends, in milliseconds since the epoch.
    pub expires_at: Option<i64>,
    /// The addresses that it may be used from; empty for any.
    pub allowed_ips: Vec<IpNet>,
    /// Whether it accepts one-time requests only.
    pub one_time_only: bool,
    /// How many calls may be made with it.
    pub rate_limit: Option<RateLimit>,
    /// How many calls may be made with it in a day or a month.
    pub quota: Option<Quota>,
    /// The same for the calls of single APIs.
    pub of_apis: BTreeMap<ApiId, limits::Limits>,
}

impl Limits {
    /// The limit that is higher in `after`, or not there.
    pub(super) fn raised_in(&self, after: &Self) -> Option<&'static str> {
        let none = limits::Limits::default();
        let of_apis = self.of_apis.iter().find_map(|(api, before)| {
            let after = after.of_apis.get(api).unwrap_or(&none);
            raised((before.rate_limit, after.rate_limit), (before.quota.as_ref(), after.quota.as_ref()))
        });
        raised((self.rate_limit, after.rate_limit), (self.quota.as_ref(), after.quota.as_ref())).or(of_apis)
    }
}

/// Which of two limits, before and after a change, is higher afterwards, or not there.
fn raised(
    rate_limits: (Option<RateLimit>, Option<RateLimit>),
    quotas: (Option<&Quota>, Option<&Quota>),
) -> Option<&'static str> {
    let rate_is_no_higher = match rate_limits {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(before), Some(after)) => {
            let (per, least) = (u64::from(before.seconds), u64::from(after.seconds));
            u64::from(after.requests) * per <= u64::from(before.requests) * least
                && after.burst <= before.burst
        }
    };
    // Another period or time zone would begin a new count.
    let quota_is_no_higher = match quotas {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(before), Some(after)) => {
            after.requests <= before.requests
                && (after.period, &after.time_zone) == (before.period, &before.time_zone)
        }
    };
    match (rate_is_no_higher, quota_is_no_higher) {
        (false, _) => Some("rate limit"),
        (true, false) => Some("quota"),
        (true, true) => None,
    }
}

/// What a token holds. It cannot grant more than this.
#[derive(Debug, Clone)]
pub struct Held {
    /// The version of the token.
    pub version: i64,
    /// The token.
    pub token: TokenId,
    /// The APIs that the credential reaches one by one.
    pub apis: HashSet<ApiId>,
    /// The systems that it reaches whole.
    pub systems: HashSet<SystemId>,
    /// When the token ends, in milliseconds since the epoch.
    pub expires_at: Option<i64>,
    /// The addresses that it may be used from; empty for any.
    pub allowed_ips: Vec<IpNet>,
    /// Whether it accepts one-time requests only.
    pub one_time_only: bool,
}

impl Held {
    /// Attenuation: a token grants only what it holds. `user` is the user that the token acts
    /// as. It can issue tokens for no other user.
    pub(super) fn hands_out_at_most(
        &self,
        grants: &Grants,
        targets: &Targets,
        limits: &Limits,
        user: Option<&UserId>,
    ) -> Result<(), Problem> {
        let refused =
            |what: &str| Err(Problem::forbidden(format!("A token cannot hand out a token {what}.")));
        if grants.apis.iter().any(|api| !self.apis.contains(&api.id) && !self.systems.contains(&api.system))
            || grants.whole.iter().any(|system| !self.systems.contains(system))
        {
            return refused("with grants that it does not have");
        }
        if let Targets::Users { users, .. } = targets
            && users.iter().any(|target| Some(&target.id) != user)
        {
            return refused("for a user that it does not act as");
        }
        if self.expires_at.is_some_and(|mine| limits.expires_at.is_none_or(|theirs| theirs > mine)) {
            return refused("that expires later than itself");
        }
        let within = |range: &IpNet| self.allowed_ips.iter().any(|mine| mine.contains(range));
        if !self.allowed_ips.is_empty()
            && (limits.allowed_ips.is_empty() || !limits.allowed_ips.iter().all(within))
        {
            return refused("with addresses outside its own ranges");
        }
        if self.one_time_only && !limits.one_time_only {
            return refused("that accepts more than one-time requests, unless it does so itself");
        }
        Ok(())
    }
}
