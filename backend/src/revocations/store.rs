//! The SQL of the revocation feed.

use latchkey_shared::ids::{SystemId, TokenId, UserId};
use latchkey_shared::revocations::Revocation;
use sqlx::{AnyConnection, FromRow};

use crate::database::clock::MARGIN;
use crate::database::sql::Sql;
use crate::database::{Change, Database, Transaction, now};

/// How long an entry matters, in milliseconds: no JWT lives longer than an hour, and clocks
/// differ by at most a minute.
const MATTERS: i64 = 3_660_000;

/// The systems that learn of an entry.
#[derive(Debug, Clone, Copy)]
pub enum Of<'a> {
    /// Every system that a token reaches, at this point of the transaction.
    Token(&'a TokenId),
    /// Every system that the tokens of a user reach.
    User(&'a UserId),
    /// One system.
    System(&'a SystemId),
    /// All systems.
    All,
}

/// Records that JWTs with this value of a claim are no longer valid if they were issued before
/// now. The entry counts from `from` on, in milliseconds since the epoch.
pub async fn record(
    transaction: &mut Transaction,
    of: Of<'_>,
    claim: &'static str,
    value: &str,
    from: i64,
) -> Result<(), sqlx::Error> {
    let now = now();
    // By then, all current JWTs have expired.
    if from >= now + MATTERS {
        return Ok(());
    }
    let mut sql = Sql::new(
        "INSERT INTO revocations (system_id, claim, value, issued_before, effective_from, created_at, expires_at) \
         SELECT s.id, ",
    );
    sql.bind(claim.to_owned()).push(", ").bind(value.to_owned());
    sql.push(", ").bind(now / 1_000 + 1).push(", ").bind(from.div_euclid(1_000));
    sql.push(", ").bind(now).push(", ").bind(now + MATTERS).push(" FROM systems s");
    match of {
        Of::All => {}
        Of::System(system) => {
            sql.push(" WHERE s.id = ").bind(system.to_string());
        }
        Of::Token(token) => {
            sql.push(" WHERE s.id IN (SELECT system_id FROM token_systems WHERE token_id = ");
            sql.bind(token.to_string());
            sql.push(" UNION SELECT a.system_id FROM token_apis t JOIN apis a ON a.id = t.api_id WHERE t.token_id = ");
            sql.bind(token.to_string()).push(")");
        }
        Of::User(user) => {
            sql.push(
                " WHERE s.id IN (SELECT t.system_id FROM token_systems t JOIN token_users u \
                 ON u.token_id = t.token_id WHERE u.user_id = ",
            );
            sql.bind(user.to_string());
            sql.push(
                " UNION SELECT a.system_id FROM token_apis t JOIN token_users u ON u.token_id = t.token_id \
                 JOIN apis a ON a.id = t.api_id WHERE u.user_id = ",
            );
            sql.bind(user.to_string()).push(")");
        }
    }
    let written = sql.query().execute(transaction.connection()).await?.rows_affected();
    if written > 0 {
        transaction.changes(Change::Revocations);
    }
    Ok(())
}

#[derive(FromRow)]
struct Row {
    seq: i64,
    claim: String,
    value: String,
    issued_before: i64,
    effective_from: i64,
    created_at: i64,
}

/// A position in the feed of a system: its last entry, and when that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) seq: i64,
    pub(crate) at: i64,
}

/// Whether the feed can continue from a position. Its entry must still exist: then the later
/// entries exist too, and a restored database is noticed.
pub(crate) async fn is_known(
    connection: &mut AnyConnection,
    system: &SystemId,
    place: Place,
) -> Result<bool, sqlx::Error> {
    // The position before the first entry is valid for as long as an entry is kept.
    if place.seq == 0 {
        return Ok((now() - MATTERS..=now() + MATTERS).contains(&place.at));
    }
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT seq FROM revocations WHERE system_id = $1 AND seq = $2 AND created_at = $3",
    )
    .bind(system.to_string())
    .bind(place.seq)
    .bind(place.at)
    .fetch_optional(connection)
    .await?;
    Ok(found.is_some())
}

/// The entries after a position, the oldest first, and the position of the last one.
pub(crate) async fn after(
    connection: &mut AnyConnection,
    system: &SystemId,
    seq: i64,
    limit: i64,
) -> Result<(Vec<Revocation>, Option<Place>), sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT seq, claim, value, issued_before, effective_from, created_at FROM revocations \
         WHERE system_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
    )
    .bind(system.to_string())
    .bind(seq)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    let last = rows.last().map(|row| Place { seq: row.seq, at: row.created_at });
    let read = |row: Row| Revocation {
        claim: row.claim,
        value: row.value,
        issued_before: row.issued_before,
        from: row.effective_from,
    };
    Ok((rows.into_iter().map(read).collect(), last))
}

/// Deletes all entries, so that no position is known any more. Every verifier reads the feed from the
/// beginning.
pub async fn forget_all(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM revocations").execute(connection).await.map(drop)
}

/// Deletes entries whose JWTs have all expired.
pub async fn forget_expired(database: &Database) -> Result<(), sqlx::Error> {
    database
        .purge(
            "DELETE FROM revocations WHERE seq IN (SELECT seq FROM revocations WHERE expires_at < $1 LIMIT $2)",
            &[now() - MARGIN],
        )
        .await
}
