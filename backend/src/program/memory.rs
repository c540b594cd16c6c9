//! The memory of the process goes back to the system when it is no longer used.

use std::hint::black_box;
use std::time::Duration;

/// How often freed memory is returned.
const REST: Duration = Duration::from_secs(1);
/// The allocator keeps smaller blocks for the next allocation of their size.
const BLOCK: usize = 1 << 20;

/// Uses memory in small pages only. The system would fill pages of 2 MiB that are hardly used,
/// and a page with one block in use could not be returned.
pub fn use_small_pages() {
    // It only saves memory, so a refusal does not matter.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

/// Returns freed memory while the server is at rest. The allocator returns it a second after it
/// was freed, but only when it next frees a large block. Without a request there is none, and
/// the memory of a password hash or of a long list would stay. So a large block is freed here.
pub async fn return_freed() {
    loop {
        tokio::time::sleep(REST).await;
        drop(black_box(Vec::<u8>::with_capacity(BLOCK)));
    }
}
