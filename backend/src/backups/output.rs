//! The file of a new backup. It has its name only when it is whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

/// A file that is being written. Dropping it removes what was written.
pub(super) struct Output {
    file: File,
    part: PathBuf,
    path: PathBuf,
    is_whole: bool,
}

impl Output {
    /// Begins a file that does not exist yet. Only its owner may read it.
    pub(super) fn create(path: &Path) -> anyhow::Result<Self> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        ensure!(!path.exists(), "{} exists", path.display());
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&part).with_context(|| part.display().to_string())?;
        Ok(Self { file, part, path: path.to_owned(), is_whole: false })
    }

    /// Gives the file its name. It is on the disk then.
    pub(super) fn complete(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.part, &self.path)?;
        self.is_whole = true;
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
            _ => File::open(".")?.sync_all(),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if !self.is_whole
            && let Err(error) = fs::remove_file(&self.part)
        {
            tracing::warn!(%error, part = %self.part.display(), "a part of a backup stays");
        }
    }
}
