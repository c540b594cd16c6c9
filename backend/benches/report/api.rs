//! A person with a session at a server.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, anyhow, ensure};
use reqwest::header::{COOKIE, HeaderMap, SET_COOKIE};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::place::PASSWORD;

/// What a person asks of a server.
pub(crate) struct Api {
    http: Client,
    url: String,
    /// The cookie of the session.
    pub(crate) cookie: String,
}

impl Api {
    pub(crate) async fn log_in(address: SocketAddr, username: &str) -> Result<Self> {
        let url = format!("http://{address}");
        let http = Client::builder().no_proxy().build()?;
        let body = json!({ "username": username, "password": PASSWORD });
        let answer = http.post(format!("{url}/api/v1/session")).json(&body).send().await?;
        let set = answer.headers().get(SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
        let cookie = set.and_then(|cookie| cookie.split(';').next()).unwrap_or_default().to_owned();
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{username} cannot log in: {status}: {text}");
        let headers = HeaderMap::from_iter([(COOKIE, cookie.parse()?)]);
        let http = Client::builder().no_proxy().default_headers(headers).build()?;
        Ok(Self { http, url, cookie })
    }

    /// The answer to a question, or the status of a refusal.
    pub(crate) async fn get(&self, path: &str) -> Result<Result<Value, StatusCode>> {
        let url = format!("{}/api/v1{path}", self.url);
        let answer = self.http.get(url).send().await.context("no answer")?;
        let (status, text) = (answer.status(), answer.text().await?);
        Ok(if status.is_success() { Ok(serde_json::from_str(&text)?) } else { Err(status) })
    }

    /// The answer to a question that must have one.
    pub(crate) async fn must_get(&self, path: &str) -> Result<Value> {
        self.get(path).await?.map_err(|status| anyhow!("{path}: {status}"))
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let answer = self.send(Method::POST, path, body.to_string().into()).await?;
        Ok(serde_json::from_slice(&answer)?)
    }

    /// A request whose answer is not read as JSON: a large one takes a while.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Vec<u8>> {
        let url = format!("{}/api/v1{path}", self.url);
        let request = self.http.request(method, url).header("Content-Type", "application/json").body(body);
        let answer = request.send().await?;
        let (status, body) = (answer.status(), answer.bytes().await?);
        ensure!(status.is_success(), "{path}: {status}: {}", String::from_utf8_lossy(&body));
        Ok(body.to_vec())
    }

    /// Exchanges a secret for a JWT.
    pub(crate) async fn exchange(&self, id: &str, secret: &str) -> Result<String> {
        let form = [("grant_type", "client_credentials")];
        let url = format!("{}/oauth2/token", self.url);
        let granted = self.http.post(url).basic_auth(id, Some(secret)).form(&form).send().await?;
        let granted: Value = granted.error_for_status()?.json().await?;
        Ok(granted["access_token"].as_str().context("a JWT")?.to_owned())
    }
}
