//! The memory of one-time requests: each passes once, on whichever node, also
//! after a restart. Claims are written in batches, since a batch costs one sync
//! and a single claim costs one as well.

use std::collections::HashSet;
use std::time::Duration;

use latchkey_shared::ids::TokenId;
use sqlx::AnyConnection;
use tokio::sync::{mpsc, oneshot};

use crate::database::sql::Sql;
use crate::database::{Database, now};

/// Claims written by one statement at most.
const BATCH: usize = 256;
/// Claims waiting at most; beyond that callers are told to come back.
const WAITING: usize = 4_096;
/// How often claims that could only be stale are forgotten.
const PURGE: Duration = Duration::from_secs(30);
/// Milliseconds for which a stale claim is kept, since clocks err.
const KEPT: i64 = 10 * 60 * 1_000;

struct Claim {
    token: TokenId,
    jti: String,
    expires_at: i64,
    answer: oneshot::Sender<bool>,
}

/// No claim could be written: deny.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unavailable;

/// The memory.
pub(super) struct Replay {
    claims: mpsc::Sender<Claim>,
}

impl Replay {
    /// Starts the task that writes claims.
    pub(super) fn start(database: &Database) -> Self {
        let (claims, mut waiting) = mpsc::channel::<Claim>(WAITING);
        let writer = database.clone();
        database.spawn(async move {
            let mut batch = Vec::with_capacity(BATCH);
            let mut purge = tokio::time::interval(PURGE);
            loop {
                tokio::select! {
                    count = waiting.recv_many(&mut batch, BATCH) => {
                        if count == 0 {
                            return;
                        }
                        // An answer that is dropped says that nothing was written.
                        if let Err(error) = write(&writer, &mut batch).await {
                            tracing::error!(%error, "one-time requests are denied: their use cannot be noted");
                        }
                        batch.clear();
                    }
                    _ = purge.tick() => {
                        if let Err(error) = forget(&writer).await {
                            tracing::warn!(%error, "used one-time requests are not forgotten");
                        }
                    }
                }
            }
        });
        Self { claims }
    }

    /// Claims a request for its one use, which is noted until `expires_at`;
    /// `false` if it was used already.
    pub(super) async fn claim(
        &self,
        token: &TokenId,
        jti: &str,
        expires_at: i64,
    ) -> Result<bool, Unavailable> {
        let (answer, answered) = oneshot::channel();
        let claim = Claim { token: token.clone(), jti: jti.to_owned(), expires_at, answer };
        self.claims.try_send(claim).map_err(|_| Unavailable)?;
        answered.await.map_err(|_| Unavailable)
    }
}

/// Writes a batch and answers each of its claims.
async fn write(database: &Database, batch: &mut Vec<Claim>) -> Result<(), sqlx::Error> {
    database.has_space()?;
    let mut sql = Sql::new(
        "INSERT INTO used_requests (token_id, jti, expires_at) SELECT column1, column2, column3 FROM (VALUES ",
    );
    for (index, claim) in batch.iter().enumerate() {
        sql.push(if index == 0 { "(" } else { ", (" })
            .bind(claim.token.to_string())
            .push(", ")
            .bind(claim.jti.clone())
            .push(", ")
            .bind(claim.expires_at)
            .push(")");
    }
    // Whether one that ended before that was used is not known any more.
    sql.push(
        ") AS claims WHERE column3 > (SELECT until FROM used_requests_forgotten) \
         ON CONFLICT DO NOTHING RETURNING token_id, jti",
    );
    let written: Vec<(String, String)> =
        database.write_briefly(async |connection| sql.query_as().fetch_all(connection).await).await?;
    let mut written: HashSet<(String, String)> = written.into_iter().collect();
    for claim in batch.drain(..) {
        // Removed as it is given: of two claims for one request in a batch, one gets it.
        let first = written.remove(&(claim.token.into(), claim.jti));
        let _ = claim.answer.send(first);
    }
    Ok(())
}

/// When used requests were last forgotten.
pub async fn last_forgot(database: &Database) -> Result<i64, sqlx::Error> {
    let until: i64 =
        sqlx::query_scalar("SELECT until FROM used_requests_forgotten").fetch_one(database.reader()).await?;
    Ok(until + KEPT)
}

/// Forgets what has been stale for a while, once it is noted until when: a
/// request of that time is refused, should a clock make it look good again.
async fn forget(database: &Database) -> Result<(), sqlx::Error> {
    let until = now() - KEPT;
    let forget = async |connection: &mut AnyConnection| {
        let noted: i64 = sqlx::query_scalar(
            "UPDATE used_requests_forgotten SET until = CASE WHEN until < $1 THEN $1 ELSE until END RETURNING until",
        )
        .bind(until)
        .fetch_one(&mut *connection)
        .await?;
        sqlx::query("DELETE FROM used_requests WHERE expires_at <= $1")
            .bind(until)
            .execute(connection)
            .await?;
        Ok(noted)
    };
    let noted: i64 = database.write_briefly(forget).await?;
    if noted > now() {
        tracing::warn!(
            milliseconds = noted - now(),
            "the clock was ahead before: one-time requests are refused for so long"
        );
    }
    Ok(())
}
