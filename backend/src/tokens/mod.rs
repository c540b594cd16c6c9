//! Tokens: what an administrator applies for.

mod file;
pub mod issue;
pub mod names;
pub mod routes;
pub mod search;
pub mod store;
mod trial;

use ipnet::IpNet;
use latchkey_shared::fields::{self, Errors};
use latchkey_shared::time;
use latchkey_shared::tokens::Kind;

use crate::access::grants::{GrantedApi, Limits, Targets};
use crate::crypto::rsa::KeySize;
use crate::tokens::store::{Found, Written};

/// The most APIs or systems that a token is granted one by one.
const MOST_GRANTS: usize = 2_000;
/// The most projects or users that a token is for.
const MOST_TARGETS: usize = 500;
/// The most address ranges of a token.
const MOST_RANGES: usize = 100;

/// Whom and what a token names, as it was asked for: keys, names or ids.
#[derive(Clone, Default)]
pub struct Named {
    /// APIs, by key or id.
    pub apis: Vec<String>,
    /// Systems, by key or id.
    pub systems: Vec<String>,
    /// Projects, by key or id.
    pub projects: Vec<String>,
    /// All projects.
    pub all_projects: bool,
    /// Users, by name or id.
    pub users: Vec<String>,
}

impl Named {
    /// Notes what does not go with the kind, or goes beyond the limits.
    fn check(&self, kind: Kind, errors: &mut Errors) {
        for (field, length, most) in [
            ("apis", self.apis.len(), MOST_GRANTS),
            ("systems", self.systems.len(), MOST_GRANTS),
            ("projects", self.projects.len(), MOST_TARGETS),
            ("users", self.users.len(), MOST_TARGETS),
        ] {
            if length > most {
                errors.add(field, "too_many", format!("At most {most}."));
            }
        }
        if self.apis.is_empty() && self.systems.is_empty() {
            errors.add("apis", "required", "Grant at least one API or system.");
        }
        match kind {
            Kind::Rsa => {
                if !self.users.is_empty() {
                    errors.add("users", "wrong_kind", "RSA tokens are for projects.");
                }
                if self.projects.is_empty() && !self.all_projects {
                    errors.add("projects", "required", "Name at least one project.");
                }
                if !self.projects.is_empty() && self.all_projects {
                    errors.add("all_projects", "contradiction", "Name projects, or all of them, not both.");
                }
            }
            Kind::Jwt => {
                if !self.projects.is_empty() {
                    errors.add("projects", "wrong_kind", "JWT tokens are for users.");
                }
                if self.all_projects {
                    errors.add("all_projects", "wrong_kind", "JWT tokens are for users.");
                }
                if self.users.is_empty() {
                    errors.add("users", "required", "Name at least one user.");
                }
            }
        }
    }
}

/// When a token ends, from what was asked for.
fn expiry(raw: &str, now: i64, errors: &mut Errors) -> Option<i64> {
    match time::parse_millis(raw) {
        None => errors.add("expires_at", "invalid_time", "Not a time in RFC 3339, as 2027-01-31T12:00:00Z."),
        Some(end) if end <= now => errors.add("expires_at", "in_the_past", "Must be in the future."),
        Some(end) => return Some(end),
    }
    None
}

/// The address ranges that were asked for.
fn ranges(raw: &[String], errors: &mut Errors) -> Vec<IpNet> {
    if raw.len() > MOST_RANGES {
        errors.add("allowed_ips", "too_many", format!("At most {MOST_RANGES}."));
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, one) in raw.iter().enumerate() {
        if let Some(range) = errors.take(&format!("allowed_ips[{index}]"), fields::address_range(one))
            && !found.contains(&range)
        {
            found.push(range);
        }
    }
    found
}

/// The size of key that was asked for.
fn key_size(raw: Option<u16>, kind: Kind, client_brings_one: bool, errors: &mut Errors) -> KeySize {
    let Some(bits) = raw else { return KeySize::Bits2048 };
    if kind == Kind::Jwt {
        errors.add("key_size", "wrong_kind", "JWT tokens have no RSA key.");
    } else if client_brings_one {
        errors.add("key_size", "contradiction", "The size is that of the `public_key` that is sent.");
    }
    KeySize::try_from(bits).unwrap_or_else(|error| {
        errors.add("key_size", "unsupported", format!("{error}."));
        KeySize::Bits2048
    })
}

/// Whether `after` lets its bearer do nothing that `before` did not.
fn narrows(before: &Limits, after: &Limits) -> bool {
    let ends_no_later = match (before.expires_at, after.expires_at) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(before), Some(after)) => after <= before,
    };
    let within = |range: &IpNet| before.allowed_ips.iter().any(|wide| wide.contains(range));
    let from_no_elsewhere = before.allowed_ips.is_empty()
        || (!after.allowed_ips.is_empty() && after.allowed_ips.iter().all(within));
    ends_no_later && from_no_elsewhere && (after.one_time_only || !before.one_time_only)
}

/// What a change takes from JWTs that were issued before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    /// Something, at once.
    Now,
    /// Nothing before this moment, everything then.
    At(i64),
}

/// What is lost by writing a token anew: verifiers that check its JWTs offline
/// have to learn of it.
fn loss(before: &Found, targets_before: &Targets, after: &Written<'_>) -> Option<Loss> {
    let grants = after.grants;
    let grants_stay = before.token.systems.iter().all(|system| grants.whole.contains(&system.id))
        && before.token.apis.iter().all(|held| {
            let is_held = |api: &GrantedApi| api.id == held.id;
            let whole = || {
                held.key.split_once(':').is_some_and(|(key, _)| {
                    grants
                        .whole
                        .iter()
                        .filter_map(|id| grants.systems.get(id))
                        .any(|system| system.key == key)
                })
            };
            grants.apis.iter().any(is_held) || whole()
        });
    let targets_stay = match (targets_before, after.targets) {
        (Targets::Projects(before), Targets::Projects(after)) => after.holds(before),
        (Targets::Users { users, bound }, Targets::Users { users: still, bound: held_to }) => {
            users.iter().all(|user| still.iter().any(|one| one.id == user.id)) && held_to.holds(bound)
        }
        _ => false,
    };
    // The end is looked at apart: a JWT is good until then.
    let limits = Limits { expires_at: before.limits.expires_at, ..after.limits.clone() };
    let is_switched_off = after.disabled && !before.disabled;
    if is_switched_off || !grants_stay || !targets_stay || !narrows(&limits, &before.limits) {
        return Some(Loss::Now);
    }
    match (before.limits.expires_at, after.limits.expires_at) {
        (None, Some(end)) => Some(Loss::At(end)),
        (Some(before), Some(end)) if end < before => Some(Loss::At(end)),
        _ => None,
    }
}
