//! Gives events their links. One node of the fleet does this at a time. It holds a term, which it
//! renews. Whoever takes over raises the fence, and a node that stood still meanwhile writes nothing
//! any more, since each of its writes also checks the fence. An event without a link is found
//! whenever it was committed, so none is left out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use latchkey_shared::time::Timestamp;
use serde_json::json;
use tokio::sync::Mutex;

use super::chain::{FORMAT, Opening, Position};
use super::delivery::{Message, Outlet};
use super::notes::Signer;
use super::progress::{Progress, To};
use super::store::{self, SequencerRow};
use crate::database::{Database, Engine, Rank, Transaction, now};

/// For how long a node chains without telling that it is there.
const TERM: Duration = Duration::from_secs(3);
/// How often it tells, if there is nothing to chain.
const RENEWAL: Duration = Duration::from_secs(1);
/// How many events get their links at once.
const SOME: i64 = 500;
/// For how long it works before it looks whether the server ends.
const WORK: Duration = Duration::from_secs(1);
/// How often a checkpoint is made, if events were chained since the last one.
const CHECKPOINT: Duration = Duration::from_mins(1);

/// The state of a node that chains.
struct Holding {
    fence: i64,
    chain: i64,
    position: Position,
    checkpointed: i64,
    is_caught_up: bool,
    renewed: Instant,
    signed: Option<Instant>,
}

impl Holding {
    fn of(row: &SequencerRow) -> Self {
        Self {
            fence: row.fence,
            chain: row.chain,
            position: row.position(),
            checkpointed: row.checkpointed,
            is_caught_up: row.is_caught_up(),
            renewed: Instant::now(),
            signed: None,
        }
    }
}

/// Makes sure that there is a chain.
pub(super) async fn ensure_chain(database: &Database, signer: &Signer) -> Result<(), sqlx::Error> {
    if store::sequencer(&mut *database.reader().acquire().await?).await?.is_some() {
        return Ok(());
    }
    let installation = signer.installation.clone();
    database
        .write(move |transaction| {
            Box::pin(async move {
                // Another node may have been faster.
                if store::sequencer(transaction.connection()).await?.is_none() {
                    begin(transaction, installation, None).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Begins a new chain, because the database was restored. What was chained before stays as it is.
/// `last_checkpoint` is the last checkpoint of the old chain that is known from outside of the database:
/// a note. So everybody sees which events the restore has lost. Streams send again what comes after the
/// end of the restored chain.
pub async fn begin_chain(
    transaction: &mut Transaction,
    last_checkpoint: Option<&str>,
) -> Result<(), sqlx::Error> {
    let signer = store::signer(transaction.connection()).await?.ok_or(sqlx::Error::RowNotFound)?;
    begin(transaction, signer.0, last_checkpoint.map(str::to_owned)).await
}

async fn begin(
    transaction: &mut Transaction,
    installation: String,
    checkpoint: Option<String>,
) -> Result<(), sqlx::Error> {
    let connection = transaction.connection();
    let before = store::sequencer(&mut *connection).await?;
    let opening = Opening {
        chain: before.as_ref().map_or(1, |before| before.chain + 1),
        format: FORMAT,
        installation,
        begun_at: Timestamp::from_millis(now()),
        after: before.as_ref().map(SequencerRow::position),
        checkpoint,
    };
    let text = opening.text();
    let position = opening.position(&text);
    store::insert_opening(&mut *connection, opening.chain, position.sequence + 1, &text).await?;
    store::set_chain(&mut *connection, opening.chain, &position).await?;
    store::set_streams_back(connection, position.sequence).await
}

/// Chains and signs on this node, if it is the one that does.
pub(super) struct Sequencer {
    database: Database,
    signer: Arc<Signer>,
    progress: Arc<Progress>,
    /// Where checkpoints are sent.
    outlet: Option<Mutex<Outlet>>,
    holding: Mutex<Option<Holding>>,
}

impl Sequencer {
    pub(super) fn new(
        database: &Database,
        signer: &Arc<Signer>,
        progress: &Arc<Progress>,
        outlet: Option<Outlet>,
    ) -> Self {
        Self {
            database: database.clone(),
            signer: Arc::clone(signer),
            progress: Arc::clone(progress),
            outlet: outlet.map(Mutex::new),
            holding: Mutex::default(),
        }
    }

    /// Chains what is there to chain, if this node may. Takes over if no other node does.
    pub(super) async fn chain(&self) -> Result<(), sqlx::Error> {
        let mut holding = self.holding.lock().await;
        let mut row = self.row().await?;
        self.progress.note_oldest(row.unchained_since, row.is_caught_up());
        // After a failure, nobody else may have taken over.
        if holding.is_none() && !self.progress.is_own(row.fence) && row.is_free(self.database.engine()) {
            self.take_over(row.fence).await?;
            row = self.row().await?;
        }
        if holding.is_none() && self.progress.is_own(row.fence) {
            *holding = Some(Holding::of(&row));
        }
        let Some(held) = holding.as_mut() else {
            self.progress.note_turn(false);
            return Ok(());
        };
        let worked = self.work(held, row.unchained_since.is_some()).await;
        if !matches!(worked, Ok(true)) {
            *holding = None;
        }
        self.progress.note_turn(holding.is_some());
        worked.map(drop)
    }

    async fn row(&self) -> Result<SequencerRow, sqlx::Error> {
        let mut connection = self.database.reader().acquire().await?;
        store::sequencer(&mut connection).await?.ok_or(sqlx::Error::RowNotFound)
    }

    async fn take_over(&self, from: i64) -> Result<(), sqlx::Error> {
        let taking =
            self.database.write_briefly(async |connection| store::take_over(connection, from, TERM).await);
        if taking.await? {
            self.progress.note_fence(from + 1);
            tracing::debug!(fence = from + 1, "this node chains the audit trail");
        }
        Ok(())
    }

    /// Chains the rest, signs, and lets another node take over.
    pub(super) async fn end(&self) -> Result<(), sqlx::Error> {
        self.chain().await?;
        let mut holding = self.holding.lock().await;
        let Some(held) = holding.as_mut() else { return Ok(()) };
        self.sign(held).await?;
        let fence = held.fence;
        self.database.write_briefly(async |connection| store::release(connection, fence).await).await
    }

    /// Returns whether this node still holds its term.
    async fn work(&self, held: &mut Holding, is_due: bool) -> Result<bool, sqlx::Error> {
        let (mut is_left, begun) = (is_due, Instant::now());
        while is_left && begun.elapsed() < WORK {
            let batch = Instant::now();
            let Some(chained) = self.chain_some(held).await? else { return Ok(false) };
            is_left = chained == SOME.unsigned_abs();
            if is_left {
                tokio::time::sleep(batch.elapsed()).await;
            }
        }
        if !held.is_caught_up && !is_left {
            self.database.write_briefly(async |connection| store::note_caught_up(connection).await).await?;
            held.is_caught_up = true;
        }
        if held.signed.is_none_or(|signed| signed.elapsed() >= CHECKPOINT) {
            self.sign(held).await?;
        }
        if held.renewed.elapsed() >= RENEWAL {
            held.renewed = Instant::now();
            return self.renew(held.fence).await;
        }
        Ok(true)
    }

    /// Returns whether no other node has taken over. SQLite has no other node.
    async fn renew(&self, fence: i64) -> Result<bool, sqlx::Error> {
        if self.database.engine() == Engine::Sqlite {
            return Ok(true);
        }
        self.database.write_briefly(async |connection| store::renew(connection, fence, TERM).await).await
    }

    /// Renews the term while a write waits for its turn. Otherwise nodes would take over from each other
    /// without end on a busy database.
    async fn meanwhile_renewing<T>(&self, fence: i64, writing: impl Future<Output = T>) -> T {
        let mut writing = std::pin::pin!(writing);
        loop {
            tokio::select! {
                biased;
                done = &mut writing => return done,
                () = tokio::time::sleep(RENEWAL) => {}
            }
            if let Err(error) = self.renew(fence).await {
                tracing::debug!(%error, "the term of the sequencer is not renewed");
            }
        }
    }

    /// Gives some events their links. Returns how many; `None` if another node has taken over.
    async fn chain_some(&self, held: &mut Holding) -> Result<Option<u64>, sqlx::Error> {
        let rows = store::unchained(self.database.reader(), SOME).await?;
        let (from, mut end) = (held.position.sequence, held.position.clone());
        let mut links = Vec::with_capacity(rows.len());
        for row in &rows {
            end = end.after(&row.digest(end.sequence + 1));
            links.push(json!([row.id, end.sequence, end.link]));
        }
        let count = rows.len() as u64;
        if count == 0 {
            return Ok(Some(0));
        }
        let (fence, to, links) = (held.fence, end.clone(), json!(links).to_string());
        let renewed = Instant::now();
        let chained = self.database.write_beside(Rank::Background, move |transaction| {
            let (to, links) = (to.clone(), links.clone());
            Box::pin(async move {
                if !store::advance(transaction, fence, (from, &to), TERM).await? {
                    return Ok(false);
                }
                // One that somebody has deleted meanwhile may not leave a gap.
                let linked = store::set_links(transaction, links).await?;
                if linked == count { Ok(true) } else { Err(sqlx::Error::RowNotFound) }
            })
        });
        if !self.meanwhile_renewing(fence, chained).await? {
            return Ok(None);
        }
        (held.position, held.renewed) = (end, renewed);
        Ok(Some(count))
    }

    /// Makes a checkpoint, if events were chained since the last one.
    async fn sign(&self, held: &mut Holding) -> Result<(), sqlx::Error> {
        let sequence = held.position.sequence;
        if sequence <= held.checkpointed {
            return Ok(());
        }
        let at = now();
        let note = self.signer.checkpoint(held.chain, &held.position, at);
        let (fence, row) = (held.fence, (sequence, at, note.clone()));
        let covering = self.database.write_beside(Rank::Background, move |transaction| {
            let row = row.clone();
            Box::pin(async move {
                let is_first = store::cover(transaction, fence, sequence).await?;
                if is_first {
                    store::insert_checkpoint(transaction.connection(), &row).await?;
                }
                Ok::<_, sqlx::Error>(is_first)
            })
        });
        if covering.await? {
            (held.checkpointed, held.signed) = (sequence, Some(Instant::now()));
            self.deliver(&note, at).await;
        }
        Ok(())
    }

    /// Sends a checkpoint out of the database. The next one proves more, so it is not sent again.
    async fn deliver(&self, note: &str, at: i64) {
        let Some(outlet) = &self.outlet else { return };
        let mut outlet = outlet.lock().await;
        let text = if outlet.is_file() { note.to_owned() } else { json!({ "checkpoint": note }).to_string() };
        let message = Message { at, name: "audit.checkpoint".to_owned(), text };
        let sent = outlet.send(vec![message]).await;
        if let Err(error) = &sent {
            tracing::error!(%error, "a checkpoint of the audit trail is not sent");
        }
        self.progress.count(To::Checkpoints, sent.is_ok());
    }
}
