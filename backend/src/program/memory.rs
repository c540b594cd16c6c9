//! The memory of the process goes back to the system when it is no longer used.

use std::hint::black_box;
use std::time::Duration;

/// How often freed memory is returned.
const REST: Duration = Duration::from_secs(2);

/// The number of the option `purge_delay` of mimalloc, which `libmimalloc-sys` does not name.
const PURGE_DELAY: std::ffi::c_int = 15;

/// Prepares the memory of this process. Call it first of all.
pub fn prepare() {
    use_small_pages();
    return_at_once();
}

/// Returns memory as soon as a page is free. After a delay, which is usual, it would be returned when
/// its thread frees more, and a thread at rest does not.
fn return_at_once() {
    #[allow(unsafe_code, reason = "it sets a number, and nothing else uses the allocator's options")]
    // SAFETY: the option exists, and any value is valid.
    unsafe {
        libmimalloc_sys::mi_option_set(PURGE_DELAY, 0);
    }
}

/// Uses memory in small pages only. The system would fill pages of 2 MiB that are hardly used,
/// and a page with one block in use could not be returned.
fn use_small_pages() {
    // It only saves memory, so a refusal does not matter.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

/// The memory of the process that is in use, in bytes; `None` if the system does not say.
#[must_use]
pub fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1_024)
}

/// Returns freed memory while the server is at rest. The allocator returns it when a thread frees
/// much or ends. A server at rest does neither, and the memory of a password hash or of a long list
/// would stay. So a thread ends here from time to time.
pub async fn return_freed() {
    loop {
        tokio::time::sleep(REST).await;
        // The thread must have used the allocator. If there cannot be a thread now, there can be
        // one later.
        drop(std::thread::Builder::new().spawn(|| {
            drop(black_box(Box::new(0_u8)));
            return_freed_by_c();
        }));
    }
}

/// Returns what SQLite has freed. It is written in C, and uses the allocator of the system, which returns
/// only the end of its memory by itself.
fn return_freed_by_c() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[allow(unsafe_code, reason = "it only returns memory that is free, and may be called at any time")]
    // SAFETY: the function has no precondition, and threads may call it at once.
    unsafe {
        libc::malloc_trim(0);
    }
}
