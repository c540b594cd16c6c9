//! Deletes old events. The trail loses events only at its old end, so what is left has no gaps. A signed
//! note says where it begins.

use latchkey_shared::time::Timestamp;

use super::chain::{Link, Position};
use super::store;
use super::trail::Trail;
use crate::database::{DELETED, Database, Rank, now, rest};

const DAY: i64 = 24 * 60 * 60 * 1_000;

impl Trail {
    /// Deletes the events that are older than this number of days, the oldest first; none if it is 0. Events
    /// without a link stay until they have one.
    pub async fn forget_old(&self, days: u32) -> Result<(), sqlx::Error> {
        if days == 0 {
            return Ok(());
        }
        let before = now() - i64::from(days) * DAY;
        self.sequencer.chain().await?;
        loop {
            let began = std::time::Instant::now();
            if self.forget_some(before).await? == 0 {
                return Ok(());
            }
            rest(began.elapsed()).await;
        }
    }

    async fn forget_some(&self, before: i64) -> Result<u64, sqlx::Error> {
        let mut connection = self.database.reader().acquire().await?;
        let events = store::chained(&mut connection, 0, DELETED).await?;
        drop(connection);
        let old = events.iter().take_while(|event| event.at < before).last();
        let Some((sequence, link)) = old.and_then(|event| event.sequence.zip(event.link.clone())) else {
            return Ok(0);
        };
        let end = Position { sequence, link: Link::stored(link) };
        let note = self.signer.boundary(&end, before);
        self.database
            .write_as(Rank::Background, move |transaction| {
                Box::pin(async move { store::forget(transaction.connection(), &end, (before, &note)).await })
            })
            .await
    }
}

/// From when on the trail is complete; `None` if no event was ever deleted.
pub async fn complete_since(database: &Database) -> Result<Option<Timestamp>, sqlx::Error> {
    let boundary = store::boundary(&mut *database.reader().acquire().await?).await?;
    Ok((boundary.complete_since > 0).then(|| Timestamp::from_millis(boundary.complete_since)))
}
