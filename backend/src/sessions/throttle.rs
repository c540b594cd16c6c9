//! Slows down password guessing. An account and an address each have a limit of failures in a
//! time window.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_mins(5);
const PER_ACCOUNT: u32 = 10;
const PER_ADDRESS: u32 = 50;
/// The most names that are remembered. The oldest windows are dropped first.
const REMEMBERED: usize = 10_000;

/// Recent failures, in this process.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<String, (Instant, u32)>>);

impl Throttle {
    /// Counts an attempt before it is made, so that parallel attempts count too. Returns the
    /// seconds to wait if there were too many.
    pub(crate) fn attempt(&self, account: &str, address: &str) -> Result<(), u64> {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= REMEMBERED {
            failures.retain(|_, (since, _)| since.elapsed() < WINDOW);
            if failures.len() >= REMEMBERED {
                return Err(WINDOW.as_secs());
            }
        }
        for (name, limit) in
            [(format!("account {account}"), PER_ACCOUNT), (format!("address {address}"), PER_ADDRESS)]
        {
            let (since, count) = failures.entry(name).or_insert((Instant::now(), 0));
            if since.elapsed() >= WINDOW {
                (*since, *count) = (Instant::now(), 0);
            }
            if *count >= limit {
                return Err(WINDOW.saturating_sub(since.elapsed()).as_secs() + 1);
            }
            *count += 1;
        }
        Ok(())
    }

    /// An attempt succeeded: the count of the account is reset.
    pub(crate) fn succeeded(&self, account: &str, address: &str) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(&format!("account {account}"));
        if let Some((_, count)) = failures.get_mut(&format!("address {address}")) {
            *count = count.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_logins_lock_only_their_own_account() {
        let throttle = Throttle::default();
        for _ in 0..PER_ACCOUNT {
            assert_eq!(throttle.attempt("ada", "192.0.2.1"), Ok(()));
        }
        assert!(throttle.attempt("ada", "192.0.2.2").is_err());
        assert_eq!(throttle.attempt("bob", "192.0.2.1"), Ok(()));
        throttle.succeeded("ada", "192.0.2.1");
        assert_eq!(throttle.attempt("ada", "192.0.2.2"), Ok(()));
    }
}
