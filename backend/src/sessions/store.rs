//! The SQL of sessions.

use latchkey_shared::ids::UserId;
use sqlx::{AnyConnection, FromRow};

use crate::crypto::Digest;
use crate::database::{Database, Taking, Transaction, now};
use crate::withdrawals::Withdrawal;

/// How long a session lasts without a request, in milliseconds.
pub(super) const IDLE: i64 = 30 * 60 * 1_000;
/// How long a session lasts at most, in milliseconds.
pub(super) const ABSOLUTE: i64 = 12 * 60 * 60 * 1_000;
#[derive(FromRow)]
pub(crate) struct SessionRow {
    pub(crate) user_id: String,
    pub(crate) created_at: i64,
    pub(crate) seen_at: i64,
    pub(crate) must_change_password: i64,
}

pub(crate) async fn find(database: &Database, digest: &Digest) -> Result<Option<SessionRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT s.user_id, s.created_at, s.seen_at, u.must_change_password \
         FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.digest = $1",
    )
    .bind(digest.as_slice().to_vec())
    .fetch_optional(database.reader())
    .await
}

pub(crate) async fn touch(database: &Database, digest: &Digest, now: i64) -> Result<(), sqlx::Error> {
    database.has_space()?;
    sqlx::query("UPDATE sessions SET seen_at = $1 WHERE digest = $2")
        .bind(now)
        .bind(digest.as_slice().to_vec())
        .execute(database.unordered_writer())
        .await
        .map(drop)
}

pub(crate) async fn insert(
    connection: &mut AnyConnection,
    digest: &Digest,
    user: &UserId,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO sessions (digest, user_id, created_at, seen_at) VALUES ($1, $2, $3, $3)")
        .bind(digest.as_slice().to_vec())
        .bind(user.to_string())
        .bind(now)
        .execute(connection)
        .await
        .map(drop)
}

pub(crate) async fn end(mut taking: Taking<'_>, digest: &Digest) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE digest = $1")
        .bind(digest.as_slice().to_vec())
        .execute(taking.connection())
        .await
        .map(drop)
}

/// Ends all sessions of a user.
pub async fn end_all(transaction: &mut Transaction, user: &UserId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE user_id = $1")
        .bind(user.to_string())
        .execute(transaction.takes(Withdrawal::Sessions { user: Some(user.clone()) }).connection())
        .await
        .map(drop)
}

/// Ends all sessions.
pub async fn end_everyones(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions").execute(connection).await.map(drop)
}

/// Deletes sessions that have ended.
pub async fn forget_expired(database: &Database) -> Result<(), sqlx::Error> {
    database
        .purge(
            "DELETE FROM sessions WHERE digest IN \
             (SELECT digest FROM sessions WHERE seen_at < $1 OR created_at < $2 LIMIT $3)",
            &[now() - IDLE, now() - ABSOLUTE],
        )
        .await
}
