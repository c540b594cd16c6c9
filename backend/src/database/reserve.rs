//! Disk space that is reserved for withdrawing (SQLite). On a full disk an administrator can
//! still log in, delete and disable.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use rustix::fs::statvfs;

use super::private;

/// The reserved bytes: as many as the log of SQLite can grow to.
const SIZE: u64 = 4 * 1024 * 1024;
/// When less than this many bytes are free, withdrawals use the reserve.
const NEEDED: u64 = 1024 * 1024;
/// How often to check whether there is space again.
const AGAIN: Duration = Duration::from_secs(2);

/// The reserve: a file that is deleted when its space is needed.
pub(super) struct Reserve {
    file: PathBuf,
    is_kept: AtomicBool,
    is_spent: AtomicBool,
}

impl Reserve {
    /// Reserves the space while the database is open, and again when twice as much is free.
    pub(super) fn keep(directory: &Path) -> Arc<Self> {
        let file = directory.join("reserve");
        let is_kept = fs::metadata(&file).is_ok_and(|file| file.len() == SIZE);
        let reserve = Arc::new(Self { file, is_kept: is_kept.into(), is_spent: false.into() });
        reserve.restore();
        let watched = Arc::downgrade(&reserve);
        tokio::spawn(watch(watched));
        reserve
    }

    /// Whether the space is in use. Then only withdrawals may write.
    pub(super) fn is_spent(&self) -> bool {
        self.is_spent.load(Ordering::Relaxed)
    }

    /// Whether less space is free than a withdrawal may need.
    pub(super) fn is_needed(&self) -> bool {
        self.free() < NEEDED
    }

    /// Frees the space if less than that is free.
    pub(super) fn release_if_needed(&self) {
        if !self.is_needed() || !self.is_kept.load(Ordering::Relaxed) {
            return;
        }
        // First, so that nobody else takes the space.
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
        // Zeros are written: a sparse file reserves no space.
        let zeros = vec![0; 256 * 1024];
        for _ in 0..SIZE / zeros.len() as u64 {
            file.write_all(&zeros)?;
        }
        file.flush()
    }

    /// The free bytes on the disk; the maximum if they are unknown.
    fn free(&self) -> u64 {
        let directory = self.file.parent().unwrap_or(Path::new("."));
        statvfs(directory).map_or(0, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}

/// The error of a write that has no space.
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
