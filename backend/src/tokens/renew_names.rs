//! Computes the stored keys of names again when their rule has changed (`fields::name_key`,
//! `fields::skeleton`).

use latchkey_shared::fields::{name_key, skeleton};

use super::store;
use crate::database::sql::Sql;
use crate::database::{Database, Rank, SOME, folded, looks};

/// The current rule: invisible characters do not count, the skeleton is stored too, and so is what
/// is searched of projects, users, systems and APIs.
const RULE: i64 = 4;

/// Computes stored keys again if they are of an older rule. If two tokens have the same name by
/// the new rule, the second one keeps its old key and goes on working. The log names it,
/// `name_taken` lists it, and it must be renamed before it is changed. If the start is
/// interrupted, the next one continues.
pub async fn renew_keys(database: &Database) -> Result<(), sqlx::Error> {
    for (table, column, looks) in [
        ("projects", "key", "key_looks"),
        ("projects", "name", "name_looks"),
        ("systems", "key", "key_looks"),
        ("systems", "name", "name_looks"),
        ("users", "username", "username_looks"),
        ("api_rows", "operation_id", "operation_id_looks"),
        ("api_rows", "name", "name_looks"),
    ] {
        looks::fill(database, table, column, looks).await?;
    }
    let rule: i64 = sqlx::query_scalar("SELECT rule FROM name_keys").fetch_one(database.reader()).await?;
    if rule >= RULE {
        return Ok(());
    }
    renew_tokens(database).await?;
    for (select, update) in [
        (
            "SELECT id, key || '\n' || name, folded FROM projects WHERE id > ",
            "UPDATE projects AS named SET folded = value ->> 1 FROM ",
        ),
        (
            "SELECT id, username || '\n' || display_name, folded FROM users WHERE id > ",
            "UPDATE users AS named SET folded = value ->> 1 FROM ",
        ),
        (
            "SELECT id, key || '\n' || name, folded FROM systems WHERE id > ",
            "UPDATE systems AS named SET folded = value ->> 1 FROM ",
        ),
        (
            "SELECT id, key || '\n' || name || '\n' || path, folded FROM api_rows WHERE id > ",
            "UPDATE api_rows AS named SET folded = value ->> 1 FROM ",
        ),
    ] {
        folded::renew(database, select, update).await?;
    }
    sqlx::query("UPDATE name_keys SET rule = $1")
        .bind(RULE)
        .execute(database.unordered_writer())
        .await
        .map(drop)
}

/// A token: its `seq`, id and name, and its stored key and skeleton.
type Row = (i64, String, String, String, String);

async fn renew_tokens(database: &Database) -> Result<(), sqlx::Error> {
    let mut after = 0;
    let mut is_said = false;
    loop {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT seq, id, name, name_key, skeleton FROM tokens WHERE seq > $1 ORDER BY seq LIMIT $2",
        )
        .bind(after)
        .bind(SOME)
        .fetch_all(database.reader())
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.0;
        let mut stale = Stale::default();
        for (seq, id, name, key, looks) in rows {
            let now = skeleton(&name);
            if now != looks {
                stale.skeletons.push((seq, now));
            }
            let now = name_key(&name);
            if now != key {
                stale.keys.push((seq, id, name, now));
            }
        }
        if stale.skeletons.is_empty() && stale.keys.is_empty() {
            continue;
        }
        if !is_said {
            tracing::info!("what is stored of names is computed anew; a million tokens take minutes");
            is_said = true;
        }
        stale.write(database).await?;
    }
}

/// The rows that must be written.
#[derive(Default)]
struct Stale {
    /// `seq` and skeleton.
    skeletons: Vec<(i64, String)>,
    /// `seq`, id, name and key.
    keys: Vec<(i64, String, String, String)>,
}

impl Stale {
    async fn write(self, database: &Database) -> Result<(), sqlx::Error> {
        database
            .write_as(Rank::Background, move |transaction| {
                Box::pin(async move {
                    if !self.skeletons.is_empty() {
                        let mut sql = Sql::new("UPDATE tokens SET skeleton = value ->> 1 FROM ");
                        let rows = serde_json::json!(self.skeletons).to_string();
                        transaction.engine().push_rows(&mut sql, rows);
                        sql.push(" WHERE tokens.seq = CAST(value ->> 0 AS BIGINT)");
                        sql.query().execute(transaction.connection()).await?;
                    }
                    for (seq, id, name, key) in self.keys {
                        let written = sqlx::query(
                            "UPDATE tokens SET name_key = $1, taken_key = NULL WHERE seq = $2 \
                             AND NOT EXISTS (SELECT 1 FROM tokens WHERE name_key = $1)",
                        )
                        .bind(key.clone())
                        .bind(seq)
                        .execute(transaction.connection())
                        .await?;
                        if written.rows_affected() == 0 {
                            tracing::warn!(token = %id, name, "another token has this name: rename one of them");
                            store::note_taken_key(transaction.connection(), seq, &key).await?;
                        }
                    }
                    Ok(())
                })
            })
            .await
    }
}
