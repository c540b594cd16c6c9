//! Work beside a load, in a thread of its own: so that it does not delay the load.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use anyhow::{Result, anyhow};

/// Work in a thread.
pub(crate) struct Apart<T>(JoinHandle<Result<T>>);

impl<T: Send + 'static> Apart<T> {
    /// Begins the work. It gets a runtime of its own.
    pub(crate) fn begin(work: impl AsyncFnOnce() -> Result<T> + Send + 'static) -> Self {
        Self(std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work())
        }))
    }

    /// Begins work that tells when it is done.
    pub(crate) fn telling(
        done: &Arc<AtomicBool>,
        work: impl AsyncFnOnce() -> Result<T> + Send + 'static,
    ) -> Self {
        let done = Arc::clone(done);
        Self::begin(async move || {
            let result = work().await;
            done.store(true, Ordering::Relaxed);
            result
        })
    }

    /// Waits for the end of the work.
    pub(crate) fn end(self) -> Result<T> {
        self.0.join().map_err(|_| anyhow!("a thread panicked"))?
    }
}
