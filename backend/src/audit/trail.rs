//! The audit trail on this node: it chains, signs and sends.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::delivery::{Outlet, Sender};
use super::notes::{Signer, TrailError};
use super::progress::Progress;
use super::sequencer::{Sequencer, ensure_chain};
use super::stream::Stream;
use crate::configuration::Configuration;
use crate::configuration::audit::Destination;
use crate::crypto::vault::Vault;
use crate::database::Database;

/// How often the node looks for events without a link.
const TICK: Duration = Duration::from_millis(300);
/// How long to wait after a failure.
const AGAIN: Duration = Duration::from_secs(1);

/// The audit trail on this node.
pub struct Trail {
    pub(super) database: Database,
    pub(super) signer: Arc<Signer>,
    pub(super) sequencer: Sequencer,
    stream: Option<Mutex<Stream>>,
    progress: Arc<Progress>,
    stopped: CancellationToken,
}

impl Trail {
    /// Opens the trail. The first start makes its key and its chain. `name` is that of the node.
    pub async fn open(
        database: &Database,
        vault: &Vault,
        configuration: &Configuration,
        name: &str,
    ) -> Result<Self, TrailError> {
        let signer = Arc::new(Signer::open(database, vault).await?);
        ensure_chain(database, &signer).await?;
        let outlet = |to: &Destination| Outlet::to(to.clone(), Sender { host: name.to_owned() });
        let progress = Arc::new(Progress::default());
        let stream = configuration.audit_stream.as_ref().map(|to| {
            // A file belongs to its node. Nodes with the same receiver take turns.
            let of = match to {
                Destination::File(_) => format!("{to} of {name}"),
                _ => to.to_string(),
            };
            Mutex::new(Stream::new(database, &progress, outlet(to), of))
        });
        let checkpoints = configuration.audit_checkpoints.as_ref().map(outlet);
        Ok(Self {
            database: database.clone(),
            sequencer: Sequencer::new(database, &signer, &progress, checkpoints),
            signer,
            stream,
            progress,
            stopped: CancellationToken::new(),
        })
    }

    /// Chains and signs, until the trail ends.
    pub async fn keep_chaining(self: Arc<Self>) {
        let mut tick = ticks();
        let mut fails = false;
        while self.goes_on(&mut tick).await {
            match self.sequencer.chain().await {
                Ok(()) => {
                    if std::mem::take(&mut fails) {
                        tracing::info!("audit events are chained again");
                    }
                }
                Err(error) => {
                    if !std::mem::replace(&mut fails, true) {
                        tracing::warn!(%error, "audit events are not chained; it is tried again");
                    }
                    tick.reset_after(AGAIN);
                }
            }
        }
    }

    /// Sends events, until the trail ends.
    pub async fn keep_sending(self: Arc<Self>) {
        let Some(stream) = &self.stream else { return };
        let mut tick = ticks();
        while self.goes_on(&mut tick).await {
            if !stream.lock().await.send().await {
                tick.reset_after(AGAIN);
            }
        }
    }

    /// Waits for the next tick. Returns false at the end of the trail.
    async fn goes_on(&self, tick: &mut Interval) -> bool {
        tokio::select! {
            () = self.stopped.cancelled() => false,
            _ = tick.tick() => true,
        }
    }

    /// Chains, signs and sends what is left. Then another node may take over at once.
    pub async fn end(&self) {
        self.stopped.cancel();
        if let Err(error) = self.sequencer.end().await {
            tracing::warn!(%error, "the last audit events are chained later");
        }
        if let Some(stream) = &self.stream {
            stream.lock().await.end().await;
        }
    }

    /// How the trail is doing, for metrics.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }
}

fn ticks() -> Interval {
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tick
}
