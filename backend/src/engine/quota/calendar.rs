//! Days and months in a time zone.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use latchkey_shared::tokens::{Period, Quota};

use crate::limits::zones::zone;

/// A day, for times that no calendar knows.
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// A day or a month: when it begins and ends, in milliseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Span {
    pub(super) began: i64,
    pub(super) ends: i64,
}

impl Span {
    pub(super) fn contains(self, at: i64) -> bool {
        (self.began..self.ends).contains(&at)
    }
}

/// The days or months of a quota.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    period: Period,
    zone: TimeZone,
}

impl From<&Quota> for Calendar {
    fn from(quota: &Quota) -> Self {
        // The name was checked. An older version of the program may not know it.
        let zone = zone(&quota.time_zone).map_or(TimeZone::UTC, |(zone, _)| zone);
        Self { period: quota.period, zone }
    }
}

impl Calendar {
    /// The day or month of this time.
    pub(super) fn at(&self, now: i64) -> Span {
        self.find(now).unwrap_or_else(|_| {
            let began = now - now.rem_euclid(DAY);
            Span { began, ends: began + DAY }
        })
    }

    fn find(&self, now: i64) -> Result<Span, jiff::Error> {
        let today = Timestamp::from_millisecond(now)?.to_zoned_datetime(self.zone.clone()).date();
        let (first, next) = match self.period {
            Period::Day => (today, today.tomorrow()?),
            Period::Month => {
                let first = today.first_of_month();
                (first, first.checked_add(1.month())?)
            }
        };
        // A day begins at midnight; where the clock skips midnight, as soon as it is over.
        let begins = |date: Date| -> Result<i64, jiff::Error> {
            Ok(date.to_zoned_datetime(self.zone.clone())?.timestamp().as_millisecond())
        };
        Ok(Span { began: begins(first)?, ends: begins(next)? })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use latchkey_shared::time::{Timestamp, parse_millis};

    use super::*;

    fn span(period: Period, zone: &str, now: &str) -> [String; 2] {
        let quota = Quota { requests: 1, period, time_zone: zone.to_owned() };
        let now = parse_millis(now).unwrap();
        let span = Calendar::from(&quota).at(now);
        assert!(span.contains(now));
        [span.began, span.ends].map(|at| Timestamp::from_millis(at).as_str()[..16].to_owned())
    }

    #[test]
    fn days_and_months_are_those_of_the_time_zone() {
        for (period, zone, now, began, ends) in [
            (Period::Day, "UTC", "2026-11-29T23:59:59.999Z", "2026-11-29T00:00", "2026-11-30T00:00"),
            (Period::Day, "Asia/Shanghai", "2026-11-29T17:00:00Z", "2026-11-29T16:00", "2026-11-30T16:00"),
            (
                Period::Month,
                "America/New_York",
                "2026-12-01T04:00:00Z",
                "2026-11-01T04:00",
                "2026-12-01T05:00",
            ),
            // The clock is put back, and forward.
            (Period::Day, "Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-24T22:00", "2026-10-25T23:00"),
            (Period::Day, "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00", "2026-03-29T22:00"),
            // Midnight is skipped.
            (Period::Day, "Africa/Cairo", "2026-04-24T12:00:00Z", "2026-04-23T22:00", "2026-04-24T21:00"),
            (Period::Month, "UTC", "2028-02-29T12:00:00Z", "2028-02-01T00:00", "2028-03-01T00:00"),
        ] {
            assert_eq!(span(period, zone, now), [began, ends], "{zone} {now}");
        }
    }
}
