//! What the nodes share of a limit, in the database (PostgreSQL).

use std::collections::HashMap;

use super::meter::Report;
use crate::database::Database;
use crate::database::stored::stored;
use crate::limits::LimitKey;

/// Tells what this node spent, and returns what is granted to it. A limit that is new in the table
/// has no answer yet. It is one statement, so a node that stands still holds no lock. Rows are
/// locked in the order of their keys, so no two nodes wait for each other.
///
/// What was spent beyond the limit is forgotten at some time: a wrong count must not deny all calls
/// for long.
pub(super) async fn exchange(
    database: &Database,
    reports: &[(LimitKey, Report)],
) -> Result<HashMap<LimitKey, i64>, sqlx::Error> {
    let rows: Vec<_> = reports
        .iter()
        .map(|(key, report)| (key, report.interval, report.ahead, report.spent, report.wanted))
        .collect();
    let rows = serde_json::to_string(&rows).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let exchanged = database.write_briefly(async |connection| {
        sqlx::query_as(
            "WITH told AS (SELECT value ->> 0 AS token_id, CAST(value ->> 1 AS BIGINT) AS step, \
             CAST(value ->> 2 AS BIGINT) AS ahead, CAST(value ->> 3 AS BIGINT) AS spent, CAST(value ->> 4 AS BIGINT) AS wanted \
             FROM jsonb_array_elements(CAST($1 AS JSONB)) AS given (value)), \
             clock AS MATERIALIZED (SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000000 AS BIGINT) AS now), \
             made AS (INSERT INTO rate_pots (token_id, due) SELECT token_id, 0 FROM told \
             WHERE NOT EXISTS (SELECT 1 FROM rate_pots p WHERE p.token_id = told.token_id) \
             ORDER BY token_id ON CONFLICT DO NOTHING), \
             known AS (SELECT p.token_id, p.due, t.step, t.ahead, t.spent, t.wanted FROM rate_pots p \
             JOIN told t ON t.token_id = p.token_id ORDER BY p.token_id FOR UPDATE OF p), \
             counted AS (SELECT token_id, step, now + ahead AS until, wanted, CASE WHEN spent < 0 \
             THEN GREATEST(due + spent * step, now) \
             ELSE LEAST(GREATEST(due, now) + spent * step, GREATEST(due, now + 4 * ahead)) END AS due FROM known, clock), \
             answered AS (SELECT token_id, step, due, LEAST(wanted, GREATEST(until - due, 0) / step) AS granted FROM counted) \
             UPDATE rate_pots p SET due = a.due + a.granted * a.step FROM answered a WHERE p.token_id = a.token_id \
             RETURNING p.token_id, a.granted",
        )
        .bind(rows)
        .fetch_all(connection)
        .await
    });
    let answers: Vec<(String, i64)> = exchanged.await?;
    answers.into_iter().map(|(key, granted)| Ok((stored(&key)?, granted))).collect()
}

/// Deletes some rows of limits that have not been used for an hour: they say nothing.
pub(super) async fn forget(database: &Database) -> Result<(), sqlx::Error> {
    let forgetting = database.write_briefly(async |connection| {
        sqlx::query(
            "DELETE FROM rate_pots WHERE ctid = ANY (ARRAY(SELECT ctid FROM rate_pots \
             WHERE due < (extract(epoch FROM clock_timestamp()) - 3600) * 1000000000 LIMIT 5000))",
        )
        .execute(connection)
        .await
    });
    forgetting.await.map(drop)
}
