//! Makes the data directory private to the account of the server. It contains sessions, digests
//! and, on SQLite, the master key.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Removes the rights of all other accounts from the directory and its files. Logs a warning if
/// that fails.
pub(super) fn close(directory: &Path) {
    let files = fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
    let files = files.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let paths = files.map(|entry| entry.path()).chain([directory.to_owned()]);
    for path in paths {
        if let Err(error) = own(&path) {
            tracing::warn!(%error, path = %path.display(), "other accounts of this machine may read this");
        }
    }
}

/// Makes the file if it does not exist, private from the start. SQLite gives the files beside
/// it the same rights.
pub(super) fn make(file: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

#[cfg(unix)]
fn own(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut rights = fs::metadata(path)?.permissions();
    let private = rights.mode() & !0o077;
    if rights.mode() == private {
        return Ok(());
    }
    rights.set_mode(private);
    fs::set_permissions(path, rights)
}

#[cfg(not(unix))]
fn own(_: &Path) -> io::Result<()> {
    Ok(())
}
