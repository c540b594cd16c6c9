//! The SQL of recovery.

use sqlx::AnyConnection;

use super::span::Span;

/// Suspends all tokens. The new number is above all that tokens have, also where a backup lacks some.
pub(super) async fn insert_suspension(connection: &mut AnyConnection, span: Span) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO suspensions (id, since, until) SELECT 1 + COALESCE(MAX(id), 0), $1, $2 FROM \
         (SELECT id FROM suspensions UNION ALL SELECT MAX(confirmed) FROM tokens) AS numbers",
    )
    .bind(span.since)
    .bind(span.until)
    .execute(connection)
    .await
    .map(drop)
}

/// When the latest suspension was, in milliseconds since the epoch, if there was one. Each suspended token
/// shows it as the end of the time in which withdrawals may be missing.
pub async fn latest_suspension(connection: &mut AnyConnection) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar("SELECT MAX(until) FROM suspensions").fetch_one(connection).await
}

/// Confirms all suspended tokens. Returns how many there were.
pub(super) async fn confirm_all(connection: &mut AnyConnection) -> Result<u64, sqlx::Error> {
    sqlx::query(
        "UPDATE tokens SET confirmed = (SELECT MAX(id) FROM suspensions), version = version + 1 \
         WHERE confirmed < (SELECT MAX(id) FROM suspensions)",
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected())
}

/// What a restore left for the next start.
pub(super) async fn restored(connection: &mut AnyConnection) -> Result<Option<Span>, sqlx::Error> {
    let found: Option<(i64, i64)> =
        sqlx::query_as("SELECT since, until FROM restored").fetch_optional(connection).await?;
    Ok(found.map(|(since, until)| Span { since, until }))
}

/// Leaves this for the next start.
pub(super) async fn insert_restored(connection: &mut AnyConnection, span: Span) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO restored (since, until) VALUES ($1, $2)")
        .bind(span.since)
        .bind(span.until)
        .execute(connection)
        .await
        .map(drop)
}

/// The start has done it.
pub(super) async fn delete_restored(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM restored").execute(connection).await.map(drop)
}
