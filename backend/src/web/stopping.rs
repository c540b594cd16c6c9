//! Whether the server is about to stop.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Waits until the server is about to stop.
pub type Began = Pin<Box<WaitForCancellationFutureOwned>>;

/// Whether the server is about to stop. Until it does, it answers as before, and asks its callers to go
/// elsewhere. A clone tells the same.
#[derive(Debug, Clone, Default)]
pub struct Stopping {
    /// Each request asks, and a token has a lock.
    has_begun: Arc<AtomicBool>,
    token: CancellationToken,
}

impl Stopping {
    /// The server will stop.
    pub fn begin(&self) {
        self.has_begun.store(true, Ordering::Relaxed);
        self.token.cancel();
    }

    /// Whether it will.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::Relaxed)
    }

    /// Waits until it will.
    #[must_use]
    pub fn began(&self) -> Began {
        Box::pin(self.token.clone().cancelled_owned())
    }
}
