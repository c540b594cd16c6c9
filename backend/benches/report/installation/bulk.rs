//! Writes many rows, in the fastest way that each engine has.

use anyhow::Result;
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection, SqliteConnection,
};

use crate::place::Place;

/// A connection of its own, past the server, which must not run meanwhile. Foreign keys are not
/// checked.
pub(crate) enum Bulk {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Rows of one table that are not yet written.
pub(crate) struct Rows {
    table: &'static str,
    /// The names of the columns.
    columns: &'static str,
    waiting: Vec<Value>,
}

impl Rows {
    pub(crate) fn of(table: &'static str, columns: &'static str) -> Self {
        Self { table, columns, waiting: Vec::new() }
    }

    /// Adds a row: an array with a value for each column.
    pub(crate) fn add(&mut self, row: Value) {
        self.waiting.push(row);
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }
}

impl Bulk {
    pub(crate) async fn open(place: &Place) -> Result<Self> {
        if let Some(url) = &place.database {
            let mut connection = PgConnection::connect(url.as_str()).await?;
            connection
                .execute("SET session_replication_role = replica; SET maintenance_work_mem = '1GB'")
                .await?;
            return Ok(Self::Postgres(connection));
        }
        let options = SqliteConnectOptions::new()
            .filename(place.file())
            .foreign_keys(false)
            .journal_mode(SqliteJournalMode::Off)
            .synchronous(SqliteSynchronous::Off)
            .pragma("cache_size", "-1000000")
            .pragma("temp_store", "memory");
        Ok(Self::Sqlite(options.connect().await?))
    }

    /// Runs a statement that both engines understand.
    pub(crate) async fn run(&mut self, statement: &str) -> Result<()> {
        let statement = AssertSqlSafe(statement.to_owned());
        match self {
            Self::Sqlite(connection) => connection.execute(statement).await.map(drop)?,
            Self::Postgres(connection) => connection.execute(statement).await.map(drop)?,
        }
        Ok(())
    }

    /// Writes the rows, and takes them away.
    pub(crate) async fn write(&mut self, rows: &mut Rows) -> Result<()> {
        let written = std::mem::take(&mut rows.waiting);
        let columns = rows.columns;
        match self {
            Self::Sqlite(connection) => {
                let values: Vec<String> =
                    columns.split(", ").enumerate().map(|(index, _)| format!("value ->> {index}")).collect();
                let statement = format!(
                    "INSERT INTO {} ({columns}) SELECT {} FROM json_each($1)",
                    rows.table,
                    values.join(", ")
                );
                let written = Value::Array(written).to_string();
                sqlx::query(AssertSqlSafe(statement)).bind(written).execute(connection).await?;
            }
            Self::Postgres(connection) => {
                let statement = format!("COPY {} ({columns}) FROM STDIN", rows.table);
                let mut copy = connection.copy_in_raw(&statement).await?;
                let mut lines = String::new();
                for row in written {
                    let values: Vec<String> = row.as_array().into_iter().flatten().map(copied).collect();
                    lines.push_str(&values.join("\t"));
                    lines.push('\n');
                }
                copy.send(lines.into_bytes()).await?;
                copy.finish().await?;
            }
        }
        Ok(())
    }

    /// Leaves the database as one that has run for a while: PostgreSQL collects statistics by
    /// itself, and SQLite has none, since nobody asks for them.
    pub(crate) async fn close(mut self) -> Result<()> {
        if let Self::Postgres(connection) = &mut self {
            let last = "SELECT setval(pg_get_serial_sequence('tokens', 'seq'), max(seq)) FROM tokens";
            connection.execute(last).await?;
            connection.execute("VACUUM (ANALYZE)").await?;
            connection.execute("CHECKPOINT").await?;
        }
        match self {
            Self::Sqlite(connection) => Ok(connection.close().await?),
            Self::Postgres(connection) => Ok(connection.close().await?),
        }
    }
}

/// A value in the text format of COPY. No text here has a tab.
fn copied(value: &Value) -> String {
    match value {
        Value::Null => "\\N".to_owned(),
        Value::String(text) => text.replace('\\', "\\\\").replace('\n', "\\n"),
        other => other.to_string(),
    }
}
