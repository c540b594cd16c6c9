//! Turns usage by day into usage by month when it is old. A month turns as a whole, so each month
//! is stored in one way.

use std::time::Instant;

use latchkey_shared::time::Timestamp;

use super::store;
use crate::database::{Database, now, rest};

/// How many tokens one statement looks at.
const TOKENS: i64 = 1_000;
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// Usage by day that is old, and turns into usage by month.
pub struct Months {
    /// For how many days it is kept by day.
    days: u32,
    /// Up to which day everything was turned. It only changes once a month, and a look at all tokens
    /// takes seconds.
    turned: String,
}

impl Months {
    /// Usage is kept by day for this number of days, and until its month is over.
    #[must_use]
    pub fn after(days: u32) -> Self {
        Self { days, turned: String::new() }
    }

    /// Turns the months that are old now.
    pub async fn turn(&mut self, database: &Database) -> Result<(), sqlx::Error> {
        let first = first_day(now(), self.days);
        if first <= self.turned {
            return Ok(());
        }
        let mut after = String::new();
        loop {
            let began = Instant::now();
            let tokens = store::oldest_days(database, &after, TOKENS).await?;
            let Some((last, _)) = tokens.last() else { break };
            after.clone_from(last);
            let is_old = |oldest: &Option<String>| oldest.as_ref().is_some_and(|day| *day < first);
            let old: Vec<String> =
                tokens.into_iter().filter(|(_, oldest)| is_old(oldest)).map(|(token, _)| token).collect();
            rest(began.elapsed()).await;
            if !old.is_empty() {
                let before = first.clone();
                let turning = database.in_steps(move |transaction| {
                    let (old, before) = (old.clone(), before.clone());
                    Box::pin(async move { store::turn_some(transaction, &old, before).await })
                });
                turning.await?;
            }
        }
        self.turned = first;
        Ok(())
    }
}

/// The first day that is not old: `days` ago, or the first of its month.
fn first_day(now: i64, days: u32) -> String {
    let oldest = Timestamp::from_millis(now - i64::from(days) * DAY);
    format!("{}-01", store::month_of(oldest.as_str()))
}

#[cfg(test)]
mod tests {
    use latchkey_shared::time::parse_millis;

    use super::*;

    #[test]
    fn a_month_is_old_when_its_last_day_is() {
        let first = |now: &str| first_day(parse_millis(now).expect("a time"), 31);
        assert_eq!(first("2026-11-30T23:59:59Z"), "2026-10-01");
        assert_eq!(first("2026-12-01T00:00:00Z"), "2026-10-01");
        assert_eq!(first("2026-12-02T00:00:00Z"), "2026-11-01");
        assert_eq!(first("2027-01-01T00:00:00Z"), "2026-12-01");
    }
}
