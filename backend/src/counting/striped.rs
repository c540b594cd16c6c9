//! Copies of counters, so that cores do not fight for the same memory.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many copies there are. Threads beyond that share them.
const COPIES: usize = 8;

/// The next thread's copy.
static NEXT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The copy of this thread.
    static MINE: usize = NEXT.fetch_add(1, Ordering::Relaxed) % COPIES;
}

/// Starts a new pair of cache lines, which processors load together.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Apart<T>(T);

/// Several copies of counters. Each thread raises its own; the sum of all is the number.
#[derive(Debug, Default)]
pub struct Striped<T>([Apart<T>; COPIES]);

impl<T> Striped<T> {
    /// The copy that this thread raises.
    #[must_use]
    pub fn mine(&self) -> &T {
        &self.0[MINE.with(|copy| *copy)].0
    }

    /// All copies.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|Apart(copy)| copy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counting::Counter;

    #[test]
    fn what_many_threads_raise_is_counted_once_each() {
        let striped = Striped::<Counter>::default();
        std::thread::scope(|scope| {
            for _ in 0..COPIES * 2 {
                scope.spawn(|| (0..1_000).for_each(|_| striped.mine().raise()));
            }
        });
        assert_eq!(striped.all().map(Counter::get).sum::<u64>(), COPIES as u64 * 2_000);
    }
}
