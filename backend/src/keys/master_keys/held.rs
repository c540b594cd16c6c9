//! The master keys that this node holds, and where they come from.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;

use super::command;
use crate::configuration::Configuration;
use crate::crypto::master_key::{MasterKeyError, MasterKeys};
use crate::database::{Database, Engine};
use crate::keys::data_keys::opened::check;
use crate::keys::data_keys::store;
use crate::keys::error::KeyringError;

/// How often the file is looked at.
const FILE: Duration = Duration::from_secs(2);
/// How often the command is run again. It may ask a service that costs something.
const COMMAND: Duration = Duration::from_mins(1);

/// Where the master keys come from.
enum Source {
    /// A setting, which does not change while the process runs.
    Setting,
    /// A file, which is read again when it changes.
    File(PathBuf),
    /// A command, which is run again from time to time.
    Command(String),
}

/// The master keys of this node.
pub(in crate::keys) struct HeldMasterKeys {
    source: Source,
    keys: ArcSwap<MasterKeys>,
    /// Whether what the source has is held.
    is_taken: AtomicBool,
}

impl HeldMasterKeys {
    /// Reads the master keys for the first time. On SQLite, makes a file if the database is new. On
    /// PostgreSQL the key must be given: a second node must not make its own.
    pub(in crate::keys) async fn read(
        database: &Database,
        configuration: &Configuration,
    ) -> Result<Self, KeyringError> {
        let (source, keys) = if let Some(text) = &configuration.master_key {
            (Source::Setting, MasterKeys::parse(text.expose())?)
        } else if let Some(line) = &configuration.master_key_command {
            let source = Source::Command(line.clone());
            let keys = source.read().await?.ok_or(KeyringError::NotGiven)?;
            (source, keys)
        } else {
            let path = match (&configuration.master_key_file, database.engine()) {
                (Some(path), _) => path.clone(),
                (None, Engine::Sqlite) => configuration.data_dir.join("master.key"),
                (None, Engine::Postgres) => return Err(KeyringError::NotGiven),
            };
            let keys = read_or_make(database, &path).await?;
            (Source::File(path), keys)
        };
        Ok(Self { source, keys: ArcSwap::from_pointee(keys), is_taken: AtomicBool::new(true) })
    }

    /// The keys.
    pub(in crate::keys) fn keys(&self) -> Arc<MasterKeys> {
        self.keys.load_full()
    }

    /// Looks from time to time whether the source has other keys.
    pub(in crate::keys) async fn keep_looking(&self, database: &Database, installation: &str) {
        let interval = match &self.source {
            Source::Setting => return,
            Source::File(_) => FILE,
            Source::Command(_) => COMMAND,
        };
        let mut tick = tokio::time::interval(interval);
        loop {
            tick.tick().await;
            match self.look(database, installation).await {
                Ok(()) => self.is_taken.store(true, Ordering::Relaxed),
                Err(error) => {
                    if self.is_taken.swap(false, Ordering::Relaxed) {
                        tracing::error!(%error, "the master key is not taken; the one from before stays in use");
                    }
                }
            }
        }
    }

    /// Takes the keys of the source, if they open the data keys.
    async fn look(&self, database: &Database, installation: &str) -> Result<(), KeyringError> {
        let found = self.source.read().await?.ok_or(KeyringError::NotGiven)?;
        let checks = found.checks(installation);
        if checks == self.keys().checks(installation) {
            return Ok(());
        }
        let stored = store::all(&mut *database.reader().acquire().await?).await?;
        check(&found, installation, &stored)?;
        tracing::info!(keys = %checks.join(", "), "other master keys are held");
        self.keys.store(Arc::new(found));
        Ok(())
    }
}

impl Source {
    async fn read(&self) -> Result<Option<MasterKeys>, MasterKeyError> {
        let reading: Box<dyn FnOnce() -> _ + Send> = match self {
            Self::Setting => return Ok(None),
            Self::File(path) => {
                let path = path.clone();
                Box::new(move || MasterKeys::read_file(&path))
            }
            Self::Command(line) => {
                let line = line.clone();
                Box::new(move || command::run(&line).map(Some))
            }
        };
        // The file may be on a slow disk.
        let read = tokio::task::spawn_blocking(reading).await;
        read.unwrap_or_else(|error| Err(MasterKeyError::Command(std::io::Error::other(error))))
    }
}

async fn read_or_make(database: &Database, path: &Path) -> Result<MasterKeys, KeyringError> {
    if let Some(keys) = MasterKeys::read_file(path)? {
        return Ok(keys);
    }
    let mut connection = database.reader().acquire().await?;
    let is_new = store::all(&mut connection).await?.is_empty();
    if is_new && database.engine() == Engine::Sqlite {
        Ok(MasterKeys::create_file(path)?)
    } else {
        Err(KeyringError::FileMissing(path.to_owned()))
    }
}
