//! Which programs may use the database.
//!
//! The database states the lowest schema that a program must know. A migration may add anything: older
//! programs go on beside it. Only a migration that takes something away raises the statement, one release
//! after the last program that used it. A program that is older than the statement does not start, and ends
//! if it runs.

use sqlx::AnyConnection;

use super::clock::now;
use super::engine::Engine;
use super::lease::LIVE;
use super::sql::Sql;

/// The lowest schema that a program must know to use this database.
pub async fn needed_schema(connection: &mut AnyConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT number FROM needed_schema").fetch_one(connection).await
}

/// The same, after every transaction that raises it now.
pub async fn needed_schema_at_last(connection: &mut AnyConnection) -> Result<i64, sqlx::Error> {
    let mut sql = Sql::new("SELECT number FROM needed_schema ");
    Engine::of(connection).push_for_share(&mut sql);
    let (number,): (i64,) = sql.query_as().fetch_one(connection).await?;
    Ok(number)
}

/// Raises it. Programs that do not know this schema can no longer use the database.
pub async fn need_schema(connection: &mut AnyConnection, number: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE needed_schema SET number = $1 WHERE number < $1")
        .bind(number)
        .execute(connection)
        .await
        .map(drop)
}

/// The names of the live nodes whose programs do not know this schema. On SQLite there is only this one.
pub async fn nodes_older_than(
    connection: &mut AnyConnection,
    schema: i64,
) -> Result<Vec<String>, sqlx::Error> {
    let engine = Engine::of(connection);
    if engine == Engine::Sqlite {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("SELECT name FROM nodes WHERE highest_schema < ");
    sql.bind(schema).push(" AND abs(");
    engine.push_now(&mut sql, now());
    sql.push(" - heard_at) < ")
        .bind(i64::try_from(LIVE.as_millis()).unwrap_or(i64::MAX))
        .push(" ORDER BY name");
    let names: Vec<(String,)> = sql.query_as().fetch_all(connection).await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}
