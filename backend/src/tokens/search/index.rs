//! The copy of all tokens in memory.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::numbers::Numbers;
use super::scan::Tokens;
use crate::database::Database;

/// How long a search waits for the copy to be filled.
const FILLING: Duration = Duration::from_secs(2);
/// How long a search waits for the last changes.
const CATCHING_UP: Duration = Duration::from_secs(1);
/// How many walks over the copy run at the same time. Others wait, so that decisions get their
/// share of the cores.
const WALKS: usize = 2;
/// How many of them may look for typos, which takes longest.
const COMPARISONS: usize = 1;

/// What the copy can answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Not all tokens were read yet.
    Filling,
    /// It has all tokens.
    Filled,
    /// All tokens would take more memory than allowed.
    TooLarge,
}

/// A copy of what lists need of all tokens.
pub struct TokenIndex {
    pub(super) database: Database,
    /// How many bytes it may take.
    limit: usize,
    tokens: ArcSwap<Tokens>,
    numbers: RwLock<Numbers>,
    state: watch::Sender<State>,
    /// How many changes were heard of when the copy took the last ones over.
    taken: watch::Sender<u64>,
    walks: Arc<Semaphore>,
    comparisons: Arc<Semaphore>,
}

impl TokenIndex {
    /// Not all tokens were read yet; it has all tokens; they would take too much memory.
    pub const STATES: [&'static str; 3] = ["filling", "filled", "too_large"];

    /// An empty copy. It may take `limit` bytes.
    pub(super) fn new(database: &Database, limit: usize) -> Self {
        Self {
            database: database.clone(),
            limit,
            tokens: ArcSwap::default(),
            numbers: RwLock::default(),
            state: watch::Sender::new(State::Filling),
            taken: watch::Sender::new(0),
            walks: Arc::new(Semaphore::new(WALKS)),
            comparisons: Arc::new(Semaphore::new(COMPARISONS)),
        }
    }

    /// The tokens, with every change that was committed when this was called; `None` if the copy
    /// does not have all tokens.
    pub(super) async fn tokens(&self) -> Option<Arc<Tokens>> {
        let mut state = self.state.subscribe();
        let filled = state.wait_for(|state| *state != State::Filling);
        let state = tokio::time::timeout(FILLING, filled).await.ok()?.ok().map(|state| *state)?;
        if state == State::TooLarge {
            return None;
        }
        let caught_up = async {
            self.database.epochs().catch_up().await;
            let backlog = self.database.epochs().backlog();
            let heard = backlog.heard();
            let mut taken = self.taken.subscribe();
            if *taken.borrow() < heard {
                backlog.ask();
                drop(taken.wait_for(|taken| *taken >= heard).await);
            }
        };
        // If the database does not answer in time, it does not decide on the rows either.
        drop(tokio::time::timeout(CATCHING_UP, caught_up).await);
        Some(self.tokens.load_full())
    }

    pub(super) fn numbers(&self) -> RwLockReadGuard<'_, Numbers> {
        self.numbers.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn numbers_to_change(&self) -> RwLockWriteGuard<'_, Numbers> {
        self.numbers.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// A turn for work that takes a core or a connection for long.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit, sqlx::Error> {
        Arc::clone(&self.walks).acquire_owned().await.map_err(|_| sqlx::Error::PoolClosed)
    }

    /// Walks over the copy on a thread that requests do not need.
    pub(super) async fn walk<T: Send + 'static>(
        &self,
        walk: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, sqlx::Error> {
        let turn = self.turn().await?;
        // The walk goes on if its request is dropped, so the turn must end with the walk.
        let walk = move || {
            let walked = walk();
            drop(turn);
            walked
        };
        tokio::task::spawn_blocking(walk).await.map_err(|_| sqlx::Error::WorkerCrashed)
    }

    /// A walk that looks for typos.
    pub(super) async fn compare<T: Send + 'static>(
        &self,
        walk: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, sqlx::Error> {
        let turn = Arc::clone(&self.comparisons).acquire_owned().await;
        let walk = move || {
            let walked = walk();
            drop(turn);
            walked
        };
        self.walk(walk).await
    }

    /// Replaces the tokens. Returns whether they fit.
    pub(super) fn replace(&self, tokens: Tokens) -> bool {
        if tokens.bytes() + self.numbers().bytes() >= self.limit {
            // First the state: who finds no tokens after this must also find the reason.
            self.state.send_replace(State::TooLarge);
            self.note_taken(u64::MAX);
            self.tokens.store(Arc::default());
            *self.numbers_to_change() = Numbers::default();
            tracing::warn!(
                "the names of all tokens take more than the search memory: only the beginnings of names are found"
            );
            return false;
        }
        self.tokens.store(Arc::new(tokens));
        true
    }

    /// How many bytes it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.tokens.load().bytes() + self.numbers().bytes()
    }

    /// What it can answer, in the words of [`TokenIndex::STATES`].
    #[must_use]
    pub fn state(&self) -> &'static str {
        let [filling, filled, too_large] = Self::STATES;
        match *self.state.borrow() {
            State::Filling => filling,
            State::Filled => filled,
            State::TooLarge => too_large,
        }
    }

    /// Whether not all tokens were read yet.
    pub(super) fn is_filling(&self) -> bool {
        *self.state.borrow() == State::Filling
    }

    /// Whether the copy was given up. Then it is empty.
    pub(super) fn is_too_large(&self) -> bool {
        *self.state.borrow() == State::TooLarge
    }

    /// The tokens as they are.
    pub(super) fn current(&self) -> Arc<Tokens> {
        self.tokens.load_full()
    }

    /// All tokens were read.
    pub(super) fn note_filled(&self) {
        self.state.send_if_modified(|state| std::mem::replace(state, State::Filled) != State::Filled);
    }

    /// The changes up to this number are in the copy.
    pub(super) fn note_taken(&self, heard: u64) {
        self.taken.send_replace(heard);
    }
}
