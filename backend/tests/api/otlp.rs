//! A receiver of OTLP over HTTP. `e2e/clients/otlp.py` is another one, with the messages of another library.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, mpsc};
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use latchkey::configuration::telemetry::Telemetry;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Point;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

use crate::prometheus::until;

/// The value of the header that the receiver is sent.
pub(crate) const KEY: &str = "the-key-of-the-receiver";

/// The `SpanKind` of a request.
pub(crate) const SERVER: i32 = 2;

/// What was received.
#[derive(Default)]
pub(crate) struct Received {
    spans: Vec<Seen>,
    metrics: Vec<Metric>,
    /// How many messages with metrics there were.
    pub(crate) times: usize,
    resource: BTreeMap<String, String>,
    /// All bytes.
    pub(crate) raw: Vec<u8>,
}

/// A span, in a form for comparison.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) name: String,
    pub(crate) trace: String,
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) kind: i32,
    /// Whether its status is an error.
    pub(crate) failed: bool,
    pub(crate) says: BTreeMap<String, String>,
}

impl From<Span> for Seen {
    fn from(span: Span) -> Self {
        assert!(span.end_time_unix_nano >= span.start_time_unix_nano && span.start_time_unix_nano > 0);
        assert_eq!((span.events.len(), span.links.len(), span.dropped_attributes_count), (0, 0, 0));
        let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        Self {
            name: span.name,
            trace: hex(&span.trace_id),
            id: hex(&span.span_id),
            parent: hex(&span.parent_span_id),
            kind: span.kind,
            failed: span.status.is_some_and(|status| status.code == 2),
            says: pairs(&span.attributes),
        }
    }
}

impl Seen {
    /// An attribute, or nothing.
    pub(crate) fn says(&self, name: &str) -> &str {
        self.says.get(name).map_or("", String::as_str)
    }
}

fn pairs(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let pair = |attribute: &KeyValue| {
        let value = match attribute.value.clone().unwrap().value.unwrap() {
            Value::StringValue(text) => text,
            Value::IntValue(number) => number.to_string(),
            other => panic!("{other:?}"),
        };
        (attribute.key.clone(), value)
    };
    let all: BTreeMap<String, String> = attributes.iter().map(pair).collect();
    assert_eq!(all.len(), attributes.len(), "an attribute comes twice");
    all
}

/// A receiver that runs. Dropping it stops it.
pub(crate) struct Receiver {
    pub(crate) url: String,
    received: Arc<Mutex<Received>>,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let received: Arc<Mutex<Received>> = Arc::default();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let data = web::Data::from(Arc::clone(&received));
        let (started, wait) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || {
                    App::new()
                        .app_data(data.clone())
                        .app_data(web::PayloadConfig::new(16 << 20))
                        .route("/v1/traces", web::post().to(traces))
                        .route("/v1/metrics", web::post().to(metrics))
                });
                let server = server.workers(1).disable_signals().listen(listener).unwrap().run();
                started.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self { url, received, handle: wait.recv().unwrap(), thread: Some(thread) }
    }

    /// The settings of a server that sends here.
    pub(crate) fn telemetry(&self) -> Telemetry {
        let mut telemetry = Telemetry::to(self.url.parse().unwrap());
        telemetry.headers.insert("x-key", KEY.parse().unwrap());
        telemetry.resource = vec![("deployment.environment.name".to_owned(), "test".to_owned())];
        telemetry
    }

    pub(crate) fn received(&self) -> MutexGuard<'_, Received> {
        self.received.lock().unwrap()
    }

    /// The span of the request of a trace, and those of its parts, which have ended before it.
    pub(crate) async fn request(&self, trace: &str) -> (Seen, Vec<Seen>) {
        let of_trace = || -> (Vec<Seen>, Vec<Seen>) {
            let received = self.received();
            let spans = received.spans.iter().filter(|span| span.trace == trace).cloned();
            spans.partition(|span| span.kind == SERVER)
        };
        until("the span does not arrive", async || !of_trace().0.is_empty()).await;
        let (requests, parts) = of_trace();
        let [request] = requests.try_into().unwrap();
        (request, parts)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !std::thread::panicking()
        {
            panic!("the receiver panicked");
        }
    }
}

impl Received {
    pub(crate) fn all_spans(&self) -> &[Seen] {
        &self.spans
    }

    pub(crate) fn resource(&self, name: &str) -> &str {
        self.resource.get(name).map_or("", String::as_str)
    }

    /// Whether any message had this text.
    pub(crate) fn has(&self, text: &str) -> bool {
        memchr::memmem::find(&self.raw, text.as_bytes()).is_some()
    }

    /// The last metrics as series with the names of Prometheus.
    #[allow(clippy::cast_precision_loss, reason = "the numbers are small")]
    pub(crate) fn series(&self) -> BTreeMap<String, f64> {
        let mut all = BTreeMap::new();
        let mut add = |name: &str, labels: &[(String, String)], value: f64| {
            let labels: Vec<String> =
                labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            assert!(all.insert(format!("{name}{labels}"), value).is_none(), "{name} comes twice");
        };
        let labels = |attributes: &[KeyValue]| -> Vec<(String, String)> {
            // In the order in which they were sent, as in the text.
            attributes.iter().flat_map(|one| pairs(std::slice::from_ref(one))).collect()
        };
        let number = |value: &Option<Point>| match value.unwrap() {
            Point::AsInt(number) => number as f64,
            Point::AsDouble(number) => number,
        };
        for metric in &self.metrics {
            let name = &metric.name;
            match metric.data.as_ref().unwrap() {
                Data::Sum(sum) => {
                    assert!(sum.is_monotonic && sum.aggregation_temporality == 2, "{metric:?}");
                    for point in &sum.data_points {
                        assert!(point.time_unix_nano >= point.start_time_unix_nano);
                        add(&format!("{name}_total"), &labels(&point.attributes), number(&point.value));
                    }
                }
                Data::Gauge(gauge) => {
                    for point in &gauge.data_points {
                        add(name, &labels(&point.attributes), number(&point.value));
                    }
                }
                Data::Histogram(histogram) => {
                    assert_eq!((histogram.aggregation_temporality, metric.unit.as_str()), (2, "s"));
                    for point in &histogram.data_points {
                        assert_eq!(point.bucket_counts.len(), point.explicit_bounds.len() + 1);
                        let own = labels(&point.attributes);
                        let bounds = point.explicit_bounds.iter().map(|bound| format!("{bound:?}"));
                        let mut sum = 0;
                        for (bound, count) in bounds.chain(["+Inf".to_owned()]).zip(&point.bucket_counts) {
                            sum += count;
                            let with_bound = [&[("le".to_owned(), bound)], own.as_slice()].concat();
                            add(&format!("{name}_bucket"), &with_bound, sum as f64);
                        }
                        add(&format!("{name}_count"), &own, point.count as f64);
                        add(&format!("{name}_sum"), &own, point.sum.unwrap());
                    }
                }
                other => panic!("{other:?}"),
            }
        }
        all
    }
}

fn begin<'r>(
    request: &HttpRequest,
    body: &web::Bytes,
    received: &'r Mutex<Received>,
) -> MutexGuard<'r, Received> {
    assert_eq!(request.headers().get("x-key").unwrap(), KEY);
    assert_eq!(request.headers().get("content-type").unwrap(), "application/x-protobuf");
    let mut received = received.lock().unwrap();
    received.raw.extend_from_slice(body);
    received
}

async fn traces(request: HttpRequest, body: web::Bytes, data: web::Data<Mutex<Received>>) -> HttpResponse {
    let mut received = begin(&request, &body, &data);
    for of_resource in ExportTraceServiceRequest::decode(body).unwrap().resource_spans {
        received.resource = pairs(&of_resource.resource.unwrap().attributes);
        for of_scope in of_resource.scope_spans {
            assert_eq!(of_scope.scope.unwrap().name, "latchkey");
            received.spans.extend(of_scope.spans.into_iter().map(Seen::from));
        }
    }
    HttpResponse::Ok().content_type("application/x-protobuf").finish()
}

async fn metrics(request: HttpRequest, body: web::Bytes, data: web::Data<Mutex<Received>>) -> HttpResponse {
    let mut received = begin(&request, &body, &data);
    let [of_resource] =
        ExportMetricsServiceRequest::decode(body).unwrap().resource_metrics.try_into().unwrap();
    received.resource = pairs(&of_resource.resource.unwrap().attributes);
    let [of_scope] = of_resource.scope_metrics.try_into().unwrap();
    received.metrics = of_scope.metrics;
    received.times += 1;
    HttpResponse::Ok().content_type("application/x-protobuf").finish()
}
