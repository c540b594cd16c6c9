//! Space on the disk that is kept for withdrawing (SQLite). On a full disk an
//! administrator can still log in, delete and disable.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use rustix::fs::statvfs;

use super::private;

/// Bytes that are kept: as long as SQLite's log grows before it begins anew.
const SIZE: u64 = 4 * 1024 * 1024;
/// Bytes that withdrawing needs at most until the space is given free.
const NEEDED: u64 = 1024 * 1024;
/// How often to look whether there is space again.
const AGAIN: Duration = Duration::from_secs(2);

/// A file that is removed when its space is needed.
pub(super) struct Reserve {
    file: PathBuf,
    is_kept: AtomicBool,
    is_spent: AtomicBool,
}

impl Reserve {
    /// Keeps the space for as long as the database is open, and puts it back
    /// when there is twice as much.
    pub(super) fn keep(directory: &Path) -> Arc<Self> {
        let file = directory.join("reserve");
        let is_kept = fs::metadata(&file).is_ok_and(|file| file.len() == SIZE);
        let reserve = Arc::new(Self { file, is_kept: is_kept.into(), is_spent: false.into() });
        reserve.restore();
        let watched = Arc::downgrade(&reserve);
        tokio::spawn(watch(watched));
        reserve
    }

    /// Whether the space is in use, so that only withdrawing may write.
    pub(super) fn is_spent(&self) -> bool {
        self.is_spent.load(Ordering::Relaxed)
    }

    /// Whether there is less on the disk than a withdrawal may need.
    pub(super) fn is_needed(&self) -> bool {
        self.free() < NEEDED
    }

    /// Gives the space free if there is less on the disk.
    pub(super) fn release_if_needed(&self) {
        if !self.is_needed() || !self.is_kept.load(Ordering::Relaxed) {
            return;
        }
        // Said first, so that nobody else takes the space.
        self.is_spent.store(true, Ordering::Relaxed);
        match fs::remove_file(&self.file) {
            Ok(()) => {
                tracing::warn!("the disk is full: only withdrawing may write, in the space kept for it");
            }
            Err(error) => tracing::error!(%error, "the space kept for withdrawing cannot be given free"),
        }
        self.is_kept.store(false, Ordering::Relaxed);
    }

    fn restore(&self) {
        if self.is_kept.load(Ordering::Relaxed) || self.free() < 2 * SIZE {
            return;
        }
        match self.fill() {
            Ok(()) => {
                self.is_kept.store(true, Ordering::Relaxed);
                if self.is_spent.swap(false, Ordering::Relaxed) {
                    tracing::info!("there is space on the disk again");
                }
            }
            Err(error) => {
                tracing::warn!(%error, "no space is kept for withdrawing");
                let _ = fs::remove_file(&self.file);
            }
        }
    }

    fn fill(&self) -> io::Result<()> {
        let mut file: File = private::make(&self.file)?;
        file.set_len(0)?;
        // Written, since a hole takes no space.
        let zeros = vec![0; 256 * 1024];
        for _ in 0..SIZE / zeros.len() as u64 {
            file.write_all(&zeros)?;
        }
        file.flush()
    }

    /// Bytes that are free on the disk; none if that cannot be said.
    fn free(&self) -> u64 {
        let directory = self.file.parent().unwrap_or(Path::new("."));
        statvfs(directory).map_or(0, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}

/// What a write is refused with for want of space.
pub(super) fn no_space() -> sqlx::Error {
    sqlx::Error::Io(io::ErrorKind::StorageFull.into())
}

async fn watch(reserve: Weak<Reserve>) {
    loop {
        tokio::time::sleep(AGAIN).await;
        let Some(reserve) = reserve.upgrade() else { return };
        if !reserve.is_kept.load(Ordering::Relaxed) {
            let _ = tokio::task::spawn_blocking(move || reserve.restore()).await;
        }
    }
}
