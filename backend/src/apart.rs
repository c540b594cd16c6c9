//! Work that needs a processor for long: it has threads of its own with a low priority. The system
//! lets a thread that serves requests run first, as soon as it has something to do.

use std::sync::LazyLock;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

/// How much lower the priority is (`nice`). The work still gets a quarter of a busy processor:
/// somebody may wait for it.
#[cfg(target_os = "linux")]
const LOWER: i32 = 5;

/// Only its threads for blocking work are used.
static THREADS: LazyLock<Runtime> = LazyLock::new(|| {
    let threads = Builder::new_current_thread().thread_name("apart").on_thread_start(lower_priority).build();
    threads.expect("a runtime without I/O and timers needs nothing of the system")
});

fn lower_priority() {
    // On Linux, the priority is that of the thread. It is only a preference, so a refusal does
    // not matter.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(LOWER);
}

/// Computes something.
pub fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    THREADS.spawn_blocking(work)
}
