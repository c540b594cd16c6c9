//! Traces and metrics for a receiver of OTLP, if one is configured.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::task::JoinHandle;

use super::metrics::Sources;
use crate::configuration::Configuration;
use crate::configuration::telemetry::Telemetry as Configured;
use crate::database::{Database, Engine};
use crate::telemetry::{Exporter, Tracing};

/// How long the receiver may take when the server stops.
const FLUSHING: Duration = Duration::from_secs(3);

/// What is sent, and what sends it. Nothing is if there is no receiver.
pub(super) struct Telemetry {
    on: Option<(Configured, Arc<Exporter>)>,
    sending: Vec<JoinHandle<()>>,
}

impl Telemetry {
    /// The telemetry of this server.
    pub(super) fn of(configuration: &Configuration, database: &Database) -> anyhow::Result<Self> {
        let exporter = |configured: Configured| {
            let exporter = Exporter::new(&configured, database.node().as_str())?;
            anyhow::Ok((configured, Arc::new(exporter)))
        };
        Ok(Self { on: configuration.telemetry.clone().map(exporter).transpose()?, sending: Vec::new() })
    }

    /// What begins traces, if they are sent.
    pub(super) fn tracing(&self, database: &Database) -> Option<Tracing> {
        let (configured, exporter) = self.on.as_ref()?;
        let sampler = configured.traces.clone()?;
        let name = match database.engine() {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgresql",
        };
        Some(Tracing::new(sampler, exporter.queue(), name))
    }

    /// What sends, if anything is sent.
    pub(super) fn exporter(&self) -> Option<Arc<Exporter>> {
        self.on.as_ref().map(|(_, exporter)| Arc::clone(exporter))
    }

    /// Begins to send.
    pub(super) fn start(&mut self, database: &Database, sources: &Sources) {
        let Some((configured, exporter)) = &self.on else { return };
        if configured.traces.is_some() {
            let exporter = Arc::clone(exporter);
            self.sending.push(database.spawn(async move { exporter.keep_sending_spans().await }));
        }
        if let Some(interval) = configured.metrics {
            let (exporter, sources) = (Arc::clone(exporter), sources.clone());
            let metrics = async move {
                exporter.keep_sending_metrics(interval, || sources.messages()).await;
            };
            self.sending.push(database.spawn(metrics));
        }
    }

    /// Sends what is left, if the receiver takes it in time.
    pub(super) async fn end(self) {
        let Some((_, exporter)) = self.on else { return };
        exporter.end();
        if tokio::time::timeout(FLUSHING, join_all(self.sending)).await.is_err() {
            tracing::warn!("the receiver of traces and metrics does not answer; the last ones are lost");
        }
    }
}
