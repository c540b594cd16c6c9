//! The token file: everything that the client needs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use latchkey_shared::ids::{KeyId, TokenId};
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::{ClientKey, Kind, Token};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::issue::{self, StoredKey};
use crate::crypto::client_key;
use crate::crypto::rsa::{PublicJwk, PublicKey};
use crate::crypto::vault::Vault;
use crate::engine::proof::SIGNED;
use crate::systems::catalog::CatalogSystem;
use crate::web::problem::Problem;

/// The token file. Anyone who has it can call with the token, unless the client has its own key.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenFile {
    /// The version of this format: 1.
    version: u32,
    kind: Kind,
    /// The `iss` of access tokens.
    issuer: String,
    token_id: TokenId,
    /// The same id: the `client_id` of OAuth.
    client_id: TokenId,
    /// The token's name.
    name: String,
    /// The keys of the APIs that are granted one by one.
    apis: Vec<String>,
    /// The keys of the systems that are granted whole.
    systems: Vec<String>,
    /// The audience of each system that the token reaches, by the key of the system.
    audiences: BTreeMap<String, String>,
    created_at: Timestamp,
    /// When the token expires; absent if it does not.
    expires_at: Option<Timestamp>,
    /// The token endpoint.
    token_endpoint: String,
    /// The URL of the keys that verify access tokens.
    jwks_uri: String,
    /// The URL where systems ask about a call.
    verify_endpoint: String,
    /// JWT: the names of the users that it may act as.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    users: Option<Vec<String>>,
    /// RSA: whether it is for all projects, later ones too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    all_projects: Option<bool>,
    /// RSA: the keys of its projects.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    projects: Option<Vec<String>>,
    /// RSA: whether it accepts one-time requests only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    one_time_only: Option<bool>,
    /// The key's id: the `kid` of sealed and signed requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    kid: Option<KeyId>,
    /// The JOSE algorithm of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    alg: Option<String>,
    /// RSA: the content encryption of sealed requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    enc: Option<&'static str>,
    /// The public key that seals requests, or the client's own public key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    public_key: Option<ClientKey>,
    /// RSA: the same key in PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    public_key_pem: Option<String>,
    /// RSA: the secret that a sealed request contains; also the client secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Password)]
    secret: Option<String>,
    /// RSA: the open token; null after the client has withdrawn it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, required = false, format = Password)]
    #[allow(clippy::option_option, reason = "absent is not the same as null")]
    open_token: Option<Option<String>>,
    /// JWT: the client secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Password)]
    secret_id: Option<String>,
    /// `private_key_jwt`, if the client has its own key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    auth_method: Option<&'static str>,
    /// The `typ` of requests that the client signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    request_typ: Option<&'static str>,
    /// A command that gets an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    curl: Option<String>,
    /// A program that gets an access token with the client's own key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    python: Option<String>,
}

impl TokenFile {
    pub(super) fn of<'s>(
        (issuer, vault): (&str, &Vault),
        reached: impl Iterator<Item = &'s CatalogSystem>,
        token: &Token,
        stored: &StoredKey,
    ) -> Result<Self, Problem> {
        let is_rsa = token.kind == Kind::Rsa;
        let file = Self {
            version: 1,
            kind: token.kind,
            issuer: issuer.to_owned(),
            token_id: token.id.clone(),
            client_id: token.id.clone(),
            name: token.name.clone(),
            apis: token.apis.iter().map(|api| api.key.clone()).collect(),
            systems: token.systems.iter().map(|system| system.key.clone()).collect(),
            audiences: reached
                .filter(|system| !system.disabled)
                .map(|system| (system.key.clone(), system.audience.clone()))
                .collect(),
            created_at: token.created_at.clone(),
            expires_at: token.expires_at.clone(),
            token_endpoint: format!("{issuer}/oauth2/token"),
            jwks_uri: format!("{issuer}/.well-known/jwks.json"),
            verify_endpoint: format!("{issuer}/api/v1/verify"),
            users: (!is_rsa).then(|| token.users.iter().map(|user| user.username.clone()).collect()),
            all_projects: is_rsa.then_some(token.all_projects),
            projects: is_rsa.then(|| token.projects.iter().map(|project| project.key.clone()).collect()),
            one_time_only: is_rsa.then_some(token.one_time_only),
            kid: None,
            alg: None,
            enc: None,
            public_key: None,
            public_key_pem: None,
            secret: None,
            open_token: None,
            secret_id: None,
            auth_method: None,
            request_typ: None,
            curl: None,
            python: None,
        };
        match &token.client_key {
            Some(key) => file.with_client_key(token, key),
            None => file.with_secrets(vault, token, stored),
        }
    }

    /// If several systems or users are possible, the example takes the first one.
    fn choices(&self) -> Vec<(&'static str, String)> {
        let first_of_several = |values: Vec<&String>| match values[..] {
            [first, _, ..] => Some(first.clone()),
            _ => None,
        };
        let resource = first_of_several(self.audiences.values().collect());
        let subject = first_of_several(self.users.iter().flatten().collect());
        let choices = [("resource", resource), ("subject", subject)];
        choices.into_iter().filter_map(|(parameter, value)| Some((parameter, value?))).collect()
    }

    /// The secrets of the client, and a `curl` command that uses them.
    fn with_secrets(mut self, vault: &Vault, token: &Token, stored: &StoredKey) -> Result<Self, Problem> {
        let secret = issue::secret(vault, stored)?.expose().to_owned();
        let mut curl = format!("curl -sS -u '{}:{secret}' -d grant_type=client_credentials", token.id);
        for (parameter, value) in self.choices() {
            let quoted = value.replace('\'', r"'\''");
            let _ = write!(curl, " --data-urlencode '{parameter}={quoted}'");
        }
        let _ = write!(curl, " '{}'", self.token_endpoint);
        match token.kind {
            Kind::Jwt => {
                self.secret_id = Some(secret);
                self.curl = Some(curl);
            }
            Kind::Rsa => {
                let jwk = stored.public_jwk.as_deref();
                let jwk = jwk.ok_or_else(|| Problem::internal("an RSA token without a key"))?;
                let key: PublicJwk = serde_json::from_str(jwk).map_err(Problem::internal)?;
                self.public_key_pem = Some(PublicKey::from_jwk(&key).map_err(Problem::internal)?.to_pem());
                self.public_key = Some(serde_json::from_str(jwk).map_err(Problem::internal)?);
                self.kid = Some(stored.id.parse().map_err(Problem::internal)?);
                self.alg = Some("RSA-OAEP-256".to_owned());
                self.enc = Some("A256GCM");
                self.secret = Some(secret);
                if !token.one_time_only {
                    self.open_token = Some(issue::open_token(vault, stored)?);
                    self.curl = Some(curl);
                }
            }
        }
        Ok(self)
    }

    /// What the client signs with its own key, and a program that does it. This part has no
    /// secret.
    fn with_client_key(mut self, token: &Token, jwk: &ClientKey) -> Result<Self, Problem> {
        let key = client_key::ClientKey::parse(&json!(jwk).to_string())
            .map_err(|refusal| Problem::internal(refusal.message))?;
        let alg = key.algorithms().next().unwrap_or_default();
        if !token.one_time_only {
            let choices = self.choices().iter().fold(String::new(), |mut more, (parameter, value)| {
                let _ = write!(more, ", {}: {}", json!(parameter), json!(value));
                more
            });
            // Every placeholder is a JSON text, which is also valid Python.
            let sample = EXCHANGE
                .replace("{kty}", &json!(jwk.kty).to_string())
                .replace("{alg}", &json!(alg).to_string())
                .replace("{kid}", &json!(jwk.kid).to_string())
                .replace("{client_id}", &json!(self.client_id).to_string())
                .replace("{issuer}", &json!(self.issuer).to_string())
                .replace("{token_endpoint}", &json!(self.token_endpoint).to_string())
                .replace("{choices}", &choices);
            self.python = Some(sample);
        }
        self.kid = Some(jwk.kid.clone());
        self.alg = Some(alg.to_owned());
        self.public_key = Some(jwk.clone());
        self.auth_method = Some("private_key_jwt");
        self.request_typ = (token.kind == Kind::Rsa).then_some(SIGNED);
        Ok(self)
    }
}

/// How a client gets a JWT with its own key. `private.pem` is its private half.
const EXCHANGE: &str = r#"import secrets, time, requests
from joserfc import jwt
from joserfc.jwk import import_key

key = import_key(open("private.pem").read(), {kty})
header = {"alg": {alg}, "kid": {kid}}
claims = {
    "iss": {client_id},
    "sub": {client_id},
    "aud": {issuer},
    "jti": secrets.token_urlsafe(24),  # accepted once
    "iat": int(time.time()),
    "exp": int(time.time()) + 60,      # five minutes at most
}
form = {
    "grant_type": "client_credentials",
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "client_assertion": jwt.encode(header, claims, key, algorithms=[{alg}]){choices},
}
print(requests.post({token_endpoint}, form).json()["access_token"])
"#;
