//! Brings a rotation of the data key forward, while the process runs.

use std::time::{Duration, Instant};

use latchkey_shared::ids::KeyId;

use super::agreement::agree;
use super::reseal;
use crate::database::Database;
use crate::keys::error::KeyringError;
use crate::keys::keyring::Keyring;
use crate::nodes::fleet::Fleet;
use crate::nodes::presence::Nodes;

/// How long to wait after an attempt that did not complete a rotation. It reads all rows.
const AGAIN: Duration = Duration::from_secs(30);

/// What this node knows of a rotation.
#[derive(Default)]
struct Watch {
    /// The nodes that were last named in the log.
    named: Vec<String>,
    /// When the last attempt to complete ended.
    tried: Option<Instant>,
}

/// Takes a coming key when all live nodes hold it, and completes the rotation.
pub async fn keep_rotating(database: &Database, keyring: &Keyring, nodes: &Nodes) {
    let mut fleet = nodes.fleet();
    let mut watch = Watch::default();
    while fleet.changed().await.is_ok() {
        let now = fleet.borrow_and_update().clone();
        if let Err(error) = watch.step(database, keyring, &now).await {
            tracing::warn!(%error, "the rotation of the data key waits; it is tried again");
            watch.tried = Some(Instant::now());
        }
    }
}

impl Watch {
    async fn step(
        &mut self,
        database: &Database,
        keyring: &Keyring,
        fleet: &Fleet,
    ) -> Result<(), KeyringError> {
        let keys = keyring.data_keys().await?;
        if let Some(coming) = &keys.coming {
            return self.wait(database, coming, fleet).await;
        }
        let Some(retiring) = &keys.retiring else {
            *self = Self::default();
            return Ok(());
        };
        // One node is enough. If two work at the same time, they only do some rows twice.
        let first = fleet.live().map(|node| &node.id).min();
        if first != Some(database.node()) || self.tried.is_some_and(|at| at.elapsed() < AGAIN) {
            return Ok(());
        }
        if reseal::complete(database, keyring, retiring).await? {
            tracing::info!(key = %retiring, "everything is encrypted anew, and the old data key is destroyed");
        } else {
            tracing::warn!(key = %retiring, "the old data key is kept: a row still needs it; it is tried again");
            self.tried = Some(Instant::now());
        }
        Ok(())
    }

    async fn wait(&mut self, database: &Database, coming: &KeyId, fleet: &Fleet) -> Result<(), KeyringError> {
        let without = fleet.live_without(|node| node.holds_data_key(coming));
        if without.is_empty() {
            return Ok(agree(database, coming).await?);
        }
        if without != self.named {
            tracing::info!(key = %coming, nodes = %without.join(", "), "a new data key waits for nodes without it");
            self.named = without;
        }
        Ok(())
    }
}
