//! The limits of a token on this node.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use latchkey_shared::ids::TokenId;
use latchkey_shared::tokens::RateLimit;
use latchkey_shared::verify::Exceeded;

use super::exchange::Rates;
use super::limit::{Limit, SECOND};
use super::meter::{Meter, Spent};
use crate::database::nanoseconds;

/// About how many bytes a limit of a token takes.
const BYTES: usize = 256;

/// A limit on this node.
pub(super) struct Bucket {
    pub(super) token: TokenId,
    pub(super) rate: RateLimit,
    pub(super) limit: Limit,
    meter: Mutex<Meter>,
    /// Whether it waits to be told to the other nodes.
    pub(super) queued: AtomicBool,
    /// Whether that is urgent.
    pub(super) hurried: AtomicBool,
}

impl Bucket {
    pub(super) fn new(token: TokenId, rate: RateLimit) -> Self {
        Self {
            token,
            rate,
            limit: rate.into(),
            meter: Mutex::default(),
            queued: AtomicBool::new(false),
            hurried: AtomicBool::new(false),
        }
    }

    pub(super) fn meter(&self) -> MutexGuard<'_, Meter> {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The limits that the calls of a token must keep: its own, and those of the tokens that issued it.
#[derive(Clone, Default)]
pub struct RateLimits(Arc<[Arc<Bucket>]>);

impl fmt::Debug for RateLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|bucket| (&bucket.token, &bucket.rate))).finish()
    }
}

impl PartialEq for RateLimits {
    fn eq(&self, other: &Self) -> bool {
        let limits =
            |one: &Self| one.0.iter().map(|bucket| (bucket.token.clone(), bucket.rate)).collect::<Vec<_>>();
        limits(self) == limits(other)
    }
}

/// A call that is spent, until it is known whether it passes. It is given back when it is dropped.
pub struct Reserved {
    limits: RateLimits,
    spent: Calls,
}

/// Most tokens have one limit. Then nothing is allocated.
enum Calls {
    Passed,
    One(Spent),
    Several(Vec<Spent>),
}

impl RateLimits {
    pub(super) fn new(buckets: Vec<Arc<Bucket>>) -> Self {
        Self(buckets.into())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// About how many bytes they take.
    #[must_use]
    pub fn heap(&self) -> usize {
        self.0.len() * BYTES
    }

    /// Spends a call of each limit, or of none.
    pub(super) fn spend(&self, rates: &Rates) -> Result<Calls, Exceeded> {
        let (nodes, now) = (rates.nodes(), nanoseconds());
        let one = |bucket: &Arc<Bucket>| {
            let (spent, is_short) = {
                let mut meter = bucket.meter();
                (meter.spend(bucket.limit, nodes, now), meter.is_short())
            };
            rates.note(bucket, is_short);
            spent.map_err(|over| Exceeded { rate_limit: bucket.rate, retry_after: seconds(over.wait) })
        };
        if let [only] = &*self.0 {
            return one(only).map(Calls::One);
        }
        let mut several = Vec::with_capacity(self.0.len());
        for bucket in &*self.0 {
            match one(bucket) {
                Ok(spent) => several.push(spent),
                Err(exceeded) => {
                    self.give_back(&several);
                    return Err(exceeded);
                }
            }
        }
        Ok(Calls::Several(several))
    }

    fn give_back(&self, calls: &[Spent]) {
        for (bucket, spent) in self.0.iter().zip(calls) {
            bucket.meter().give_back(*spent);
        }
    }
}

impl Rates {
    /// Spends a call of each of these limits, or of none.
    pub fn reserve(&self, limits: &RateLimits) -> Result<Reserved, Exceeded> {
        let spent = limits.spend(self)?;
        Ok(Reserved { limits: limits.clone(), spent })
    }
}

impl Reserved {
    /// The call passes.
    pub fn pass(mut self) {
        self.spent = Calls::Passed;
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        match &self.spent {
            Calls::Passed => {}
            Calls::One(spent) => self.limits.give_back(std::slice::from_ref(spent)),
            Calls::Several(several) => self.limits.give_back(several),
        }
    }
}

/// A time in whole seconds, at least one.
fn seconds(wait: i64) -> u32 {
    u32::try_from((wait + SECOND - 1) / SECOND).unwrap_or(u32::MAX).max(1)
}
