//! The SQL of counts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use latchkey_shared::ids::{ApiId, TokenId};
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::CallCount;
use latchkey_shared::verify::Reason;
use serde::Serialize;
use sqlx::AnyConnection;

use super::counts::{Batch, HOUR, Hours, hour_of};
use crate::database::sql::Sql;
use crate::database::{Database, Rank, SOME, Transaction, now};

/// How long counts by the hour are kept.
const HOURS_KEPT: i64 = 48 * HOUR;

/// The day of a time: `2026-11-24`.
fn day_of(at: i64) -> String {
    Timestamp::from_millis(at).as_str().get(..10).unwrap_or_default().to_owned()
}

/// The month of a day: `2026-11`.
pub(super) fn month_of(day: &str) -> &str {
    day.get(..7).unwrap_or_default()
}

/// Writes counts. No token is deleted meanwhile. The rows are always in the same order, so no two
/// writes wait for each other. Returns how long it took, without the wait.
pub(super) async fn write(
    database: &Database,
    rank: Rank,
    batch: Arc<Batch>,
) -> Result<Duration, sqlx::Error> {
    let written = database.write_beside(rank, move |transaction| {
        let batch = Arc::clone(&batch);
        Box::pin(async move {
            let began = Instant::now();
            write_hours(transaction.connection(), &batch.hours).await?;
            if !batch.tokens.is_empty() {
                write_last_used(transaction, &batch).await?;
                write_days(transaction, &batch).await?;
                write_token_hours(transaction, &batch).await?;
            }
            Ok::<_, sqlx::Error>(began)
        })
    });
    Ok(written.await?.elapsed())
}

/// Writes `rows`, each of which begins with the id of a token. A deleted token has no usage.
async fn write_rows<R: Serialize>(
    transaction: &mut Transaction,
    insert: &'static str,
    rows: &[R],
    on_conflict: &'static str,
) -> Result<(), sqlx::Error> {
    let rows = serde_json::to_string(rows).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    let mut sql = Sql::new(insert);
    transaction.engine().push_rows(&mut sql, rows);
    sql.push(" WHERE EXISTS (SELECT 1 FROM tokens WHERE id = value ->> 0) ").push(on_conflict);
    sql.query().execute(transaction.connection()).await.map(drop)
}

async fn write_last_used(transaction: &mut Transaction, batch: &Batch) -> Result<(), sqlx::Error> {
    let rows: Vec<_> = batch.tokens.iter().map(|(token, counts)| (token, counts.last_used_at)).collect();
    write_rows(
        transaction,
        "INSERT INTO token_uses (token_id, last_used_at) SELECT value ->> 0, CAST(value ->> 1 AS BIGINT) FROM ",
        &rows,
        "ON CONFLICT (token_id) DO UPDATE SET last_used_at = excluded.last_used_at \
         WHERE token_uses.last_used_at < excluded.last_used_at",
    )
    .await
}

async fn write_days(transaction: &mut Transaction, batch: &Batch) -> Result<(), sqlx::Error> {
    // Two hours of a day share a row, and a statement must not change a row twice.
    let mut days: BTreeMap<(&TokenId, String, &str, &str), i64> = BTreeMap::new();
    for (token, counts) in &batch.tokens {
        for tally in &counts.tallies {
            let api = tally.api.as_ref().map_or("", ApiId::as_str);
            let outcome = tally.denied.map_or("allowed", Reason::as_str);
            *days.entry((token, day_of(tally.hour), api, outcome)).or_default() += tally.count;
        }
    }
    let rows: Vec<_> =
        days.iter().map(|((token, day, api, outcome), count)| (token, day, api, outcome, count)).collect();
    write_rows(
        transaction,
        "INSERT INTO token_usage (token_id, day, api_id, outcome, count) \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, CAST(value ->> 4 AS BIGINT) FROM ",
        &rows,
        "ON CONFLICT (token_id, day, api_id, outcome) DO UPDATE SET count = token_usage.count + excluded.count",
    )
    .await
}

async fn write_token_hours(transaction: &mut Transaction, batch: &Batch) -> Result<(), sqlx::Error> {
    let mut rows = Vec::new();
    for (token, counts) in &batch.tokens {
        let hours = counts.by_hour().0;
        rows.extend(hours.into_iter().map(|(hour, calls)| (token, hour, calls.allowed, calls.denied)));
    }
    write_rows(
        transaction,
        "INSERT INTO token_hours (token_id, hour, allowed, denied) SELECT value ->> 0, \
         CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT), CAST(value ->> 3 AS BIGINT) FROM ",
        &rows,
        "ON CONFLICT (token_id, hour) DO UPDATE SET allowed = token_hours.allowed + excluded.allowed, \
         denied = token_hours.denied + excluded.denied",
    )
    .await
}

async fn write_hours(connection: &mut AnyConnection, hours: &Hours) -> Result<(), sqlx::Error> {
    for (hour, calls) in &hours.0 {
        sqlx::query(
            "INSERT INTO usage_hours (hour, allowed, denied) VALUES ($1, $2, $3) ON CONFLICT (hour) DO UPDATE \
             SET allowed = usage_hours.allowed + excluded.allowed, denied = usage_hours.denied + excluded.denied",
        )
        .bind(*hour)
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

/// Deletes old hourly counts.
pub async fn forget_hours(database: &Database) -> Result<(), sqlx::Error> {
    let before = now() - HOURS_KEPT;
    database
        .purge(
            "DELETE FROM usage_hours WHERE hour IN (SELECT hour FROM usage_hours WHERE hour < $1 LIMIT $2)",
            &[before],
        )
        .await?;
    database
        .purge(
            "DELETE FROM token_hours WHERE (token_id, hour) IN \
             (SELECT token_id, hour FROM token_hours WHERE hour < $1 LIMIT $2)",
            &[before],
        )
        .await
}

/// Some tokens after one, by id, and the first day of which each has usage by day.
pub(super) async fn oldest_days(
    database: &Database,
    after: &str,
    limit: i64,
) -> Result<Vec<(String, Option<String>)>, sqlx::Error> {
    sqlx::query_as(
        "SELECT t.id, (SELECT u.day FROM token_usage u WHERE u.token_id = t.id ORDER BY u.day LIMIT 1) \
         FROM tokens t WHERE t.id > $1 ORDER BY t.id LIMIT $2",
    )
    .bind(after.to_owned())
    .bind(limit)
    .fetch_all(database.reader())
    .await
}

/// Turns some usage by day of these tokens before a day into usage by month. Returns how many rows
/// it took.
pub(super) async fn turn_some(
    transaction: &mut Transaction,
    tokens: &[String],
    before: String,
) -> Result<u64, sqlx::Error> {
    let engine = transaction.engine();
    let mut sql = Sql::new("SELECT token_id, day, api_id, outcome, count FROM token_usage WHERE day < ");
    sql.bind(before.clone()).push(" AND token_id");
    engine.push_in(&mut sql, tokens);
    sql.push(" LIMIT ").bind(SOME);
    let days: Vec<(String, String, String, String, i64)> =
        sql.query_as().fetch_all(transaction.connection()).await?;
    if days.is_empty() {
        return Ok(0);
    }
    let mut months: BTreeMap<(&str, &str, &str, &str), i64> = BTreeMap::new();
    for (token, day, api, outcome, count) in &days {
        *months.entry((token, month_of(day), api, outcome)).or_default() += count;
    }
    let rows: Vec<_> = months
        .iter()
        .map(|((token, month, api, outcome), count)| (token, month, api, outcome, count))
        .collect();
    write_rows(
        transaction,
        "INSERT INTO token_months (token_id, month, api_id, outcome, count) \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, CAST(value ->> 4 AS BIGINT) FROM ",
        &rows,
        "ON CONFLICT (token_id, month, api_id, outcome) DO UPDATE SET count = token_months.count + excluded.count",
    )
    .await?;
    let rows = serde_json::to_string(&days).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    let mut sql = Sql::new(
        "DELETE FROM token_usage WHERE (token_id, day, api_id, outcome) IN \
         (SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM ",
    );
    engine.push_rows(&mut sql, rows);
    sql.push(")");
    sql.query().execute(transaction.connection()).await.map(|done| done.rows_affected())
}
