//! The memory of one-time requests. Each passes once, on any node and after a restart. Claims
//! are written in batches: a batch costs one sync to disk, as much as a single claim.

use std::collections::HashSet;
use std::time::Duration;

use latchkey_shared::ids::TokenId;
use sqlx::AnyConnection;
use tokio::sync::{mpsc, oneshot};

use crate::database::sql::Sql;
use crate::database::{Database, now};

/// The most claims in one statement.
const BATCH: usize = 256;
/// The most claims that wait. Beyond that, callers are told to come back.
const WAITING: usize = 4_096;
/// How often old claims are deleted.
const PURGE: Duration = Duration::from_secs(30);
/// How long a claim is kept after its request expired, in milliseconds, since clocks differ.
const KEPT: i64 = 10 * 60 * 1_000;

struct Claim {
    token: TokenId,
    jti: String,
    expires_at: i64,
    answer: oneshot::Sender<bool>,
}

/// The claim could not be written. The call is denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unavailable;

/// The memory of used requests.
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
            while waiting.recv_many(&mut batch, BATCH).await > 0 {
                // A dropped answer means that nothing was written.
                if let Err(error) = write(&writer, &mut batch).await {
                    tracing::error!(%error, "one-time requests are denied: their use cannot be noted");
                }
                batch.clear();
            }
        });
        // No claim waits for a purge.
        let purged = database.clone();
        database.spawn(async move {
            while !purged.reader().is_closed() {
                if let Err(error) = forget(&purged).await {
                    tracing::warn!(%error, "used one-time requests are not forgotten");
                }
                tokio::time::sleep(PURGE).await;
            }
        });
        Self { claims }
    }

    /// Claims the one use of a request, and keeps the claim until `expires_at`. Returns `false`
    /// if the request was used before.
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

/// Writes a batch and answers each claim.
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
    // What was used before this time is not known any more.
    sql.push(
        ") AS claims WHERE column3 > (SELECT until FROM used_requests_forgotten) \
         ON CONFLICT DO NOTHING RETURNING token_id, jti",
    );
    let written: Vec<(String, String)> =
        database.write_briefly(async |connection| sql.query_as().fetch_all(connection).await).await?;
    let mut written: HashSet<(String, String)> = written.into_iter().collect();
    for claim in batch.drain(..) {
        // Removed when it is answered: of two claims for one request in a batch, one passes.
        let first = written.remove(&(claim.token.into(), claim.jti));
        let _ = claim.answer.send(first);
    }
    Ok(())
}

/// Until when used requests were deleted.
pub async fn last_forgot(database: &Database) -> Result<i64, sqlx::Error> {
    let until: i64 =
        sqlx::query_scalar("SELECT until FROM used_requests_forgotten").fetch_one(database.reader()).await?;
    Ok(until + KEPT)
}

/// Deletes old claims, after it noted until when. A request from that time is refused, even if
/// a wrong clock makes it look valid.
async fn forget(database: &Database) -> Result<(), sqlx::Error> {
    let until = now() - KEPT;
    let note = async |connection: &mut AnyConnection| {
        sqlx::query_scalar(
            "UPDATE used_requests_forgotten SET until = CASE WHEN until < $1 THEN $1 ELSE until END RETURNING until",
        )
        .bind(until)
        .fetch_one(connection)
        .await
    };
    let noted: i64 = database.write_briefly(note).await?;
    if noted > now() {
        tracing::warn!(
            milliseconds = noted - now(),
            "the clock was ahead before: one-time requests are refused for so long"
        );
    }
    database
        .purge(
            "DELETE FROM used_requests WHERE (token_id, jti) IN \
             (SELECT token_id, jti FROM used_requests WHERE expires_at <= $1 LIMIT $2)",
            &[until],
        )
        .await
}
