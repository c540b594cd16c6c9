//! Rotates the data key, and follows the rotation until the old key is destroyed.

use std::time::Duration;

use anyhow::bail;
use latchkey_shared::data_keys::{DataKey, DataKeyState};
use latchkey_shared::page::Page;
use serde_json::json;

use super::administrator::Session;
use crate::configuration::{Configuration, RotateDataKey};

/// How often the progress is read.
const OFTEN: Duration = Duration::from_secs(1);

/// Rotates the data key, or follows a rotation that is not complete, and prints the progress.
pub async fn rotate_data_key(configuration: &Configuration, how: RotateDataKey) -> anyhow::Result<()> {
    let session = Session::log_in(configuration, how.administrator).await?;
    let mut keys: Page<DataKey> = session.get("/data-keys").await?;
    if keys.items.len() == 1 {
        list_backups(&keys.items[0]);
        keys = session.post("/data-keys/rotate", &json!({})).await?;
    }
    let mut last = String::new();
    while let Some(state) = state(&keys.items) {
        if state != last {
            println!("{state}");
            last = state;
        }
        if how.no_wait {
            return session.log_out().await;
        }
        tokio::time::sleep(OFTEN).await;
        keys = session.get("/data-keys").await?;
    }
    match keys.items.as_slice() {
        [key] => println!("{} encrypts everything. The old key is destroyed.", key.id),
        _ => bail!("the rotation is in no known state"),
    }
    session.log_out().await
}

/// Which backups keep the old key.
fn list_backups(old: &DataKey) {
    if old.backups.is_empty() {
        return;
    }
    println!("These backups keep the old key {}, wrapped by the master key {}.", old.id, old.master_key);
    println!("They still open with that master key. Delete them if the data key has leaked.");
    for backup in &old.backups {
        println!("  {} {}", backup.made_at.as_str(), backup.file);
    }
}

/// What the rotation does; `None` if it is complete.
fn state(keys: &[DataKey]) -> Option<String> {
    let find = |state| keys.iter().find(|key| key.state == state);
    if let Some(coming) = find(DataKeyState::Coming) {
        return Some(match coming.missing_on.as_slice() {
            [] => format!("{} is taken next.", coming.id),
            nodes => format!("{} waits for nodes that do not hold it: {}.", coming.id, nodes.join(", ")),
        });
    }
    let retiring = find(DataKeyState::Retiring)?;
    Some(match retiring.progress {
        Some(progress) => format!("{} of {} rows are encrypted anew.", progress.done, progress.all),
        None => "The rows are counted.".to_owned(),
    })
}
