//! Makes a backup.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use sqlx::Connection as _;

use super::copy::copy;
use super::dump::Whole;
use super::manifest::Manifest;
use super::output::Output;
use super::sealed::Sealer;
use crate::configuration::Configuration;
use crate::database::{Snapshot, connect_beside};
use crate::keys::backups::note_backup;

/// Makes a backup of the database while a server may use it. The file is encrypted to the recipients. On
/// SQLite, `most_log` is the longest that the write-ahead log may become meanwhile, in MiB. On PostgreSQL,
/// standard input is what `pg_dump` writes. The plain database is never on a disk.
pub async fn take(
    configuration: &Configuration,
    path: &Path,
    recipients: &[String],
    most_log: u64,
) -> anyhow::Result<Manifest> {
    let mut sealer = Sealer::new(recipients, Output::create(path)?)?;
    let manifest = if configuration.database_url.is_none() {
        let folder = configuration.data_dir.display();
        let snapshot = Snapshot::begin(configuration).await;
        let mut snapshot = snapshot.with_context(|| format!("the database in {folder}"))?;
        let manifest = Manifest::of(snapshot.connection()).await?;
        sealer.write_all(manifest.line()?.as_bytes())?;
        snapshot.copy(most_log, |page| sealer.write_all(page)).await?;
        manifest
    } else {
        let manifest = Manifest::of(&mut connect_beside(configuration).await?).await?;
        sealer.write_all(manifest.line()?.as_bytes())?;
        let mut whole = Whole::default();
        copy(&mut std::io::stdin().lock(), &mut sealer, |block| whole.see(block)).await?;
        whole.check()?;
        manifest
    };
    sealer.finish()?.complete().with_context(|| path.display().to_string())?;
    if let Err(error) = note(configuration, path, &manifest).await {
        tracing::warn!(%error, "the backup is whole, but it is not noted which keys it needs");
    }
    Ok(manifest)
}

/// Notes the backup in the database, so that the rotation of keys can say which backups end with a key.
async fn note(configuration: &Configuration, path: &Path, manifest: &Manifest) -> anyhow::Result<()> {
    let mut connection = connect_beside(configuration).await?;
    note_backup(&mut connection, &path.display().to_string(), manifest.since()?).await?;
    Ok(connection.close().await?)
}
