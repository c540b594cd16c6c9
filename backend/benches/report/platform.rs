//! A system with a document, and tokens to call it with.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, ensure};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use reqwest::Method;
use serde_json::{Value, json};

use crate::api::Api;
use crate::document::document;
use crate::load::Load;
use crate::server::Server;

/// What is called.
pub(crate) const PATH: &str = "/projects/harbour/devices/7";
/// The header of a form.
pub(crate) const FORM: &str = "Content-Type: application/x-www-form-urlencoded";
/// How many requests at a time prepare a measurement.
const PREPARING: usize = 8;
/// The operations of its document.
const OPERATIONS: u64 = 1_200;

/// A system, a project, and an RSA token that may call it there.
pub(crate) struct Platform {
    pub(crate) api: Api,
    pub(crate) address: SocketAddr,
    process: u32,
    pub(crate) verifier_key: String,
    /// The id of the token.
    pub(crate) token: String,
    /// The file of the token.
    pub(crate) file: Value,
}

/// A JWT token.
pub(crate) struct JwtToken {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Platform {
    pub(crate) async fn on(server: &Server) -> Result<Self> {
        let api = Api::log_in(server.latchkey, "admin").await?;
        api.post("/systems", &json!({ "key": "fleet", "name": "Fleet" })).await?;
        let document = document(OPERATIONS).to_string().into_bytes();
        let imported: Value =
            serde_json::from_slice(&api.send(Method::PUT, "/systems/fleet/openapi", document).await?)?;
        let added = imported["added"].as_array().map_or(0, Vec::len);
        ensure!(added as u64 == OPERATIONS + 1, "not all was imported: {added}");
        api.post("/projects", &json!({ "key": "harbour", "name": "Harbour" })).await?;
        api.post("/users", &json!({ "username": "ada", "display_name": "Ada" })).await?;
        let member = json!({ "role": "member" }).to_string().into_bytes();
        api.send(Method::PUT, "/projects/harbour/members/ada", member).await?;
        let token = text(&api.post("/tokens", &rsa("Bench")).await?, "id")?;
        let file = api.must_get(&format!("/tokens/{token}/file")).await?;
        let key = api.post("/systems/fleet/verifier-keys", &json!({ "name": "bench" })).await?;
        let verifier_key = text(&key, "key")?;
        let (address, process) = (server.latchkey, server.process());
        Ok(Self { api, address, process, verifier_key, token, file })
    }

    /// The question whether a credential allows the call.
    pub(crate) fn call(&self, credential: &str) -> Vec<u8> {
        let body = json!({ "credential": credential, "method": "GET", "path": PATH }).to_string();
        let bearer = format!("Authorization: Bearer {}", self.verifier_key);
        request("/api/v1/verify", &[&bearer, "Content-Type: application/json"], &body)
    }

    /// The call with the RSA token.
    pub(crate) fn open_call(&self) -> Result<Vec<u8>> {
        Ok(self.call(&text(&self.file, "open_token")?))
    }

    /// The call with another RSA token, which has these limits.
    pub(crate) async fn limited_call(&self, name: &str, limits: &Value) -> Result<Vec<u8>> {
        let mut wanted = rsa(name);
        let all = wanted.as_object_mut().zip(limits.as_object()).context("objects")?;
        all.0.extend(all.1.clone());
        let token = text(&self.api.post("/tokens", &wanted).await?, "id")?;
        let file = self.api.must_get(&format!("/tokens/{token}/file")).await?;
        Ok(self.call(&text(&file, "open_token")?))
    }

    /// Calls which are all allowed.
    pub(crate) fn calls<'a>(&self, requests: &'a [Vec<u8>]) -> Load<'a> {
        self.requests(requests, "\"allowed\":true")
    }

    /// Requests whose answers contain a text.
    pub(crate) fn requests<'a>(&self, requests: &'a [Vec<u8>], expected: &'a str) -> Load<'a> {
        Load { process: self.process, address: self.address, requests, expected }
    }

    /// The body of an application for a JWT token.
    pub(crate) fn wanted(name: &str) -> Value {
        json!({ "kind": "jwt", "name": name, "apis": ["fleet:readDevice"], "users": ["ada"] })
    }

    /// Applies for JWT tokens.
    pub(crate) async fn jwt_tokens(&self, count: u64, name: &str) -> Result<Vec<JwtToken>> {
        stream::iter(0..count)
            .map(async |number| {
                let wanted = Self::wanted(&format!("{name} {number}"));
                let id = text(&self.api.post("/tokens", &wanted).await?, "id")?;
                let secret = text(&self.api.must_get(&format!("/tokens/{id}/secret")).await?, "secret_id")?;
                Ok(JwtToken { id, secret })
            })
            .buffer_unordered(PREPARING)
            .try_collect()
            .await
    }

    /// Calls with the JWTs of some tokens.
    pub(crate) async fn jwt_calls(&self, tokens: &[JwtToken]) -> Result<Vec<Vec<u8>>> {
        stream::iter(tokens)
            .map(async |token| Ok(self.call(&self.api.exchange(&token.id, &token.secret).await?)))
            .buffer_unordered(PREPARING)
            .try_collect()
            .await
    }
}

/// The body of an application for an RSA token.
fn rsa(name: &str) -> Value {
    json!({ "kind": "rsa", "name": name, "apis": ["fleet:readDevice"], "projects": ["harbour"] })
}

/// A POST request with its body.
pub(crate) fn request(path: &str, headers: &[&str], body: &str) -> Vec<u8> {
    let (headers, length) = (headers.join("\r\n"), body.len());
    format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// A text in an answer.
pub(crate) fn text(answer: &Value, key: &str) -> Result<String> {
    Ok(answer[key].as_str().with_context(|| format!("no {key} in {answer}"))?.to_owned())
}
