//! How caches learn that the database has changed.
//!
//! A cached fact has the [`Stamp`] of its epoch from *before* it was read. A writer raises the
//! epoch after its commit. A fact counts only while its stamp is current. So a read that
//! overlaps a write is never taken for the state after it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use latchkey_shared::ids::{TokenId, UserId};
use tokio::sync::watch;

use super::backlog::Backlog;
use super::catch_up::CatchUp;
use super::lease::Lease;
use super::names::Heard;
use super::peers::Peers;
use super::uptime::Moment;

/// Something that a transaction changed and that caches hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Change {
    /// A token, its grants, targets or keys.
    Token(TokenId),
    /// A user or the user's memberships.
    User(UserId),
    /// A project, by its key or by its id.
    Project(String),
    /// Systems, their APIs, the projects that they are open to, or verifier keys.
    Catalog,
    /// The keys that sign JWTs.
    SigningKeys,
    /// The keys that encrypt secrets at rest.
    DataKeys,
    /// The revocation feed.
    Revocations,
    /// The default or the ceiling for the limits of tokens. It may concern all of them.
    Limits,
    /// All facts.
    Everything,
}

impl Change {
    /// The table that the facts are read from, with others that belong to it.
    pub(super) fn table(&self) -> &'static str {
        match self {
            Self::Token(_) => "tokens",
            Self::User(_) => "users",
            Self::Project(_) => "projects",
            Self::Catalog => "systems",
            Self::SigningKeys => "signing_keys",
            Self::DataKeys => "data_keys",
            Self::Revocations => "revocations",
            Self::Limits => "limit_rules",
            Self::Everything => "all",
        }
    }

    /// The change as text for other nodes.
    pub(super) fn encode(&self) -> String {
        match self {
            Self::Token(id) => id.to_string(),
            Self::User(id) => id.to_string(),
            Self::Project(name) => format!("{PROJECT_CHANGE}{name}"),
            Self::Catalog => "catalog".to_owned(),
            Self::SigningKeys => "signing_keys".to_owned(),
            Self::DataKeys => "data_keys".to_owned(),
            Self::Revocations => "revocations".to_owned(),
            Self::Limits => "limits".to_owned(),
            Self::Everything => "everything".to_owned(),
        }
    }

    /// Parses the change of another node; `None` if this version does not know it. A newer
    /// version sends it in a rolling upgrade.
    pub(super) fn decode(text: &str) -> Option<Self> {
        match text {
            "catalog" => Some(Self::Catalog),
            "signing_keys" => Some(Self::SigningKeys),
            "data_keys" => Some(Self::DataKeys),
            "revocations" => Some(Self::Revocations),
            "limits" => Some(Self::Limits),
            "everything" => Some(Self::Everything),
            _ => match text.strip_prefix(PROJECT_CHANGE) {
                Some(name) => Some(Self::Project(name.to_owned())),
                None => text.parse().map(Self::Token).or_else(|_| text.parse().map(Self::User)).ok(),
            },
        }
    }
}

/// The prefix of a change of a project.
const PROJECT_CHANGE: &str = "project:";

/// The epoch of a fact at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(u64, u64);

/// A power of two. If two facts share a slot, a change of one also makes the other be read
/// again.
const SLOTS: usize = 8192;

/// The epochs of all facts.
pub struct Epochs {
    slots: Box<[AtomicU64]>,
    all: AtomicU64,
    /// Of the facts about all tokens.
    tokens: AtomicU64,
    lease: Lease,
    /// Wakes requests that wait for the revocation feed.
    revocations: watch::Sender<()>,
    backlog: Backlog,
    projects: Heard,
    users: Heard,
    catch_up: CatchUp,
    /// Wakes writes that wait until this node has joined the others.
    joined: watch::Sender<()>,
    /// Wakes reads that wait until the server is proved to be the primary.
    proved: watch::Sender<()>,
    peers: Peers,
}

impl Default for Epochs {
    fn default() -> Self {
        Self {
            slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            all: AtomicU64::new(0),
            tokens: AtomicU64::new(0),
            lease: Lease::default(),
            revocations: watch::Sender::new(()),
            backlog: Backlog::default(),
            projects: Heard::default(),
            users: Heard::default(),
            catch_up: CatchUp::default(),
            joined: watch::Sender::new(()),
            proved: watch::Sender::new(()),
            peers: Peers::default(),
        }
    }
}

impl Epochs {
    fn slot(&self, change: &Change) -> &AtomicU64 {
        let mut hasher = DefaultHasher::new();
        change.hash(&mut hasher);
        let index = usize::try_from(hasher.finish() % SLOTS as u64).unwrap_or_default();
        &self.slots[index]
    }

    /// The stamp of a fact that is read from now on.
    #[must_use]
    pub fn stamp(&self, of: &Change) -> Stamp {
        // Both only grow, so their sum changes with each.
        let tokens = matches!(of, Change::Token(_)).then(|| self.tokens.load(Ordering::SeqCst));
        let all = self.all.load(Ordering::SeqCst) + tokens.unwrap_or_default();
        Stamp(self.slot(of).load(Ordering::SeqCst), all)
    }

    /// Makes all facts about `change` that were read before now out of date.
    pub fn raise(&self, change: &Change) {
        self.slot(change).fetch_add(1, Ordering::SeqCst);
        if *change == Change::Revocations {
            self.revocations.send_replace(());
        }
        match change {
            Change::Token(id) => self.backlog.add_token(id),
            Change::User(id) => {
                self.backlog.add_user(id);
                self.users.add(id.as_str());
            }
            Change::Project(name) => self.projects.add(name),
            Change::Limits => drop(self.tokens.fetch_add(1, Ordering::SeqCst)),
            Change::Everything => self.raise_all(),
            _ => {}
        }
    }

    /// Makes all facts out of date.
    pub fn raise_all(&self) {
        self.all.fetch_add(1, Ordering::SeqCst);
        self.revocations.send_replace(());
        self.backlog.add_everything();
        self.projects.add_everything();
        self.users.add_everything();
    }

    /// The nodes.
    #[must_use]
    pub fn peers(&self) -> &Peers {
        &self.peers
    }

    /// The changes for a copy of all tokens in memory.
    #[must_use]
    pub fn backlog(&self) -> &Backlog {
        &self.backlog
    }

    /// The projects that have changed, by key and by id.
    #[must_use]
    pub fn projects(&self) -> &Heard {
        &self.projects
    }

    /// The users who have changed, by id.
    #[must_use]
    pub fn users(&self) -> &Heard {
        &self.users
    }

    /// Waits until the changes that other nodes have committed by now have arrived. Returns whether
    /// they have; not if the feed is broken.
    pub async fn catch_up(&self) -> bool {
        !self.lease.terms().are_shared() || self.catch_up.wait().await
    }

    pub(super) fn catching_up(&self) -> &CatchUp {
        &self.catch_up
    }

    /// Changes whenever the revocation feed may have news.
    #[must_use]
    pub fn revocations(&self) -> watch::Receiver<()> {
        self.revocations.subscribe()
    }

    /// Whether a fact counts now: it has not changed as far as is known, and no change could
    /// have gone unnoticed for longer than the lease allows. The order of reads matters: terms,
    /// stamp, clock. If the process stands still between two of them, the clock shows it.
    #[must_use]
    pub fn counts(&self, stamp: Stamp, of: &Change, read_at: Moment) -> bool {
        let terms = self.lease.terms();
        stamp == self.stamp(of) && terms.allow(read_at, Moment::now())
    }

    /// Whether changes of other nodes arrive.
    #[must_use]
    pub fn feed_is_live(&self) -> bool {
        self.lease.terms().is_live(Moment::now())
    }

    /// How old the news of other nodes are; `None` if there are no others, or no news yet.
    #[must_use]
    pub fn feed_lag(&self) -> Option<Duration> {
        self.lease.terms().lag(Moment::now())
    }

    /// Whether the other nodes take this one for live. If not, they no longer wait for it.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.lease.terms().is_present(Moment::now())
    }

    /// The other nodes know since `told` that this one is there. If it was absent, raise
    /// everything before.
    pub fn be_present(&self, told: Moment) {
        self.lease.be_present(told);
        self.joined.send_replace(());
    }

    /// The other nodes do not expect this one from now on.
    pub fn be_absent(&self) {
        self.lease.be_absent(Moment::now());
    }

    /// Waits until this node is there.
    pub(super) async fn presence(&self) {
        let mut joined = self.joined.subscribe();
        while !self.is_present() {
            if joined.changed().await.is_err() {
                return;
            }
        }
    }

    /// Whether the server is still the primary, as far as that can be known. If not, nothing that it
    /// says counts.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.lease.terms().is_proved(Moment::now())
    }

    /// Waits until the server is proved to be the primary. What is read from it then may count.
    pub async fn proof(&self) {
        if self.is_proved() {
            return;
        }
        let mut proved = self.proved.subscribe();
        while !self.is_proved() && proved.changed().await.is_ok() {}
    }

    /// The server was the primary at `sent`, because a row that was sent then is committed. If it has
    /// another history than before, raise everything before.
    pub(super) fn prove(&self, sent: Moment) {
        self.lease.prove(sent);
        self.proved.send_replace(());
    }

    /// Other nodes also change the database from now on.
    pub(super) fn share(&self) {
        self.lease.share();
    }

    /// All changes from before `sent` have arrived, because a beat from then came back. After
    /// the feed was broken, raise what was missed before you call this.
    pub(super) fn renew_lease(&self, sent: Moment) {
        self.lease.renew(sent);
    }

    /// The node runs. If this comes late, the node stood still and reads everything again.
    pub(super) fn tick(&self, now: Moment) {
        if self.lease.terms().stands_still(now) {
            self.raise_all();
        }
        self.lease.note_tick(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_taken_before_a_raise_is_not_the_stamp_after_it() {
        let epochs = Epochs::default();
        let token = Change::Token(TokenId::new());
        let before = epochs.stamp(&token);
        assert_eq!(before, epochs.stamp(&token));
        epochs.raise(&token);
        assert_ne!(before, epochs.stamp(&token));
        let before = epochs.stamp(&token);
        epochs.raise(&Change::Limits);
        assert_ne!(before, epochs.stamp(&token));
        let before = epochs.stamp(&Change::Catalog);
        epochs.raise_all();
        assert_ne!(before, epochs.stamp(&Change::Catalog));
    }

    #[test]
    fn changes_survive_the_feed() {
        for change in [
            Change::Token(TokenId::new()),
            Change::User(UserId::new()),
            Change::Project("harbour".to_owned()),
            Change::Catalog,
            Change::SigningKeys,
            Change::DataKeys,
            Change::Revocations,
            Change::Limits,
            Change::Everything,
        ] {
            assert_eq!(Change::decode(&change.encode()), Some(change));
        }
        assert_eq!(Change::decode("something newer"), None);
    }

    #[test]
    fn a_late_tick_makes_everything_out_of_date() {
        let epochs = Epochs::default();
        let start = Moment::now();
        let before = epochs.stamp(&Change::Catalog);
        epochs.tick(start.plus(400));
        assert_eq!(before, epochs.stamp(&Change::Catalog));
        epochs.tick(start.plus(1_100));
        assert_ne!(before, epochs.stamp(&Change::Catalog));
    }
}
