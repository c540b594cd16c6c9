//! Changes that a copy in memory has not taken over yet. A cache reads a row when it is asked
//! for; a copy holds all rows of a kind, so it must read again by itself what has changed.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use latchkey_shared::ids::{TokenId, UserId};
use tokio::sync::Notify;

/// If more changes than this wait, the copy reads everything again.
const MANY: usize = 50_000;

/// What has changed since the copy last asked.
#[derive(Debug, Default)]
pub struct News {
    /// Changes may have been missed: read everything again.
    pub everything: bool,
    /// The tokens that have changed.
    pub tokens: HashSet<TokenId>,
    /// The users who have changed, or whose memberships have.
    pub users: HashSet<UserId>,
    /// The number of changes that were heard of so far, these included.
    pub heard: u64,
}

impl News {
    fn note_everything(&mut self) {
        self.tokens.clear();
        self.users.clear();
        self.everything = true;
    }
}

/// The changes that wait for the copy. Without a copy none are kept.
#[derive(Debug, Default)]
pub struct Backlog {
    waiting: Mutex<Option<News>>,
    asked: Notify,
}

impl Backlog {
    fn waiting(&self) -> MutexGuard<'_, Option<News>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps changes from now on.
    pub fn follow(&self) {
        self.waiting().get_or_insert_default();
    }

    /// Keeps no changes any more.
    pub fn ignore(&self) {
        *self.waiting() = None;
    }

    /// Adds a change of a token.
    pub(super) fn add_token(&self, id: &TokenId) {
        self.add(|news| _ = news.tokens.insert(id.clone()));
    }

    /// Adds a change of a user or of the user's memberships.
    pub(super) fn add_user(&self, id: &UserId) {
        self.add(|news| _ = news.users.insert(id.clone()));
    }

    fn add(&self, note: impl FnOnce(&mut News)) {
        let mut waiting = self.waiting();
        let Some(news) = waiting.as_mut() else { return };
        note(news);
        news.heard += 1;
        if news.tokens.len() + news.users.len() > MANY {
            news.note_everything();
        }
    }

    pub(super) fn add_everything(&self) {
        if let Some(news) = self.waiting().as_mut() {
            news.heard += 1;
            news.note_everything();
        }
    }

    /// The number of changes that were heard of so far.
    #[must_use]
    pub fn heard(&self) -> u64 {
        self.waiting().as_ref().map_or(0, |news| news.heard)
    }

    /// Takes the changes that wait.
    #[must_use]
    pub fn take(&self) -> News {
        let mut waiting = self.waiting();
        let heard = waiting.as_ref().map_or(0, |news| news.heard);
        waiting.replace(News { heard, ..News::default() }).unwrap_or_default()
    }

    /// Returns changes that could not be taken over.
    pub fn put_back(&self, untaken: News) {
        if let Some(news) = self.waiting().as_mut() {
            news.everything |= untaken.everything;
            news.tokens.extend(untaken.tokens);
            news.users.extend(untaken.users);
        }
    }

    /// Asks the copy to take over what waits.
    pub fn ask(&self) {
        self.asked.notify_one();
    }

    /// Returns when somebody has asked.
    pub async fn asked(&self) {
        self.asked.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_wait_until_they_are_taken() {
        let backlog = Backlog::default();
        let (token, user) = (TokenId::new(), UserId::new());
        backlog.add_token(&token);
        assert_eq!(backlog.heard(), 0, "nobody follows");
        backlog.follow();
        backlog.add_token(&token);
        backlog.add_token(&token);
        backlog.add_user(&user);
        let news = backlog.take();
        assert_eq!((news.tokens.len(), news.users.len(), news.everything, news.heard), (1, 1, false, 3));
        backlog.put_back(news);
        assert_eq!(backlog.take().tokens, HashSet::from([token]));
        assert_eq!((backlog.take().tokens.len(), backlog.heard()), (0, 3));
        backlog.ignore();
        backlog.add_user(&UserId::new());
        assert_eq!((backlog.take().users.len(), backlog.heard()), (0, 0));
    }

    #[test]
    fn too_many_changes_are_everything() {
        let backlog = Backlog::default();
        backlog.follow();
        for _ in 0..=MANY {
            backlog.add_token(&TokenId::new());
        }
        let news = backlog.take();
        assert!(news.everything && news.tokens.is_empty());
    }
}
