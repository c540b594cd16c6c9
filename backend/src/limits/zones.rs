//! Time zones.

use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};

/// The time zones in the program, so that all nodes agree.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The time zone with this name of the IANA database, and the name as it is written there.
#[must_use]
pub fn zone(name: &str) -> Option<(TimeZone, String)> {
    let zone = ZONES.get(name).ok()?;
    let written = zone.iana_name()?.to_owned();
    Some((zone, written))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn zones_have_the_names_of_the_database() {
        for (name, written) in
            [("utc", "UTC"), ("europe/berlin", "Europe/Berlin"), ("Asia/Shanghai", "Asia/Shanghai")]
        {
            assert_eq!(zone(name).unwrap().1, written);
        }
        for name in ["", "Mars/Olympus", "+02:00", "Europe/Berlin\0", "../etc/passwd"] {
            assert!(zone(name).is_none(), "{name}");
        }
    }
}
