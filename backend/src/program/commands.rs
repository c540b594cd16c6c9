//! Commands to a running server. They use its API, so they work on both engines and leave the
//! same audit events as a person in the browser.

use anyhow::{Context as _, bail};
use latchkey_shared::page::Page;
use latchkey_shared::signing_keys::{SigningKey, SigningKeyRotation};
use reqwest::{Client, Response};
use serde_json::json;

use crate::configuration::{Configuration, RotateSigningKey};
use crate::crypto::Secret;

/// Rotates the key that signs JWTs, and prints the keys.
pub async fn rotate_signing_key(configuration: &Configuration, how: RotateSigningKey) -> anyhow::Result<()> {
    let scheme = if configuration.tls.is_some() { "https" } else { "http" };
    let listening = || format!("{scheme}://{}", configuration.listen);
    let server = how.server.as_ref().or(configuration.public_url.as_ref());
    let server = server.map_or_else(listening, |url| url.as_str().trim_end_matches('/').to_owned());
    let password = Secret::new(match how.password {
        Some(password) => password,
        None => read_password(&how.username)?,
    });
    let mut http = Client::builder().cookie_store(true);
    if server.starts_with("http:") {
        // The machine may have no certificates of authorities.
        http = http.tls_certs_only([]);
    }
    let http = http.build()?;
    let session = json!({ "username": how.username, "password": password.expose() });
    let answer = http.post(format!("{server}/api/v1/session")).json(&session).send().await;
    succeeded(answer.with_context(|| format!("no server answers at {server}"))?).await?;
    let body = SigningKeyRotation { at_once: how.at_once };
    let answer = http.post(format!("{server}/api/v1/signing-keys/rotate")).json(&body).send().await?;
    let keys: Page<SigningKey> = succeeded(answer).await?.json().await?;
    for key in keys.items {
        let until = key.signs_until.map(|end| format!(" until {}", end.as_str())).unwrap_or_default();
        println!("{} {} signs from {}{until}", key.id, key.algorithm, key.signs_from.as_str());
    }
    http.delete(format!("{server}/api/v1/session")).send().await?;
    Ok(())
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
