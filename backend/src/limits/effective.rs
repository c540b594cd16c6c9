//! Which limits hold for a token: its own or the default, and no more than the ceilings.

use latchkey_shared::limits::Limits;
use latchkey_shared::tokens::{Quota, RateLimit};
use latchkey_shared::warning::{ABOVE_CEILING, Warning};

use super::rules::Rules;

/// The limits that hold for a token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effective {
    /// The rate limit.
    pub rate_limit: Option<RateLimit>,
    /// The quotas: one for each period and time zone. All of them hold.
    pub quotas: Vec<Quota>,
}

impl Effective {
    /// The limits of a token with limits of its `own`, in these projects: for all its calls, or for those
    /// of one API.
    pub(super) fn of(own: &Limits, projects: &[Rules], installation: &Rules) -> Self {
        let mut effective = Self::default();
        let ceilings = projects.iter().chain([installation]).map(|rules| &rules.ceiling);
        let rates = || projects.iter().filter_map(|rules| rules.default.rate_limit);
        let mut default = rates().reduce(lower).or(installation.default.rate_limit);
        default = own.rate_limit.or(default);
        effective.rate_limit =
            default.into_iter().chain(ceilings.clone().filter_map(|limits| limits.rate_limit)).reduce(lower);
        let defaults: Vec<&Quota> =
            projects.iter().filter_map(|rules| rules.default.quota.as_ref()).collect();
        let quotas = match &own.quota {
            Some(own) => vec![own],
            None if defaults.is_empty() => installation.default.quota.iter().collect(),
            None => defaults,
        };
        for quota in quotas.into_iter().chain(ceilings.filter_map(|limits| limits.quota.as_ref())) {
            effective.add(quota);
        }
        effective
    }

    /// Adds a quota. Of those with the same days or months, the lowest holds.
    fn add(&mut self, quota: &Quota) {
        let is_same = |one: &&mut Quota| (one.period, &one.time_zone) == (quota.period, &quota.time_zone);
        match self.quotas.iter_mut().find(is_same) {
            Some(one) => one.requests = one.requests.min(quota.requests),
            None => self.quotas.push(quota.clone()),
        }
    }
}

/// The lower rate of two, and the smaller burst.
fn lower(one: RateLimit, other: RateLimit) -> RateLimit {
    let (left, right) = (
        u64::from(one.requests) * u64::from(other.seconds),
        u64::from(other.requests) * u64::from(one.seconds),
    );
    RateLimit { burst: one.burst.min(other.burst), ..if right < left { other } else { one } }
}

/// The warnings that a token asks for more than a ceiling allows, for all calls or for those of an `api`.
#[must_use]
pub fn warnings(own: &Limits, effective: &Effective, api: Option<&str>) -> Vec<Warning> {
    let warning = |field: &str, message: String| Warning {
        code: ABOVE_CEILING.to_owned(),
        field: if api.is_some() { "api_limits" } else { field }.to_owned(),
        message: api.map_or_else(|| message.clone(), |api| format!("{api}: {message}")),
        like: None,
    };
    let rate = own.rate_limit.and(effective.rate_limit.filter(|holds| own.rate_limit != Some(*holds)));
    let rate = rate.map(|RateLimit { requests, seconds, burst }| {
        let message =
            format!("A ceiling is lower. It holds: {requests} calls in {seconds} s, {burst} at once.");
        warning("rate_limit", message)
    });
    let quota = own.quota.as_ref().and_then(|own| {
        let is_lower = |one: &&Quota| one.period == own.period && one.requests < own.requests;
        effective.quotas.iter().filter(is_lower).min_by_key(|one| one.requests)
    });
    let quota = quota.map(|Quota { requests, period, time_zone }| {
        let message =
            format!("A ceiling is lower. It holds: {requests} calls a {} ({time_zone}).", period.as_str());
        warning("quota", message)
    });
    rate.into_iter().chain(quota).collect()
}

#[cfg(test)]
mod tests {
    use latchkey_shared::tokens::Period;

    use super::*;

    fn rate(requests: u32, seconds: u32, burst: u32) -> RateLimit {
        RateLimit { requests, seconds, burst }
    }

    fn quota(requests: u32, period: Period, zone: &str) -> Quota {
        Quota { requests, period, time_zone: zone.to_owned() }
    }

    fn rules(default: Limits, ceiling: Limits) -> Rules {
        Rules { default, ceiling }
    }

    fn rated(rate_limit: RateLimit) -> Limits {
        Limits { rate_limit: Some(rate_limit), quota: None }
    }

    fn counted(quota: Quota) -> Limits {
        Limits { rate_limit: None, quota: Some(quota) }
    }

    #[test]
    fn a_default_holds_for_tokens_without_a_limit_and_the_lowest_ceiling_for_all() {
        let none = Limits::default();
        let installation = rules(rated(rate(50, 1, 50)), rated(rate(100, 1, 100)));
        let low = rules(none.clone(), rated(rate(600, 60, 600)));
        let high = rules(rated(rate(20, 1, 5)), rated(rate(1_000, 1, 1_000)));
        let of = |own: &Limits, projects: &[&Rules]| {
            let projects: Vec<Rules> = projects.iter().copied().cloned().collect();
            Effective::of(own, &projects, &installation).rate_limit
        };
        assert_eq!(of(&none, &[]), Some(rate(50, 1, 50)));
        assert_eq!(of(&none, &[&high]), Some(rate(20, 1, 5)));
        assert_eq!(of(&rated(rate(70, 1, 90)), &[&high]), Some(rate(70, 1, 90)));
        assert_eq!(of(&rated(rate(500, 1, 10)), &[&high]), Some(rate(100, 1, 10)));
        assert_eq!(of(&rated(rate(500, 1, 500)), &[&high, &low]), Some(rate(600, 60, 100)));
        assert_eq!(Effective::of(&none, &[], &Rules::default()), Effective::default());
    }

    #[test]
    fn quotas_of_different_periods_all_hold() {
        let (day, month) = (Period::Day, Period::Month);
        let installation = rules(counted(quota(9, day, "UTC")), counted(quota(1_000, month, "UTC")));
        let projects = [rules(Limits::default(), counted(quota(500, month, "UTC")))];
        let of = |own: Limits| {
            let effective = Effective::of(&own, &projects, &installation);
            let warned = warnings(&own, &effective, None).len();
            let quotas = effective.quotas.into_iter();
            (quotas.map(|one| (one.requests, one.period)).collect::<Vec<_>>(), warned)
        };
        assert_eq!(of(Limits::default()), (vec![(9, day), (500, month)], 0));
        assert_eq!(of(counted(quota(90, day, "UTC"))), (vec![(90, day), (500, month)], 0));
        assert_eq!(of(counted(quota(900, month, "UTC"))), (vec![(500, month)], 1));
        let elsewhere = counted(quota(900, month, "Asia/Tokyo"));
        assert_eq!(of(elsewhere), (vec![(900, month), (500, month)], 1));
    }
}
