//! The SQL of data keys.

use latchkey_shared::data_keys::DataKeyState;
use latchkey_shared::ids::KeyId;
use sqlx::{AnyConnection, FromRow};

use crate::crypto::master_key::WrappedDataKey;
use crate::database::now;
use crate::database::stored::stored;

#[derive(FromRow)]
struct Row {
    id: String,
    wrapped: Vec<u8>,
    state: String,
    master_key: Option<String>,
    created_at: i64,
    rows_in_all: Option<i64>,
    rows_done: i64,
}

/// A data key as it is stored.
pub(in crate::keys) struct StoredDataKey {
    pub(in crate::keys) key: WrappedDataKey,
    pub(in crate::keys) state: DataKeyState,
    pub(in crate::keys) created_at: i64,
    /// How many rows it encrypted when its successor became current, once they are counted.
    pub(in crate::keys) rows_in_all: Option<i64>,
    /// How many of them are encrypted anew.
    pub(in crate::keys) rows_done: i64,
}

impl TryFrom<Row> for StoredDataKey {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let key = WrappedDataKey { id: stored(&row.id)?, wrapped: row.wrapped, master_key: row.master_key };
        let state = match row.state.as_str() {
            "coming" => DataKeyState::Coming,
            "current" => DataKeyState::Current,
            "retiring" => DataKeyState::Retiring,
            other => return Err(sqlx::Error::Decode(format!("a data key is {other}").into())),
        };
        Ok(Self {
            key,
            state,
            created_at: row.created_at,
            rows_in_all: row.rows_in_all,
            rows_done: row.rows_done,
        })
    }
}

/// The data keys, the latest first.
pub(in crate::keys) async fn all(connection: &mut AnyConnection) -> Result<Vec<StoredDataKey>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, wrapped, state, master_key, created_at, rows_in_all, rows_done FROM data_keys \
         ORDER BY created_at DESC, id DESC",
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(StoredDataKey::try_from).collect()
}

/// Adds a data key.
pub(in crate::keys) async fn insert(
    connection: &mut AnyConnection,
    key: &WrappedDataKey,
    state: DataKeyState,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO data_keys (id, wrapped, master_key, created_at, state) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(key.id.to_string())
    .bind(key.wrapped.clone())
    .bind(key.master_key.clone())
    .bind(now())
    .bind(state.as_str())
    .execute(connection)
    .await
    .map(drop)
}

/// Writes how a data key is wrapped, and by which master key.
pub(in crate::keys) async fn rewrap(
    connection: &mut AnyConnection,
    key: &WrappedDataKey,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE data_keys SET wrapped = $1, master_key = $2 WHERE id = $3")
        .bind(key.wrapped.clone())
        .bind(key.master_key.clone())
        .bind(key.id.to_string())
        .execute(connection)
        .await
        .map(drop)
}

/// Moves the data key of one state to another.
pub(super) async fn change_state(
    connection: &mut AnyConnection,
    from: DataKeyState,
    to: DataKeyState,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE data_keys SET state = $1 WHERE state = $2")
        .bind(to.as_str())
        .bind(from.as_str())
        .execute(connection)
        .await
        .map(drop)
}

/// Notes how many rows are to be encrypted anew.
pub(super) async fn begin_count(
    connection: &mut AnyConnection,
    id: &KeyId,
    rows: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE data_keys SET rows_in_all = $1, rows_done = 0 WHERE id = $2")
        .bind(rows)
        .bind(id.to_string())
        .execute(connection)
        .await
        .map(drop)
}

/// Counts rows that are encrypted anew.
pub(super) async fn count(connection: &mut AnyConnection, id: &KeyId, rows: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE data_keys SET rows_done = rows_done + $1 WHERE id = $2")
        .bind(rows)
        .bind(id.to_string())
        .execute(connection)
        .await
        .map(drop)
}

/// Destroys a data key. It fails if a row names it.
pub(super) async fn delete(connection: &mut AnyConnection, id: &KeyId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM data_keys WHERE id = $1 AND state = 'retiring'")
        .bind(id.to_string())
        .execute(connection)
        .await
        .map(drop)
}
