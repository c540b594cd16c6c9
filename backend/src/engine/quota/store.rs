//! The SQL of what is spent of quotas.

use std::collections::BTreeMap;

use super::calendar::Span;
use crate::database::clock::MARGIN;
use crate::database::sql::Sql;
use crate::database::stored::stored;
use crate::database::{Database, now};
use crate::limits::LimitKey;

/// What all nodes spent of a quota in a day or month.
#[derive(Debug)]
pub(super) struct Use {
    pub(super) key: LimitKey,
    pub(super) span: Span,
    pub(super) calls: i64,
}

type Row = (String, i64, i64, i64);

fn read((key, began, ends, calls): Row) -> Result<Use, sqlx::Error> {
    Ok(Use { key: stored(&key)?, span: Span { began, ends }, calls })
}

/// Adds calls to the counts, and returns the counts. It is one statement, so a node that stands
/// still holds no lock. The rows are in the order of their keys, so no two nodes wait for each
/// other.
pub(super) async fn add(
    database: &Database,
    calls: &BTreeMap<(LimitKey, i64, i64), i64>,
) -> Result<Vec<Use>, sqlx::Error> {
    let rows: Vec<_> = calls.iter().map(|((key, began, ends), calls)| (key, began, ends, calls)).collect();
    let rows = serde_json::to_string(&rows).map_err(|error| sqlx::Error::Encode(error.into()))?;
    // On a full disk, only withdrawals may use what is reserved.
    database.has_space()?;
    let added = database.write_briefly(async |connection| {
        let mut sql = Sql::new(
            "INSERT INTO quota_uses (token_id, began, ends, calls) SELECT value ->> 0, \
             CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT), CAST(value ->> 3 AS BIGINT) FROM ",
        );
        database.engine().push_rows(&mut sql, rows);
        sql.push(
            " WHERE 1 = 1 ON CONFLICT (token_id, began, ends) DO UPDATE SET calls = quota_uses.calls + excluded.calls \
             RETURNING token_id, began, ends, calls",
        );
        sql.query_as::<Row>().fetch_all(connection).await
    });
    added.await?.into_iter().map(read).collect()
}

/// What was spent of these limits in the days and months that last.
pub(super) async fn uses(database: &Database, keys: &[&LimitKey], now: i64) -> Result<Vec<Use>, sqlx::Error> {
    let mut sql = Sql::new("SELECT token_id, began, ends, calls FROM quota_uses WHERE ends > ");
    sql.bind(now).push(" AND token_id");
    database.engine().push_in(&mut sql, keys);
    sql.query_as::<Row>().fetch_all(database.reader()).await?.into_iter().map(read).collect()
}

/// Deletes the counts of days and months that are over.
pub async fn forget(database: &Database) -> Result<(), sqlx::Error> {
    database
        .purge(
            "DELETE FROM quota_uses WHERE (token_id, began, ends) IN \
             (SELECT token_id, began, ends FROM quota_uses WHERE ends < $1 LIMIT $2)",
            &[now() - MARGIN],
        )
        .await
}
