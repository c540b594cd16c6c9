//! Traces and metrics over OTLP: spans are in the caller's trace, metrics are those of `/metrics`, nothing
//! tells a secret, and a receiver that is dead or does not answer stops nothing.

#![allow(clippy::float_cmp, reason = "counts are whole numbers")]

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use latchkey::configuration::telemetry::Telemetry;
use opentelemetry_sdk::trace::Sampler;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::in_both_places;
use crate::otlp::{KEY, Receiver, Seen};
use crate::process::Process;
use crate::prometheus::until;
use crate::scrape::Scrape;
use crate::server::{DEVICE, PASSWORD, Platform, Server, Where, sealed, text};

/// `SpanKind` of the parts of a request.
const INTERNAL: i32 = 1;
const CLIENT: i32 = 3;

/// The span of a caller.
const CALLER: &str = "00f067aa0ba902b7";

/// What a client says of itself. It may be anything.
const AGENT: &str = "secret-of-a-client/1.0";

/// A caller, and the receiver of the server that it calls. Each call is in a trace of its own.
struct Traced<'r> {
    receiver: &'r Receiver,
    traces: u32,
}

/// How a call was answered, and its spans.
struct Call {
    status: StatusCode,
    body: Value,
    request: Seen,
    parts: Vec<Seen>,
}

impl Traced<'_> {
    async fn send(&mut self, request: RequestBuilder) -> Call {
        self.traces += 1;
        let trace = format!("4bf92f3577b34da6a3ce9290{:08x}", self.traces);
        let request = request.header("traceparent", format!("00-{trace}-{CALLER}-01"));
        let answer = request.header("user-agent", AGENT).send().await.unwrap();
        let (status, body) = (answer.status(), answer.json().await.unwrap_or_default());
        let (request, parts) = self.receiver.request(&trace).await;
        assert_eq!(request.parent, CALLER, "{request:?}");
        assert_eq!(request.says("http.response.status_code"), status.as_u16().to_string());
        assert_eq!((request.says("url.scheme"), request.says("network.protocol.version")), ("http", "1.1"));
        // Every part belongs to the request or to another part.
        for part in &parts {
            let is_above = |span: &&Seen| span.id == part.parent;
            assert!(parts.iter().chain([&request]).any(|span| is_above(&span)), "{part:?}");
        }
        Call { status, body, request, parts }
    }
}

impl Call {
    /// The parts of this name.
    fn parts(&self, name: &str) -> Vec<&Seen> {
        self.parts.iter().filter(|part| part.name == name).collect()
    }

    /// The only part of this name.
    fn part(&self, name: &str) -> &Seen {
        let [part] = self.parts(name).try_into().unwrap_or_else(|_| panic!("{name} in {:#?}", self.parts));
        part
    }

    /// Door, reason and system of the only decision.
    fn decision(&self) -> [&str; 3] {
        let decision = self.part("decide");
        assert_eq!((decision.kind, &decision.parent), (INTERNAL, &self.request.id));
        door_reason_system(decision)
    }
}

fn door_reason_system(decision: &Seen) -> [&str; 3] {
    ["latchkey.door", "latchkey.reason", "latchkey.system"].map(|name| decision.says(name))
}

in_both_places! { decisions => a_decision_is_in_the_trace_of_its_caller }

async fn a_decision_is_in_the_trace_of_its_caller(place: Where) {
    let database = if place.database_url.is_some() { "postgresql" } else { "sqlite" };
    let receiver = Receiver::start();
    let server = Server::start(place.with_telemetry(receiver.telemetry())).await;
    let platform = Platform::on(&server).await;
    let (admin, gateway) = (&platform.admin, &platform.gateway);
    let mut caller = Traced { receiver: &receiver, traces: 0 };
    let id = platform.apply("rsa").await;
    let file = admin.get(&format!("/tokens/{id}/file")).await;
    let open = text(&file["open_token"]);
    let call =
        |credential: &str, path: &str| json!({ "credential": credential, "method": "GET", "path": path });
    let verify = |body: &Value| gateway.send(Method::POST, "/verify").json(body);

    // The first decision reads what is not in memory yet. The next one reads nothing.
    let first = caller.send(verify(&call(&open, DEVICE))).await;
    assert_eq!(first.parts("decrypt").len(), 1);
    let read = first.part("read projects");
    assert_eq!((read.kind, &read.parent), (CLIENT, &first.part("decide").id));
    assert_eq!((read.says("db.system.name"), read.says("db.collection.name")), (database, "projects"));
    assert_eq!(read.says("db.operation.name"), "read");
    let allowed = caller.send(verify(&call(&open, DEVICE))).await;
    assert_eq!(allowed.parts.len(), 1, "{:#?}", allowed.parts);
    assert_eq!(allowed.body["allowed"], true);
    assert_eq!(allowed.decision(), ["verify", "allowed", "fleet"]);
    let decision = allowed.part("decide");
    assert_eq!(
        (decision.says("latchkey.token.id"), decision.says("latchkey.api")),
        (id.as_str(), "fleet:readDevice")
    );
    assert_eq!(allowed.request.name, "POST /api/v1/verify");
    assert_eq!(allowed.request.says("http.request.method"), "POST");
    assert_eq!(allowed.request.says("http.route"), "/api/v1/verify");
    assert!(!allowed.request.failed && !decision.failed);

    // A denial is no failure. The log line has the same id as the span.
    let unknown = caller.send(verify(&call(&open, "/nothing")).header("x-request-id", "one-of-mine")).await;
    assert_eq!(unknown.decision(), ["verify", "no_such_api", "fleet"]);
    assert_eq!(unknown.request.says("latchkey.request.id"), "one-of-mine");
    assert!(!unknown.request.failed && !unknown.part("decide").failed);

    let calls = json!({ "calls": [call(&open, DEVICE), call("nonsense", DEVICE)] });
    let batch = caller.send(gateway.send(Method::POST, "/verify/batch").json(&calls)).await;
    let mut decisions: Vec<_> = batch.parts("decide").into_iter().map(door_reason_system).collect();
    decisions.sort_unstable();
    assert_eq!(decisions, [["batch", "allowed", "fleet"], ["batch", "malformed", "fleet"]]);

    // A one-time request needs its private key, and is written.
    let once = sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
    let once = caller.send(verify(&call(&once, DEVICE))).await;
    assert_eq!(once.decision(), ["verify", "allowed", "fleet"]);
    assert_eq!(once.part("decrypt").parent, once.part("decide").id);
    assert_eq!(once.part("write").says("latchkey.write.kind"), "brief");

    let nginx = json!({ "name": "nginx", "gateway": "nginx" });
    let nginx = text(&admin.post("/systems/fleet/verifier-keys", &nginx).await["key"]);
    let authorize = admin.http.get(format!("{}/auth/fleet?secret-of-a-query", server.url)).bearer_auth(&open);
    let authorize = authorize.header("X-Latchkey-Verifier", &nginx).header("X-Original-Method", "GET");
    let authorize = caller.send(authorize.header("X-Original-URI", DEVICE)).await;
    assert_eq!(authorize.decision(), ["auth", "allowed", "fleet"]);
    assert_eq!(authorize.request.name, "GET /auth/{system}");

    let introspect = |credential: &str| {
        let request = admin.http.post(format!("{}/oauth2/introspect", server.url));
        request.bearer_auth(&nginx).form(&[("token", credential)])
    };
    let introspected = caller.send(introspect(&open)).await;
    assert_eq!(introspected.decision(), ["introspect", "allowed", "fleet"]);
    assert_eq!(introspected.part("decide").says("latchkey.token.id"), id);
    assert_eq!(caller.send(introspect("nonsense")).await.decision(), ["introspect", "malformed", "fleet"]);

    let api = caller.send(admin.with_bearer(&open).send(Method::GET, "/tokens?q=secret-of-a-query")).await;
    assert_eq!(api.decision(), ["api", "api_not_granted", "latchkey"]);
    assert_eq!(
        (api.request.says("url.path"), api.request.name.as_str()),
        ("/api/v1/tokens", "GET /api/v1/tokens")
    );

    let all = receiver.received();
    assert_eq!(all.resource("service.name"), "latchkey");
    assert_eq!(all.resource("service.version"), env!("CARGO_PKG_VERSION"));
    assert_eq!(all.resource("telemetry.sdk.language"), "rust");
    assert_eq!(all.resource("deployment.environment.name"), "test");
    assert!(!all.resource("service.instance.id").is_empty());
}

in_both_places! { secrets => nothing_tells_a_secret_or_a_person }

async fn nothing_tells_a_secret_or_a_person(place: Where) {
    let receiver = Receiver::start();
    let telemetry = Telemetry { metrics: Some(Duration::from_millis(100)), ..receiver.telemetry() };
    let server = Server::start(place.with_telemetry(telemetry)).await;
    let platform = Platform::on(&server).await;
    let admin = &platform.admin;
    let mut caller = Traced { receiver: &receiver, traces: 0 };

    // Each change is written in the trace of its request.
    let person =
        json!({ "username": "quillfeather", "display_name": "Zenobia", "email": "zenobia@example.org" });
    let person = caller.send(admin.send(Method::POST, "/users").json(&person)).await;
    assert_eq!(
        (person.status, person.part("write").says("latchkey.write.kind")),
        (StatusCode::CREATED, "request")
    );
    assert_eq!(person.parts("read sessions").len(), 1);
    let taken = json!({ "username": "quillfeather", "display_name": "Zenobia" });
    let taken = caller.send(admin.send(Method::POST, "/users").json(&taken)).await;
    assert_eq!((taken.status, taken.part("write").failed), (StatusCode::CONFLICT, false));
    let member = json!({ "role": "member" });
    let member = admin.send(Method::PUT, "/projects/harbour/members/quillfeather").json(&member);
    let member = caller.send(member).await;
    assert_eq!(member.request.name, "PUT /api/v1/projects/{project}/members/{user}");
    assert_eq!(member.request.says("url.path"), "/api/v1/projects/{project}/members/{user}");

    let wanted = json!({ "kind": "jwt", "name": "Quillfeather’s scripts", "apis": ["fleet:readDevice"], "users": ["quillfeather"] });
    let id = text(&caller.send(admin.send(Method::POST, "/tokens").json(&wanted)).await.body["id"]);
    let secret = caller.send(admin.send(Method::GET, &format!("/tokens/{id}/secret"))).await;
    assert_eq!(secret.request.name, "GET /api/v1/tokens/{token}/secret");
    let secret = text(&secret.body["secret_id"]);
    let exchange = |secret: &str| {
        let request = admin.http.post(format!("{}/oauth2/token", server.url)).basic_auth(&id, Some(secret));
        request.form(&[("grant_type", "client_credentials")])
    };
    let issued = caller.send(exchange(&secret)).await;
    assert_eq!(issued.part("exchange").says("latchkey.result"), "issued");
    assert_eq!(issued.part("sign").parent, issued.part("exchange").id);
    let refused = caller.send(exchange("secret-of-a-client")).await;
    assert_eq!(refused.part("exchange").says("latchkey.result"), "invalid_client");
    assert!(!refused.part("exchange").failed && !refused.request.failed);
    let jwt = text(&issued.body["access_token"]);
    let key = text(&admin.post("/systems/fleet/verifier-keys", &json!({ "name": "edge" })).await["key"]);
    let verify = admin.with_bearer(&key).send(Method::POST, "/verify");
    let verify = verify
        .json(&json!({ "credential": jwt, "method": "GET", "path": DEVICE, "client_ip": "192.0.2.77" }));
    assert_eq!(caller.send(verify).await.decision(), ["verify", "allowed", "fleet"]);
    let login = json!({ "username": "admin", "password": PASSWORD });
    caller.send(server.nobody().send(Method::POST, "/session").json(&login)).await;
    let page = caller.send(server.nobody().http.get(format!("{}/tokens/secret-of-a-path", server.url))).await;
    assert_eq!((page.request.name.as_str(), page.request.says("url.path")), ("GET", ""));
    let strange: Method = "SECRET".parse().unwrap();
    let strange = caller.send(server.nobody().http.request(strange, format!("{}/healthz", server.url))).await;
    assert_eq!(
        (strange.request.name.as_str(), strange.request.says("http.request.method")),
        ("HTTP /healthz", "_OTHER")
    );

    until("metrics do not arrive", async || receiver.received().times > 3).await;
    let all = receiver.received();
    assert!(all.has(&id) && all.has("fleet"));
    let session = "latchkey_session";
    let parts = jwt.split('.');
    let secrets = [secret.as_str(), &jwt, &key, PASSWORD, KEY, AGENT, session, "secret-of", "SECRET", DEVICE];
    for secret in secrets.into_iter().chain(parts).chain(["uillfeather", "Zenobia", "zenobia", "192.0.2.77"])
    {
        assert!(!all.has(secret), "{secret}");
    }
}

in_both_places! { metrics => the_metrics_are_those_of_the_page }

/// A series with its labels in order, and with its bound as a number.
fn normal(series: &str) -> String {
    let Some((name, labels)) = series.strip_suffix('}').and_then(|series| series.split_once('{')) else {
        return series.to_owned();
    };
    let mut labels: Vec<String> = labels
        .split(',')
        .map(|label| match label.strip_prefix("le=\"").and_then(|bound| bound.strip_suffix('"')) {
            Some(bound) => format!("le={:?}", bound.parse::<f64>().unwrap()),
            None => label.to_owned(),
        })
        .collect();
    labels.sort_unstable();
    format!("{name}{{{}}}", labels.join(","))
}

async fn the_metrics_are_those_of_the_page(place: Where) {
    let receiver = Receiver::start();
    let telemetry = Telemetry { metrics: Some(Duration::from_millis(100)), ..receiver.telemetry() };
    let server = Server::start(place.with_metrics().with_telemetry(telemetry)).await;
    let platform = Platform::on(&server).await;
    let credential = platform.credential(&platform.apply("rsa").await).await;
    for path in [DEVICE, DEVICE, "/nothing"] {
        platform.reason(&credential, "GET", path).await;
    }
    platform.credential(&platform.apply("jwt").await).await;

    let url = server.metrics.clone().unwrap();
    let normal = |all: &mut dyn Iterator<Item = (&str, f64)>| -> BTreeMap<String, f64> {
        all.map(|(series, value)| (normal(series), value)).collect()
    };
    // The message was written between two looks at the page that say the same.
    let mut same = 0;
    until("the numbers differ", async || {
        let before = Scrape::now(&url).await;
        let times = receiver.received().times;
        until("metrics do not arrive", async || receiver.received().times > times + 1).await;
        let sent = receiver.received().series();
        let after = Scrape::now(&url).await;
        let (before, after) = (normal(&mut before.all()), normal(&mut after.all()));
        let sent = normal(&mut sent.iter().map(|(series, value)| (series.as_str(), *value)));
        assert!(sent.keys().eq(after.keys()), "{sent:#?} {after:#?}");
        let stays = |series: &&String| before.get(*series) == after.get(*series);
        let (steady, moving): (Vec<&String>, Vec<&String>) = after.keys().partition(stays);
        same = steady.iter().filter(|series| sent[**series] == after[**series]).count();
        // What the process does by itself moves: its memory, the time since something, its sending.
        same == steady.len() && moving.len() < 20
    })
    .await;
    assert!(same > 300, "{same}");
    let sent = receiver.received().series();
    assert_eq!(sent["latchkey_decisions_total{door=\"verify\",reason=\"allowed\"}"], 2.0);
    assert_eq!(sent["latchkey_decisions_total{door=\"verify\",reason=\"no_such_api\"}"], 1.0);
    assert_eq!(sent["latchkey_exchanges_total{result=\"issued\"}"], 1.0);
    until("the spans that are sent are not counted", async || {
        let sent = receiver.received().series();
        assert_eq!(sent["latchkey_otlp_spans_total{result=\"failed\"}"], 0.0);
        sent["latchkey_otlp_spans_total{result=\"sent\"}"] >= 6.0
    })
    .await;
    let document = include_str!("../../../docs/metrics.md");
    let scrape = Scrape::now(&url).await;
    for family in scrape.families().filter(|family| family.contains("otlp")) {
        assert!(document.contains(&format!("`{family}`")), "docs/metrics.md does not describe {family}");
    }
}

/// How many spans of requests arrive if five requests are in traces that their callers do not record, five
/// have no trace, and five have a trace that nobody understands.
async fn recorded(sampler: Sampler) -> [usize; 3] {
    let receiver = Receiver::start();
    let telemetry = Telemetry { traces: Some(sampler), ..receiver.telemetry() };
    let server = Server::start(Where::sqlite().with_telemetry(telemetry)).await;
    let http = server.nobody().http;
    let ask = |path: &str| http.get(format!("{}{path}", server.url));
    for _ in 0..5 {
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
        ask("/healthz").header("traceparent", trace).send().await.unwrap();
        ask("/.well-known/jwks.json").send().await.unwrap();
        ask("/api/v1/session").header("traceparent", "00-0-0-01").send().await.unwrap();
    }
    // What is left is sent at the end.
    drop(server);
    let all = receiver.received();
    let count = |route: &str| {
        let spans = all.all_spans().iter().filter(|span| span.says("http.route") == route);
        spans.inspect(|span| assert_eq!(span.parent, "")).count()
    };
    [count("/healthz"), count("/.well-known/jwks.json"), count("/api/v1/session")]
}

#[tokio::test]
async fn the_sampler_chooses_the_traces() {
    assert_eq!(recorded(Sampler::ParentBased(Box::new(Sampler::AlwaysOn))).await, [0, 5, 5]);
    assert_eq!(recorded(Sampler::ParentBased(Box::new(Sampler::AlwaysOff))).await, [0, 0, 0]);
    assert_eq!(recorded(Sampler::AlwaysOff).await, [0, 0, 0]);
}

/// Decides many calls while the receiver is like this, and stops the server.
async fn goes_on(endpoint: &str, lost: &str) {
    let mut telemetry = Telemetry::to(endpoint.parse().unwrap());
    telemetry.metrics = Some(Duration::from_millis(200));
    let server = Server::start(Where::sqlite().with_metrics().with_telemetry(telemetry)).await;
    let platform = Platform::on(&server).await;
    let credential = platform.credential(&platform.apply("rsa").await).await;
    let call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
    let calls = json!({ "calls": vec![call; 100] });
    let began = Instant::now();
    for _ in 0..60 {
        let decisions = platform.gateway.ask("/verify/batch", &calls).await;
        let all = decisions["decisions"].as_array().unwrap();
        assert!(all.len() == 100 && all.iter().all(|decision| decision["allowed"] == true));
    }
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    let url = server.metrics.clone().unwrap();
    let series = format!("latchkey_otlp_spans_total{{result=\"{lost}\"}}");
    until("the lost spans are not counted", async || Scrape::now(&url).await.value(&series) > 0.0).await;
    let scrape = Scrape::now(&url).await;
    assert_eq!(scrape.value("latchkey_otlp_spans_total{result=\"sent\"}"), 0.0);
    let ends = Instant::now();
    tokio::task::spawn_blocking(move || drop(server)).await.unwrap();
    assert!(ends.elapsed() < Duration::from_secs(5), "{:?}", ends.elapsed());
}

#[tokio::test]
async fn a_dead_receiver_stops_nothing() {
    let port = crate::prometheus::free_port();
    goes_on(&format!("http://127.0.0.1:{port}"), "failed").await;
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_stops_nothing() {
    // The system accepts connections, and nobody answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    goes_on(&format!("http://{}", silent.local_addr().unwrap()), "dropped").await;
}

#[tokio::test]
async fn the_program_reads_the_standard_variables_and_logs_the_trace() {
    let receiver = Receiver::start();
    let place = Where::sqlite();
    let log = place.data_dir().join("log");
    let variables = [
        ("LATCHKEY_LOG", "info,latchkey=debug".to_owned()),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url.clone()),
        ("OTEL_EXPORTER_OTLP_HEADERS", format!("x-key={KEY}")),
        ("OTEL_SERVICE_NAME", "keys".to_owned()),
        ("OTEL_RESOURCE_ATTRIBUTES", "service.name=other,deployment.environment.name=north".to_owned()),
        ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio".to_owned()),
        ("OTEL_TRACES_SAMPLER_ARG", "0".to_owned()),
        ("OTEL_METRICS_EXPORTER", "none".to_owned()),
    ];
    let process = Process::start_logging_to(std::fs::File::create(&log).unwrap().into(), &place, &variables);
    let http = reqwest::Client::new();
    let ask = || http.get(format!("{}/healthz", process.url));
    ask().header("x-request-id", "without-trace").send().await.unwrap();
    let mut caller = Traced { receiver: &receiver, traces: 0 };
    let call = caller.send(ask().header("x-request-id", "in-a-trace")).await;
    let all = receiver.received();
    assert_eq!((all.all_spans().len(), all.times), (1, 0));
    assert_eq!(all.resource("service.name"), "keys");
    assert_eq!(all.resource("deployment.environment.name"), "north");

    let text = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |id: &str| lines.iter().find(|line| line["fields"]["request_id"] == id).unwrap();
    let line = of("in-a-trace");
    assert_eq!((&line["trace_id"], &line["span_id"]), (&json!(call.request.trace), &json!(call.request.id)));
    assert_eq!(line["fields"]["message"], "answered");
    // This trace is not recorded, but its lines belong together.
    assert_eq!(of("without-trace")["trace_id"].as_str().map(str::len), Some(32));
    assert!(!text.contains(KEY));
}
