//! What a decision costs, as ratios against a ceiling measured in the same run:
//! machines are noisy, so times alone would say little.
//!
//! `cargo xtask bench` runs this. The load comes from the same machine, from
//! another process.

mod load;
mod server;

use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use latchkey::crypto::jwe::{Header, seal};
use latchkey::crypto::jwt::Algorithm;
use latchkey::crypto::rsa::{PublicJwk, PublicKey};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _};

use load::{CONNECTIONS, Rate};
use server::{PASSWORD, Server, cpu, serve_if_asked};

/// Sealed requests wait for one another's commit: fewer would measure the disk.
const SEALED_CONNECTIONS: usize = 128;
const SPAN: Duration = Duration::from_secs(5);
/// The sealed requests of a round.
const SEALED: usize = 6_000;
/// How often sealed requests are measured.
const ROUNDS: usize = 3;
/// The private-key operations of each core that are measured.
const OPERATIONS: u32 = 3_000;
/// The operations of a large document.
const LARGE: usize = 60_000;
/// The tokens that call in turn.
const TOKENS: usize = 30_000;
const PATH: &str = "/projects/harbour/devices/7";

/// As in the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    serve_if_asked()?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(measure())
}

async fn measure() -> Result<()> {
    let bench = Bench::start(Algorithm::default(), None).await?;
    let ceiling = bench.constant().await?;
    let open = bench.file["open_token"].as_str().context("an open token")?;
    let call = vec![request(&bench.verifier_key, open)];
    let cached = bench.run(&call, CONNECTIONS, Some(SPAN)).await?;
    println!("constant answer: {ceiling}");
    println!("verify, cached open token: {cached}");
    println!(
        "  {:.2} of the constant's requests/s, {:.2} times its p99",
        cached.per_second / ceiling.per_second,
        cached.p99.as_secs_f64() / ceiling.p99.as_secs_f64()
    );
    measure_openssl(bench.sealed("SQLite").await?);
    match std::env::var("LATCHKEY_TEST_POSTGRES_URL") {
        Ok(url) => sealed_on_postgres(&url).await?,
        Err(_) => println!("nothing is measured on PostgreSQL: LATCHKEY_TEST_POSTGRES_URL is not set"),
    }
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        Bench::start(algorithm, None).await?.exchanges(algorithm).await?;
    }
    bench.large_import(&call).await?;
    bench.many_tokens(cached.per_second).await
}

/// The CPU time of one RSA-2048 private operation, while all cores work.
fn private_operation() -> Result<Duration> {
    let key = PrivateDecryptingKey::generate(KeySize::Rsa2048)?;
    let public = OaepPublicEncryptingKey::new(key.public_key())?;
    let key = OaepPrivateDecryptingKey::new(key)?;
    let mut sealed = vec![0; public.ciphertext_size()];
    let sealed = &*public.encrypt(&OAEP_SHA256_MGF1SHA256, &[7; 32], &mut sealed, None)?;
    let open = || {
        let mut opened = vec![0; key.min_output_size()];
        for _ in 0..OPERATIONS {
            key.decrypt(&OAEP_SHA256_MGF1SHA256, sealed, &mut opened, None).expect("it was sealed");
        }
    };
    let before = cpu("self")?;
    let cores = std::thread::available_parallelism()?.get();
    std::thread::scope(|threads| (0..cores).for_each(|_| drop(threads.spawn(open))));
    Ok(cpu("self")?.saturating_sub(before) / (OPERATIONS * u32::try_from(cores)?))
}

/// Sealed requests on PostgreSQL, in a database of their own.
async fn sealed_on_postgres(url: &str) -> Result<()> {
    let mut admin = sqlx::PgConnection::connect(url).await?;
    let name = format!("latchkey_bench_{}", std::process::id());
    admin.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
    let mut own: url::Url = url.parse()?;
    own.set_path(&name);
    let measured = async {
        let bench = Bench::start(Algorithm::default(), Some(own.as_str())).await?;
        bench.sealed("PostgreSQL").await
    };
    let measured = measured.await.map(drop);
    admin.execute(sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await?;
    measured
}

/// A server with a system, and with a token to call with.
struct Bench {
    server: Server,
    api: Api,
    verifier_key: String,
    token: String,
    /// The file of the token.
    file: Value,
}

impl Bench {
    async fn start(algorithm: Algorithm, database: Option<&str>) -> Result<Self> {
        let server = Server::start(algorithm, database)?;
        let api = Api {
            http: Client::builder().cookie_store(true).no_proxy().build()?,
            url: format!("http://{}/api/v1", server.latchkey),
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
        let token = api.post("/tokens", &wanted).await?["id"].as_str().context("an id")?.to_owned();
        let file = api.send(Method::GET, &format!("/tokens/{token}/file"), &json!({})).await?;
        let key = api.post("/systems/fleet/verifier-keys", &json!({ "name": "bench" })).await?;
        let verifier_key = key["key"].as_str().context("a key")?.to_owned();
        Ok(Self { server, api, verifier_key, token, file })
    }

    /// Sends calls to verify, all of which are allowed.
    async fn run(&self, calls: &[Vec<u8>], connections: usize, span: Option<Duration>) -> Result<Rate> {
        let allowed = "\"allowed\":true";
        load::run(&self.server, self.server.latchkey, calls, allowed, connections, span).await
    }

    /// A server that answers a constant.
    async fn constant(&self) -> Result<Rate> {
        let (server, call) = (&self.server, [request(&self.verifier_key, "none")]);
        load::run(server, server.constant, &call, "allowed", CONNECTIONS, Some(SPAN)).await
    }

    /// Sealed requests, and the share that the private-key operation has in them. Returns the
    /// requests per second.
    async fn sealed(&self, engine: &str) -> Result<f64> {
        // The first ones load the key.
        self.run(&self.sealed_requests(SEALED / 10)?, SEALED_CONNECTIONS, None).await?;
        let mut best: f64 = 0.0;
        for _ in 0..ROUNDS {
            let calls = self.sealed_requests(SEALED)?;
            let sealed = self.run(&calls, SEALED_CONNECTIONS, None).await?;
            let operation = private_operation()?;
            println!("verify, sealed requests on {engine}: {sealed}");
            println!("  {:.2} of it is the private-key operation", operation.div_duration_f64(sealed.cpu));
            println!("  (alone: {operation:?})");
            best = best.max(sealed.per_second);
        }
        Ok(best)
    }

    /// Calls that are sealed now.
    fn sealed_requests(&self, count: usize) -> Result<Vec<Vec<u8>>> {
        let file = &self.file;
        let public: PublicJwk = serde_json::from_value(file["public_key"].clone())?;
        let public = PublicKey::from_jwk(&public).map_err(|error| anyhow::anyhow!("{error:?}"))?;
        let kid = file["kid"].as_str().context("a kid")?.to_owned();
        let header = Header { kid, typ: Some("seal+jwe".to_owned()) };
        let issued_at = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let sealed = (0..count).map(|_| {
            // At random, as clients make it.
            let jti = format!("{:032x}", rand::random::<u128>());
            let claims = json!({
                "sec": file["secret"], "iat": issued_at, "jti": jti, "htm": "GET", "htu": PATH,
            });
            request(&self.verifier_key, &seal(&public, &header, claims.to_string().as_bytes()))
        });
        Ok(sealed.collect())
    }

    /// Exchanges of a secret for a JWT.
    async fn exchanges(&self, algorithm: Algorithm) -> Result<()> {
        let secret = self.file["secret"].as_str().context("a secret")?;
        let (body, basic) = ("grant_type=client_credentials", format!("{}:{secret}", self.token));
        let request = format!(
            "POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            BASE64_STANDARD.encode(basic),
            body.len()
        );
        let (server, requests) = (&self.server, [request.into_bytes()]);
        let rate =
            load::run(server, server.latchkey, &requests, "access_token", CONNECTIONS, Some(SPAN)).await?;
        println!("exchange of a secret for a JWT with {}: {rate}", algorithm.as_str());
        Ok(())
    }

    /// Decisions about one system while another one gets a large document.
    async fn large_import(&self, call: &[Vec<u8>]) -> Result<()> {
        let api = &self.api;
        api.post("/systems", &json!({ "key": "large", "name": "Large" })).await?;
        let document = document(LARGE);
        let import = async {
            let begin = Instant::now();
            api.send(Method::PUT, "/systems/large/openapi", &document).await?;
            Ok(begin.elapsed())
        };
        // One connection: this shows who waits for the import, not how much the machine can do.
        let (took, meanwhile) = tokio::try_join!(import, self.run(call, 1, Some(SPAN)))?;
        let alone = self.run(call, 1, Some(SPAN)).await?;
        println!("import of {LARGE} operations: {:.1} s", took.as_secs_f64());
        println!(
            "  decisions about another system meanwhile: worst {:?}, p99 {:?}",
            meanwhile.worst, meanwhile.p99
        );
        println!("  and without it: worst {:?}, p99 {:?}", alone.worst, alone.p99);
        Ok(())
    }

    /// Calls with many tokens in turn, against calls with one: what the engine keeps in memory.
    async fn many_tokens(&self, one: f64) -> Result<()> {
        let api = &self.api;
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
            let url = format!("http://{}/oauth2/token", self.server.latchkey);
            let form = [("grant_type", "client_credentials")];
            let granted = api.http.post(url).basic_auth(&id, Some(secret)).form(&form).send().await?;
            let granted: Value = granted.error_for_status()?.json().await?;
            Ok(request(&self.verifier_key, granted["access_token"].as_str().context("a JWT")?))
        })
        .buffer_unordered(CONNECTIONS)
        .try_collect()
        .await?;
        println!("{TOKENS} JWT tokens applied for and exchanged: {:.0} s", begin.elapsed().as_secs_f64());
        for (count, pass) in
            [(1_000, "first"), (1_000, "second"), (TOKENS, "first"), (TOKENS, "second"), (TOKENS, "third")]
        {
            let turn = self.run(&credentials[..count], CONNECTIONS, None).await?;
            println!("{count} tokens in turn, {pass} time: {turn}");
            println!("  {:.2} of the requests/s of one token", turn.per_second / one);
        }
        println!("memory of the server: {}", self.server.memory()?);
        Ok(())
    }
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
