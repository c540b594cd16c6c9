//! What a change takes away from a token.

use ipnet::IpNet;

use super::store::{Found, Written};
use crate::access::grants::{GrantedApi, Limits, Targets};

/// Whether `after` allows nothing that `before` did not.
pub(super) fn narrows(before: &Limits, after: &Limits) -> bool {
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

/// When JWTs that were issued before the change stop being valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// Now.
    Now,
    /// At this time, in milliseconds since the epoch.
    At(i64),
}

/// What the new version of a token loses. Verifiers that check its JWTs offline must learn of
/// it.
pub(super) fn loss(before: &Found, targets_before: &Targets, after: &Written<'_>) -> Option<Loss> {
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
    // The expiry time is treated apart: a JWT stays valid until then.
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
