//! Spans that have ended and wait to be sent.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};
use tokio::sync::Notify;

use crate::counting::Counter;

/// How many spans may wait. They take about 4 MB. More are lost.
const MOST: usize = 4_096;
/// So many spans are sent before their time.
pub(super) const BATCH: usize = 512;
/// How long a span waits for others.
const WAIT: Duration = Duration::from_secs(1);

/// Spans that have ended and wait to be sent. To add one takes a short lock and never waits for
/// the receiver.
#[derive(Debug, Clone, Default)]
pub struct Queue(Arc<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    spans: Mutex<Vec<SpanData>>,
    /// A batch is full.
    is_due: Notify,
    dropped: Counter,
}

impl Queue {
    /// How many spans were lost because the queue was full.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.0.dropped.get()
    }

    fn spans(&self) -> MutexGuard<'_, Vec<SpanData>> {
        self.0.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there are spans to send, or for a second.
    pub(super) async fn due(&self) {
        // A timeout is no failure: what is there is sent.
        let _ = tokio::time::timeout(WAIT, self.0.is_due.notified()).await;
    }

    /// Takes what waits.
    pub(super) fn take(&self) -> Vec<SpanData> {
        std::mem::take(&mut *self.spans())
    }
}

impl SpanProcessor for Queue {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        let mut spans = self.spans();
        if spans.len() >= MOST {
            drop(spans);
            self.0.dropped.raise();
            return;
        }
        spans.push(span);
        let is_full = spans.len() == BATCH;
        drop(spans);
        if is_full {
            self.0.is_due.notify_one();
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};
    use opentelemetry_sdk::trace::SdkTracerProvider;

    use super::*;

    #[test]
    fn what_does_not_fit_is_dropped_and_counted() {
        let queue = Queue::default();
        let provider = SdkTracerProvider::builder().with_span_processor(queue.clone()).build();
        let tracer = provider.tracer("test");
        (0..MOST + 3).for_each(|_| tracer.start("span").end());
        assert_eq!((queue.take().len(), queue.dropped()), (MOST, 3));
        tracer.start("span").end();
        assert_eq!((queue.take().len(), queue.dropped()), (1, 3));
    }
}
