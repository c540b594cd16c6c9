//! The files of a log. Only the account of the server may read them.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The records, one a line.
pub(super) const RECORDS: &str = "withdrawals.log";
/// What is remembered of the database.
const MEMORY: &str = "remembered.json";
/// The position that a transaction is about to commit.
const INTENT: &str = "intended";
/// Held by the server that writes.
const LOCK: &str = "lock";

/// Makes the directory, unless it exists.
pub(super) fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Opens a file to read and write, and makes it if it does not exist.
pub(super) fn open(directory: &Path, name: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(directory.join(name))
}

/// Takes the lock of the directory; `None` if another server has it.
pub(super) fn lock(directory: &Path) -> io::Result<Option<File>> {
    let file = open(directory, LOCK)?;
    Ok(file.try_lock().is_ok().then_some(file))
}

/// The file of the position that is about to be committed.
pub(super) fn intent(directory: &Path) -> io::Result<File> {
    open(directory, INTENT)
}

/// Reads a small file; `None` if there is none.
pub(super) fn read(path: PathBuf) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn read_memory(directory: &Path) -> io::Result<Option<String>> {
    read(directory.join(MEMORY))
}

pub(super) fn read_intent(directory: &Path) -> io::Result<Option<String>> {
    read(directory.join(INTENT))
}

/// Replaces the memory. After a crash there is the old one or the new one.
pub(super) fn write_memory(directory: &Path, text: &str) -> io::Result<()> {
    let name = format!("{MEMORY}.new");
    let mut file = open(directory, &name)?;
    file.set_len(0)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(directory.join(name), directory.join(MEMORY))?;
    File::open(directory)?.sync_all()
}
