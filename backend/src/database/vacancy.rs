//! A data directory without a database, to restore one into.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use sqlx::{AnyConnection, Executor as _};

use super::beside::connect_to;
use super::engine::{DATABASE, lock};
use super::failure::OpenError;
use super::private;
use crate::configuration::Configuration;

/// The file that becomes the database when it is whole.
const PART: &str = "latchkey.db.part";

/// A data directory without a database, which no server may use meanwhile.
pub struct Vacancy {
    folder: PathBuf,
    _lock: File,
}

impl Vacancy {
    /// Makes the data directory if it does not exist, and locks it. Fails if it has a database. What an
    /// interrupted restore left is removed.
    pub async fn of(configuration: &Configuration) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let folder = configuration.data_dir.clone();
        let lock = lock(&folder).await?;
        let failed = |error| OpenError::Directory(folder.display().to_string(), error);
        for name in [DATABASE.to_owned(), format!("{DATABASE}-wal"), format!("{DATABASE}-journal")] {
            if fs::metadata(folder.join(name)).is_ok_and(|file| file.len() > 0) {
                return Err(OpenError::Occupied(folder.display().to_string()));
            }
        }
        for rest in ["", "-wal", "-shm", "-journal"] {
            match fs::remove_file(folder.join(format!("{PART}{rest}"))) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        Ok(Self { folder, _lock: lock })
    }

    /// The file for the copy, private from the start.
    pub fn make(&self) -> io::Result<File> {
        private::make(&self.folder.join(PART))
    }

    /// Connects to the copy. What is written is on the disk with its COMMIT.
    pub async fn connect(&self) -> Result<AnyConnection, sqlx::Error> {
        let mut connection = connect_to(&self.folder.join(PART), "mode=rw").await?;
        connection.execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;").await?;
        Ok(connection)
    }

    /// Makes the copy the database. A crash leaves it either whole or absent.
    pub fn fill(self) -> io::Result<()> {
        let part = self.folder.join(PART);
        File::open(&part)?.sync_all()?;
        fs::rename(part, self.folder.join(DATABASE))?;
        File::open(&self.folder)?.sync_all()
    }
}

impl Drop for Vacancy {
    fn drop(&mut self) {
        // It is there only if something failed.
        let _ = fs::remove_file(self.folder.join(PART));
    }
}
