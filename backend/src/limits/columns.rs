//! Limits as the columns of `rate_limits` and `quotas` have them.

use latchkey_shared::tokens::{Period, Quota, RateLimit};

fn number(column: Option<i64>) -> Option<u32> {
    u32::try_from(column?).ok()
}

/// A rate limit; `None` without a row.
#[must_use]
pub fn rate_limit(requests: Option<i64>, seconds: Option<i64>, burst: Option<i64>) -> Option<RateLimit> {
    Some(RateLimit { requests: number(requests)?, seconds: number(seconds)?, burst: number(burst)? })
}

/// A quota; `None` without a row.
#[must_use]
pub fn quota(requests: Option<i64>, period: Option<&str>, time_zone: Option<&str>) -> Option<Quota> {
    let is_month = period? == Period::Month.as_str();
    Some(Quota {
        requests: number(requests)?,
        period: if is_month { Period::Month } else { Period::Day },
        time_zone: time_zone?.to_owned(),
    })
}
