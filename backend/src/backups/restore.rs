//! Restores a backup.

use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use sqlx::Connection as _;

use super::copy::copy;
use super::dump;
use super::manifest::{Kind, Manifest};
use super::sealed::open;
use crate::configuration::Configuration;
use crate::database::{Vacancy, check_pages, now, schema_of};
use crate::recovery;

/// Restores a backup. On SQLite into the data directory, which must have no database. On PostgreSQL it
/// writes to standard output what `psql` has to run in an empty database. Interrupted, it restores
/// nothing. The next start ends what the database must not bring back to life.
pub async fn restore(
    configuration: &Configuration,
    file: &Path,
    identity: &Path,
) -> anyhow::Result<Manifest> {
    let mut from = open(file, identity)?;
    let manifest = Manifest::read(&mut from)?;
    let wanted = if configuration.database_url.is_none() { Kind::Sqlite } else { Kind::Postgres };
    ensure!(
        manifest.engine == wanted,
        "it is a backup of {}, and {} is configured",
        manifest.engine.as_str(),
        wanted.as_str()
    );
    let since = manifest.since()?;
    if wanted == Kind::Postgres {
        // Before anything is passed on: psql must not get a part of a damaged file.
        copy(&mut from, &mut io::sink(), |_| ()).await?;
        let mut again = open(file, identity)?;
        Manifest::read(&mut again)?;
        let mut output = BufWriter::new(io::stdout().lock());
        output.write_all(dump::BEFORE.as_bytes())?;
        copy(&mut again, &mut output, |_| ()).await?;
        output.write_all(dump::after(since, now().max(since)).as_bytes())?;
        output.flush()?;
        return Ok(manifest);
    }
    let vacancy = Vacancy::of(configuration).await?;
    let mut part = vacancy.make()?;
    copy(&mut from, &mut part, |_| ()).await?;
    part.sync_all()?;
    let mut connection = vacancy.connect().await?;
    check_pages(&mut connection).await?;
    let schema = schema_of(&mut connection).await?;
    ensure!(schema == manifest.schema, "it has schema {schema} instead of {}", manifest.schema);
    recovery::mark(&mut connection, since).await?;
    connection.close().await?;
    vacancy.fill().context("the data directory")?;
    Ok(manifest)
}
