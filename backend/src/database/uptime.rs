//! A clock that counts since the machine was booted. Nobody sets it, and it goes on while the
//! machine sleeps.

use std::time::Duration;

/// The time since the machine was booted, with the time that it slept.
#[cfg(target_os = "linux")]
pub(super) fn uptime() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

/// The time since this was called first.
#[cfg(not(target_os = "linux"))]
pub(super) fn uptime() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

/// Nanoseconds since the machine was booted.
#[must_use]
pub fn nanoseconds() -> i64 {
    i64::try_from(uptime().as_nanos()).unwrap_or(i64::MAX)
}

/// A time on a clock that only goes forward and never stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub(super) u64);

impl Moment {
    /// Now.
    #[must_use]
    pub fn now() -> Self {
        Self(u64::try_from(uptime().as_millis()).unwrap_or(u64::MAX))
    }

    /// The time some milliseconds later.
    #[cfg(test)]
    pub(super) fn plus(self, milliseconds: u64) -> Self {
        Self(self.0 + milliseconds)
    }

    /// The time since an earlier moment; zero since a later one.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}
