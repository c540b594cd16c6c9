//! Work in the background: a few rows at a time, with rests.

use std::time::{Duration, Instant};

use sqlx::query::Query;

use super::handle::Database;
use super::turns::Rank;

/// How many rows one background transaction changes. It takes some milliseconds.
pub const SOME: i64 = 200;
/// How many it deletes, which is faster.
const DELETED: i64 = 500;

/// Rests after a piece of background work, so that it takes at most a fifth of the time.
pub async fn rest(worked: Duration) {
    tokio::time::sleep(worked * 4).await;
}

impl Database {
    /// Deletes rows in the background, until none is left. `statement` has placeholders for
    /// `values`, and as the last one for the number of rows to delete.
    pub async fn purge(&self, statement: &'static str, values: &[i64]) -> Result<(), sqlx::Error> {
        loop {
            let values = values.to_vec();
            let deletion = self.write_as(Rank::Background, move |transaction| {
                Box::pin(async move {
                    let began = Instant::now();
                    let bound = values.into_iter().fold(sqlx::query(statement), Query::bind);
                    let deleted =
                        bound.bind(DELETED).execute(transaction.connection()).await?.rows_affected();
                    Ok::<_, sqlx::Error>((began, deleted))
                })
            });
            let (began, deleted) = deletion.await?;
            if deleted == 0 {
                return Ok(());
            }
            rest(began.elapsed()).await;
        }
    }
}
