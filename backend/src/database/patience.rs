//! How long a decision may wait.

use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::{Instant, timeout_at};

/// How long a decision waits for its reads, in all. A gateway never waits longer for a node
/// that is cut off.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

tokio::task_local! {
    /// The deadline of the current decision.
    static DEADLINE: Instant;
}

/// Runs a decision. All its waits have one second together.
pub fn in_time<F: Future>(decision: F) -> impl Future<Output = F::Output> {
    DEADLINE.scope(Instant::now() + PATIENCE, decision)
}

/// The rest of the second that a decision may wait. It is used where the body of the request is
/// read in between, since its sender may be slow.
#[derive(Debug)]
pub struct Patience(Duration);

impl Patience {
    /// A whole second.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "it begins to be used up where it is made")]
    pub fn new() -> Self {
        Self(PATIENCE)
    }

    /// Runs a part of the decision, and subtracts its time.
    pub fn wait<F: Future>(&mut self, part: F) -> impl Future<Output = F::Output> {
        let began = Instant::now();
        let left = &mut self.0;
        // Not an async function: its future would contain that of the part twice.
        DEADLINE.scope(began + *left, part).inspect(move |_| *left = left.saturating_sub(began.elapsed()))
    }
}

/// The deadline of the current decision, or a second from now.
pub(super) fn deadline() -> Instant {
    DEADLINE.try_with(|deadline| *deadline).unwrap_or_else(|_| Instant::now() + PATIENCE)
}

/// Runs `read`, but not longer than the decision may wait.
pub async fn promptly<T, E: From<sqlx::Error>>(read: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    before(deadline(), read).await
}

pub(super) async fn before<T, E: From<sqlx::Error>>(
    deadline: Instant,
    read: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    timeout_at(deadline, read).await.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut.into()))
}
