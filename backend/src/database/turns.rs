//! The queue of the writes of this node.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

/// How urgent a write is. More urgent writes go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rank {
    /// It withdraws rights.
    Withdrawal,
    /// A caller waits for it.
    Request,
    /// No caller waits for it, such as counters and the deletion of expired rows.
    Background,
}

/// Which other writes may run at the same time (PostgreSQL only).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Company {
    /// None.
    Alone,
    /// Those that also work beside others.
    Beside,
}

/// How many writes of this node that work alone have the lock or wait for it. One waits while
/// another works. More would delay other nodes if this one stands still, since PostgreSQL ends
/// their sessions one after the other.
pub(super) const ALONE: usize = 2;
/// How many writes of this node work beside one another. If this node stands still, PostgreSQL
/// ends their sessions all at once.
pub(super) const BESIDE: usize = 8;

const RANKS: usize = Rank::Background as usize + 1;
/// A write that has waited for so long goes before more urgent ones. Only one in such a time
/// does, so a withdrawal hardly waits for it.
const PATIENCE: Duration = Duration::from_secs(1);

struct Waiter {
    since: Instant,
    given: oneshot::Sender<Turn>,
}

struct Queue {
    free: usize,
    /// By rank, in the order of arrival.
    waiting: [VecDeque<Waiter>; RANKS],
    /// When a less urgent write last went first.
    favoured: Instant,
}

impl Queue {
    /// The waiter that is next.
    fn next(&mut self) -> Option<Waiter> {
        for rank in &mut self.waiting {
            // Some gave up.
            while rank.front().is_some_and(|waiter| waiter.given.is_closed()) {
                rank.pop_front();
            }
        }
        let since = |rank: &usize| self.waiting[*rank].front().map(|waiter| waiter.since);
        let urgent = (0..RANKS).find(|rank| since(rank).is_some())?;
        let oldest = (urgent..RANKS).filter(|rank| since(rank).is_some()).min_by_key(since)?;
        let is_favoured = oldest != urgent
            && self.favoured.elapsed() >= PATIENCE
            && since(&oldest).is_some_and(|since| since.elapsed() >= PATIENCE);
        if is_favoured {
            self.favoured = Instant::now();
        }
        self.waiting[if is_favoured { oldest } else { urgent }].pop_front()
    }
}

/// A number of turns, and who waits for one.
#[derive(Clone)]
pub(super) struct Turns(Arc<Mutex<Queue>>);

impl Turns {
    pub(super) fn new(free: usize) -> Self {
        let queue = Queue { free, waiting: Default::default(), favoured: Instant::now() };
        Self(Arc::new(Mutex::new(queue)))
    }

    /// Waits for a turn.
    pub(super) async fn take(&self, rank: Rank) -> Result<Turn, sqlx::Error> {
        let turn = {
            let mut queue = self.queue();
            if queue.free > 0 {
                queue.free -= 1;
                return Ok(Turn(self.clone()));
            }
            let (given, turn) = oneshot::channel();
            queue.waiting[rank as usize].push_back(Waiter { since: Instant::now(), given });
            turn
        };
        turn.await.map_err(|_| sqlx::Error::PoolClosed)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to write. The next waiter gets it when it is dropped.
pub(super) struct Turn(Turns);

impl Drop for Turn {
    fn drop(&mut self) {
        let next = {
            let mut queue = self.0.queue();
            let next = queue.next();
            queue.free += usize::from(next.is_none());
            next
        };
        if let Some(next) = next {
            // If it gave up just now, the turn comes back and is dropped for the one after it.
            drop(next.given.send(Self(self.0.clone())));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures_util::FutureExt as _;
    use futures_util::future::BoxFuture;

    use super::*;

    /// Joins the queue. The turn is given back at once, after it is noted in `order`.
    fn join(turns: &Turns, rank: Rank, order: &mpsc::Sender<Rank>) -> BoxFuture<'static, ()> {
        let (turns, order) = (turns.clone(), order.clone());
        let mut waits = async move {
            let _turn = turns.take(rank).await;
            let _ = order.send(rank);
        }
        .boxed();
        assert!((&mut waits).now_or_never().is_none(), "it waits");
        waits
    }

    #[tokio::test]
    async fn a_withdrawal_goes_before_all_that_wait() {
        let turns = Turns::new(2);
        let (one, two) = (turns.take(Rank::Request).await, turns.take(Rank::Background).await);
        let (order, served) = mpsc::channel();
        let mut waiting = Vec::new();
        for rank in [Rank::Background, Rank::Request, Rank::Withdrawal] {
            waiting.extend((0..100).map(|_| join(&turns, rank, &order)));
        }
        drop(one);
        futures_util::future::join_all(waiting).await;
        drop(two);
        let served: Vec<Rank> = served.try_iter().collect();
        assert_eq!(served.len(), 300);
        for (some, rank) in served.chunks(100).zip([Rank::Withdrawal, Rank::Request, Rank::Background]) {
            assert!(some.iter().all(|one| *one == rank), "{rank:?}");
        }
        assert_eq!(turns.queue().free, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_waited_long_goes_once() {
        let turns = Turns::new(1);
        let held = turns.take(Rank::Request).await;
        let (order, served) = mpsc::channel();
        let mut waiting =
            vec![join(&turns, Rank::Background, &order), join(&turns, Rank::Background, &order)];
        tokio::time::advance(PATIENCE).await;
        waiting.extend((0..3).map(|_| join(&turns, Rank::Withdrawal, &order)));
        drop(held);
        futures_util::future::join_all(waiting).await;
        let (late, first) = (Rank::Background, Rank::Withdrawal);
        assert_eq!(served.try_iter().collect::<Vec<_>>(), [late, first, first, first, late]);
    }

    #[tokio::test]
    async fn who_gives_up_holds_up_nobody() {
        let turns = Turns::new(1);
        let held = turns.take(Rank::Request).await;
        let (order, served) = mpsc::channel();
        let gives_up = join(&turns, Rank::Withdrawal, &order);
        let gives_up_late = join(&turns, Rank::Request, &order);
        let stays = join(&turns, Rank::Request, &order);
        drop(gives_up);
        drop(held);
        drop(gives_up_late);
        stays.await;
        assert_eq!(served.try_iter().collect::<Vec<_>>(), [Rank::Request]);
        assert_eq!(turns.queue().free, 1);
    }
}
