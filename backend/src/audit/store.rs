//! The SQL of the chain: what has a link, who gives links, and what is signed.

use std::time::Duration;

use sqlx::{AnyConnection, AnyPool, FromRow};

use super::chain::{EventRow, Link, Position};
use crate::database::sql::Sql;
use crate::database::{Engine, Transaction, now};

pub(super) const EVENTS: &str = "SELECT id, at, actor_kind, actor_id, actor_name, action, target_kind, \
     target_id, target_name, detail, request_id, client_ip, sequence, link FROM audit_events WHERE 1 = 1";

/// Who chains, and the end of the chain.
#[derive(Debug, Clone, FromRow)]
pub(super) struct SequencerRow {
    pub(super) fence: i64,
    pub(super) chain: i64,
    sequence: i64,
    link: String,
    /// The last event that a checkpoint covers.
    pub(super) checkpointed: i64,
    caught_up: i64,
    /// For how many milliseconds a node still holds its term; negative if none does.
    held_for: i64,
    /// When the oldest event without a link was written.
    pub(super) unchained_since: Option<i64>,
}

impl SequencerRow {
    pub(super) fn position(&self) -> Position {
        Position { sequence: self.sequence, link: Link::stored(self.link.clone()) }
    }

    /// Whether nobody chains. SQLite has one node at a time, so whoever did has ended.
    pub(super) fn is_free(&self, engine: Engine) -> bool {
        engine == Engine::Sqlite || self.held_for < 0
    }

    /// Whether all events from before the chain are chained.
    pub(super) fn is_caught_up(&self) -> bool {
        self.caught_up != 0
    }
}

/// The events without a link, the oldest first.
pub(super) async fn unchained(reader: &AnyPool, limit: i64) -> Result<Vec<EventRow>, sqlx::Error> {
    let mut sql = Sql::new(EVENTS);
    sql.push(" AND sequence IS NULL ORDER BY at, id LIMIT ").bind(limit);
    sql.query_as().fetch_all(reader).await
}

/// The chained events after a number, in their order.
pub(super) async fn chained(
    connection: &mut AnyConnection,
    after: i64,
    limit: i64,
) -> Result<Vec<EventRow>, sqlx::Error> {
    let mut sql = Sql::new(EVENTS);
    sql.push(" AND sequence > ").bind(after);
    sql.push(" ORDER BY sequence LIMIT ").bind(limit);
    sql.query_as().fetch_all(connection).await
}

/// The first chained event of this time or later.
pub(super) async fn first_since(
    connection: &mut AnyConnection,
    id: &str,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar("SELECT MIN(sequence) FROM audit_events WHERE id >= $1 AND sequence IS NOT NULL")
        .bind(id.to_owned())
        .fetch_one(connection)
        .await
}

/// The last chained event before this time.
pub(super) async fn last_before(
    connection: &mut AnyConnection,
    id: &str,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar("SELECT MAX(sequence) FROM audit_events WHERE id < $1 AND sequence IS NOT NULL")
        .bind(id.to_owned())
        .fetch_one(connection)
        .await
}

/// The link of a chained event.
pub(super) async fn link_of(
    connection: &mut AnyConnection,
    sequence: i64,
) -> Result<Option<Link>, sqlx::Error> {
    let link: Option<String> = sqlx::query_scalar("SELECT link FROM audit_events WHERE sequence = $1")
        .bind(sequence)
        .fetch_optional(connection)
        .await?;
    Ok(link.map(Link::stored))
}

/// Gives these events their numbers and links: arrays of id, number and link, in JSON. Returns how many
/// had none yet.
pub(super) async fn set_links(transaction: &mut Transaction, rows: String) -> Result<u64, sqlx::Error> {
    let mut sql =
        Sql::new("UPDATE audit_events SET sequence = CAST(value ->> 1 AS BIGINT), link = value ->> 2 FROM ");
    transaction.engine().push_rows(&mut sql, rows);
    sql.push(" WHERE audit_events.id = value ->> 0 AND COALESCE(sequence, 0) = 0");
    sql.query().execute(transaction.connection()).await.map(|done| done.rows_affected())
}

/// Who chains, and the end of the chain; `None` if there is no chain yet.
pub(super) async fn sequencer(connection: &mut AnyConnection) -> Result<Option<SequencerRow>, sqlx::Error> {
    let mut sql = Sql::new(
        "SELECT fence, chain, sequence, link, checkpointed, caught_up, (SELECT e.at FROM audit_events e \
         WHERE e.sequence IS NULL ORDER BY e.at LIMIT 1) AS unchained_since, held_until - ",
    );
    Engine::of(connection).push_now(&mut sql, now());
    sql.push(" AS held_for FROM audit_sequencer");
    sql.query_as().fetch_optional(connection).await
}

/// Takes over from whoever had this fence. Returns whether nobody else was faster.
pub(super) async fn take_over(
    connection: &mut AnyConnection,
    fence: i64,
    term: Duration,
) -> Result<bool, sqlx::Error> {
    let mut sql = Sql::new("UPDATE audit_sequencer SET fence = fence + 1, held_until = ");
    Engine::of(connection).push_now(&mut sql, now());
    sql.push(" + ").bind(millis(term)).push(" WHERE fence = ").bind(fence);
    sql.query().execute(connection).await.map(|done| done.rows_affected() > 0)
}

/// Goes on for another term. Returns whether nobody else has taken over.
pub(super) async fn renew(
    connection: &mut AnyConnection,
    fence: i64,
    term: Duration,
) -> Result<bool, sqlx::Error> {
    let mut sql = Sql::new("UPDATE audit_sequencer SET held_until = ");
    Engine::of(connection).push_now(&mut sql, now());
    sql.push(" + ").bind(millis(term)).push(" WHERE fence = ").bind(fence);
    sql.query().execute(connection).await.map(|done| done.rows_affected() > 0)
}

/// Lets another node take over at once.
pub(super) async fn release(connection: &mut AnyConnection, fence: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE audit_sequencer SET held_until = 0 WHERE fence = $1")
        .bind(fence)
        .execute(connection)
        .await
        .map(drop)
}

/// Moves the end of the chain, for another term. Returns whether nobody else has moved it or taken over.
pub(super) async fn advance(
    transaction: &mut Transaction,
    fence: i64,
    (from, to): (i64, &Position),
    term: Duration,
) -> Result<bool, sqlx::Error> {
    let mut sql = Sql::new("UPDATE audit_sequencer SET sequence = ");
    sql.bind(to.sequence).push(", link = ").bind(to.link.as_str().to_owned()).push(", held_until = ");
    transaction.engine().push_now(&mut sql, now());
    sql.push(" + ").bind(millis(term)).push(" WHERE fence = ").bind(fence);
    sql.push(" AND sequence = ").bind(from);
    sql.query().execute(transaction.connection()).await.map(|done| done.rows_affected() > 0)
}

/// Notes that all events from before the chain are chained.
pub(super) async fn note_caught_up(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE audit_sequencer SET caught_up = 1").execute(connection).await.map(drop)
}

/// Begins the first chain, or the next one. Whoever chained before may no longer.
pub(super) async fn set_chain(
    connection: &mut AnyConnection,
    chain: i64,
    position: &Position,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO audit_sequencer (only_row, fence, held_until, chain, sequence, link, checkpointed, caught_up) \
         VALUES (1, 1, 0, $1, $2, $3, $2, 0) ON CONFLICT (only_row) DO UPDATE SET \
         fence = audit_sequencer.fence + 1, held_until = 0, chain = excluded.chain, \
         sequence = excluded.sequence, link = excluded.link, checkpointed = excluded.checkpointed",
    )
    .bind(chain)
    .bind(position.sequence)
    .bind(position.link.as_str().to_owned())
    .execute(connection)
    .await
    .map(drop)
}

/// Stores the text of an opening.
pub(super) async fn insert_opening(
    connection: &mut AnyConnection,
    number: i64,
    first: i64,
    text: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO audit_chains (number, first_sequence, opening) VALUES ($1, $2, $3)")
        .bind(number)
        .bind(first)
        .bind(text.to_owned())
        .execute(connection)
        .await
        .map(drop)
}

/// The chains: their numbers, the numbers of their first events, and the texts of their openings.
pub(super) async fn openings(connection: &mut AnyConnection) -> Result<Vec<(i64, i64, String)>, sqlx::Error> {
    sqlx::query_as("SELECT number, first_sequence, opening FROM audit_chains ORDER BY number")
        .fetch_all(connection)
        .await
}

/// Notes that a checkpoint covers this event. Returns whether none did, and nobody else has taken over.
pub(super) async fn cover(
    transaction: &mut Transaction,
    fence: i64,
    sequence: i64,
) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE audit_sequencer SET checkpointed = $1 WHERE fence = $2 AND checkpointed < $1")
        .bind(sequence)
        .bind(fence)
        .execute(transaction.connection())
        .await
        .map(|done| done.rows_affected() > 0)
}

/// A checkpoint: what it covers, when it was made, and the note.
pub(super) type CheckpointRow = (i64, i64, String);

/// Stores a checkpoint. One about an event of a chain that a restore has ended gives way.
pub(super) async fn insert_checkpoint(
    connection: &mut AnyConnection,
    (sequence, at, note): &CheckpointRow,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO audit_checkpoints (sequence, at, note) VALUES ($1, $2, $3) \
         ON CONFLICT (sequence) DO UPDATE SET at = excluded.at, note = excluded.note",
    )
    .bind(*sequence)
    .bind(*at)
    .bind(note.clone())
    .execute(connection)
    .await
    .map(drop)
}

/// The checkpoints up to an event, the latest first.
pub(super) async fn checkpoints(
    connection: &mut AnyConnection,
    until: i64,
    limit: i64,
) -> Result<Vec<CheckpointRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT sequence, at, note FROM audit_checkpoints WHERE sequence <= $1 ORDER BY sequence DESC LIMIT $2",
    )
    .bind(until)
    .bind(limit)
    .fetch_all(connection)
    .await
}

/// The id of the installation, and the key that signs if there is one: its id, and its private half.
pub(super) async fn signer(
    connection: &mut AnyConnection,
) -> Result<Option<(String, Option<String>, Option<Vec<u8>>)>, sqlx::Error> {
    sqlx::query_as(
        "SELECT i.id, k.id AS key_id, k.private_key FROM installation i LEFT JOIN audit_keys k ON 1 = 1 \
         ORDER BY k.id DESC LIMIT 1",
    )
    .fetch_optional(connection)
    .await
}

/// Adds a key that signs.
pub(super) async fn insert_key(
    connection: &mut AnyConnection,
    id: &str,
    private_key: &[u8],
    data_key: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO audit_keys (id, private_key, data_key, created_at) VALUES ($1, $2, $3, $4)")
        .bind(id.to_owned())
        .bind(private_key.to_vec())
        .bind(data_key.to_owned())
        .bind(now())
        .execute(connection)
        .await
        .map(drop)
}

/// The last event that a stream has sent.
pub(super) async fn sent(reader: &AnyPool, stream: &str) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar("SELECT sequence FROM audit_streams WHERE name = $1")
        .bind(stream.to_owned())
        .fetch_optional(reader)
        .await
}

/// Notes the last event that a stream has sent.
pub(super) async fn note_sent(
    connection: &mut AnyConnection,
    stream: &str,
    sequence: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO audit_streams (name, sequence) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence",
    )
    .bind(stream.to_owned())
    .bind(sequence)
    .execute(connection)
    .await
    .map(drop)
}

/// Lets streams go on from an event that they have sent already.
pub(super) async fn set_streams_back(
    connection: &mut AnyConnection,
    sequence: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE audit_streams SET sequence = $1 WHERE sequence > $1")
        .bind(sequence)
        .execute(connection)
        .await
        .map(drop)
}

/// The last event that retention has deleted, and the note about it.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Boundary {
    pub(super) complete_since: i64,
    #[sqlx(rename = "boundary")]
    sequence: i64,
    #[sqlx(rename = "boundary_link")]
    link: Option<String>,
    /// The note about it.
    #[sqlx(rename = "boundary_note")]
    pub(super) note: Option<String>,
}

impl Boundary {
    /// The position after what was deleted.
    pub(super) fn position(&self) -> Option<Position> {
        let link = self.link.clone()?;
        Some(Position { sequence: self.sequence, link: Link::stored(link) })
    }
}

/// What retention has deleted.
pub(super) async fn boundary(connection: &mut AnyConnection) -> Result<Boundary, sqlx::Error> {
    sqlx::query_as("SELECT complete_since, boundary, boundary_link, boundary_note FROM audit_trail")
        .fetch_one(connection)
        .await
}

/// Deletes the events up to one, and notes where the trail begins.
pub(super) async fn forget(
    connection: &mut AnyConnection,
    end: &Position,
    (before, note): (i64, &str),
) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query("DELETE FROM audit_events WHERE sequence <= $1")
        .bind(end.sequence)
        .execute(&mut *connection)
        .await?
        .rows_affected();
    // The last checkpoint stays, since it proves what comes next.
    sqlx::query("DELETE FROM audit_checkpoints WHERE sequence < $1")
        .bind(end.sequence)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "UPDATE audit_trail SET complete_since = $1, boundary = $2, boundary_link = $3, boundary_note = $4",
    )
    .bind(before)
    .bind(end.sequence)
    .bind(end.link.as_str().to_owned())
    .bind(note.to_owned())
    .execute(connection)
    .await?;
    Ok(deleted)
}

fn millis(term: Duration) -> i64 {
    i64::try_from(term.as_millis()).unwrap_or(i64::MAX)
}
