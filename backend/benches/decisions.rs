//! What a decision costs, as ratios against a ceiling measured in the same run:
//! machines are noisy, so times alone would say little.
//!
//! `cargo xtask bench` runs this. The load comes from the same machine, over
//! keep-alive connections that send prepared bytes.

use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::{Context as _, Result, ensure};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use latchkey::configuration::Configuration;
use latchkey::crypto::Secret;
use latchkey::crypto::jwe::{Header, seal};
use latchkey::crypto::rsa::{PublicJwk, PublicKey};
use latchkey::program::startup::Application;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const PASSWORD: &str = "correct horse battery staple";
const CONNECTIONS: usize = 32;
/// Sealed requests wait for one another's commit: fewer would measure the disk.
const SEALED_CONNECTIONS: usize = 128;
const SPAN: Duration = Duration::from_secs(5);
const SEALED: usize = 6_000;
/// The operations of a large document.
const LARGE: usize = 60_000;
/// The tokens that call in turn.
const TOKENS: usize = 30_000;
const PATH: &str = "/projects/harbour/devices/7";

/// As in the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let data = tempfile::tempdir()?;
    let configuration = Configuration {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        data_dir: data.path().to_owned(),
        admin_password: Some(Secret::from(PASSWORD.to_owned())),
        ..Configuration::default()
    };
    let (latchkey, constant) = serve(configuration)?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(measure(latchkey, constant))
}

/// Latchkey, and a server that answers a constant, in this process.
fn serve(configuration: Configuration) -> Result<(SocketAddr, SocketAddr)> {
    let (started, wait) = mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let application = Application::build(configuration).await.expect("starts");
            let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
            started
                .send((application.address(), listener.local_addr().expect("is bound")))
                .expect("is awaited");
            let constant = HttpServer::new(|| {
                App::new().route(
                    "/api/v1/verify",
                    web::post().to(async |_: web::Bytes| HttpResponse::Ok().json(json!({ "allowed": true }))),
                )
            });
            let constant = constant.listen(listener).expect("listens").run();
            let (served, answered) = tokio::join!(application.run_until_stopped(), constant);
            served.and(answered.map_err(Into::into)).expect("serves");
        });
    });
    Ok(wait.recv()?)
}

async fn measure(latchkey: SocketAddr, constant: SocketAddr) -> Result<()> {
    let api = Api {
        http: Client::builder().cookie_store(true).no_proxy().build()?,
        url: format!("http://{latchkey}/api/v1"),
    };
    api.post("/session", &json!({ "username": "admin", "password": PASSWORD })).await?;
    api.post("/systems", &json!({ "key": "fleet", "name": "Fleet" })).await?;

    let begin = Instant::now();
    let report = api.send(Method::PUT, "/systems/fleet/openapi", &document(1_200)).await?;
    ensure!(report["added"].as_array().map(Vec::len) == Some(1_201), "not all was imported");
    println!("import of 1,201 operations: {:.2} s", begin.elapsed().as_secs_f64());

    api.post("/projects", &json!({ "key": "harbour", "name": "Harbour" })).await?;
    let wanted =
        json!({ "kind": "rsa", "name": "Bench", "apis": ["fleet:readDevice"], "projects": ["harbour"] });
    let id = api.post("/tokens", &wanted).await?["id"].as_str().context("an id")?.to_owned();
    let file = api.send(Method::GET, &format!("/tokens/{id}/file"), &json!({})).await?;
    let key = api.post("/systems/fleet/verifier-keys", &json!({ "name": "bench" })).await?;
    let key = key["key"].as_str().context("a key")?;
    let open = file["open_token"].as_str().context("an open token")?;

    let call = vec![request(key, open)];
    run(latchkey, &call, CONNECTIONS, Some(Duration::from_secs(1))).await?;
    let ceiling = run(constant, &call, CONNECTIONS, Some(SPAN)).await?;
    let cached = run(latchkey, &call, CONNECTIONS, Some(SPAN)).await?;
    println!("constant answer: {ceiling}");
    println!("verify, cached open token: {cached}");
    println!(
        "  {:.2} of the constant's requests/s, {:.2} times its p99",
        cached.per_second / ceiling.per_second,
        cached.p99.as_secs_f64() / ceiling.p99.as_secs_f64()
    );

    let public: PublicJwk = serde_json::from_value(file["public_key"].clone())?;
    let public = PublicKey::from_jwk(&public).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let header =
        Header { kid: file["kid"].as_str().context("a kid")?.to_owned(), typ: Some("seal+jwe".to_owned()) };
    let issued_at = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let sealed: Vec<Vec<u8>> = (0..SEALED)
        .map(|count| {
            let claims = json!({
                "sec": file["secret"], "iat": issued_at, "jti": format!("bench-{count:020}"), "htm": "GET", "htu": PATH,
            });
            request(key, &seal(&public, &header, claims.to_string().as_bytes()))
        })
        .collect();
    let sealed = run(latchkey, &sealed, SEALED_CONNECTIONS, None).await?;
    println!("verify, sealed requests: {sealed}");
    measure_openssl(sealed.per_second);
    large_import(&api, latchkey, &call).await?;
    many_tokens(&api, latchkey, key, cached.per_second).await
}

/// Decisions about one system while another one gets a large document.
async fn large_import(api: &Api, latchkey: SocketAddr, call: &[Vec<u8>]) -> Result<()> {
    api.post("/systems", &json!({ "key": "large", "name": "Large" })).await?;
    let document = document(LARGE);
    let import = async {
        let begin = Instant::now();
        api.send(Method::PUT, "/systems/large/openapi", &document).await?;
        Ok(begin.elapsed())
    };
    // One connection: this shows who waits for the import, not how much the machine can do.
    let (took, meanwhile) = tokio::try_join!(import, run(latchkey, call, 1, Some(SPAN)))?;
    let alone = run(latchkey, call, 1, Some(SPAN)).await?;
    println!("import of {LARGE} operations: {:.1} s", took.as_secs_f64());
    println!(
        "  decisions about another system meanwhile: worst {:?}, p99 {:?}",
        meanwhile.worst, meanwhile.p99
    );
    println!("  and without it: worst {:?}, p99 {:?}", alone.worst, alone.p99);
    Ok(())
}

/// Calls with many tokens in turn, against calls with one: what the engine keeps in memory.
async fn many_tokens(api: &Api, latchkey: SocketAddr, verifier_key: &str, one: f64) -> Result<()> {
    api.post("/users", &json!({ "username": "ada", "display_name": "Ada" })).await?;
    api.send(Method::PUT, "/projects/harbour/members/ada", &json!({ "role": "member" })).await?;
    let begin = Instant::now();
    let credentials: Vec<Vec<u8>> = stream::iter(0..TOKENS)
        .map(async |number| -> Result<Vec<u8>> {
            let wanted = json!({
                "kind": "jwt", "name": format!("Bench {number}"), "apis": ["fleet:readDevice"], "users": ["ada"],
            });
            let id = api.post("/tokens", &wanted).await?["id"].as_str().context("an id")?.to_owned();
            let secret = api.send(Method::GET, &format!("/tokens/{id}/secret"), &json!({})).await?;
            let secret = secret["secret_id"].as_str().context("a secret id")?;
            let url = format!("http://{latchkey}/oauth2/token");
            let form = [("grant_type", "client_credentials")];
            let granted = api.http.post(url).basic_auth(&id, Some(secret)).form(&form).send().await?;
            let granted: Value = granted.error_for_status()?.json().await?;
            Ok(request(verifier_key, granted["access_token"].as_str().context("a JWT")?))
        })
        .buffer_unordered(CONNECTIONS)
        .try_collect()
        .await?;
    println!("{TOKENS} JWT tokens applied for and exchanged: {:.0} s", begin.elapsed().as_secs_f64());
    for (count, pass) in
        [(1_000, "first"), (1_000, "second"), (TOKENS, "first"), (TOKENS, "second"), (TOKENS, "third")]
    {
        let turn = run(latchkey, &credentials[..count], CONNECTIONS, None).await?;
        println!("{count} tokens in turn, {pass} time: {turn}");
        println!("  {:.2} of the requests/s of one token", turn.per_second / one);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    println!("memory of server and load generator together: {}", resident.trim());
    Ok(())
}

fn measure_openssl(sealed_per_second: f64) {
    match openssl() {
        Ok(operations) => println!(
            "  {:.2} of openssl's {operations:.0} private operations/s on all cores",
            sealed_per_second / operations
        ),
        Err(error) => println!("  openssl cannot be measured: {error:#}"),
    }
}

/// An OpenAPI document of `count` operations and the one that is called.
fn document(count: usize) -> Value {
    let operation = |id: &str| json!({ "get": { "operationId": id, "responses": {} } });
    let mut paths = serde_json::Map::new();
    paths.insert("/projects/{project}/devices/{device}".to_owned(), operation("readDevice"));
    for index in 0..count {
        let path = format!("/projects/{{project}}/things{}/{{thing}}/part{index}", index % 40);
        paths.insert(path, operation(&format!("readPart{index}")));
    }
    json!({ "openapi": "3.0.3", "paths": paths })
}

fn request(verifier_key: &str, credential: &str) -> Vec<u8> {
    let body = json!({ "credential": credential, "method": "GET", "path": PATH }).to_string();
    format!(
        "POST /api/v1/verify HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {verifier_key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

struct Rate {
    per_second: f64,
    p50: Duration,
    p99: Duration,
    worst: Duration,
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.0} requests/s, p50 {:?}, p99 {:?}", self.per_second, self.p50, self.p99)
    }
}

/// Sends the requests over several connections: each once, or over and over for a while.
async fn run(
    address: SocketAddr,
    requests: &[Vec<u8>],
    connections: usize,
    span: Option<Duration>,
) -> Result<Rate> {
    let begin = Instant::now();
    let lanes = (0..connections).map(async |lane| -> Result<Vec<Duration>> {
        let mut connection = TcpStream::connect(address).await?;
        connection.set_nodelay(true)?;
        let mut times = Vec::new();
        let mut own = requests.iter().skip(if span.is_some() { 0 } else { lane });
        let step = if span.is_some() { 1 } else { connections };
        loop {
            let request = match span {
                Some(span) if begin.elapsed() >= span => break,
                Some(_) => &requests[0],
                None => match own.next() {
                    Some(request) => request,
                    None => break,
                },
            };
            let sent = Instant::now();
            exchange(&mut connection, request).await?;
            times.push(sent.elapsed());
            own.by_ref().take(step - 1).for_each(drop);
        }
        Ok(times)
    });
    let mut times = Vec::new();
    for lane in futures_util::future::join_all(lanes).await {
        times.extend(lane?);
    }
    let total = begin.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 requests")]
    Ok(Rate { per_second: times.len() as f64 / total, p50: at(50), p99: at(99), worst: at(100) })
}

/// One request and its answer, which must allow.
async fn exchange(connection: &mut TcpStream, request: &[u8]) -> Result<()> {
    connection.write_all(request).await?;
    let mut answer = Vec::with_capacity(1_024);
    loop {
        ensure!(connection.read_buf(&mut answer).await? > 0, "the server hung up");
        let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&answer[..end])?.to_ascii_lowercase();
        let length: usize = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .context("an answer without a length")?
            .parse()?;
        if answer.len() >= end + 4 + length {
            let body = std::str::from_utf8(&answer[end + 4..])?;
            ensure!(body.contains("\"allowed\":true"), "{head}\n{body}");
            return Ok(());
        }
    }
}

/// RSA-2048 private operations per second that openssl does on all cores.
fn openssl() -> Result<f64> {
    let cores = std::thread::available_parallelism()?.to_string();
    let output =
        Command::new("openssl").args(["speed", "-seconds", "3", "-multi", &cores, "rsa2048"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().rev().find(|line| line.contains("2048 bits")).context("no result")?;
    // `rsa  2048 bits 0.000250s 0.000008s   4000.0 128000.0`: times, then signatures and verifications a second.
    let numbers: Vec<f64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    numbers.iter().rev().nth(1).copied().context("no rate")
}

struct Api {
    http: Client,
    url: String,
}

impl Api {
    async fn send(&self, method: Method, path: &str, body: &Value) -> Result<Value> {
        let answer = self.http.request(method, format!("{}{path}", self.url)).json(body).send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{path}: {status}: {text}");
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.send(Method::POST, path, body).await
    }
}
