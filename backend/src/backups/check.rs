//! Checks a backup.

use std::fs::File;
use std::path::Path;

use anyhow::{Context as _, ensure};

use super::content::Content;
use super::copy::copy;
use super::dump::{self, Whole};
use super::manifest::{Kind, Manifest};
use super::sealed::open;
use crate::configuration::Configuration;
use crate::database::{check_pages, connect_to_copy, schema_of};

/// What a check found.
pub struct Checked {
    /// What the backup is.
    pub manifest: Manifest,
    /// How many tokens it has.
    pub tokens: u64,
    /// The sealed columns of which a row was opened.
    pub opened: Vec<String>,
}

/// Decrypts a backup with an identity, checks that it is whole, and opens one row of each sealed column
/// with the configured master key.
pub async fn check(configuration: &Configuration, file: &Path, identity: &Path) -> anyhow::Result<Checked> {
    let mut from = open(file, identity)?;
    let manifest = Manifest::read(&mut from)?;
    let content = match manifest.engine {
        Kind::Postgres => {
            let mut whole = Whole::default();
            let content = dump::read(&mut from, |line| whole.see(line))?;
            whole.check()?;
            content
        }
        Kind::Sqlite => {
            // Only this account may enter. It goes with its content, also after a signal.
            let folder = tempfile::Builder::new().prefix("latchkey-check-").tempdir()?;
            let copied = folder.path().join("copy.db");
            copy(&mut from, &mut File::create_new(&copied)?, |_| ()).await?;
            let mut connection = connect_to_copy(&copied).await?;
            let schema = schema_of(&mut connection).await?;
            // It stays open: nobody else can open it from now on.
            folder.close()?;
            ensure!(schema == manifest.schema, "it has schema {schema} instead of {}", manifest.schema);
            check_pages(&mut connection).await?;
            Content::read(&mut connection).await?
        }
    };
    let Content { wrapped, sealed, tokens } = content;
    ensure!(wrapped.installation == manifest.installation, "its manifest is of another installation");
    let mut needed = manifest.data_keys.iter();
    let is_there = |id: &String| wrapped.key_ids().any(|there| there == id);
    ensure!(needed.all(is_there), "it lacks a data key that its manifest names");
    let vault = wrapped.unlock(configuration).await?;
    let mut opened = Vec::new();
    for value in &sealed {
        let name = value.name();
        value.open(&vault).with_context(|| format!("{name} of {}", value.row))?;
        opened.push(name);
    }
    Ok(Checked { manifest, tokens, opened })
}
