//! The SQL of nodes. What it says about time, the database says: no node is taken for live or
//! silent by the clock of another machine.

use std::time::Duration;

use latchkey_shared::ids::NodeId;
use sqlx::{AnyConnection, FromRow};

use crate::database::sql::Sql;
use crate::database::{Database, Engine, LIVE, now};

/// For how long a silent node stays in the list, in milliseconds.
const REMEMBERED: i64 = 60 * 60 * 1_000;

/// How long a node may be silent that is alone, on SQLite. Each time that it tells is a write.
pub(super) const ALONE: Duration = Duration::from_mins(1);

/// A node that joins.
pub(super) struct NewNode {
    pub(super) id: NodeId,
    pub(super) name: String,
    pub(super) lowest_schema: i64,
    pub(super) highest_schema: i64,
    pub(super) started_at: i64,
}

/// What a node tells of itself.
pub(super) struct News {
    /// Ids, separated by spaces.
    pub(super) signing_keys: String,
    pub(super) data_keys: String,
    /// Check values, separated by spaces.
    pub(super) master_keys: String,
    pub(super) feed_lag: Option<i64>,
    pub(super) clock_offset: i64,
}

/// A node as it is stored.
#[derive(FromRow)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) lowest_schema: i64,
    pub(super) highest_schema: i64,
    pub(super) signing_keys: String,
    pub(super) data_keys: String,
    pub(super) master_keys: String,
    pub(super) feed_lag: Option<i64>,
    pub(super) clock_offset: i64,
    pub(super) started_at: i64,
    pub(super) joined_at: i64,
    pub(super) heard_at: i64,
    /// For how long it has not been heard of.
    pub(super) silent_for: i64,
    /// For how long it may be silent.
    pub(super) patience: i64,
}

impl Row {
    /// Whether the node is live. A row from the future is of a time when the clock of the database
    /// was wrong. A node that is there replaces it.
    pub(super) fn is_live(&self) -> bool {
        self.silent_for.abs() < self.patience
    }
}

/// For how long a node may be silent and still be live, in milliseconds.
fn patience(engine: Engine) -> i64 {
    let patience = match engine {
        Engine::Sqlite => LIVE + ALONE,
        Engine::Postgres => LIVE,
    };
    i64::try_from(patience.as_millis()).unwrap_or(i64::MAX)
}

/// All nodes, by name.
pub(super) async fn all(connection: &mut AnyConnection) -> Result<Vec<Row>, sqlx::Error> {
    let mut sql = Sql::new(
        "SELECT id, name, version, lowest_schema, highest_schema, signing_keys, data_keys, master_keys, \
         feed_lag, clock_offset, started_at, joined_at, heard_at, ",
    );
    let engine = Engine::of(connection);
    engine.push_now(&mut sql, now());
    sql.push(" - heard_at AS silent_for, CAST(").bind(patience(engine));
    sql.push(" AS BIGINT) AS patience FROM nodes ORDER BY name, id");
    sql.query_as().fetch_all(connection).await
}

/// Adds a node, or lets one join again that was silent. It holds nothing yet, so that steps wait for
/// it.
pub(super) async fn join(connection: &mut AnyConnection, node: &NewNode) -> Result<(), sqlx::Error> {
    let engine = Engine::of(connection);
    let mut sql = Sql::new(
        "INSERT INTO nodes (id, name, version, lowest_schema, highest_schema, signing_keys, data_keys, \
         clock_offset, started_at, joined_at, heard_at) VALUES (",
    );
    sql.bind(node.id.to_string()).push(", ").bind(node.name.clone());
    sql.push(", ").bind(env!("CARGO_PKG_VERSION").to_owned());
    sql.push(", ").bind(node.lowest_schema).push(", ").bind(node.highest_schema);
    sql.push(", '', '', 0, ").bind(node.started_at).push(", ");
    engine.push_now(&mut sql, now());
    sql.push(", ");
    engine.push_now(&mut sql, now());
    sql.push(
        ") ON CONFLICT (id) DO UPDATE SET signing_keys = excluded.signing_keys, \
         data_keys = excluded.data_keys, master_keys = excluded.master_keys, joined_at = excluded.joined_at, heard_at = excluded.heard_at",
    );
    sql.query().execute(connection).await.map(drop)
}

/// Renews the row of a node. Returns whether the node is still in the list and was live.
pub(super) async fn renew(
    connection: &mut AnyConnection,
    id: &NodeId,
    news: &News,
) -> Result<bool, sqlx::Error> {
    let engine = Engine::of(connection);
    let mut sql = Sql::new("UPDATE nodes SET signing_keys = ");
    sql.bind(news.signing_keys.clone()).push(", data_keys = ").bind(news.data_keys.clone());
    sql.push(", master_keys = ").bind(news.master_keys.clone());
    sql.push(", feed_lag = ").bind(news.feed_lag).push(", clock_offset = ").bind(news.clock_offset);
    sql.push(", heard_at = ");
    engine.push_now(&mut sql, now());
    sql.push(" WHERE id = ").bind(id.to_string()).push(" AND abs(");
    engine.push_now(&mut sql, now());
    sql.push(" - heard_at) < ").bind(patience(engine));
    sql.query().execute(connection).await.map(|done| done.rows_affected() > 0)
}

/// Removes a node that stops.
pub(super) async fn leave(connection: &mut AnyConnection, id: &NodeId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM nodes WHERE id = $1").bind(id.to_string()).execute(connection).await.map(drop)
}

/// Removes all other nodes: SQLite has one at a time, so they have ended.
pub(super) async fn remain_alone(connection: &mut AnyConnection, id: &NodeId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM nodes WHERE id <> $1").bind(id.to_string()).execute(connection).await.map(drop)
}

/// Deletes nodes that have been silent for long.
pub async fn forget_silent(database: &Database) -> Result<(), sqlx::Error> {
    let statement = "DELETE FROM nodes WHERE id IN (SELECT id FROM nodes WHERE heard_at < $1 LIMIT $2)";
    database.purge(statement, &[now() - REMEMBERED]).await
}
