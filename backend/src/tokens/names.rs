//! The stored keys of names (`fields::name_key`), computed anew when their rule
//! has changed since.

use latchkey_shared::fields::name_key;

use super::store;
use crate::database::Database;
use crate::systems;

/// The rule of today: characters that cannot be seen do not count.
const RULE: i64 = 2;
/// Rows that are looked at in one go.
const SOME: i64 = 2_000;

/// Computes the stored keys anew if they are of an older rule. Tokens whose name
/// is another's by the new rule keep their old key and go on working; they are
/// named in the log, and must be renamed before they are changed.
pub async fn renew_keys(database: &Database) -> Result<(), sqlx::Error> {
    let rule: i64 = sqlx::query_scalar("SELECT rule FROM name_keys").fetch_one(database.reader()).await?;
    if rule >= RULE {
        return Ok(());
    }
    renew_tokens(database).await?;
    systems::store::renew_name_keys(database).await?;
    sqlx::query("UPDATE name_keys SET rule = $1")
        .bind(RULE)
        .execute(database.unordered_writer())
        .await
        .map(drop)
}

/// What is written of a token: its `seq`, its id, its name and its key until now.
type Row = (i64, String, String, String);

async fn renew_tokens(database: &Database) -> Result<(), sqlx::Error> {
    let mut after = 0;
    loop {
        // Names of ASCII alone have the key that they had.
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT seq, id, name, name_key FROM tokens \
             WHERE seq > $1 AND octet_length(name) <> length(name) ORDER BY seq LIMIT $2",
        )
        .bind(after)
        .bind(SOME)
        .fetch_all(database.reader())
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.0;
        let stale: Vec<Row> = rows.into_iter().filter(|(_, _, name, key)| name_key(name) != *key).collect();
        if !stale.is_empty() {
            write(database, stale).await?;
        }
    }
}

async fn write(database: &Database, stale: Vec<Row>) -> Result<(), sqlx::Error> {
    database
        .write(move |transaction| {
            Box::pin(async move {
                for (seq, id, name, _) in stale {
                    let key = name_key(&name);
                    let written = sqlx::query(
                        "UPDATE tokens SET name_key = $1 WHERE seq = $2 \
                         AND NOT EXISTS (SELECT 1 FROM tokens WHERE name_key = $1)",
                    )
                    .bind(key.clone())
                    .bind(seq)
                    .execute(transaction.connection())
                    .await?;
                    if written.rows_affected() == 0 {
                        tracing::warn!(token = %id, name, "another token has this name: rename one of them");
                        continue;
                    }
                    store::index_name(transaction, seq, &key).await?;
                }
                Ok(())
            })
        })
        .await
}
