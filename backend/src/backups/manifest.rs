//! The first line in a backup: what it is.

use std::io::{BufRead, Read as _};

use anyhow::{Context as _, bail, ensure};
use latchkey_shared::time::{Timestamp, parse_millis};
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;

use crate::database::{Engine, last_withdrawal, now, schema_of, schemas};
use crate::keys::Wrapped;
use crate::withdrawals::Position;

/// The version of the format.
const FORMAT: u32 = 1;
/// The lowest schema that has all that is looked at.
const LOWEST: i64 = 34;
/// The longest manifest, in bytes.
const LONGEST: u64 = 1 << 20;

/// The engine of the database in a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A file of SQLite follows.
    Sqlite,
    /// What `pg_dump` writes follows, in plain text.
    Postgres,
}

impl Kind {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// What a backup is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the format.
    pub format: u32,
    /// The engine.
    pub engine: Kind,
    /// The number of the last migration.
    pub schema: i64,
    /// The version of the program that made it.
    pub program: String,
    /// The id of the installation.
    pub installation: String,
    /// When it was begun. All that was committed before is in it.
    pub taken_at: Timestamp,
    /// The ids of the data keys that it needs. They are in it, wrapped by the master key.
    pub data_keys: Vec<String>,
    /// The last withdrawal that is in it, at least: others may follow while it is made.
    pub position: Position,
}

impl Manifest {
    /// The manifest for a backup of this database that begins now.
    pub(super) async fn of(connection: &mut AnyConnection) -> anyhow::Result<Self> {
        let taken_at = Timestamp::from_millis(now());
        let engine = match Engine::of(connection) {
            Engine::Sqlite => Kind::Sqlite,
            Engine::Postgres => Kind::Postgres,
        };
        let schema = schema_of(connection).await.context("this is no database of Latchkey")?;
        ensure!(
            schema >= LOWEST,
            "the database has schema {schema}: start this version once, so that it gets schema {LOWEST}"
        );
        let wrapped = Wrapped::read(connection).await?;
        Ok(Self {
            format: FORMAT,
            engine,
            schema,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            taken_at,
            data_keys: wrapped.key_ids().map(str::to_owned).collect(),
            installation: wrapped.installation,
            position: last_withdrawal(connection).await?,
        })
    }

    /// The line in the backup.
    pub(super) fn line(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string(self)? + "\n")
    }

    /// Reads the line. The database follows.
    pub(super) fn read(from: &mut impl BufRead) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let mut line = Vec::new();
        from.take(LONGEST).read_until(b'\n', &mut line)?;
        let Ok(Format { format }) = serde_json::from_slice(&line) else {
            bail!("it was encrypted to this identity, but is no backup of Latchkey");
        };
        ensure!(format == FORMAT, "it has the format {format}, which this version does not know");
        let manifest: Self = serde_json::from_slice(&line).context("its manifest")?;
        let engine = match manifest.engine {
            Kind::Sqlite => Engine::Sqlite,
            Kind::Postgres => Engine::Postgres,
        };
        let highest = *schemas(engine).end();
        ensure!(
            manifest.schema <= highest,
            "it has schema {}, and this version knows schemas up to {highest}: use a later version",
            manifest.schema
        );
        Ok(manifest)
    }

    /// When it was begun, in milliseconds since the epoch.
    pub(super) fn since(&self) -> anyhow::Result<i64> {
        parse_millis(self.taken_at.as_str()).context("the time of the backup")
    }
}
