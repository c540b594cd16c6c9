//! The limit of failed proofs. It is a limit for those who hold nothing: a valid proof always
//! passes. Failures are counted by the address of the client alone. A gateway or a system is never
//! counted, since everybody behind it would then be one.
//!
//! Nobody can tell whether a proof is valid before it is checked. So an address over its limit gets
//! its checks one at a time, in the order of arrival: garbage from there takes at most one core, and
//! one place in the queue of private-key operations. The limit does not refuse before the check,
//! because then a stranger could lock out others who share the address. What is known already (an
//! open token or a JWT that this server has seen) needs no check, and no turn.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ipnet::IpNet;
use latchkey_shared::tokens::RateLimit;
use latchkey_shared::verify::Exceeded;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::address::network;
use super::memory::{Entry, Memory};
use crate::counting::Counter;

/// In so many seconds, an address may fail as often as the limit says.
const SECONDS: u32 = 60;
const WINDOW: Duration = Duration::from_secs(SECONDS as u64);
/// How many addresses are remembered. Each takes about 100 bytes.
const ADDRESSES: usize = 1 << 14;

/// The failures of one address.
#[derive(Default)]
struct Failures {
    /// When all of them are forgiven.
    due: Option<Instant>,
    /// Held while a proof from there is checked.
    turns: Option<Arc<Semaphore>>,
}

impl Failures {
    /// If there is no room for another failure, how long until there is.
    fn over(&self, step: Duration) -> Option<Duration> {
        let left = self.due?.saturating_duration_since(Instant::now()) + step;
        left.checked_sub(WINDOW).filter(|wait| !wait.is_zero())
    }
}

impl Entry for Failures {
    fn weight(&self) -> u64 {
        let left = self.due.map_or(Duration::ZERO, |due| due.saturating_duration_since(Instant::now()));
        u64::try_from(left.as_nanos()).unwrap_or(u64::MAX)
    }
}

/// How many proofs failed.
#[derive(Default)]
struct Failed {
    counted: Counter,
    refused: Counter,
    unknown: Counter,
    forgotten: Counter,
}

/// A turn to have a proof checked. It ends when it is dropped.
pub struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
}

/// The failed proofs of strangers, on this node.
pub struct Strangers {
    limit: RateLimit,
    /// How long one failure counts; none if there is no limit.
    step: Option<Duration>,
    /// The proxies. A proxy that names no client is not one.
    proxies: Vec<IpNet>,
    failures: Memory<IpAddr, Failures>,
    failed: Failed,
}

impl Strangers {
    /// An address may fail `limit` times in a minute; as often as it likes if it is 0. The addresses
    /// of proxies are not counted.
    #[must_use]
    pub fn new(limit: u32, proxies: Vec<IpNet>) -> Self {
        Self {
            limit: RateLimit { requests: limit, seconds: SECONDS, burst: limit },
            step: WINDOW.checked_div(limit),
            proxies,
            failures: Memory::new(ADDRESSES),
            failed: Failed::default(),
        }
    }

    /// Waits until a proof from an address may be checked. An address within its limit does not wait.
    pub async fn turn(&self, address: Option<IpAddr>) -> Turn {
        let turns = self.counted(address).and_then(|(address, step)| {
            let turns = self.failures.look(&address, |failures| {
                let is_over = failures.over(step).is_some();
                is_over.then(|| Arc::clone(failures.turns.get_or_insert_with(|| Arc::new(Semaphore::new(1)))))
            });
            turns.flatten()
        });
        Turn {
            _permit: match turns {
                // Nobody closes it.
                Some(turns) => turns.acquire_owned().await.ok(),
                None => None,
            },
        }
    }

    /// Counts a proof from an address that failed. If the address is over its limit, this is why the
    /// call is refused.
    pub fn failed(&self, address: Option<IpAddr>) -> Option<Exceeded> {
        let Some((address, step)) = self.counted(address) else {
            self.failed.unknown.raise();
            return None;
        };
        let (over, has_lost) = self.failures.change(&address, |failures| {
            let over = failures.over(step);
            // Those that are refused do not count, or a broken client would never get out.
            if over.is_none() {
                let now = Instant::now();
                failures.due = Some(failures.due.map_or(now, |due| due.max(now)) + step);
            }
            over
        });
        let exceeded = over.map(|wait| Exceeded::rate_limit(self.limit, wait));
        if has_lost {
            self.failed.forgotten.raise();
        }
        if exceeded.is_some() {
            self.failed.refused.raise();
        } else {
            self.failed.counted.raise();
        }
        exceeded
    }

    /// How many proofs failed so far, by what became of them; and how many addresses were forgotten
    /// before their failures were forgiven.
    #[must_use]
    pub fn counts(&self) -> ([(&'static str, u64); 3], u64) {
        let Failed { counted, refused, unknown, forgotten } = &self.failed;
        let by_answer =
            [("counted", counted.get()), ("refused", refused.get()), ("not_counted", unknown.get())];
        (by_answer, forgotten.get())
    }

    /// The address under which failures are counted, if they are, and how long one counts.
    fn counted(&self, address: Option<IpAddr>) -> Option<(IpAddr, Duration)> {
        let (address, step) = (address?.to_canonical(), self.step?);
        let is_proxy = self.proxies.iter().any(|range| range.contains(&address));
        (!is_proxy).then(|| (network(address), step))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_fails_as_often_as_the_limit_says() {
        let strangers = Strangers::new(3, Vec::new());
        for _ in 0..3 {
            assert_eq!(strangers.failed(Some(address("2001:db8::1"))), None);
        }
        let exceeded = strangers.failed(Some(address("2001:db8::2"))).expect("the same /64");
        let limit = exceeded.rate_limit.expect("a rate limit");
        assert_eq!((limit.requests, limit.seconds), (3, 60));
        assert!((19..=20).contains(&exceeded.retry_after), "{exceeded:?}");
        assert_eq!(strangers.failed(Some(address("2001:db8:0:1::1"))), None);
        assert_eq!(strangers.counts(), ([("counted", 4), ("refused", 1), ("not_counted", 0)], 0));
    }

    #[test]
    fn nobody_and_proxies_are_never_counted() {
        let strangers = Strangers::new(1, vec!["10.0.0.0/8".parse().expect("a range")]);
        for _ in 0..5 {
            assert_eq!(strangers.failed(None), None);
            assert_eq!(strangers.failed(Some(address("::ffff:10.1.2.3"))), None);
        }
        assert_eq!(strangers.counts().0[2], ("not_counted", 10));
        let without = Strangers::new(0, Vec::new());
        assert!((0..5).all(|_| without.failed(Some(address("192.0.2.1"))).is_none()));
    }

    #[test]
    fn an_address_over_its_limit_waits_for_its_turn() {
        let strangers = Strangers::new(1, Vec::new());
        let turn = |from| strangers.turn(Some(address(from))).now_or_never();
        let both = (turn("192.0.2.1"), turn("192.0.2.1"));
        assert!(both.0.is_some() && both.1.is_some(), "within the limit, all are checked at once");
        strangers.failed(Some(address("192.0.2.1")));
        let first = turn("192.0.2.1");
        assert!(first.is_some());
        assert!(turn("192.0.2.1").is_none());
        assert!(turn("192.0.2.2").is_some());
        drop(first);
        assert!(turn("192.0.2.1").is_some());
    }

    #[test]
    fn many_addresses_are_forgotten_and_never_refused() {
        let strangers = Strangers::new(2, Vec::new());
        for _ in 0..2 {
            strangers.failed(Some(address("192.0.2.1")));
        }
        for host in 0..100_000_u32 {
            assert_eq!(strangers.failed(Some(IpAddr::from((0x0a00_0000 + host).to_be_bytes()))), None);
        }
        assert!(
            strangers.failed(Some(address("192.0.2.1"))).is_some(),
            "it has failed more often than those"
        );
        assert!(strangers.counts().1 > 80_000);
    }
}
