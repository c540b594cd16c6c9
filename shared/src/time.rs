//! Times in the API.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A time in RFC 3339, in UTC with milliseconds: `2026-11-24T08:00:00.000Z`. SQL and memory use
/// milliseconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(value_type = String, format = DateTime))]
pub struct Timestamp(String);

impl Timestamp {
    /// The time as RFC 3339 text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(feature = "server")]
impl Timestamp {
    /// The time `millis` milliseconds after the epoch, limited to the years that RFC 3339 can
    /// write.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        let clamped = millis.clamp(-62_167_219_200_000, 253_402_300_799_999);
        let since_epoch = jiff::SignedDuration::from_millis(clamped);
        let moment = EPOCH.checked_add(since_epoch).unwrap_or(EPOCH);
        Self(format!("{moment:.3}Z"))
    }
}

/// The epoch as a date and time in UTC. `jiff::Timestamp` ends a day before the end of the year
/// 9999; this type reaches it.
#[cfg(feature = "server")]
const EPOCH: jiff::civil::DateTime = jiff::civil::datetime(1970, 1, 1, 0, 0, 0, 0);

/// Parses an RFC 3339 time with any offset. Returns milliseconds since the epoch.
#[cfg(feature = "server")]
#[must_use]
pub fn parse_millis(text: &str) -> Option<i64> {
    let pieces = jiff::fmt::temporal::Pieces::parse(text).ok()?;
    let local = pieces.date().to_datetime(pieces.time()?);
    let offset = i128::from(pieces.to_numeric_offset()?.seconds()) * 1000;
    i64::try_from(local.duration_since(EPOCH).as_nanos().div_euclid(1_000_000) - offset).ok()
}

#[cfg(all(test, feature = "server"))]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_the_wire() {
        for millis in [0, 1_796_000_000_123, 253_402_207_200_000, 253_402_300_799_999] {
            assert_eq!(parse_millis(Timestamp::from_millis(millis).as_str()), Some(millis));
        }
        assert_eq!(Timestamp::from_millis(1).as_str(), "1970-01-01T00:00:00.001Z");
        assert_eq!(parse_millis("2026-11-24T09:00:00+01:00"), parse_millis("2026-11-24T08:00:00Z"));
    }

    #[test]
    fn the_first_and_the_last_year_are_read() {
        for (text, millis) in [
            ("9999-12-31T23:59:59Z", Some(253_402_300_799_000)),
            ("9999-12-31T23:59:59.999+00:00", Some(253_402_300_799_999)),
            ("9999-12-31T23:59:59-01:00", Some(253_402_304_399_000)),
            ("0000-01-01T00:00:00Z", Some(-62_167_219_200_000)),
            ("1969-12-31T23:59:59.999Z", Some(-1)),
            ("1970-01-01T00:00:00-00:00", Some(0)),
            ("10000-01-01T00:00:00Z", None),
            ("2027-02-29T00:00:00Z", None),
            ("2027-01-31", None),
            ("2027-01-31T12:00:00", None),
            ("never", None),
        ] {
            assert_eq!(parse_millis(text), millis, "{text}");
        }
        assert_eq!(Timestamp::from_millis(253_402_300_799_000).as_str(), "9999-12-31T23:59:59.000Z");
        assert_eq!(Timestamp::from_millis(i64::MAX).as_str(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Timestamp::from_millis(i64::MIN).as_str(), "0000-01-01T00:00:00.000Z");
    }
}
