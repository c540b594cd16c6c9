//! The master keys that this node holds, and where they come from.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;

use super::command;
use crate::configuration::Configuration;
use crate::crypto::Secret;
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
pub(in crate::keys) enum Source {
    /// A setting, which does not change while the process runs.
    Setting(Secret),
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
        let source = Source::of(configuration)?;
        let keys = match source.read().await {
            Err(KeyringError::FileMissing(path)) if may_make(database).await? => {
                MasterKeys::create_file(&path)?
            }
            read => read?,
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
            Source::Setting(_) => return,
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
        let found = self.source.read().await?;
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
    /// What is configured. On SQLite there is a file by default.
    pub(in crate::keys) fn of(configuration: &Configuration) -> Result<Self, KeyringError> {
        if let Some(text) = &configuration.master_key {
            return Ok(Self::Setting(text.clone()));
        }
        if let Some(line) = &configuration.master_key_command {
            return Ok(Self::Command(line.clone()));
        }
        match (&configuration.master_key_file, &configuration.database_url) {
            (Some(path), _) => Ok(Self::File(path.clone())),
            (None, None) => Ok(Self::File(configuration.data_dir.join("master.key"))),
            (None, Some(_)) => Err(KeyringError::NotGiven),
        }
    }

    /// Reads the keys. Nothing is made.
    pub(in crate::keys) async fn read(&self) -> Result<MasterKeys, KeyringError> {
        let reading: Box<dyn FnOnce() -> Result<MasterKeys, KeyringError> + Send> = match self {
            Self::Setting(text) => return Ok(MasterKeys::parse(text.expose())?),
            Self::File(path) => {
                let path = path.clone();
                Box::new(move || MasterKeys::read_file(&path)?.ok_or(KeyringError::FileMissing(path)))
            }
            Self::Command(line) => {
                let line = line.clone();
                Box::new(move || Ok(command::run(&line)?))
            }
        };
        // The file may be on a slow disk.
        let read = tokio::task::spawn_blocking(reading).await;
        read.unwrap_or_else(|error| Err(MasterKeyError::Command(std::io::Error::other(error)).into()))
    }
}

/// Whether a key file may be made.
async fn may_make(database: &Database) -> Result<bool, sqlx::Error> {
    let mut connection = database.reader().acquire().await?;
    Ok(database.engine() == Engine::Sqlite && store::all(&mut connection).await?.is_empty())
}
