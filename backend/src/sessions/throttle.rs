//! Slows down password guessing. An account and an address each have a limit of failures in a
//! time window.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::strangers::{Entry, Memory, network};

const WINDOW: Duration = Duration::from_mins(5);
const PER_ACCOUNT: u32 = 10;
const PER_ADDRESS: u32 = 50;
/// How many accounts and how many addresses are remembered.
const REMEMBERED: usize = 10_000;

/// The failures in a time window.
#[derive(Default)]
struct Failures {
    since: Option<Instant>,
    count: u32,
}

impl Failures {
    /// What is left of the window.
    fn left(&self) -> Duration {
        self.since.map_or(Duration::ZERO, |since| WINDOW.saturating_sub(since.elapsed()))
    }

    /// Counts an attempt. Returns the seconds to wait if there were too many.
    fn attempt(&mut self, limit: u32) -> Result<(), u64> {
        if self.left().is_zero() {
            *self = Self { since: Some(Instant::now()), count: 0 };
        }
        if self.count >= limit {
            return Err(self.left().as_secs() + 1);
        }
        self.count += 1;
        Ok(())
    }
}

impl Entry for Failures {
    /// Who failed more often is remembered for longer; of those who failed as often, the latest.
    fn weight(&self) -> u64 {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        match millis(self.left()) {
            0 => 0,
            left => u64::from(self.count) * millis(WINDOW) + left,
        }
    }
}

/// Recent failures, in this process.
pub(crate) struct Throttle {
    accounts: Memory<String, Failures>,
    addresses: Memory<IpAddr, Failures>,
}

impl Default for Throttle {
    fn default() -> Self {
        Self { accounts: Memory::new(REMEMBERED), addresses: Memory::new(REMEMBERED) }
    }
}

impl Throttle {
    /// Counts an attempt before it is made, so that parallel attempts count too. Returns the
    /// seconds to wait if there were too many. All unknown addresses together have no limit: they
    /// are not one caller.
    pub(crate) fn attempt(&self, account: &str, address: Option<IpAddr>) -> Result<(), u64> {
        self.accounts.change(&account.to_owned(), |failures| failures.attempt(PER_ACCOUNT)).0?;
        match address {
            Some(address) => {
                self.addresses.change(&network(address), |failures| failures.attempt(PER_ADDRESS)).0
            }
            None => Ok(()),
        }
    }

    /// An attempt succeeded: the count of the account is reset.
    pub(crate) fn succeeded(&self, account: &str, address: Option<IpAddr>) {
        self.accounts.forget(&account.to_owned());
        if let Some(address) = address {
            let look = |failures: &mut Failures| failures.count = failures.count.saturating_sub(1);
            self.addresses.look(&network(address), look);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(number: u32) -> IpAddr {
        IpAddr::from(number.to_be_bytes())
    }

    #[test]
    fn failed_logins_lock_only_their_own_account() {
        let throttle = Throttle::default();
        for _ in 0..PER_ACCOUNT {
            assert_eq!(throttle.attempt("ada", Some(host(1))), Ok(()));
        }
        assert!(throttle.attempt("ada", Some(host(2))).is_err());
        assert_eq!(throttle.attempt("bob", Some(host(1))), Ok(()));
        throttle.succeeded("ada", Some(host(1)));
        assert_eq!(throttle.attempt("ada", Some(host(2))), Ok(()));
    }

    #[test]
    fn a_host_is_one_with_all_addresses_of_its_network() {
        let throttle = Throttle::default();
        let address = |host: u32| format!("2001:db8::{host:x}").parse().ok();
        for number in 0..PER_ADDRESS {
            assert_eq!(throttle.attempt(&format!("user {number}"), address(number)), Ok(()));
        }
        assert!(throttle.attempt("another", address(1_000)).is_err());
        assert!((0..2 * PER_ADDRESS).all(|number| throttle.attempt(&format!("of {number}"), None).is_ok()));
    }

    #[test]
    fn many_names_lock_nobody_out_and_free_no_locked_account() {
        let throttle = Throttle::default();
        for _ in 0..PER_ACCOUNT {
            assert_eq!(throttle.attempt("ada", Some(host(1))), Ok(()));
        }
        for number in 0..40_000 {
            assert_eq!(throttle.attempt(&format!("name {number}"), Some(host(number + 2))), Ok(()));
        }
        assert!(throttle.attempt("ada", Some(host(1))).is_err());
    }
}
