//! Who may read the files of the server.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use latchkey_shared::doctor::{Cause, Finding};

use crate::configuration::Configuration;

/// The rights of other accounts.
const OTHERS: u32 = 0o007;
/// Those of the group, too.
const NOT_THE_OWNER: u32 = 0o077;

/// Files that others may read.
pub(super) fn examine(configuration: &Configuration) -> Vec<Finding> {
    let mut open: Vec<PathBuf> = Vec::new();
    // A group may read the key of HTTPS: that of the program that renews it.
    let tls = configuration.tls.iter().map(|tls| (tls.key.clone(), OTHERS));
    let master = key_file(configuration).map(|path| (path, NOT_THE_OWNER));
    let data = (configuration.data_dir.clone(), NOT_THE_OWNER);
    for (path, rights) in tls.chain(master).chain([data]) {
        if std::fs::metadata(&path).is_ok_and(|file| file.permissions().mode() & rights != 0) {
            open.push(path);
        }
    }
    if open.is_empty() {
        return Vec::new();
    }
    let open: Vec<String> = open.iter().map(|path| path.display().to_string()).collect();
    vec![Finding::wrong(Cause::FilesOpen, Some(open.join(", ")))]
}

/// Whether whoever copies the database also has the key.
pub(super) fn key_beside_data(configuration: &Configuration) -> Vec<Finding> {
    let is_inside = |path: &Path| {
        let (file, directory) = (path.canonicalize(), configuration.data_dir.canonicalize());
        file.ok().zip(directory.ok()).is_some_and(|(file, directory)| file.starts_with(directory))
    };
    if configuration.database_url.is_some() {
        return Vec::new();
    }
    let inside = key_file(configuration).filter(|path| is_inside(path));
    let about = inside.map(|path| path.display().to_string());
    about.into_iter().map(|path| Finding::wrong(Cause::MasterKeyBesideData, Some(path))).collect()
}

/// The file with the master key, if the key is not given otherwise.
fn key_file(configuration: &Configuration) -> Option<PathBuf> {
    let is_elsewhere = configuration.master_key.is_some() || configuration.master_key_command.is_some();
    if is_elsewhere { None } else { configuration.key_file() }
}
