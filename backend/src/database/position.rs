//! The SQL of the position of withdrawals.

use sqlx::{AnyConnection, FromRow};

use crate::withdrawals::Position;

/// Where a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
pub(super) struct Place {
    #[sqlx(flatten)]
    pub(super) position: Position,
    /// A time that it had for sure, in milliseconds since the epoch.
    pub(super) marked_at: i64,
}

/// What was done so that a database that went back in time has all withdrawals.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reconciled {
    /// The last position that a log or a memory has, if that is known.
    pub end: Position,
    /// Whether all withdrawals up to there were made again. If not, all tokens are suspended.
    pub is_replayed: bool,
}

pub(super) async fn place(connection: &mut AnyConnection) -> Result<Place, sqlx::Error> {
    sqlx::query_as("SELECT era, number, marked_at FROM withdrawal_position").fetch_one(connection).await
}

/// The last withdrawal that a database has.
pub async fn last_withdrawal(connection: &mut AnyConnection) -> Result<Position, sqlx::Error> {
    place(connection).await.map(|place| place.position)
}

/// Raises the position, for the withdrawals of the current transaction.
pub(super) async fn advance(connection: &mut AnyConnection) -> Result<Position, sqlx::Error> {
    sqlx::query_as("UPDATE withdrawal_position SET number = number + 1 RETURNING era, number")
        .fetch_one(connection)
        .await
}

/// Marks the time.
pub(super) async fn mark(connection: &mut AnyConnection, at: i64) -> Result<Place, sqlx::Error> {
    sqlx::query_as(
        "UPDATE withdrawal_position SET marked_at = CASE WHEN marked_at < $1 THEN $1 ELSE marked_at END \
         RETURNING era, number, marked_at",
    )
    .bind(at)
    .fetch_one(connection)
    .await
}

/// Begins the first era, unless it has begun.
pub(super) async fn begin_first_era(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE withdrawal_position SET era = 1, number = 0 WHERE era = 0")
        .execute(connection)
        .await
        .map(drop)
}

/// Begins an era after a database was reconciled.
pub(super) async fn begin_era(
    connection: &mut AnyConnection,
    Reconciled { end, is_replayed }: Reconciled,
    at: i64,
) -> Result<(), sqlx::Error> {
    let end = end.max(place(&mut *connection).await?.position);
    let (era, covers) = (end.era + 1, is_replayed.then_some(end.number));
    sqlx::query("UPDATE withdrawal_position SET era = $1, number = 0, marked_at = $2")
        .bind(era)
        .bind(at)
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO reconciliations (era, covers, at) VALUES ($1, $2, $3)")
        .bind(era)
        .bind(covers)
        .bind(at)
        .execute(connection)
        .await
        .map(drop)
}

/// Whether a database that is in a later era has all withdrawals up to a position: they were made again
/// when the next era began, or all tokens were suspended since.
pub(super) async fn covers(connection: &mut AnyConnection, position: Position) -> Result<bool, sqlx::Error> {
    // The first era follows none.
    if position.era == 0 {
        return Ok(true);
    }
    let found: Option<(i64,)> = sqlx::query_as(
        "SELECT era FROM reconciliations WHERE (era > $1 AND covers IS NULL) OR (era = $1 + 1 AND covers >= $2)",
    )
    .bind(position.era)
    .bind(position.number)
    .fetch_optional(connection)
    .await?;
    Ok(found.is_some())
}

/// The id of the installation, if it has one.
pub(super) async fn installation(connection: &mut AnyConnection) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM installation LIMIT 1").fetch_optional(connection).await
}
