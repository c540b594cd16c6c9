//! The change feed (PostgreSQL). Nodes tell each other what they changed.
//!
//! A change is in the [log](super::log) of its transaction, which all nodes read a few times a
//! second, and before each list of tokens. After the commit the node also sends a notification, so that others hear of the change
//! at once. Numbered beats show whether notifications arrive. A node knows all changes from before
//! a moment if it read the log after it, and if a beat from after it came back. About once a second
//! it commits a row, which proves that the server is still the primary.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use latchkey_shared::ids::NodeId;
use sqlx::any::AnyConnectOptions;
use sqlx::postgres::PgListener;
use sqlx::{AnyConnection, AnyPool, Executor as _};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::changes::{Change, Epochs};
use super::engine::POSTGRES_WRITES;
use super::home::{Home, Move};
use super::lease::TICK;
use super::log::{self, Seen, Unseen};
use super::notices::{CHANNEL, TELLS_PROJECTS, notify, notify_words, raise, words};
use super::servers::{Primary, Servers};
use super::standing;
use super::uptime::Moment;
use super::watch::Watch;

/// How often a node sends a beat and reads the log: several times within its lease.
const HEARTBEAT: Duration = Duration::from_millis(250);
/// How often a node commits a row: several times before nothing counts any more.
const PROOF: Duration = Duration::from_secs(1);
/// How often a node deletes old changes.
const CLEARING: Duration = Duration::from_mins(1);
/// A feed that is silent for this long is broken.
const SILENCE: Duration = Duration::from_secs(3);
/// How long to wait before a broken feed is connected again.
const AGAIN: Duration = Duration::from_secs(1);
/// How many changes wait to be sent at most. What is not sent is in the log.
const WAITING: usize = 10_000;
/// The first word of a beat. Nodes of the version before say `heartbeat`: they have no log.
const BEAT: &str = "beat";
const BEAT_WITHOUT_LOG: &str = "heartbeat";

/// The way to other nodes; `None` on SQLite, which has no others.
pub(super) struct Feed(Option<Sender>);

struct Sender {
    node: String,
    words: mpsc::Sender<String>,
}

impl Feed {
    /// There are no others.
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// Listens for the changes of other nodes while the process runs.
    pub(super) fn start(
        servers: Servers,
        (home, watch): (Arc<Home>, Arc<Watch>),
        pools: [AnyPool; 2],
        node: &NodeId,
        epochs: &Arc<Epochs>,
    ) -> Self {
        epochs.share();
        epochs.peers().open();
        tick(epochs);
        let (words, waiting) = mpsc::channel(WAITING);
        let node = node.to_string();
        let follower = Follower {
            servers,
            home,
            watch,
            pools,
            node: node.clone(),
            epochs: Arc::clone(epochs),
            waiting,
            seen: None,
        };
        tokio::spawn(follower.run());
        Self(Some(Sender { node, words }))
    }

    /// Writes what a transaction changes, in the transaction.
    pub(super) async fn write(
        &self,
        connection: &mut AnyConnection,
        changes: &[Change],
    ) -> Result<(), sqlx::Error> {
        match &self.0 {
            None => Ok(()),
            Some(sender) => log::write(connection, &sender.node, &words(changes)).await,
        }
    }

    /// Tells other nodes what a transaction has changed, after its commit.
    pub(super) fn tell(&self, changes: &[Change]) {
        if let Some(sender) = &self.0 {
            for word in words(changes) {
                // If it does not fit, the others find it in the log.
                drop(sender.words.try_send(word));
            }
        }
    }
}

/// Ticks while the database is open, on a thread of its own, so that a tick is late only if the
/// process stands still. Without the thread, the node counts as one that stands still.
fn tick(epochs: &Arc<Epochs>) {
    let epochs = Arc::downgrade(epochs);
    let ticking = std::thread::Builder::new().name("tick".to_owned()).spawn(move || {
        while let Some(epochs) = epochs.upgrade() {
            epochs.tick(Moment::now());
            drop(epochs);
            std::thread::sleep(TICK);
        }
    });
    if let Err(error) = ticking {
        tracing::warn!(%error, "facts are read again every second: there is no thread to tick on");
    }
}

/// What has proved that the changes of other nodes have arrived.
struct Proofs {
    /// The first word of our beats.
    name: String,
    /// Beats that have not come back: their numbers, and when they were sent.
    unheard: VecDeque<(u64, Moment)>,
    /// When the last beat that came back was sent.
    beat: Option<Moment>,
    /// When the log was last read: the time at which the request for it was sent.
    read: Option<Moment>,
}

impl Proofs {
    /// When our beat with this text was sent; `None` if it is not ours.
    fn sent(&mut self, text: &str) -> Option<Moment> {
        let number: u64 = text.strip_prefix(&self.name)?.parse().ok()?;
        while let Some((one, sent)) = self.unheard.pop_front() {
            if one == number {
                return Some(sent);
            }
        }
        None
    }

    /// The moment from before which all changes have arrived.
    fn known(&self) -> Option<Moment> {
        Some(self.beat?.min(self.read?))
    }
}

/// The proofs of one connection, for the part that speaks and the part that hears.
struct Shared<'e> {
    proofs: Mutex<Proofs>,
    epochs: &'e Epochs,
}

impl Shared<'_> {
    fn proofs(&self) -> MutexGuard<'_, Proofs> {
        self.proofs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a proof, and renews the lease if both prove something.
    fn note(&self, proof: impl FnOnce(&mut Proofs)) {
        let known = {
            let mut proofs = self.proofs();
            proof(&mut proofs);
            proofs.known()
        };
        if let Some(known) = known {
            self.epochs.renew_lease(known);
        }
    }
}

/// Follows the changes of other nodes.
struct Follower {
    servers: Servers,
    home: Arc<Home>,
    watch: Arc<Watch>,
    /// Their next connections go to the same server.
    pools: [AnyPool; 2],
    node: String,
    epochs: Arc<Epochs>,
    /// Words to send.
    waiting: mpsc::Receiver<String>,
    /// What was seen of the log, and when it was read.
    seen: Option<(Seen, Moment)>,
}

impl Follower {
    async fn run(mut self) {
        while !self.waiting.is_closed() {
            if let Err(error) = self.follow().await {
                tracing::warn!(%error, "the change feed is broken; facts are read again after five seconds");
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Follows until the connection breaks. A missing beat also means that it is broken: a
    /// half-open connection is silent.
    async fn follow(&mut self) -> Result<(), sqlx::Error> {
        let primary = self.servers.primary().await?;
        self.move_to(&primary)?;
        let Primary { url, connection: mut speaker, .. } = primary;
        in_time(self.watch.admit(&mut speaker)).await?;
        if self.watch.went_back().is_some() {
            // No fact from before it was reconciled counts, and numbers of transactions return.
            self.seen = None;
            self.epochs.raise_all();
            self.watch.goes_on();
        }
        let connecting = async {
            speaker.execute(POSTGRES_WRITES).await?;
            let (speaker_pid,): (i32,) =
                sqlx::query_as("SELECT pg_backend_pid()").fetch_one(&mut speaker).await?;
            let mut listener = PgListener::connect(&url).await?;
            listener.listen(CHANNEL).await?;
            Ok((listener, speaker_pid))
        };
        let (listener, speaker_pid) = in_time(connecting).await?;
        let epochs = Arc::clone(&self.epochs);
        let shared = Shared {
            proofs: Mutex::new(Proofs {
                name: format!("{BEAT}:{}:", self.node),
                unheard: VecDeque::new(),
                beat: None,
                read: None,
            }),
            epochs: &epochs,
        };
        epochs.peers().note_connection(Moment::now());
        // What was sent to a node that is cut off is old.
        while self.waiting.try_recv().is_ok() {}
        tokio::select! {
            // What has arrived is read first.
            biased;
            broken = hear(listener, speaker_pid, &shared) => broken,
            broken = self.speak(speaker, &shared) => broken,
        }
    }

    /// Works with this server from now on.
    fn move_to(&mut self, primary: &Primary) -> Result<(), sqlx::Error> {
        let moved = self.home.move_to(&primary.url, &primary.standing.history)?;
        if moved == Move::None {
            return Ok(());
        }
        let options: AnyConnectOptions = primary.url.parse()?;
        for pool in &self.pools {
            pool.set_connect_options(options.clone());
        }
        if moved == Move::History {
            tracing::warn!("the database has another primary; everything is read again");
            self.seen = None;
            self.epochs.raise_all();
        }
        Ok(())
    }

    /// Sends changes and beats, and reads the log, until a beat does not come back.
    async fn speak(&mut self, mut speaker: AnyConnection, shared: &Shared<'_>) -> Result<(), sqlx::Error> {
        let mut beat = tokio::time::interval(HEARTBEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut clear = tokio::time::interval(CLEARING);
        clear.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut proof = tokio::time::interval(PROOF);
        proof.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut asked = shared.epochs.catching_up().asked();
        let mut words = Vec::new();
        let mut number = 0_u64;
        loop {
            tokio::select! {
                biased;
                _ = proof.tick() => in_time(self.prove(&mut speaker)).await?,
                _ = beat.tick() => {
                    number += 1;
                    in_time(self.beat(&mut speaker, number, shared)).await?;
                }
                Ok(()) = asked.changed() => in_time(self.read_log(&mut speaker, shared)).await?,
                _ = clear.tick() => {
                    in_time(log::forget(&mut speaker)).await?;
                    in_time(log::forget_beats(&mut speaker)).await?;
                }
                count = self.waiting.recv_many(&mut words, WAITING) => {
                    if count == 0 {
                        return Ok(());
                    }
                    in_time(notify_words(&mut speaker, &words)).await?;
                    words.clear();
                }
            }
        }
    }

    /// Proves that the server is the primary, and looks whether it has a standby.
    async fn prove(&self, speaker: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let sent = Moment::now();
        log::beat(speaker, &self.node).await?;
        self.watch.follow(speaker).await?;
        self.epochs.prove(sent);
        self.home.note(standing::replication(speaker).await?);
        Ok(())
    }

    async fn beat(
        &mut self,
        speaker: &mut AnyConnection,
        number: u64,
        shared: &Shared<'_>,
    ) -> Result<(), sqlx::Error> {
        let now = Moment::now();
        let text = {
            let mut proofs = shared.proofs();
            if proofs.unheard.front().is_some_and(|(_, sent)| now.since(*sent) > SILENCE) {
                return Err(sqlx::Error::Protocol("no heartbeat".into()));
            }
            proofs.unheard.push_back((number, now));
            format!("{}{number}", proofs.name)
        };
        notify(speaker, &text).await?;
        self.read_log(speaker, shared).await
    }

    /// Reads what other nodes have changed.
    async fn read_log(
        &mut self,
        speaker: &mut AnyConnection,
        shared: &Shared<'_>,
    ) -> Result<(), sqlx::Error> {
        let now = Moment::now();
        let catching_up = shared.epochs.catching_up();
        let asked = *catching_up.asked().borrow();
        let seen = self.seen.as_ref().filter(|(_, at)| now.since(*at) < log::PAUSE).map(|(seen, _)| seen);
        let (unseen, seen) = log::read(speaker, &self.node, seen).await?;
        match unseen {
            Unseen::Words(words) => raise(shared.epochs, words.iter().map(String::as_str)),
            Unseen::Unknown => shared.epochs.raise_all(),
        }
        self.seen = Some((seen, now));
        catching_up.note_done(asked);
        shared.note(|proofs| proofs.read = Some(now));
        Ok(())
    }
}

/// The node that sent a beat; `None` if the text is no beat.
fn sender_of_beat(text: &str) -> Option<&str> {
    let (node, _) = text.strip_prefix(BEAT)?.strip_prefix(':')?.split_once(':')?;
    Some(node)
}

/// Runs a step that must not take long.
async fn in_time<T>(step: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    tokio::time::timeout(SILENCE, step).await.map_err(|_| sqlx::Error::PoolTimedOut)?
}

/// Applies changes until the connection breaks. `speaker_pid` is the session that sends ours.
async fn hear(mut listener: PgListener, speaker_pid: i32, shared: &Shared<'_>) -> Result<(), sqlx::Error> {
    let mut has_raised_all = false;
    loop {
        let Some(notification) = listener.try_recv().await? else {
            return Err(sqlx::Error::Protocol("connection lost".into()));
        };
        let text = notification.payload();
        let is_ours = u32::try_from(speaker_pid).is_ok_and(|pid| pid == notification.process_id());
        if is_ours {
            let sent = shared.proofs().sent(text);
            if let Some(sent) = sent {
                shared.note(|proofs| proofs.beat = Some(sent));
                shared.epochs.peers().count(Moment::now());
            }
        } else if let Some(node) = sender_of_beat(text) {
            shared.epochs.peers().note(node, Moment::now());
        } else if text.starts_with(BEAT_WITHOUT_LOG) {
            // A node without a log. What it changed before this connection was missed.
            if !std::mem::replace(&mut has_raised_all, true) {
                shared.epochs.raise_all();
            }
        } else {
            match text.strip_prefix(TELLS_PROJECTS) {
                Some(words) => raise(shared.epochs, words.split(' ').filter(|word| !word.is_empty())),
                None => {
                    for word in text.split(' ') {
                        match Change::decode(word) {
                            Some(change) if change != Change::Catalog => shared.epochs.raise(&change),
                            _ => shared.epochs.raise_all(),
                        }
                    }
                }
            }
        }
    }
}
