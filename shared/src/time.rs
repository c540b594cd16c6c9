//! Moments on the wire.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A moment as the API writes it: RFC 3339 in UTC with milliseconds,
/// `2026-11-24T08:00:00.000Z`. In SQL and in memory it is milliseconds since
/// the epoch; the browser hands the text to `Date`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(value_type = String, format = DateTime))]
pub struct Timestamp(String);

impl Timestamp {
    /// The moment as RFC 3339 text.
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
    /// The moment `millis` milliseconds after the epoch, clamped to the years
    /// that RFC 3339 can write.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        let clamped = millis.clamp(-62_135_596_800_000, 253_402_207_200_000);
        let moment = jiff::Timestamp::from_millisecond(clamped).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Self(format!("{moment:.3}"))
    }
}

/// Reads an RFC 3339 moment with any offset, in milliseconds since the epoch.
#[cfg(feature = "server")]
#[must_use]
pub fn parse_millis(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

#[cfg(all(test, feature = "server"))]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_the_wire() {
        for millis in [0, 1_796_000_000_123, 253_402_207_200_000] {
            assert_eq!(parse_millis(Timestamp::from_millis(millis).as_str()), Some(millis));
        }
        assert_eq!(Timestamp::from_millis(1).as_str(), "1970-01-01T00:00:00.001Z");
        assert_eq!(parse_millis("2026-11-24T09:00:00+01:00"), parse_millis("2026-11-24T08:00:00Z"));
    }
}
