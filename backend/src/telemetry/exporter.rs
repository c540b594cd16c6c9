//! Sends spans and metrics in the background. Nothing waits for it but the end of the server, for
//! some seconds.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::metrics::v1::{Metric, ResourceMetrics, ScopeMetrics};
use opentelemetry_proto::tonic::resource::v1;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::TelemetryResourceDetector;
use opentelemetry_sdk::trace::SpanData;
use prost::Message;
use tokio_util::sync::CancellationToken;

use super::queue::{BATCH, Queue};
use super::receiver::{Failure, Receiver, Signal};
use crate::configuration::telemetry::Telemetry;
use crate::counting::Counter;

/// How long to wait before something is sent again.
const AGAIN: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];

/// Sends spans and metrics.
pub struct Exporter {
    receiver: Receiver,
    resource: ResourceAttributesWithSchema,
    queue: Queue,
    /// The server ends: what is left is sent once.
    ends: CancellationToken,
    /// Whether the receiver did not take the last message.
    fails: AtomicBool,
    spans_sent: Counter,
    spans_failed: Counter,
    metrics_sent: Counter,
    metrics_failed: Counter,
}

impl Exporter {
    /// Makes an exporter. `instance` is the id of this node.
    pub fn new(configured: &Telemetry, instance: &str) -> anyhow::Result<Self> {
        let own = [
            KeyValue::new("service.name", configured.service.clone()),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("service.instance.id", instance.to_owned()),
        ];
        let more = configured.resource.iter().cloned().map(|(name, value)| KeyValue::new(name, value));
        let resource = Resource::builder_empty()
            .with_detector(Box::new(TelemetryResourceDetector))
            .with_attributes(own)
            .with_attributes(more)
            .build();
        Ok(Self {
            receiver: Receiver::new(configured)?,
            resource: (&resource).into(),
            queue: Queue::default(),
            ends: CancellationToken::new(),
            fails: AtomicBool::default(),
            spans_sent: Counter::default(),
            spans_failed: Counter::default(),
            metrics_sent: Counter::default(),
            metrics_failed: Counter::default(),
        })
    }

    /// Where spans go that have ended.
    #[must_use]
    pub fn queue(&self) -> Queue {
        self.queue.clone()
    }

    /// How many spans were sent, dropped because too many waited, and not taken by the receiver.
    #[must_use]
    pub fn spans(&self) -> [(&'static str, u64); 3] {
        let failed = self.spans_failed.get();
        [("sent", self.spans_sent.get()), ("dropped", self.queue.dropped()), ("failed", failed)]
    }

    /// How often metrics were sent, and how often the receiver did not take them.
    #[must_use]
    pub fn metrics(&self) -> [(&'static str, u64); 2] {
        [("sent", self.metrics_sent.get()), ("failed", self.metrics_failed.get())]
    }

    /// Sends the rest, and stops.
    pub fn end(&self) {
        self.ends.cancel();
    }

    /// Sends spans until the end.
    pub async fn keep_sending_spans(&self) {
        while self.ends.run_until_cancelled(self.queue.due()).await.is_some() {
            self.send_spans(self.queue.take()).await;
        }
        self.send_spans(self.queue.take()).await;
    }

    /// Sends metrics every `interval`, and once more at the end.
    pub async fn keep_sending_metrics(&self, interval: Duration, read: impl Fn() -> Vec<Metric>) {
        while self.ends.run_until_cancelled(tokio::time::sleep(interval)).await.is_some() {
            self.send_metrics(read()).await;
        }
        self.send_metrics(read()).await;
    }

    async fn send_spans(&self, spans: Vec<SpanData>) {
        let mut spans = spans.into_iter();
        loop {
            let batch: Vec<SpanData> = spans.by_ref().take(BATCH).collect();
            let all = batch.len() as u64;
            if all == 0 {
                return;
            }
            let resource_spans = group_spans_by_resource_and_scope(batch, &self.resource);
            let message = ExportTraceServiceRequest { resource_spans };
            let taken = match self.deliver(Signal::Traces, &message).await {
                Ok(ExportTraceServiceResponse { partial_success: Some(partly) }) => {
                    all.saturating_sub(u64::try_from(partly.rejected_spans).unwrap_or_default())
                }
                Ok(_) => all,
                Err(_) => 0,
            };
            self.spans_sent.add(taken);
            self.spans_failed.add(all - taken);
        }
    }

    async fn send_metrics(&self, metrics: Vec<Metric>) {
        let scope = InstrumentationScope {
            name: "latchkey".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..InstrumentationScope::default()
        };
        let resource = v1::Resource { attributes: self.resource.attributes.0.clone(), ..Default::default() };
        let message = ExportMetricsServiceRequest {
            resource_metrics: vec![ResourceMetrics {
                resource: Some(resource),
                scope_metrics: vec![ScopeMetrics { scope: Some(scope), metrics, ..Default::default() }],
                ..Default::default()
            }],
        };
        // The numbers of the next time include these, so they are not sent again.
        let sent: Result<ExportMetricsServiceResponse, _> =
            self.receiver.send(Signal::Metrics, &message).await;
        self.note(sent.as_ref().err());
        (if sent.is_ok() { &self.metrics_sent } else { &self.metrics_failed }).raise();
    }

    /// Sends a message, again if it may be taken later. Meanwhile the queue fills.
    async fn deliver<A: Message + Default>(
        &self,
        signal: Signal,
        message: &impl Message,
    ) -> Result<A, Failure> {
        let mut waits = AGAIN.into_iter();
        loop {
            let sent = self.receiver.send(signal, message).await;
            self.note(sent.as_ref().err());
            let wait = match (&sent, waits.next()) {
                (Err(failure), Some(wait)) if failure.is_passing() => wait,
                _ => return sent,
            };
            // What could not be sent at the end is lost.
            if self.ends.is_cancelled()
                || self.ends.run_until_cancelled(tokio::time::sleep(wait)).await.is_none()
            {
                return sent;
            }
        }
    }

    /// Logs when the receiver fails, and when it works again.
    fn note(&self, failure: Option<&Failure>) {
        let failed = self.fails.swap(failure.is_some(), Ordering::Relaxed);
        match failure {
            Some(failure) if !failed => {
                let mut causes = failure.to_string();
                let mut cause = failure.source();
                while let Some(error) = cause {
                    causes = format!("{causes}: {error}");
                    cause = error.source();
                }
                tracing::warn!(error = causes, "traces or metrics are not sent");
            }
            None if failed => tracing::info!("traces and metrics are sent again"),
            _ => {}
        }
    }
}
