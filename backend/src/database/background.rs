//! Work in the background: a few rows at a time, with rests.

use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use sqlx::query::Query;

use super::handle::Database;
use super::turns::Rank;
use super::write::Transaction;

/// How many rows one background transaction changes. It takes some milliseconds.
pub const SOME: i64 = 200;
/// How many rows one deletes, which is faster.
pub const DELETED: i64 = 500;

/// Rests after a piece of background work, so that it takes at most a fifth of the time.
pub async fn rest(worked: Duration) {
    tokio::time::sleep(worked * 4).await;
}

impl Database {
    /// Writes in the background, one transaction after the other, until one changes nothing.
    /// `step` returns how many rows it changed.
    pub async fn in_steps<F>(&self, step: F) -> Result<(), sqlx::Error>
    where
        F: for<'t> Fn(&'t mut Transaction) -> BoxFuture<'t, Result<u64, sqlx::Error>>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        loop {
            let step = step.clone();
            let writing = self.write_as(Rank::Background, move |transaction| {
                Box::pin(async move {
                    let began = Instant::now();
                    Ok::<_, sqlx::Error>((began, step(transaction).await?))
                })
            });
            let (began, changed) = writing.await?;
            if changed == 0 {
                return Ok(());
            }
            rest(began.elapsed()).await;
        }
    }

    /// Deletes rows in the background, until none is left. `statement` has placeholders for
    /// `values`, and as the last one for the number of rows to delete.
    pub async fn purge(&self, statement: &'static str, values: &[i64]) -> Result<(), sqlx::Error> {
        let values = values.to_vec();
        self.in_steps(move |transaction| {
            let bound = values.iter().copied().fold(sqlx::query(statement), Query::bind);
            let bound = bound.bind(DELETED);
            Box::pin(async move { Ok(bound.execute(transaction.connection()).await?.rows_affected()) })
        })
        .await
    }
}
