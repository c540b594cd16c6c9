//! The space on the disk.

use std::path::Path;

use latchkey_shared::doctor::{Cause, Finding};
use rustix::fs::statvfs;

use crate::configuration::Configuration;

const MIB: u64 = 1 << 20;
/// With less, only withdrawals are written.
const NONE: u64 = 8 * MIB;
/// With less, somebody should make space.
const LITTLE: u64 = 512 * MIB;
/// SQLite writes its log back before it is so large, unless somebody reads for long.
const LARGE: u64 = 256 * MIB;

/// What is wrong with the disk of the data directory.
pub(super) fn examine(configuration: &Configuration) -> Vec<Finding> {
    let directory = &configuration.data_dir;
    let mut found = Vec::new();
    if configuration.database_url.is_some() {
        // The disk of PostgreSQL is on another machine, or is watched as all its databases are.
        return found;
    }
    if let Ok(disk) = statvfs(directory.as_path()) {
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let about = || Some(format!("{}: {} MiB", directory.display(), free / MIB));
        if free < NONE {
            found.push(Finding::wrong(Cause::SpaceNone, about()));
        } else if free < LITTLE {
            found.push(Finding::wrong(Cause::SpaceLow, about()));
        }
    }
    let log = size(&directory.join("latchkey.db-wal"));
    if log > LARGE {
        found.push(Finding::wrong(Cause::LogLarge, Some(format!("{} MiB", log / MIB))));
    }
    found
}

fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |file| file.len())
}
