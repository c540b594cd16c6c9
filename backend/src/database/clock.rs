//! The time. One wrong clock must not decide for all nodes.
//!
//! Time follows the clock that counts since the machine was booted. It goes on while the
//! machine sleeps, and nobody can set it. Once a second, a reference tells the calendar time:
//! the database's clock on PostgreSQL, so that all nodes agree, and the system's clock on
//! SQLite. Small differences are followed at once. A jump is ignored at first. If it lasts for
//! [`HOLDS`], it is taken for a correction and followed.
//!
//! Used one-time requests are remembered for longer than that. When they are deleted, the time
//! is noted up to which they were, so that no jump lets a request pass twice.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sqlx::{AnyConnection, AnyPool};

use super::engine::Engine;
use super::sql::Sql;
use super::uptime::uptime;

/// How often the reference is read.
const TICK: Duration = Duration::from_secs(1);
/// A difference up to this many milliseconds is no jump.
const SMALL: i64 = 2_000;
/// How long a jump must last to be followed, in milliseconds. This is longer than a one-time
/// request is valid, so no request is valid on both sides of it.
const HOLDS: i64 = 5 * 60 * 1_000;
/// How far the clock of a node may be off before operators are told, in milliseconds.
const OFF: i64 = 5_000;
/// The longest time the database may take to tell its time, in milliseconds. The answer can be
/// wrong by half of it.
const PROMPT: i64 = 500;

/// How much longer than a credential its withdrawal is kept, in milliseconds, since clocks can
/// be wrong.
pub const MARGIN: i64 = 24 * 60 * 60 * 1_000;

/// The reference was not read yet.
const UNKNOWN: i64 = i64::MIN;

/// The calendar's time when the machine was booted, in milliseconds since the epoch.
static BOOTED_AT: AtomicI64 = AtomicI64::new(UNKNOWN);

/// The current time, in milliseconds since the epoch.
#[must_use]
pub fn now() -> i64 {
    match BOOTED_AT.load(Ordering::Relaxed) {
        UNKNOWN => system(),
        booted_at => booted_at + since_boot(),
    }
}

/// By how many seconds the clock of this machine is ahead of [`now`]; negative if it is behind.
/// `None` if the difference is small.
#[must_use]
pub fn off_by() -> Option<i64> {
    let ahead = ahead();
    (ahead.abs() > OFF).then_some(ahead / 1_000)
}

/// By how many milliseconds the clock of this machine is ahead of [`now`].
#[must_use]
pub fn ahead() -> i64 {
    system() - now()
}

/// By how many milliseconds the clock of this machine is ahead of the database's. On SQLite they are the same.
pub async fn ahead_of(connection: &mut AnyConnection) -> Result<i64, sqlx::Error> {
    let mut sql = Sql::new("SELECT CAST(");
    let before = system();
    Engine::of(connection).push_now(&mut sql, before);
    sql.push(" AS BIGINT)");
    let (at,): (i64,) = sql.query_as().fetch_one(connection).await?;
    Ok(i64::midpoint(before, system()) - at)
}

/// The clock of the machine, which somebody may set.
fn system() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Milliseconds since the machine was booted.
fn since_boot() -> i64 {
    i64::try_from(uptime().as_millis()).unwrap_or(i64::MAX)
}

/// Reads the time from the reference now, and once a second while the process runs.
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
                // Without an answer, the boot clock goes on alone. It is exact enough for
                // longer than cached facts count.
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

/// Time continues from `noted` at least: a time that was noted before this process began. If
/// the clock is behind it, the clock was set back. It is followed after [`HOLDS`], as after any
/// jump.
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

/// The time of the boot by the database's clock; `None` if the answer took too long to be
/// exact.
async fn ask(reader: &AnyPool) -> Result<Option<i64>, sqlx::Error> {
    let mut connection = reader.acquire().await?;
    let before = since_boot();
    let at: i64 = sqlx::query_scalar("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)")
        .fetch_one(&mut *connection)
        .await?;
    let after = since_boot();
    Ok((after - before <= PROMPT).then_some(at - i64::midpoint(before, after)))
}

/// A difference of the reference that is too large for drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Jump {
    /// The time of the boot by the reference since the jump.
    booted_at: i64,
    /// When the jump was seen first, in milliseconds since boot.
    seen_at: i64,
}

/// The time of the boot to use, from the previous one and the reference.
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
            // The next jump is measured anew.
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
    fn a_clock_that_keeps_jumping_is_never_followed() {
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
