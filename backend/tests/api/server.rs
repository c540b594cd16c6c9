//! A server for tests, and a platform on it for issuing tokens.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use latchkey::configuration::Configuration;
use latchkey::configuration::listen::Listen;
use latchkey::configuration::proxies::TrustedProxies;
use latchkey::configuration::telemetry::Telemetry;
use latchkey::crypto::Secret;
use latchkey::crypto::jwe::{Header, seal};
use latchkey::crypto::rsa::{PublicJwk, PublicKey};
use latchkey::database;
use latchkey::program::startup::{Application, document};
use latchkey_shared::time::Timestamp;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _};
use tempfile::TempDir;

use crate::reach::Reach;

pub(crate) const PASSWORD: &str = "correct horse battery staple";
const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The place where a server keeps its data.
#[derive(Clone)]
pub(crate) struct Where {
    /// The data directory. It is removed when its last owner is dropped.
    pub(crate) folder: Arc<TempDir>,
    pub(crate) database_url: Option<String>,
    pub(crate) demo: bool,
    pub(crate) trusted_proxies: TrustedProxies,
    /// In MiB.
    pub(crate) search_memory: usize,
    /// Whether the server has a listener for metrics.
    pub(crate) metrics: bool,
    /// Where traces and metrics go.
    pub(crate) telemetry: Option<Telemetry>,
    /// How many proofs from one address may fail in a minute. Most tests have no limit: they have one address.
    pub(crate) failed_proofs: u32,
    /// How clients reach it, if not at an address with plain HTTP.
    pub(crate) reach: Reach,
}

impl Where {
    /// An empty SQLite database in a new directory.
    pub(crate) fn sqlite() -> Self {
        Self {
            folder: Arc::new(TempDir::new().unwrap()),
            database_url: None,
            demo: false,
            trusted_proxies: TrustedProxies::default(),
            search_memory: 64,
            metrics: false,
            telemetry: None,
            failed_proofs: 0,
            reach: Reach::default(),
        }
    }

    /// The same place, for a server with a listener for metrics.
    pub(crate) fn with_metrics(self) -> Self {
        Self { metrics: true, ..self }
    }

    /// The same place, for a server that sends traces and metrics.
    pub(crate) fn with_telemetry(self, telemetry: Telemetry) -> Self {
        Self { telemetry: Some(telemetry), ..self }
    }

    /// An empty database on the PostgreSQL server of `LATCHKEY_TEST_POSTGRES_URL`, which `cargo xtask test`
    /// starts. `None` if the variable is not set.
    pub(crate) async fn postgres() -> Option<Self> {
        let Ok(url) = std::env::var("LATCHKEY_TEST_POSTGRES_URL") else {
            eprintln!("SKIPPED on PostgreSQL: LATCHKEY_TEST_POSTGRES_URL is not set");
            return None;
        };
        let name = unique("latchkey").replace('-', "_");
        let mut admin = sqlx::PgConnection::connect(&url).await.unwrap();
        admin.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
        let mut url: url::Url = url.parse().unwrap();
        url.set_path(&name);
        Some(Self { database_url: Some(url.into()), ..Self::sqlite() })
    }

    /// A connection beside the server.
    pub(crate) async fn connect(&self) -> sqlx::AnyConnection {
        // No server of this process may have done it.
        sqlx::any::install_default_drivers();
        let file = || format!("sqlite://{}", self.data_dir().join("latchkey.db").display());
        let url = self.database_url.clone().unwrap_or_else(file);
        <sqlx::AnyConnection as sqlx::Connection>::connect(&url).await.unwrap()
    }

    pub(crate) fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn configuration(&self) -> Configuration {
        Configuration {
            listen: self.reach.listen(),
            tls: self.reach.tls(),
            verifiers: self.reach.verifiers(),
            redirect_listen: self.reach.is_https().then(|| SocketAddr::from(([127, 0, 0, 1], 0))),
            metrics_listen: self.metrics.then(|| SocketAddr::from(([127, 0, 0, 1], 0))),
            data_dir: self.data_dir().to_owned(),
            // All nodes of an installation have the same issuer.
            public_url: self.public_url(),
            database_url: self.database_url.clone(),
            master_key: Some(Secret::from(MASTER_KEY.to_owned())),
            admin_password: Some(Secret::from(PASSWORD.to_owned())),
            workers: Some(1),
            database_connections: 2,
            // Making keys would take more of the processors than all the rest. `Process` has a pool.
            key_pool: 0,
            demo: self.demo,
            trusted_proxies: self.trusted_proxies.clone(),
            search_memory: self.search_memory,
            telemetry: self.telemetry.clone(),
            failed_proofs: self.failed_proofs,
            ..Configuration::default()
        }
    }

    fn public_url(&self) -> Option<url::Url> {
        let is_needed = self.database_url.is_some() || matches!(self.reach.listen(), Listen::Unix(_));
        is_needed.then(|| format!("{}://latchkey.example", self.reach.scheme()).parse().unwrap())
    }

    /// The same configuration as environment variables.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let mut environment = vec![
            ("LATCHKEY_LISTEN", "127.0.0.1:0".to_owned()),
            ("LATCHKEY_DATA_DIR", self.data_dir().display().to_string()),
            ("LATCHKEY_MASTER_KEY", MASTER_KEY.to_owned()),
            ("LATCHKEY_ADMIN_PASSWORD", PASSWORD.to_owned()),
            ("LATCHKEY_KEY_POOL", "1".to_owned()),
            ("LATCHKEY_STOP_DELAY", "0".to_owned()),
        ];
        environment.extend(self.database_url.clone().map(|url| ("LATCHKEY_DATABASE_URL", url)));
        environment
    }
}

/// A unique name.
pub(crate) fn unique(what: &str) -> String {
    format!("{what}-{}", latchkey_shared::ids::TokenId::new().as_str()[4..].to_lowercase())
}

/// A running server. Dropping it stops the server.
pub(crate) struct Server {
    pub(crate) url: String,
    /// The URL of its metrics, if it has any.
    pub(crate) metrics: Option<String>,
    /// The URL at which it redirects to HTTPS, if it does.
    pub(crate) redirect: Option<String>,
    /// The URL for verifiers with a certificate, if there is one.
    pub(crate) verifiers: Option<String>,
    reach: Reach,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) async fn start(place: Where) -> Self {
        let (started, wait) = mpsc::channel();
        let (reach, there) = (place.reach.clone(), place.reach.clone());
        let thread = std::thread::spawn(move || {
            let configuration = place.configuration();
            // As in the program. An actix system would drop unfinished requests outside of any runtime.
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let application = Application::build(configuration).await.unwrap();
                let metrics =
                    application.metrics_address().map(|address| format!("http://{address}/metrics"));
                let redirect = application.redirect_address().map(|address| format!("http://{address}"));
                let verifiers = application.verifiers_address().map(|address| format!("https://{address}"));
                let urls = [Some(there.url(application.place())), metrics, redirect, verifiers];
                started.send((urls, application.handle())).unwrap();
                application.run_until_stopped().await.unwrap();
            });
            // Keep the directory until the server has ended.
            drop(place);
        });
        let ([url, metrics, redirect, verifiers], handle) =
            tokio::task::spawn_blocking(move || wait.recv().unwrap()).await.unwrap();
        Self { url: url.unwrap(), metrics, redirect, verifiers, reach, handle, thread: Some(thread) }
    }

    /// A caller who is not logged in.
    pub(crate) fn nobody(&self) -> Caller {
        Caller::by(&self.url, &self.reach)
    }

    pub(crate) async fn admin(&self) -> Caller {
        self.person("admin", PASSWORD).await
    }

    pub(crate) async fn person(&self, username: &str, password: &str) -> Caller {
        let caller = self.nobody();
        let body = json!({ "username": username, "password": password });
        let answer = caller.send(Method::POST, "/session").json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        caller
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !std::thread::panicking()
        {
            panic!("the server panicked");
        }
    }
}

/// A client of the API.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) http: Client,
    url: String,
    reach: Reach,
    bearer: Option<String>,
}

impl Caller {
    pub(crate) fn new(url: &str) -> Self {
        Self::by(url, &Reach::default())
    }

    /// A caller who reaches its server in this way.
    pub(crate) fn by(url: &str, reach: &Reach) -> Self {
        let http = reach.client().cookie_store(true).build().unwrap();
        Self { http, url: url.to_owned(), reach: reach.clone(), bearer: None }
    }

    /// The same caller at another node.
    pub(crate) fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    /// A caller of the same server that uses a bearer credential.
    pub(crate) fn with_bearer(&self, credential: &str) -> Self {
        Self { bearer: Some(credential.to_owned()), ..Self::by(&self.url, &self.reach) }
    }

    /// The URL of its server.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A request to a path below `/api/v1`.
    pub(crate) fn send(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}/api/v1{path}", self.url));
        match &self.bearer {
            Some(credential) => request.bearer_auth(credential),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        expect(self.send(Method::GET, path), StatusCode::OK).await
    }

    /// Sends a request without a body and returns the status.
    pub(crate) async fn status(&self, method: Method, path: &str) -> StatusCode {
        self.send(method, path).send().await.unwrap().status()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        expect(self.send(Method::POST, path).json(body), StatusCode::CREATED).await
    }

    /// A POST that returns 200 because it creates nothing.
    pub(crate) async fn ask(&self, path: &str, body: &Value) -> Value {
        expect(self.send(Method::POST, path).json(body), StatusCode::OK).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Value {
        let answer = self.send(Method::PUT, path).json(body).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "PUT {path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Value {
        expect(self.send(Method::PATCH, path).json(body), StatusCode::OK).await
    }

    pub(crate) async fn delete(&self, path: &str) {
        assert_eq!(self.status(Method::DELETE, path).await, StatusCode::NO_CONTENT, "DELETE {path}");
    }

    /// Sends a request that must be refused, and returns the problem (RFC 9457).
    pub(crate) async fn refused(&self, method: Method, path: &str, body: &Value) -> Problem {
        let answer = self.send(method.clone(), path).json(body).send().await.unwrap();
        let path = answer.url().path().to_owned();
        let problem = Problem::of(answer).await;
        let kind = problem.body["type"].as_str().unwrap();
        assert!(is_documented(Some(&method), &path, problem.status, kind), "{method} {path}: {kind}");
        problem
    }
}

async fn expect(request: RequestBuilder, status: StatusCode) -> Value {
    let answer = request.send().await.unwrap();
    let (found, url, text) = (answer.status(), answer.url().clone(), answer.text().await.unwrap());
    assert_eq!(found, status, "{url}: {text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// A problem document.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Problem {
    /// Every response with status 400 or more must be a problem document.
    pub(crate) async fn of(answer: Response) -> Self {
        let path = answer.url().path().to_owned();
        let status = answer.status().as_u16();
        let content_type = answer.headers().get(header::CONTENT_TYPE).cloned();
        let text = answer.text().await.unwrap();
        assert!(status >= 400, "{status} {text}");
        let content_type = content_type.map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(content_type.as_deref(), Some("application/problem+json"), "{status} {text}");
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(body["status"], status, "{text}");
        let kind = body["type"].as_str().unwrap();
        assert!(is_documented(None, &path, status, kind), "{path}: {kind}");
        Self { status, body }
    }

    /// The last segment of its `type`.
    pub(crate) fn kind(&self) -> &str {
        self.body["type"].as_str().unwrap().trim_start_matches("/problems/")
    }

    /// `field:code` of each error.
    pub(crate) fn fields(&self) -> Vec<String> {
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        let part = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
        errors.iter().map(|error| format!("{}:{}", part(error, "field"), part(error, "code"))).collect()
    }
}

/// Whether the OpenAPI document lists this problem for the path. Without a method, any operation of the path
/// counts. Paths that the document does not describe always pass.
fn is_documented(method: Option<&Method>, path: &str, status: u16, kind: &str) -> bool {
    static DOCUMENT: LazyLock<Value> =
        LazyLock::new(|| serde_json::to_value(document("latchkey_session")).unwrap());
    let fits = |template: &str| {
        let parts = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
        let (template, path) = (parts(template), parts(path));
        let is_same = |(wanted, found): (&String, &String)| wanted.starts_with('{') || wanted == found;
        template.len() == path.len() && template.iter().zip(&path).all(is_same)
    };
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let operations = paths.iter().filter(|(template, _)| fits(template));
    let mut operations = operations
        .flat_map(|(_, methods)| methods.as_object().unwrap())
        .filter(|(name, _)| method.is_none_or(|method| name.eq_ignore_ascii_case(method.as_str())))
        .peekable();
    if operations.peek().is_none() || kind == "/problems/method-not-allowed" {
        return true;
    }
    let names = |operation: &Value| {
        let types = operation["responses"][status.to_string()]["x-problem-types"].as_array();
        types.is_some_and(|types| types.iter().any(|one| one == kind))
    };
    operations.any(|(_, operation)| names(operation))
}

/// A system with three operations, two projects, and a user who is a member of the first project.
pub(crate) struct Platform {
    pub(crate) admin: Caller,
    pub(crate) gateway: Caller,
}

pub(crate) const DEVICE: &str = "/projects/harbour/devices/7";

impl Platform {
    pub(crate) async fn on(server: &Server) -> Self {
        Self::by(server.admin().await).await
    }

    /// The same platform, made by this administrator.
    pub(crate) async fn by(admin: Caller) -> Self {
        let operation = |id: &str| json!({ "operationId": id, "summary": id, "responses": {} });
        let document = json!({
            "openapi": "3.0.3",
            "paths": {
                "/projects/{project}/devices": { "get": operation("listDevices") },
                "/projects/{project}/devices/{device}": {
                    "get": operation("readDevice"),
                    "patch": operation("renameDevice"),
                },
            },
        });
        admin
            .post(
                "/systems",
                &json!({ "key": "fleet", "name": "Fleet", "audience": "https://fleet.example" }),
            )
            .await;
        let report = admin.put("/systems/fleet/openapi", &document).await;
        assert_eq!(report["added"].as_array().map(Vec::len), Some(3), "{report}");
        for key in ["harbour", "quarry"] {
            admin.post("/projects", &json!({ "key": key, "name": key })).await;
        }
        admin.post("/users", &json!({ "username": "ada", "display_name": "Ada" })).await;
        admin.put("/projects/harbour/members/ada", &json!({ "role": "member" })).await;
        let key = admin.post("/systems/fleet/verifier-keys", &json!({ "name": "gateway" })).await;
        let gateway = admin.with_bearer(key["key"].as_str().unwrap());
        Self { admin, gateway }
    }

    /// The request body for a new token of this kind.
    pub(crate) fn wanted(kind: &str) -> Value {
        let (targets, names) = if kind == "rsa" { ("projects", "harbour") } else { ("users", "ada") };
        json!({ "kind": kind, "name": unique(kind), "apis": ["fleet:readDevice"], targets: [names] })
    }

    /// Creates a token that may read devices. Returns its id.
    pub(crate) async fn apply(&self, kind: &str) -> String {
        text(&self.admin.post("/tokens", &Self::wanted(kind)).await["id"])
    }

    /// A credential of the token: its open token, or a JWT.
    pub(crate) async fn credential(&self, id: &str) -> String {
        let file = self.admin.get(&format!("/tokens/{id}/file")).await;
        if file["open_token"].is_string() {
            return text(&file["open_token"]);
        }
        let secret = self.admin.get(&format!("/tokens/{id}/secret")).await;
        text(&self.exchange(id, secret["secret_id"].as_str().unwrap()).await["access_token"])
    }

    /// Requests a JWT with client credentials (RFC 6749 §4.4). Returns the response, which may be an error.
    pub(crate) async fn exchange(&self, client_id: &str, client_secret: &str) -> Value {
        let answer = self
            .admin
            .http
            .post(format!("{}/oauth2/token", self.admin.url))
            .basic_auth(client_id, Some(client_secret))
            .form(&[("grant_type", "client_credentials")])
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    }

    pub(crate) async fn introspect(&self, credential: &str) -> Value {
        let request = self.gateway.http.post(format!("{}/oauth2/introspect", self.gateway.url));
        let request = request.bearer_auth(self.gateway.bearer.as_deref().unwrap());
        request.form(&[("token", credential)]).send().await.unwrap().json().await.unwrap()
    }

    pub(crate) async fn decide(&self, credential: &str, method: &str, path: &str) -> Value {
        let body = json!({ "credential": credential, "method": method, "path": path });
        expect(self.gateway.send(Method::POST, "/verify").json(&body), StatusCode::OK).await
    }

    /// The reason of the denial, or `allowed`.
    pub(crate) async fn reason(&self, credential: &str, method: &str, path: &str) -> String {
        reason(&self.decide(credential, method, path).await)
    }

    /// Lets a token expire after two seconds, and waits for it.
    pub(crate) async fn expire(&self, id: &str) {
        let path = format!("/tokens/{id}");
        let end = Timestamp::from_millis(database::now() + 2_000);
        self.admin.patch(&path, &json!({ "expires_at": end })).await;
        while self.admin.get(&path).await["status"] != "expired" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Creates a user with a password and these roles in projects, and logs in.
    pub(crate) async fn member(&self, server: &Server, username: &str, roles: &[(&str, &str)]) -> Caller {
        let temporary = "a temporary password";
        let user = json!({ "username": username, "display_name": username, "password": temporary });
        self.admin.post("/users", &user).await;
        for (project, role) in roles {
            let path = format!("/projects/{project}/members/{username}");
            self.admin.put(&path, &json!({ "role": role })).await;
        }
        let person = server.person(username, temporary).await;
        let change = json!({ "current_password": temporary, "new_password": "a password of my own" });
        person.put("/session/password", &change).await;
        person
    }
}

/// The reason of a denial, or `allowed`.
pub(crate) fn reason(decision: &Value) -> String {
    if decision["allowed"] == true { "allowed".to_owned() } else { text(&decision["reason"]) }
}

/// A text field of each item of a page.
pub(crate) fn each(page: &Value, field: &str) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| text(&item[field])).collect()
}

/// A sealed one-time request of a token, made from its file and these claims.
pub(crate) fn sealed(file: &Value, claims: &Value) -> String {
    let public: PublicJwk = serde_json::from_value(file["public_key"].clone()).unwrap();
    let header = Header { kid: text(&file["kid"]), typ: Some("seal+jwe".to_owned()) };
    let mut payload = json!({ "sec": file["secret"], "iat": now(), "jti": unique("request") });
    payload.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    seal(&PublicKey::from_jwk(&public).unwrap(), &header, payload.to_string().as_bytes())
}

/// Seconds since the epoch.
pub(crate) fn now() -> i64 {
    database::now() / 1_000
}

/// The text of a JSON string.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
