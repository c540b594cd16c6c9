//! Rotates the master key, as soon as all nodes hold the next one.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use latchkey_shared::data_keys::MasterKey;
use latchkey_shared::page::Page;
use serde_json::json;

use super::administrator::Session;
use crate::configuration::{Configuration, RotateMasterKey};

/// How often the nodes are asked.
const OFTEN: Duration = Duration::from_secs(1);

/// Waits until all nodes hold the next master key, wraps the data keys anew, and says what needs the
/// old one.
pub async fn rotate_master_key(configuration: &Configuration, how: RotateMasterKey) -> anyhow::Result<()> {
    let session = Session::log_in(configuration, how.administrator).await?;
    wait(&session, Duration::from_secs(how.wait)).await?;
    let keys: Page<MasterKey> = session.post("/master-keys/rotate", &json!({})).await?;
    let in_use = keys.items.iter().find(|key| key.in_use).context("no master key is in use")?;
    println!("The data keys are wrapped by the master key {}.", in_use.id);
    for old in keys.items.iter().filter(|key| !key.in_use) {
        println!("Take the old one, {}, away from all nodes.", old.id);
        if !old.backups.is_empty() {
            println!("Keep it elsewhere as long as these backups. Without it they cannot be opened:");
        }
        for backup in &old.backups {
            println!("  {} {}", backup.made_at.as_str(), backup.file);
        }
    }
    session.log_out().await
}

async fn wait(session: &Session, patience: Duration) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut last = String::new();
    loop {
        let keys: Page<MasterKey> = session.get("/master-keys").await?;
        let next = keys.items.iter().find(|key| !key.in_use);
        let why = match next {
            Some(next) if next.missing_on.is_empty() => return Ok(()),
            Some(next) => {
                format!(
                    "{} is the next master key. These nodes do not hold it: {}.",
                    next.id,
                    next.missing_on.join(", ")
                )
            }
            None => "The server holds no next master key.".to_owned(),
        };
        if begun.elapsed() > patience {
            bail!("{why} Give it to all nodes, beside the one in use.");
        }
        if why != last {
            println!("{why}");
            last = why;
        }
        tokio::time::sleep(OFTEN).await;
    }
}
