//! A limit on this node.

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};

use latchkey_shared::tokens::RateLimit;

use super::limit::Limit;
use super::meter::{Meter, Spent};
use crate::limits::LimitKey;

/// A limit on this node.
pub struct Bucket {
    /// What it is for.
    pub(super) key: LimitKey,
    pub(super) rate: RateLimit,
    pub(super) limit: Limit,
    meter: Mutex<Meter>,
    /// Whether it waits to be told to the other nodes.
    pub(super) queued: AtomicBool,
    /// Whether that is urgent.
    pub(super) hurried: AtomicBool,
}

impl Bucket {
    pub(super) fn new(key: LimitKey, rate: RateLimit) -> Self {
        Self {
            key,
            rate,
            limit: rate.into(),
            meter: Mutex::default(),
            queued: AtomicBool::new(false),
            hurried: AtomicBool::new(false),
        }
    }

    /// What it is for.
    #[must_use]
    pub fn key(&self) -> &LimitKey {
        &self.key
    }

    /// The limit.
    #[must_use]
    pub fn rate(&self) -> &RateLimit {
        &self.rate
    }

    /// Takes back a call that did not pass.
    pub fn give_back(&self, spent: Spent) {
        self.meter().give_back(spent);
    }

    pub(super) fn meter(&self) -> MutexGuard<'_, Meter> {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
