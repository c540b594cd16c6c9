//! Counts of decided calls: in memory, flushed in batches. A crash loses at most
//! one interval of counters, never a decision or an audit event.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use latchkey_shared::ids::{ApiId, TokenId};
use latchkey_shared::time::Timestamp;
use latchkey_shared::verify::Reason;

use crate::database::{Database, now};

/// How often counters are written.
pub const FLUSH: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Counts {
    last_used_at: i64,
    /// Few a token, so that a list is quicker than a map.
    by_outcome: Vec<(Option<ApiId>, Option<Reason>, i64)>,
}

impl Counts {
    fn add(&mut self, api: Option<&ApiId>, outcome: Option<Reason>, more: i64) {
        match self.by_outcome.iter_mut().find(|(a, o, _)| a.as_ref() == api && *o == outcome) {
            Some((_, _, count)) => *count += more,
            None => self.by_outcome.push((api.cloned(), outcome, more)),
        }
    }
}

/// The counters of this node since the last flush.
#[derive(Default)]
pub struct Usage {
    counts: Mutex<HashMap<TokenId, Counts>>,
}

impl Usage {
    /// Counts a decided call: `None` for allowed.
    pub fn count(&self, token: &TokenId, api: Option<&ApiId>, outcome: Option<Reason>, now: i64) {
        let mut all = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(token) {
            all.insert(token.clone(), Counts::default());
        }
        let Some(counts) = all.get_mut(token) else { return };
        counts.last_used_at = counts.last_used_at.max(now);
        counts.add(api, outcome, 1);
    }

    /// Writes what was counted; what cannot be written now is counted on.
    pub async fn flush(&self, database: &Database) {
        let counted = std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        if counted.is_empty() {
            return;
        }
        let day = Timestamp::from_millis(now()).as_str().get(..10).unwrap_or_default().to_owned();
        for (token, counts) in counted {
            if let Err(error) = write(database, &token, &counts, &day).await {
                tracing::warn!(%error, "usage is not written; it is kept for the next time");
                let mut all = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
                let kept = all.entry(token).or_default();
                kept.last_used_at = kept.last_used_at.max(counts.last_used_at);
                for (api, outcome, count) in counts.by_outcome {
                    kept.add(api.as_ref(), outcome, count);
                }
            }
        }
    }
}

async fn write(database: &Database, token: &TokenId, counts: &Counts, day: &str) -> Result<(), sqlx::Error> {
    let mut transaction = database.unordered_writer().begin().await?;
    let known = sqlx::query(
        "UPDATE tokens SET last_used_at = CASE WHEN last_used_at > $1 THEN last_used_at ELSE $1 END WHERE id = $2",
    )
    .bind(counts.last_used_at)
    .bind(token.to_string())
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    // A token that is gone has no usage either.
    if known > 0 {
        for (api, outcome, count) in &counts.by_outcome {
            sqlx::query(
                "INSERT INTO token_usage (token_id, day, api_id, outcome, count) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (token_id, day, api_id, outcome) DO UPDATE SET count = token_usage.count + excluded.count",
            )
            .bind(token.to_string())
            .bind(day.to_owned())
            .bind(api.as_ref().map(ToString::to_string).unwrap_or_default())
            .bind(outcome.map_or("allowed", Reason::as_str))
            .bind(*count)
            .execute(&mut *transaction)
            .await?;
        }
    }
    transaction.commit().await
}
