//! `--demo`: fills an empty installation with example data. It uses the API as an administrator
//! would.

use std::collections::HashMap;

use anyhow::{Context as _, ensure};
use latchkey_shared::time::Timestamp;
use reqwest::{Client, Method, RequestBuilder};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::configuration::listen::Listen;
use crate::crypto::Secret;
use crate::database::now;

const SYSTEMS: [(&str, &str, &str); 2] = [
    ("fleet", "Fleet", include_str!("../../demo/fleet.yaml")),
    ("billing", "Billing", include_str!("../../demo/billing.yaml")),
];

const PROJECTS: [(&str, &str, &str); 4] = [
    ("harbour", "Harbour", "Cranes and gates of the container harbour"),
    ("quarry", "Quarry", "Excavators and conveyor belts"),
    ("greenhouse", "Greenhouse", "Climate and irrigation under glass"),
    ("night-bus", "Night bus", "Vehicles of the night lines"),
];

/// Username, display name, and role in each project.
type Person = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const PEOPLE: [Person; 5] = [
    ("ada", "Ada Lovelace", &[("harbour", "admin"), ("quarry", "member")]),
    ("grace", "Grace Hopper", &[("quarry", "admin"), ("greenhouse", "admin")]),
    ("lin", "林 晓", &[("greenhouse", "member"), ("harbour", "member")]),
    ("noor", "Noor Haddad", &[("night-bus", "admin")]),
    ("otto", "Otto Brandt", &[("night-bus", "member")]),
];

/// A token, and what is done with it.
#[derive(Deserialize)]
struct Token {
    #[serde(flatten)]
    wanted: Map<String, Value>,
    ends_in_days: Option<i64>,
    #[serde(default)]
    disabled: bool,
    /// System, method, path and number of calls. Some are denied.
    #[serde(default)]
    calls: Vec<(String, String, String, u8)>,
}

/// Fills the installation of this process, which listens at `place`. Its administrator was just
/// made with `password`.
///
/// # Errors
/// The first request that failed.
pub async fn fill(place: &Listen, is_https: bool, password: Secret) -> anyhow::Result<()> {
    let http = Client::builder().cookie_store(true).no_proxy().tls_certs_only([]);
    // It is this process, and its certificate does not name an address of the machine.
    let http = http.tls_danger_accept_invalid_certs(is_https);
    let (http, here) = match place {
        Listen::Tcp(address) if address.ip().is_unspecified() => {
            (http, format!("127.0.0.1:{}", address.port()))
        }
        Listen::Tcp(address) => (http, address.to_string()),
        Listen::Unix(path) => (http.unix_socket(path.clone()), "localhost".to_owned()),
    };
    let scheme = if is_https { "https" } else { "http" };
    let api = Api { http: http.build()?, url: format!("{scheme}://{here}/api/v1") };
    api.post("/session", json!({ "username": "admin", "password": password.expose() })).await?;

    for (key, name, document) in SYSTEMS {
        api.post(
            "/systems",
            json!({ "key": key, "name": name, "audience": format!("https://{key}.example") }),
        )
        .await?;
        let import = api.request(Method::PUT, &format!("/systems/{key}/openapi"));
        answered(import.header("Content-Type", "application/yaml").body(document)).await?;
    }
    api.send(Method::PATCH, "/systems/billing/apis/billing:listPrices", json!({ "scope": "global" })).await?;
    for (key, name, description) in PROJECTS {
        api.post("/projects", json!({ "key": key, "name": name, "description": description })).await?;
    }
    for (username, name, memberships) in PEOPLE {
        let email = format!("{username}@example.org");
        api.post("/users", json!({ "username": username, "display_name": name, "email": email })).await?;
        for (project, role) in memberships {
            let path = format!("/projects/{project}/members/{username}");
            api.send(Method::PUT, &path, json!({ "role": role })).await?;
        }
    }

    let mut gateways = HashMap::new();
    for (system, ..) in SYSTEMS {
        let path = format!("/systems/{system}/verifier-keys");
        let key = api.post(&path, json!({ "name": "demo gateway" })).await?;
        gateways.insert(system, text(&key, "key")?);
    }
    let tokens: Vec<Token> = serde_json::from_str(include_str!("../../demo/tokens.json"))?;
    for token in tokens {
        let mut wanted = token.wanted;
        if let Some(days) = token.ends_in_days {
            let end = Timestamp::from_millis(now() + days * 24 * 60 * 60 * 1_000);
            wanted.insert("expires_at".to_owned(), json!(end));
        }
        let path = format!("/tokens/{}", text(&api.post("/tokens", wanted.into()).await?, "id")?);
        if token.disabled {
            api.send(Method::PATCH, &path, json!({ "status": "disabled" })).await?;
        }
        if token.calls.is_empty() {
            continue;
        }
        let file = answered(api.request(Method::GET, &format!("{path}/file"))).await?;
        for (system, method, path, times) in token.calls {
            let key = gateways.get(system.as_str()).context("a call of no system")?;
            let call = json!({ "credential": file["open_token"], "method": method, "path": path });
            for _ in 0..times {
                answered(api.request(Method::POST, "/verify").bearer_auth(key).json(&call)).await?;
            }
        }
    }
    Ok(())
}

fn text(answer: &Value, field: &str) -> anyhow::Result<String> {
    answer[field].as_str().map(ToOwned::to_owned).with_context(|| format!("an answer without {field}"))
}

struct Api {
    http: Client,
    url: String,
}

impl Api {
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> anyhow::Result<Value> {
        answered(self.request(method, path).json(&body)).await
    }

    async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.send(Method::POST, path, body).await
    }
}

async fn answered(request: RequestBuilder) -> anyhow::Result<Value> {
    let answer = request.send().await?;
    let (status, url) = (answer.status(), answer.url().path().to_owned());
    let text = answer.text().await?;
    ensure!(status.is_success(), "{url}: {status}: {text}");
    Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
}
