//! The spans of requests and of their parts.

use futures_util::future::Either;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::{
    FutureExt as _, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt as _, Tracer as _,
    TracerProvider as _,
};
use opentelemetry::{Context, InstrumentationScope, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, SpanProcessor};

/// The attribute with the type of the error, if the work of a span failed.
pub const ERROR_TYPE: &str = "error.type";
/// Any error that has no type of its own.
const OTHER: &str = "_OTHER";

/// Begins the traces of requests.
#[derive(Clone)]
pub struct Tracing {
    spans: SdkTracer,
    /// The context that all traces begin with. It has the [`Spans`].
    root: Context,
}

/// What begins the spans of parts.
struct Spans {
    tracer: SdkTracer,
    /// The `db.system.name` of the database.
    database: &'static str,
}

impl Tracing {
    /// Records the traces that the sampler chooses. Spans that have ended go to `queue`.
    #[must_use]
    pub fn new(sampler: Sampler, queue: impl SpanProcessor + 'static, database: &'static str) -> Self {
        let provider = SdkTracerProvider::builder()
            .with_sampler(sampler)
            .with_resource(Resource::builder_empty().build())
            .with_span_processor(queue)
            .build();
        let scope = InstrumentationScope::builder("latchkey").with_version(env!("CARGO_PKG_VERSION"));
        let spans = provider.tracer_with_scope(scope.build());
        let root = Context::new().with_value(Spans { tracer: spans.clone(), database });
        Self { spans, root }
    }

    /// Begins the span of a request, in the trace of its caller if the headers name one (W3C trace
    /// context).
    #[must_use]
    pub fn request(&self, name: &'static str, headers: &dyn Extractor, says: Vec<KeyValue>) -> Context {
        let caller = TraceContextPropagator::new().extract_with_context(&self.root, headers);
        let span = SpanBuilder::from_name(name).with_kind(SpanKind::Server).with_attributes(says);
        let span = self.spans.build_with_context(span, &caller);
        caller.with_span(span)
    }
}

/// Runs `work` in this context, if there is one.
pub fn within<F: Future>(context: Option<Context>, work: F) -> impl Future<Output = F::Output> {
    match context {
        None => Either::Left(work),
        // In a box: usually there is no trace, and the future must not be larger for it.
        Some(context) => Either::Right(Box::pin(work.with_context(context))),
    }
}

/// Ends the span of a context, and adds what is known of it only now.
pub fn end(context: &Context, says: Vec<KeyValue>) {
    let span = context.span();
    if says.iter().any(|attribute| attribute.key.as_str() == ERROR_TYPE) {
        span.set_status(Status::error(""));
    }
    span.set_attributes(says);
    span.end();
}

/// Runs a part of a request. `describe` says what its span tells of the outcome.
pub fn part<F: Future>(
    name: &'static str,
    work: F,
    describe: impl FnOnce(&F::Output) -> Vec<KeyValue>,
) -> impl Future<Output = F::Output> {
    in_span(move |_| SpanBuilder::from_name(name).with_kind(SpanKind::Internal), work, describe)
}

/// Reads from a table, and from what belongs to it.
pub fn query<T, E, F: Future<Output = Result<T, E>>>(
    table: &'static str,
    read: F,
) -> impl Future<Output = F::Output> {
    let span = move |spans: &Spans| {
        SpanBuilder::from_name(format!("read {table}")).with_kind(SpanKind::Client).with_attributes([
            KeyValue::new("db.system.name", spans.database),
            KeyValue::new("db.operation.name", "read"),
            KeyValue::new("db.collection.name", table),
        ])
    };
    in_span(span, read, |outcome| failure(outcome.is_err()))
}

/// Runs a write transaction of this kind, with its time in the queue. `is_failure` says which errors
/// are no refusals.
pub fn write<T, E, F: Future<Output = Result<T, E>>>(
    kind: &'static str,
    work: F,
    is_failure: impl FnOnce(&E) -> bool,
) -> impl Future<Output = F::Output> {
    let span = move |spans: &Spans| {
        SpanBuilder::from_name("write").with_kind(SpanKind::Client).with_attributes([
            KeyValue::new("db.system.name", spans.database),
            KeyValue::new("db.operation.name", "write"),
            KeyValue::new("latchkey.write.kind", kind),
        ])
    };
    in_span(span, work, |outcome| failure(outcome.as_ref().is_err_and(is_failure)))
}

/// What a span tells of a failure. The error itself may show values, so it is not told.
fn failure(has_failed: bool) -> Vec<KeyValue> {
    if has_failed { vec![KeyValue::new(ERROR_TYPE, OTHER)] } else { Vec::new() }
}

/// Runs `work` in a span of its own, if the current request has a trace that is recorded.
fn in_span<F: Future>(
    span: impl FnOnce(&Spans) -> SpanBuilder,
    work: F,
    describe: impl FnOnce(&F::Output) -> Vec<KeyValue>,
) -> impl Future<Output = F::Output> {
    let context = Context::map_current(|current| {
        let spans: &Spans = current.get()?;
        let is_recorded = current.span().span_context().is_sampled();
        is_recorded.then(|| current.with_span(spans.tracer.build_with_context(span(spans), current)))
    });
    match context {
        None => Either::Left(work),
        Some(context) => Either::Right(Box::pin(async move {
            let outcome = work.with_context(context.clone()).await;
            end(&context, describe(&outcome));
            outcome
        })),
    }
}

/// The span that a line of the log belongs to.
#[must_use]
pub fn span_of_log() -> Option<SpanContext> {
    Context::map_current(|current| {
        let span = current.span();
        span.span_context().is_valid().then(|| span.span_context().clone())
    })
}
