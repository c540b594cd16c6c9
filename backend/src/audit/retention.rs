//! Deletes old events. The trail loses events only at its old end, so what is left has no gaps.

use latchkey_shared::ids::EventId;
use latchkey_shared::time::Timestamp;

use crate::database::{DELETED, Database, Transaction, now};

const DAY: i64 = 24 * 60 * 60 * 1_000;
/// How much of an id says when it was made: the prefix, and ten digits.
const TIME: usize = EventId::PREFIX.len() + 10;

/// Deletes the events that are older than this number of days, the oldest first; none if it is 0.
pub async fn forget_old(database: &Database, days: u32) -> Result<(), sqlx::Error> {
    if days == 0 {
        return Ok(());
    }
    let before = now() - i64::from(days) * DAY;
    database.in_steps(move |transaction| Box::pin(forget_some(transaction, before))).await
}

async fn forget_some(transaction: &mut Transaction, before: i64) -> Result<u64, sqlx::Error> {
    let id = EventId::at(before);
    let deleted = sqlx::query(
        "DELETE FROM audit_events WHERE id IN (SELECT id FROM audit_events WHERE id < $1 ORDER BY id LIMIT $2)",
    )
    .bind(id.as_str().get(..TIME).unwrap_or_default().to_owned())
    .bind(DELETED)
    .execute(transaction.connection())
    .await?
    .rows_affected();
    if deleted > 0 {
        sqlx::query("UPDATE audit_trail SET complete_since = $1 WHERE complete_since < $1")
            .bind(before)
            .execute(transaction.connection())
            .await?;
    }
    Ok(deleted)
}

/// From when on the trail is complete; `None` if no event was ever deleted.
pub async fn complete_since(database: &Database) -> Result<Option<Timestamp>, sqlx::Error> {
    let since: i64 =
        sqlx::query_scalar("SELECT complete_since FROM audit_trail").fetch_one(database.reader()).await?;
    Ok((since > 0).then(|| Timestamp::from_millis(since)))
}
