//! Counts of decided calls: in memory, flushed in batches. A crash loses at most
//! one interval of counters, never a decision or an audit event.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use latchkey_shared::ids::{ApiId, TokenId};
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::CallCount;
use latchkey_shared::verify::Reason;
use sqlx::AnyConnection;

use crate::database::sql::Sql;
use crate::database::{Database, now};

/// How often counters are written.
pub const FLUSH: Duration = Duration::from_secs(5);

const HOUR: i64 = 60 * 60 * 1_000;
/// How long counts by the hour are kept.
const HOURS_KEPT: i64 = 48 * HOUR;
/// Tokens whose counts are written in one transaction.
const BATCH: usize = 200;
/// Rows that one statement writes or deletes.
const ROWS: usize = 500;

/// Calls of one token in one hour with the same API and the same outcome.
#[derive(Clone, PartialEq, Eq)]
struct Tally {
    hour: i64,
    api: Option<ApiId>,
    denied: Option<Reason>,
    count: i64,
}

#[derive(Clone, Default)]
struct Counts {
    last_used_at: i64,
    /// There are few for each token, so a list is faster than a map.
    tallies: Vec<Tally>,
}

impl Counts {
    fn add(&mut self, hour: i64, api: Option<&ApiId>, denied: Option<Reason>, more: i64) {
        let same = |one: &&mut Tally| one.hour == hour && one.api.as_ref() == api && one.denied == denied;
        match self.tallies.iter_mut().find(same) {
            Some(tally) => tally.count += more,
            None => self.tallies.push(Tally { hour, api: api.cloned(), denied, count: more }),
        }
    }

    fn add_all(&mut self, other: &Self) {
        self.last_used_at = self.last_used_at.max(other.last_used_at);
        for tally in &other.tallies {
            self.add(tally.hour, tally.api.as_ref(), tally.denied, tally.count);
        }
    }

    fn by_hour(&self) -> BTreeMap<i64, CallCount> {
        let mut hours: BTreeMap<i64, CallCount> = BTreeMap::new();
        for tally in &self.tallies {
            add_to(hours.entry(tally.hour).or_default(), tally);
        }
        hours
    }
}

fn add_to(calls: &mut CallCount, tally: &Tally) {
    match tally.denied {
        None => calls.allowed += tally.count,
        Some(_) => calls.denied += tally.count,
    }
}

/// The counters of this node since the last flush.
#[derive(Default)]
pub struct Usage {
    counts: Mutex<HashMap<TokenId, Counts>>,
    /// Held while counts are neither in memory nor written.
    flushing: tokio::sync::Mutex<()>,
}

impl Usage {
    /// Counts a decided call. `denied` is `None` for an allowed call.
    pub fn count(&self, token: &TokenId, api: Option<&ApiId>, denied: Option<Reason>, now: i64) {
        let mut all = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(token) {
            all.insert(token.clone(), Counts::default());
        }
        let Some(counts) = all.get_mut(token) else { return };
        counts.last_used_at = counts.last_used_at.max(now);
        counts.add(hour_of(now), api, denied, 1);
    }

    /// Writes the counts. What cannot be written is kept for the next time. When this returns,
    /// everything counted before is written or kept. It completes even if the caller stops
    /// waiting.
    pub async fn flush(self: &Arc<Self>, database: &Database) {
        let (usage, written_to) = (Arc::clone(self), database.clone());
        let flushed = database.spawn(async move { usage.write_all(&written_to).await });
        if let Err(error) = flushed.await {
            tracing::error!(%error, "writing usage broke off");
        }
    }

    async fn write_all(&self, database: &Database) {
        let _flushing = self.flushing.lock().await;
        let counted = std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        let counted: Vec<(TokenId, Counts)> = counted.into_iter().collect();
        for batch in counted.chunks(BATCH) {
            let batch = Arc::new(batch.to_vec());
            if let Err(error) = write(database, Arc::clone(&batch)).await {
                tracing::warn!(%error, "usage is not written; it is kept for the next time");
                let mut all = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
                for (token, counts) in batch.iter() {
                    all.entry(token.clone()).or_default().add_all(counts);
                }
            }
        }
    }
}

/// The start of the hour of a time.
fn hour_of(at: i64) -> i64 {
    at - at.rem_euclid(HOUR)
}

/// The day of a time: `2026-11-24`.
fn day_of(at: i64) -> String {
    Timestamp::from_millis(at).as_str().get(..10).unwrap_or_default().to_owned()
}

/// Writes the counts of some tokens, in turn with all other writes. So no token is deleted
/// meanwhile, and no two writes wait for each other.
async fn write(database: &Database, batch: Arc<Vec<(TokenId, Counts)>>) -> Result<(), sqlx::Error> {
    let written = database.write(move |transaction| {
        Box::pin(async move {
            let connection = transaction.connection();
            write_hours(connection, &batch).await?;
            // A deleted token has no usage.
            let known = known(connection, &batch).await?;
            let batch: Vec<_> = batch.iter().filter(|(token, _)| known.contains(token.as_str())).collect();
            write_last_used(connection, &batch).await?;
            write_days(connection, &batch).await?;
            write_token_hours(connection, &batch).await
        })
    });
    written.await
}

async fn known(
    connection: &mut AnyConnection,
    batch: &[(TokenId, Counts)],
) -> Result<HashSet<String>, sqlx::Error> {
    let mut sql = Sql::new("SELECT id FROM tokens WHERE id IN (");
    sql.bind_all(batch.iter().map(|(token, _)| token.to_string())).push(")");
    Ok(sql.query_as::<(String,)>().fetch_all(connection).await?.into_iter().map(|(id,)| id).collect())
}

async fn write_last_used(
    connection: &mut AnyConnection,
    batch: &[&(TokenId, Counts)],
) -> Result<(), sqlx::Error> {
    if batch.is_empty() {
        return Ok(());
    }
    // Both engines name the columns `column1` and `column2`.
    let mut sql = Sql::new("UPDATE tokens SET last_used_at = v.column2 FROM (VALUES ");
    for (index, (token, counts)) in batch.iter().enumerate() {
        sql.push(if index == 0 { "(" } else { ", (" }).bind(token.to_string()).push(", ");
        sql.bind(counts.last_used_at).push(")");
    }
    sql.push(") AS v WHERE tokens.id = v.column1 AND (last_used_at IS NULL OR last_used_at < v.column2)");
    sql.query().execute(connection).await.map(drop)
}

async fn write_days(connection: &mut AnyConnection, batch: &[&(TokenId, Counts)]) -> Result<(), sqlx::Error> {
    // Two hours of a day share a row, and a statement must not change a row twice.
    let mut rows: BTreeMap<(&str, String, &str, &str), i64> = BTreeMap::new();
    for (token, counts) in batch {
        for tally in &counts.tallies {
            let api = tally.api.as_ref().map_or("", ApiId::as_str);
            let outcome = tally.denied.map_or("allowed", Reason::as_str);
            *rows.entry((token.as_str(), day_of(tally.hour), api, outcome)).or_default() += tally.count;
        }
    }
    let rows: Vec<_> = rows.into_iter().collect();
    for some in rows.chunks(ROWS) {
        let mut sql = Sql::new("INSERT INTO token_usage (token_id, day, api_id, outcome, count) VALUES ");
        for (index, ((token, day, api, outcome), count)) in some.iter().enumerate() {
            sql.push(if index == 0 { "(" } else { ", (" }).bind((*token).to_owned()).push(", ");
            sql.bind(day.clone()).push(", ").bind((*api).to_owned()).push(", ");
            sql.bind((*outcome).to_owned()).push(", ").bind(*count).push(")");
        }
        sql.push(
            " ON CONFLICT (token_id, day, api_id, outcome) \
             DO UPDATE SET count = token_usage.count + excluded.count",
        );
        sql.query().execute(&mut *connection).await?;
    }
    Ok(())
}

async fn write_token_hours(
    connection: &mut AnyConnection,
    batch: &[&(TokenId, Counts)],
) -> Result<(), sqlx::Error> {
    let rows: Vec<(&TokenId, i64, CallCount)> = batch
        .iter()
        .flat_map(|(token, counts)| {
            counts.by_hour().into_iter().map(move |(hour, calls)| (token, hour, calls))
        })
        .collect();
    for some in rows.chunks(ROWS) {
        let mut sql = Sql::new("INSERT INTO token_hours (token_id, hour, allowed, denied) VALUES ");
        for (index, (token, hour, calls)) in some.iter().enumerate() {
            sql.push(if index == 0 { "(" } else { ", (" }).bind(token.to_string()).push(", ");
            sql.bind(*hour).push(", ").bind(calls.allowed).push(", ").bind(calls.denied).push(")");
        }
        sql.push(
            " ON CONFLICT (token_id, hour) DO UPDATE SET allowed = token_hours.allowed + excluded.allowed, \
             denied = token_hours.denied + excluded.denied",
        );
        sql.query().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Counts the calls of all tokens together, deleted ones too.
async fn write_hours(connection: &mut AnyConnection, batch: &[(TokenId, Counts)]) -> Result<(), sqlx::Error> {
    let mut hours: BTreeMap<i64, CallCount> = BTreeMap::new();
    for tally in batch.iter().flat_map(|(_, counts)| &counts.tallies) {
        add_to(hours.entry(tally.hour).or_default(), tally);
    }
    for (hour, calls) in hours {
        sqlx::query(
            "INSERT INTO usage_hours (hour, allowed, denied) VALUES ($1, $2, $3) ON CONFLICT (hour) DO UPDATE \
             SET allowed = usage_hours.allowed + excluded.allowed, denied = usage_hours.denied + excluded.denied",
        )
        .bind(hour)
        .bind(calls.allowed)
        .bind(calls.denied)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// The calls of a token, or of all tokens, in the last 24 hours. The first hour is counted
/// whole.
pub async fn last_24_hours(
    connection: &mut AnyConnection,
    token: Option<&TokenId>,
) -> Result<CallCount, sqlx::Error> {
    let sums = "CAST(COALESCE(SUM(allowed), 0) AS BIGINT), CAST(COALESCE(SUM(denied), 0) AS BIGINT)";
    let mut sql = Sql::new("SELECT ");
    match token {
        Some(token) => {
            sql.push(sums).push(" FROM token_hours WHERE token_id = ").bind(token.to_string()).push(" AND")
        }
        None => sql.push(sums).push(" FROM usage_hours WHERE"),
    };
    sql.push(" hour >= ").bind(hour_of(now() - 24 * HOUR));
    let (allowed, denied) = sql.query_as::<(i64, i64)>().fetch_one(connection).await?;
    Ok(CallCount { allowed, denied })
}

/// Deletes old hourly counts, some at a time, so that other writers get their turn.
pub async fn forget_hours(database: &Database) -> Result<(), sqlx::Error> {
    let before = now() - HOURS_KEPT;
    sqlx::query("DELETE FROM usage_hours WHERE hour < $1")
        .bind(before)
        .execute(database.unordered_writer())
        .await?;
    loop {
        let mut sql = Sql::new(
            "DELETE FROM token_hours WHERE (token_id, hour) IN (SELECT token_id, hour FROM token_hours WHERE hour < ",
        );
        sql.bind(before).push(" LIMIT ").bind(i64::try_from(ROWS).unwrap_or(i64::MAX)).push(")");
        if sql.query().execute(database.unordered_writer()).await?.rows_affected() == 0 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_in_the_hour_in_which_they_were_made() {
        let usage = Usage::default();
        let (token, api) = (TokenId::new(), ApiId::new());
        let late = 5 * HOUR - 1;
        usage.count(&token, Some(&api), None, late);
        usage.count(&token, Some(&api), None, late);
        usage.count(&token, None, Some(Reason::NoSuchApi), late + 1);
        let counts = usage.counts.lock().expect("is whole")[&token].clone();
        assert_eq!(counts.last_used_at, late + 1);
        let hours = counts.by_hour();
        assert_eq!(hours[&(4 * HOUR)], CallCount { allowed: 2, denied: 0 });
        assert_eq!(hours[&(5 * HOUR)], CallCount { allowed: 0, denied: 1 });

        let mut twice = counts.clone();
        twice.add_all(&counts);
        assert_eq!(twice.by_hour()[&(4 * HOUR)].allowed, 4);
        assert_eq!(twice.tallies.len(), counts.tallies.len());
    }
}
