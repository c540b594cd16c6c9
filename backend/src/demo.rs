//! `--demo`: fills an empty installation with a believable platform, through
//! the public door as an administrator would, so that nothing in it is special.

use std::net::SocketAddr;

use anyhow::{Context as _, ensure};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::crypto::Secret;

const SYSTEMS: [(&str, &str, &str); 2] = [
    ("fleet", "Fleet", include_str!("../demo/fleet.yaml")),
    ("billing", "Billing", include_str!("../demo/billing.yaml")),
];

const PROJECTS: [(&str, &str, &str); 4] = [
    ("harbour", "Harbour", "Cranes and gates of the container harbour"),
    ("quarry", "Quarry", "Excavators and conveyor belts"),
    ("greenhouse", "Greenhouse", "Climate and irrigation under glass"),
    ("night-bus", "Night bus", "Vehicles of the night lines"),
];

/// Username, display name, and in which projects they are what.
type Person = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const PEOPLE: [Person; 5] = [
    ("ada", "Ada Lovelace", &[("harbour", "admin"), ("quarry", "member")]),
    ("grace", "Grace Hopper", &[("quarry", "admin"), ("greenhouse", "admin")]),
    ("lin", "林 晓", &[("greenhouse", "member"), ("harbour", "member")]),
    ("noor", "Noor Haddad", &[("night-bus", "admin")]),
    ("otto", "Otto Brandt", &[("night-bus", "member")]),
];

/// Fills the installation that answers at `address`, whose administrator was
/// made just now with `password`.
///
/// # Errors
/// The first request that was not answered as it should be.
pub async fn fill(address: SocketAddr, password: Secret) -> anyhow::Result<()> {
    let here = if address.ip().is_unspecified() {
        SocketAddr::from(([127, 0, 0, 1], address.port()))
    } else {
        address
    };
    let api = Api {
        http: Client::builder().cookie_store(true).no_proxy().build()?,
        url: format!("http://{here}/api/v1"),
    };
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

    let mut harbour = None;
    for token in tokens() {
        let token = api.post("/tokens", token).await?;
        if token["name"] == "Harbour cranes" {
            harbour = token["id"].as_str().map(ToOwned::to_owned);
        }
        if token["name"] == "Old gate controller" {
            let path = format!("/tokens/{}", token["id"].as_str().context("a token without an id")?);
            api.send(Method::PATCH, &path, json!({ "status": "disabled" })).await?;
        }
    }
    call_as(&api, &harbour.context("the demo has no token to call with")?).await
}

fn tokens() -> [Value; 8] {
    [
        json!({ "kind": "rsa", "name": "Old gate controller", "apis": ["fleet:sendTelemetry"], "projects": ["harbour"],
            "description": "Replaced in spring" }),
        json!({ "kind": "rsa", "name": "Quarry conveyor belts", "projects": ["quarry"],
            "apis": ["fleet:readDevice", "fleet:sendTelemetry", "fleet:sendCommand"], "allowed_ips": ["203.0.113.0/24"] }),
        json!({ "kind": "rsa", "name": "Climate control", "systems": ["fleet"], "projects": ["greenhouse"] }),
        json!({ "kind": "rsa", "name": "Invoice export", "projects": ["harbour", "quarry", "greenhouse", "night-bus"],
            "apis": ["billing:listInvoices", "billing:downloadInvoice"], "one_time_only": true }),
        json!({ "kind": "rsa", "name": "Harbour cranes", "projects": ["harbour"],
            "apis": ["fleet:listDevices", "fleet:readDevice", "fleet:sendTelemetry"],
            "description": "Position and load of every crane, each second" }),
        json!({ "kind": "jwt", "name": "Ada’s scripts", "users": ["ada"],
            "apis": ["fleet:listDevices", "fleet:readDevice", "fleet:renameDevice"] }),
        json!({ "kind": "jwt", "name": "Night bus dashboard", "users": ["noor", "otto"],
            "apis": ["fleet:readTelemetry", "fleet:listAlarms"], "expires_at": "2099-12-31T23:59:59Z" }),
        json!({ "kind": "jwt", "name": "温室预算", "users": ["lin"], "apis": ["billing:readBudget", "billing:listPrices"] }),
    ]
}

/// A few calls, so that there is something to see of them.
async fn call_as(api: &Api, token: &str) -> anyhow::Result<()> {
    let key = api.post("/systems/fleet/verifier-keys", json!({ "name": "demo gateway" })).await?;
    let key = key["key"].as_str().context("a verifier key without a key")?;
    let file = answered(api.request(Method::GET, &format!("/tokens/{token}/file"))).await?;
    for (path, times) in [("/v1/projects/harbour/devices", 12), ("/v1/projects/quarry/devices", 3)] {
        for _ in 0..times {
            let call = json!({ "credential": file["open_token"], "method": "GET", "path": path });
            answered(api.request(Method::POST, "/verify").bearer_auth(key).json(&call)).await?;
        }
    }
    Ok(())
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
