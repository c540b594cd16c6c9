//! A session of an administrator at a running server.

use anyhow::{Context as _, bail};
use reqwest::{Client, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::configuration::{Administrator, Configuration};
use crate::crypto::Secret;

/// A session that is logged in.
pub(super) struct Session {
    http: Client,
    server: String,
}

impl Session {
    /// Logs in. The password is read from standard input if it is not given.
    pub(super) async fn log_in(configuration: &Configuration, who: Administrator) -> anyhow::Result<Self> {
        let scheme = if configuration.tls.is_some() { "https" } else { "http" };
        let listening = || format!("{scheme}://{}", configuration.listen);
        let server = who.server.as_ref().or(configuration.public_url.as_ref());
        let server = server.map_or_else(listening, |url| url.as_str().trim_end_matches('/').to_owned());
        let password = Secret::new(match who.password {
            Some(password) => password,
            None => read_password(&who.username)?,
        });
        let mut http = Client::builder().cookie_store(true);
        if server.starts_with("http:") {
            // The machine may have no certificates of authorities.
            http = http.tls_certs_only([]);
        }
        let http = http.build()?;
        let session = json!({ "username": who.username, "password": password.expose() });
        let answer = http.post(format!("{server}/api/v1/session")).json(&session).send().await;
        succeeded(answer.with_context(|| format!("no server answers at {server}"))?).await?;
        Ok(Self { http, server })
    }

    /// Reads what is at a path below `/api/v1`.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        Ok(self.read(path).await?.json().await?)
    }

    /// The same, as it is.
    pub(super) async fn read(&self, path: &str) -> anyhow::Result<Response> {
        succeeded(self.http.get(format!("{}/api/v1{path}", self.server)).send().await?).await
    }

    /// Posts a body to a path below `/api/v1`.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> anyhow::Result<T> {
        let answer = self.http.post(format!("{}/api/v1{path}", self.server)).json(body).send().await?;
        Ok(succeeded(answer).await?.json().await?)
    }

    /// Logs out.
    pub(super) async fn log_out(self) -> anyhow::Result<()> {
        self.http.delete(format!("{}/api/v1/session", self.server)).send().await?;
        Ok(())
    }
}

fn read_password(username: &str) -> anyhow::Result<String> {
    eprintln!("Password of {username}:");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("standard input")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

async fn succeeded(answer: Response) -> anyhow::Result<Response> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    bail!("{}: {}", answer.status(), answer.text().await.unwrap_or_default())
}
