//! A power cut: what was written but not synced is lost. `unsynced.c` remembers what it was before.

use std::os::unix::fs::{FileExt as _, MetadataExt as _, PermissionsExt as _};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

use futures_util::FutureExt as _;
use tempfile::TempDir;

use crate::crash::is_killed;
use crate::faults::{Report, times};
use crate::postgres::PostgreSql;
use crate::pressure::{Pressure, at};
use crate::server::{Platform, Server, Where};

/// The library, and the logs of what was not synced.
pub(crate) struct Unsynced {
    folder: TempDir,
    under: PathBuf,
}

impl Unsynced {
    /// Compiles the library, for files below this folder.
    fn new(under: &Path) -> Self {
        let folder = TempDir::new().unwrap();
        // PostgreSQL has an account of its own.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/unsynced.c");
        let library = folder.path().join("unsynced.so");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O2", "-o"])
            .arg(&library)
            .args([source, "-ldl"])
            .status()
            .unwrap();
        assert!(compiled.success());
        std::fs::set_permissions(&library, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder, under: under.to_owned() }
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        let path = |path: &Path| path.display().to_string();
        vec![
            ("LD_PRELOAD", path(&self.folder.path().join("unsynced.so"))),
            ("UNSYNCED_UNDER", path(&self.under)),
            ("UNSYNCED_LOGS", path(self.folder.path())),
        ]
    }

    /// Makes each file what it was at its last sync. Returns how many writes are lost.
    fn lose(&self) -> usize {
        let (mut lost, mut folders) = (0, vec![self.under.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let about = entry.metadata().unwrap();
                if about.is_dir() {
                    folders.push(entry.path());
                } else if about.is_file() {
                    let born = about.created().unwrap().duration_since(UNIX_EPOCH).unwrap();
                    let log = format!("{}-{}-{}", about.ino(), born.as_secs(), born.subsec_nanos());
                    lost += undo(&entry.path(), &self.folder.path().join(log));
                }
            }
        }
        lost
    }
}

/// Applies a log backwards. Returns how many writes it had.
fn undo(file: &Path, log: &Path) -> usize {
    let Ok(bytes) = std::fs::read(log) else { return 0 };
    let (mut records, mut rest) = (Vec::new(), bytes.as_slice());
    let number = |bytes: &[u8], at: usize| u64::from_ne_bytes(bytes[at..at + 8].try_into().unwrap());
    while rest.len() >= 24 {
        let (offset, length, size) = (number(rest, 0), number(rest, 8), number(rest, 16));
        let length = usize::try_from(length).unwrap();
        // The process was killed while it wrote the last one, before the file was written.
        let Some(before) = rest.get(24..24 + length) else { break };
        records.push((offset, before, size));
        rest = &rest[24 + length..];
    }
    let writable = std::fs::File::options().write(true).open(file).unwrap();
    for (offset, before, size) in records.iter().rev() {
        writable.write_all_at(before, *offset).unwrap();
        writable.set_len(*size).unwrap();
    }
    std::fs::remove_file(log).unwrap();
    records.len()
}

#[tokio::test]
async fn a_power_cut_loses_nothing_on_sqlite() {
    let place = Where::sqlite();
    let unsynced = Unsynced::new(place.data_dir());
    let mut lost = 0;
    let report = is_killed(&place, times(1), &unsynced.variables(), || lost += unsynced.lose()).await;
    let note = format!("{lost} unsynced writes thrown away");
    Report { note, ..report }.tell("the server is killed, and unsynced writes are thrown away", &place);
}

/// The test above would fail if the server did not sync: tokens are lost, or the server does not start, since
/// what it remembers beside its log of withdrawals is lost, too.
#[tokio::test]
async fn a_disk_that_only_pretends_to_sync_is_noticed() {
    let place = Where::sqlite();
    let unsynced = Unsynced::new(place.data_dir());
    let mut variables = unsynced.variables();
    variables.push(("UNSYNCED_LIES", "1".to_owned()));
    let mut lost = 0;
    let killed = is_killed(&place, 1, &variables, || lost += unsynced.lose());
    let report = AssertUnwindSafe(killed).catch_unwind().await;
    assert!(lost > 0);
    assert!(report.as_ref().map_or(true, |report| report.wrong > 0), "{report:?}");
}

#[tokio::test]
async fn a_power_cut_loses_nothing_on_postgres() {
    let Some(mut database) = PostgreSql::start() else { return };
    let unsynced = Unsynced::new(&database.data());
    database.restart_durably(unsynced.variables());
    let place = Where { database_url: Some(database.url()), ..Where::sqlite() };
    let (one, two) = (Server::start(place.clone()).await, Server::start(place.clone()).await);
    let platform = Platform::on(&one).await;
    let beyond = at(&platform, &two).await;
    let (mut report, mut lost) = (Report::default(), 0);
    for _ in 0..times(1) {
        let pressure = Pressure::on(&platform, &beyond, 20).await;
        let outage = async {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            database.kill();
            lost += unsynced.lose();
            database.go_on();
        };
        pressure.during(outage, &mut report).await;
    }
    assert!(lost > 0);
    report.note = format!("{lost} unsynced writes thrown away");
    report.tell("PostgreSQL is killed, and unsynced writes are thrown away", &place);
}
