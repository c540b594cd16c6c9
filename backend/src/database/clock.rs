//! What time it is. One wrong clock must not decide for all.
//!
//! Time runs with the clock that counts since the machine was booted, also while
//! it sleeps, and which nobody can set. What that means in the calendar is taken
//! from a reference once a second: from the database's clock on PostgreSQL, so
//! that all nodes agree whatever their own clocks say, and from the system's clock
//! on SQLite. Small differences are followed at once. A jump changes nothing while
//! it is short; one that lasts for [`HOLDS`] is taken for a correction and followed.
//!
//! The memory of used requests forgets later than that, and notes until when it
//! forgot, so that no jump makes a request good twice.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sqlx::AnyPool;

use super::engine::Engine;
use super::uptime::uptime;

/// How often the reference is looked at.
const TICK: Duration = Duration::from_secs(1);
/// Milliseconds that the reference may differ without having jumped.
const SMALL: i64 = 2_000;
/// Milliseconds for which a jump must last to be followed. Longer than a one-time
/// request is good for, so that none is good on both sides of it.
const HOLDS: i64 = 5 * 60 * 1_000;
/// Milliseconds that a node's own clock may be off before operators are told.
const OFF: i64 = 5_000;
/// Milliseconds that the database may take to say its time: half of it is how far
/// the answer can be wrong.
const PROMPT: i64 = 500;

/// Milliseconds for which what withdraws a credential is kept after the credential
/// has ended, since clocks err.
pub const MARGIN: i64 = 24 * 60 * 60 * 1_000;

/// No reference was looked at yet.
const UNKNOWN: i64 = i64::MIN;

/// The calendar's time when the machine was booted, in milliseconds since the epoch.
static BOOTED_AT: AtomicI64 = AtomicI64::new(UNKNOWN);

/// Milliseconds since the epoch, as SQL keeps moments.
#[must_use]
pub fn now() -> i64 {
    match BOOTED_AT.load(Ordering::Relaxed) {
        UNKNOWN => system(),
        booted_at => booted_at + since_boot(),
    }
}

/// Seconds by which this machine's clock is ahead of [`now`] (behind it, if
/// negative), if that is more than a few.
#[must_use]
pub fn off_by() -> Option<i64> {
    let ahead = system() - now();
    (ahead.abs() > OFF).then_some(ahead / 1_000)
}

/// What the machine's clock says, which somebody may set.
fn system() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Milliseconds since the machine was booted.
fn since_boot() -> i64 {
    i64::try_from(uptime().as_millis()).unwrap_or(i64::MAX)
}

/// Takes the time from the reference, and goes on doing so as long as the process
/// runs.
pub(super) async fn start(engine: Engine, reader: &AnyPool) -> Result<(), sqlx::Error> {
    let booted_at = match engine {
        Engine::Sqlite => system() - since_boot(),
        Engine::Postgres => loop {
            if let Some(booted_at) = ask(reader).await? {
                break booted_at;
            }
        },
    };
    BOOTED_AT.store(booted_at, Ordering::Relaxed);
    let reader = reader.clone();
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(TICK);
        let mut jump = None;
        let mut was_off = false;
        loop {
            tick.tick().await;
            let seen = match engine {
                Engine::Sqlite => Some(system() - since_boot()),
                // Without an answer the boot clock goes on alone: it is exact enough
                // for longer than facts in memory count.
                Engine::Postgres => ask(&reader).await.ok().flatten(),
            };
            if let Some(seen) = seen {
                let booted_at = BOOTED_AT.load(Ordering::Relaxed);
                BOOTED_AT.store(follow(booted_at, seen, since_boot(), &mut jump), Ordering::Relaxed);
            }
            let off = off_by();
            match off {
                Some(seconds) if !was_off => {
                    tracing::warn!(seconds, "this machine's clock is off by so many seconds");
                }
                None if was_off => tracing::info!("this machine's clock is right again"),
                _ => {}
            }
            was_off = off.is_some();
        }
    });
    Ok(())
}

/// It is this moment, or later: a moment that was noted before this process began.
/// A clock that says less was set back. It is followed when it has said so for
/// [`HOLDS`], as after any jump.
pub fn begin_at(noted: i64) {
    let booted_at = noted - since_boot();
    let before = BOOTED_AT.fetch_max(booted_at, Ordering::Relaxed);
    if before != UNKNOWN && booted_at - before > SMALL {
        tracing::warn!(
            milliseconds = booted_at - before,
            "the clock is behind what was written; for five minutes time goes on from there"
        );
    }
}

/// When the machine was booted by the database's clock; `None` if the answer took
/// too long to be exact.
async fn ask(reader: &AnyPool) -> Result<Option<i64>, sqlx::Error> {
    let mut connection = reader.acquire().await?;
    let before = since_boot();
    let at: i64 = sqlx::query_scalar("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)")
        .fetch_one(&mut *connection)
        .await?;
    let after = since_boot();
    Ok((after - before <= PROMPT).then_some(at - i64::midpoint(before, after)))
}

/// A difference of the reference that is too large to be drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Jump {
    /// When the machine was booted by what the reference says since.
    booted_at: i64,
    /// When that was seen first, in milliseconds since boot.
    seen_at: i64,
}

/// When the machine was booted, from what was taken for true until now and what
/// the reference says.
fn follow(booted_at: i64, seen: i64, since_boot: i64, jump: &mut Option<Jump>) -> i64 {
    if (seen - booted_at).abs() <= SMALL {
        *jump = None;
        return seen;
    }
    match jump {
        Some(lasting) if (seen - lasting.booted_at).abs() <= SMALL => {
            lasting.booted_at = seen;
            if since_boot - lasting.seen_at < HOLDS {
                return booted_at;
            }
            tracing::warn!(milliseconds = seen - booted_at, "the clock was set, and is followed");
            *jump = None;
            seen
        }
        _ => {
            *jump = Some(Jump { booted_at: seen, seen_at: since_boot });
            booted_at
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 60 * 60 * 1_000;
    const SECOND: i64 = 1_000;

    #[test]
    fn drift_is_followed_at_once() {
        let mut jump = None;
        assert_eq!(follow(100, 100 + SMALL, 0, &mut jump), 100 + SMALL);
        assert_eq!(follow(100, 90, 0, &mut jump), 90);
        assert_eq!(jump, None);
    }

    #[test]
    fn a_jump_for_half_a_minute_changes_nothing() {
        for ahead in [HOUR, -HOUR] {
            let mut jump = None;
            for second in 0..30 {
                assert_eq!(follow(0, ahead, second * SECOND, &mut jump), 0);
            }
            assert_eq!(follow(0, 0, 30 * SECOND, &mut jump), 0);
            // The next one begins anew.
            assert_eq!(follow(0, ahead, HOLDS + SECOND, &mut jump), 0);
        }
    }

    #[test]
    fn a_jump_that_lasts_is_followed() {
        let mut jump = None;
        for second in 0..HOLDS / SECOND {
            assert_eq!(follow(0, HOUR + second, second * SECOND, &mut jump), 0);
        }
        assert_eq!(follow(0, HOUR, HOLDS, &mut jump), HOUR);
        assert_eq!(jump, None);
    }

    #[test]
    fn a_clock_that_jumps_about_is_never_followed() {
        let mut jump = None;
        for second in 0..2 * HOLDS / SECOND {
            let seen = if second % 2 == 0 { HOUR } else { 2 * HOUR };
            assert_eq!(follow(0, seen, second * SECOND, &mut jump), 0);
        }
    }

    #[test]
    fn now_is_the_systems_time_until_a_reference_is_known() {
        assert!((now() - system()).abs() < SMALL);
        assert!(since_boot() > 0);
    }
}
