//! Checks limits that a caller asks for.

use latchkey_shared::fields::Errors;
use latchkey_shared::limits::Limits;
use latchkey_shared::tokens::{NewQuota, NewRateLimit, Quota, RateLimit};

use super::zones::zone;

/// The most requests of a rate limit.
const MOST_REQUESTS: u32 = 1_000_000;
/// The most requests of a quota.
const MOST_OF_QUOTA: u32 = 1_000_000_000;
/// The seconds of a day.
const DAY: u32 = 86_400;

/// Checks a rate limit and a quota. `at` is the prefix of the fields' names.
pub(super) fn limits(
    rate: Option<&NewRateLimit>,
    of_period: Option<&NewQuota>,
    at: &str,
    errors: &mut Errors,
) -> Limits {
    Limits {
        rate_limit: rate.and_then(|limit| rate_limit(limit, at, errors)),
        quota: of_period.and_then(|limit| quota(limit, at, errors)),
    }
}

/// Checks a rate limit. `at` is the prefix of the field's name.
pub fn rate_limit(raw: &NewRateLimit, at: &str, errors: &mut Errors) -> Option<RateLimit> {
    let NewRateLimit { requests, seconds, burst } = *raw;
    let limit = RateLimit { requests, seconds, burst: burst.unwrap_or(requests) };
    let mut is_good = true;
    for (field, value, most) in [
        ("requests", Some(requests), MOST_REQUESTS),
        ("seconds", Some(seconds), DAY),
        ("burst", burst, MOST_REQUESTS),
    ] {
        if value.is_some_and(|value| !(1..=most).contains(&value)) {
            errors.add(format!("{at}rate_limit.{field}"), "out_of_range", format!("Must be 1 to {most}."));
            is_good = false;
        }
    }
    let day = u64::from(DAY) * u64::from(requests);
    if is_good && u64::from(limit.burst) * u64::from(seconds) > day {
        let message = "So many calls must become free within a day.";
        errors.add(format!("{at}rate_limit.burst"), "out_of_range", message);
        is_good = false;
    }
    is_good.then_some(limit)
}

/// Checks a quota. `at` is the prefix of the field's name.
pub fn quota(raw: &NewQuota, at: &str, errors: &mut Errors) -> Option<Quota> {
    let NewQuota { requests, period, ref time_zone } = *raw;
    let is_good = (1..=MOST_OF_QUOTA).contains(&requests);
    if !is_good {
        let message = format!("Must be 1 to {MOST_OF_QUOTA}.");
        errors.add(format!("{at}quota.requests"), "out_of_range", message);
    }
    let found = zone(time_zone.as_deref().unwrap_or("UTC"));
    if found.is_none() {
        let message = "There is no such time zone. Names are like Asia/Shanghai.";
        errors.add(format!("{at}quota.time_zone"), "invalid_time_zone", message);
    }
    let (_, time_zone) = found.filter(|_| is_good)?;
    Some(Quota { requests, period, time_zone })
}
