//! The log of changes (PostgreSQL): each transaction writes what it changes, in itself. So a
//! change is in the log exactly if it is committed. A notification would make transactions wait
//! for the commits of one another.

use sqlx::{AnyConnection, FromRow};

/// How long changes are kept, in seconds.
const KEPT: i64 = 600;
/// How many changes one statement deletes.
const SOME: i64 = 5_000;

/// Writes the changes of a transaction.
pub(super) async fn write(
    connection: &mut AnyConnection,
    node: &str,
    words: &[String],
) -> Result<(), sqlx::Error> {
    if words.is_empty() {
        return Ok(());
    }
    sqlx::query("INSERT INTO changes (node, words) VALUES ($1, $2)")
        .bind(node.to_owned())
        .bind(words.join(" "))
        .execute(connection)
        .await
        .map(drop)
}

/// Which transactions a reader has seen. It means nothing on a server with another history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen(String);

/// The changes since a reader last looked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unseen {
    /// These, as words.
    Words(Vec<String>),
    /// It is not known which.
    Unknown,
}

#[derive(FromRow)]
struct Row {
    snapshot: String,
    words: Option<String>,
}

/// Reads the changes of other nodes that a reader has not seen, and what it has seen now.
pub(super) async fn read(
    connection: &mut AnyConnection,
    node: &str,
    seen: Option<&Seen>,
) -> Result<(Unseen, Seen), sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT CAST(pg_current_snapshot() AS TEXT) AS snapshot, \
         c.words FROM (SELECT 1) AS always LEFT JOIN changes c ON c.node <> $1 \
         AND c.xid >= pg_snapshot_xmin(CAST($2 AS pg_snapshot)) \
         AND NOT pg_visible_in_snapshot(c.xid, CAST($2 AS pg_snapshot))",
    )
    .bind(node.to_owned())
    .bind(seen.map(|seen| seen.0.clone()))
    .fetch_all(connection)
    .await?;
    let first = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    let unseen = if seen.is_some() {
        let words = rows.iter().filter_map(|row| row.words.as_deref());
        Unseen::Words(words.flat_map(|words| words.split(' ')).map(str::to_owned).collect())
    } else {
        Unseen::Unknown
    };
    Ok((unseen, Seen(first.snapshot.clone())))
}

/// How long a reader may pause before changes that it has not seen may be deleted: half of the
/// time, since clocks differ and deleting takes time.
pub(super) const PAUSE: std::time::Duration = std::time::Duration::from_secs(KEPT.unsigned_abs() / 2);

/// Deletes some old changes. Returns how many.
pub(super) async fn forget(connection: &mut AnyConnection) -> Result<u64, sqlx::Error> {
    sqlx::query(
        "DELETE FROM changes WHERE ctid = ANY (ARRAY(SELECT ctid FROM changes \
         WHERE at < now() - make_interval(secs => CAST($1 AS DOUBLE PRECISION)) LIMIT $2))",
    )
    .bind(KEPT)
    .bind(SOME)
    .execute(connection)
    .await
    .map(|done| done.rows_affected())
}

/// Commits a row. A notification alone would not wait for a synchronous standby.
pub(super) async fn beat(connection: &mut AnyConnection, node: &str) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO beats (node) VALUES ($1) ON CONFLICT (node) DO UPDATE SET at = excluded.at")
        .bind(node.to_owned())
        .execute(connection)
        .await
        .map(drop)
}

/// Deletes the rows of nodes that are gone.
pub(super) async fn forget_beats(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM beats WHERE at < now() - make_interval(secs => CAST($1 AS DOUBLE PRECISION))")
        .bind(KEPT)
        .execute(connection)
        .await
        .map(drop)
}
