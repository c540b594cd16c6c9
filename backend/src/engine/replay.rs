//! The memory of one-time requests. Each passes once, on any node and after a restart. Claims
//! are written in batches: a batch costs one sync to disk, as much as a single claim.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use latchkey_shared::ids::TokenId;
use serde::Serialize;
use sqlx::AnyConnection;
use tokio::sync::{mpsc, oneshot};

use crate::crypto::operations::PrivateOperations;
use crate::database::sql::Sql;
use crate::database::{Database, Engine, Rank, WriteError as _, now, rest};

/// The most claims in one statement.
const BATCH: usize = 256;
/// The most claims that wait. Beyond that, callers are told to come back.
const WAITING: usize = 4_096;
/// How often a batch waits for more claims, and for how long.
const GATHERED: usize = 3;
const GATHER: Duration = Duration::from_millis(2);
/// How many claims one step of a purge reads.
const STEP: i64 = 1_000;
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

/// What the statement reads of a claim.
#[derive(Serialize)]
struct Row<'a> {
    token: &'a str,
    jti: &'a str,
    expires_at: i64,
}

impl<'a> Row<'a> {
    fn of(claim: &'a Claim) -> Self {
        Self { token: claim.token.as_str(), jti: &claim.jti, expires_at: claim.expires_at }
    }
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
    pub(super) fn start(database: &Database, operations: PrivateOperations) -> Self {
        let (claims, mut waiting) = mpsc::channel::<Claim>(WAITING);
        let writer = database.clone();
        database.spawn(async move {
            let mut batch = Vec::with_capacity(BATCH);
            while let Some(first) = waiting.recv().await {
                batch.push(first);
                // A large batch costs little more than a small one. While private-key operations
                // wait for a core, waiting for their claims leaves no core idle.
                for _ in 0..GATHERED {
                    if operations.are_waiting() {
                        tokio::time::sleep(GATHER).await;
                    }
                }
                while batch.len() < BATCH
                    && let Ok(claim) = waiting.try_recv()
                {
                    batch.push(claim);
                }
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
    // In the order of the key: two nodes that write the same claims never wait for each other in
    // a circle.
    batch.sort_unstable_by(|one, other| {
        (one.token.as_str(), &one.jti).cmp(&(other.token.as_str(), &other.jti))
    });
    let rows: Vec<Row<'_>> = batch.iter().map(Row::of).collect();
    let rows = serde_json::to_string(&rows).map_err(|error| sqlx::Error::Encode(error.into()))?;
    // sqlx passes each row of SQLite from thread to thread, which costs more than writing it.
    if database.engine() == Engine::Sqlite && write_all(database, batch, rows.clone()).await? {
        for claim in batch.drain(..) {
            let _ = claim.answer.send(true);
        }
        return Ok(());
    }
    let sql = insertion(database.engine(), rows, None);
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

/// Adds claims. With `first_end`, when the first of them ends, it adds all or none, and fails if one
/// was added before; else it returns those that it adds. What was used before the time that is
/// forgotten is not known any more.
fn insertion(engine: Engine, rows: String, first_end: Option<i64>) -> Sql {
    // One parameter: the text is the same for every batch, so the statement stays prepared.
    let mut sql = Sql::new(
        "INSERT INTO used_requests (token_id, jti, expires_at) \
         SELECT value->>'token', value->>'jti', CAST(value->>'expires_at' AS BIGINT) FROM ",
    );
    engine.push_rows(&mut sql, rows);
    if let Some(first_end) = first_end {
        sql.push(" WHERE ").bind(first_end).push(" > (SELECT until FROM used_requests_forgotten)");
    } else {
        sql.push(
            " WHERE CAST(value->>'expires_at' AS BIGINT) > (SELECT until FROM used_requests_forgotten) \
             ON CONFLICT DO NOTHING RETURNING token_id, jti",
        );
    }
    sql
}

/// Writes a batch if none of its requests was used before. Returns whether it is written; else
/// nothing is.
async fn write_all(database: &Database, batch: &[Claim], rows: String) -> Result<bool, sqlx::Error> {
    let first_end = batch.iter().map(|claim| claim.expires_at).min();
    let sql = insertion(database.engine(), rows, first_end);
    let written = database.write_briefly(async |connection| sql.query().execute(connection).await).await;
    match written {
        Ok(done) => Ok(done.rows_affected() > 0),
        Err(error) if error.is_encounter() => Ok(false),
        Err(error) => Err(error),
    }
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
    delete(database, until).await
}

/// Deletes what ended until then. It goes through the whole table in the order of its key: an
/// index by age would cost every claim as much as the claim itself.
async fn delete(database: &Database, until: i64) -> Result<(), sqlx::Error> {
    let mut from = (String::new(), String::new());
    loop {
        let began = Instant::now();
        let last: Option<(String, String)> = sqlx::query_as(
            "SELECT token_id, jti FROM (SELECT token_id, jti FROM used_requests \
             WHERE (token_id, jti) > ($1, $2) ORDER BY token_id, jti LIMIT $3) AS step \
             ORDER BY token_id DESC, jti DESC LIMIT 1",
        )
        .bind(from.0.clone())
        .bind(from.1.clone())
        .bind(STEP)
        .fetch_optional(database.reader())
        .await?;
        let Some(to) = last else { return Ok(()) };
        let (after, upto) = (from, to.clone());
        let deletion = database.write_as(Rank::Background, move |transaction| {
            Box::pin(async move {
                sqlx::query(
                    "DELETE FROM used_requests WHERE (token_id, jti) > ($1, $2) \
                     AND (token_id, jti) <= ($3, $4) AND expires_at <= $5",
                )
                .bind(after.0)
                .bind(after.1)
                .bind(upto.0)
                .bind(upto.1)
                .bind(until)
                .execute(transaction.connection())
                .await
            })
        });
        deletion.await?;
        from = to;
        rest(began.elapsed()).await;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::configuration::Configuration;
    use crate::crypto::operations::Limits;

    #[tokio::test]
    async fn a_purge_deletes_what_ended_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let configuration =
            Configuration { data_dir: directory.path().to_owned(), ..Configuration::default() };
        let database = Database::open(&configuration).await.unwrap();
        // More than two steps; one of three is still valid.
        sqlx::query(
            "WITH RECURSIVE count (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 3000) \
             INSERT INTO used_requests (token_id, jti, expires_at) \
             SELECT 'tok_' || (n % 2), 'jti-' || n, CASE WHEN n % 3 = 0 THEN 1001 ELSE 1000 END FROM count",
        )
        .execute(database.unordered_writer())
        .await
        .unwrap();
        delete(&database, 1_000).await.unwrap();
        let (left, first): (i64, i64) = sqlx::query_as("SELECT COUNT(*), MIN(expires_at) FROM used_requests")
            .fetch_one(database.reader())
            .await
            .unwrap();
        assert_eq!((left, first), (1_000, 1_001));
        database.close().await;
    }

    #[tokio::test]
    async fn in_a_batch_each_claim_counts_for_itself() {
        let directory = tempfile::tempdir().unwrap();
        let configuration =
            Configuration { data_dir: directory.path().to_owned(), ..Configuration::default() };
        let database = Database::open(&configuration).await.unwrap();
        let replay = Replay::start(&database, PrivateOperations::new(Limits::default()));
        let token = TokenId::new();
        let odd = "\"quoted\" \\ and {odd}: \u{1f600}";
        let (one, same, other) = tokio::join!(
            replay.claim(&token, odd, i64::MAX),
            replay.claim(&token, odd, i64::MAX),
            replay.claim(&token, "another", i64::MAX)
        );
        assert_eq!((one.unwrap() ^ same.unwrap(), other), (true, Ok(true)));
        let batch = tokio::join!(
            replay.claim(&token, odd, i64::MAX),
            replay.claim(&token, "new", i64::MAX),
            replay.claim(&token, "of a time that is forgotten", 0)
        );
        assert_eq!(batch, (Ok(false), Ok(true), Ok(false)));
        let batch = tokio::join!(
            replay.claim(&token, "newer", i64::MAX),
            replay.claim(&token, "of a time that is forgotten", 0)
        );
        assert_eq!(batch, (Ok(true), Ok(false)));
        database.close().await;
    }
}
