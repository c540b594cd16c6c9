//! The backups that need a key. Who makes a backup notes it here.

use latchkey_shared::data_keys::BackupRef;
use latchkey_shared::ids::KeyId;
use latchkey_shared::time::Timestamp;
use sqlx::AnyConnection;

use crate::database::{Database, now};

/// How many backups are listed.
const LISTED: i64 = 100;
/// For how long a backup is remembered, in milliseconds: seven years, as audit events are.
const REMEMBERED: i64 = 2_557 * 24 * 60 * 60 * 1_000;

/// What a backup may need.
pub(super) enum Needs<'k> {
    /// A data key.
    DataKey(&'k KeyId),
    /// A master key, by its check value.
    MasterKey(&'k str),
}

/// Notes a backup that was made at a time, in milliseconds since the epoch, with the keys that the
/// database has now: the backup contains the data keys, and cannot be opened without the master key.
pub async fn note_backup(
    connection: &mut AnyConnection,
    file: &str,
    made_at: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO backups (made_at, file, data_keys, master_key) \
         SELECT $1, $2, string_agg(id, ' '), coalesce(MAX(master_key), '') FROM data_keys",
    )
    .bind(made_at)
    .bind(file.to_owned())
    .execute(connection)
    .await
    .map(drop)
}

/// The latest backups that need a key, the latest first.
pub(super) async fn that_need(
    connection: &mut AnyConnection,
    needs: Needs<'_>,
) -> Result<Vec<BackupRef>, sqlx::Error> {
    let query = match needs {
        Needs::DataKey(id) => sqlx::query_as(
            "SELECT file, made_at FROM backups WHERE data_keys LIKE '%' || $1 || '%' \
             ORDER BY made_at DESC, file LIMIT $2",
        )
        .bind(id.to_string()),
        Needs::MasterKey(check) => sqlx::query_as(
            "SELECT file, made_at FROM backups WHERE master_key = $1 ORDER BY made_at DESC, file LIMIT $2",
        )
        .bind(check.to_owned()),
    };
    let rows: Vec<(String, i64)> = query.bind(LISTED).fetch_all(connection).await?;
    let shown = |(file, made_at)| BackupRef { file, made_at: Timestamp::from_millis(made_at) };
    Ok(rows.into_iter().map(shown).collect())
}

/// Deletes what is noted of old backups.
pub async fn forget_old(database: &Database) -> Result<(), sqlx::Error> {
    let statement = "DELETE FROM backups WHERE (made_at, file) IN (SELECT made_at, file FROM backups \
                     WHERE made_at < $1 LIMIT $2)";
    database.purge(statement, &[now() - REMEMBERED]).await
}
