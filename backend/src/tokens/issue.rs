//! What a token proves itself with: made here, stored encrypted, shown again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use latchkey_shared::ids::{KeyId, TokenId};
use latchkey_shared::tokens::{Kind, Token};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::crypto::client_key::ClientKey;
use crate::crypto::jwe::{Header, seal};
use crate::crypto::keyring::Keyring;
use crate::crypto::rsa::{KeyPool, KeySize, PublicJwk, PublicKey};
use crate::crypto::secret_id::{self, Prefix};
use crate::crypto::vault::Place;
use crate::crypto::{Digest, Secret};
use crate::systems::catalog::Snapshot;
use crate::verify::prove::{OPEN, OPEN_TOKEN, SIGNED};
use crate::web::problem::Problem;

/// A key of a token, ready to be stored.
pub struct NewKey {
    pub(super) id: KeyId,
    pub(super) private_key: Option<Vec<u8>>,
    pub(super) public_jwk: Option<String>,
    pub(super) secret: Option<Vec<u8>>,
    pub(super) secret_digest: Option<Digest>,
    pub(super) open_token: Option<Vec<u8>>,
    pub(super) open_token_digest: Option<Digest>,
}

fn place<'a>(key: &'a KeyId, column: &'static str) -> Place<'a> {
    Place { table: "token_keys", row: key.as_str(), column }
}

/// Makes the key of a token's generation, where the client did not bring its
/// own. RSA keys come from the pool; nothing of this belongs into a write
/// transaction.
pub async fn make_key(
    kind: Kind,
    token: &TokenId,
    generation: i64,
    size: KeySize,
    client_key: Option<&ClientKey>,
    pool: &KeyPool,
    keyring: &Keyring,
) -> NewKey {
    let id = KeyId::new();
    if let Some(client_key) = client_key {
        return NewKey {
            private_key: None,
            public_jwk: Some(json!(client_key.to_jwk(&id)).to_string()),
            secret: None,
            secret_digest: None,
            open_token: None,
            open_token_digest: None,
            id,
        };
    }
    let vault = keyring.vault();
    if kind == Kind::Jwt {
        let secret = secret_id::generate(Prefix::SecretId);
        return NewKey {
            private_key: None,
            public_jwk: None,
            secret: Some(vault.seal(&place(&id, "secret"), secret.expose().as_bytes())),
            secret_digest: Some(secret.digest()),
            open_token: None,
            open_token_digest: None,
            id,
        };
    }
    let pair = pool.take(size).await;
    let secret = Secret::random();
    let payload = json!({ "tid": token, "sec": secret.expose(), "gen": generation });
    let payload = Zeroizing::new(payload.to_string());
    let header = Header { kid: id.to_string(), typ: Some(OPEN.to_owned()) };
    let open_token = Secret::new(format!("{OPEN_TOKEN}{}", seal(&pair.public, &header, payload.as_bytes())));
    NewKey {
        private_key: Some(vault.seal(&place(&id, "private_key"), &pair.private_pkcs8)),
        public_jwk: Some(json!(pair.public.to_jwk(id.as_str())).to_string()),
        secret: Some(vault.seal(&place(&id, "secret"), secret.expose().as_bytes())),
        secret_digest: Some(secret.digest()),
        open_token: Some(vault.seal(&place(&id, "open_token"), open_token.expose().as_bytes())),
        open_token_digest: Some(open_token.digest()),
        id,
    }
}

/// The current key of a token as it is stored.
#[derive(sqlx::FromRow)]
pub struct StoredKey {
    pub(super) id: String,
    pub(super) public_jwk: Option<String>,
    pub(super) secret: Option<Vec<u8>>,
    pub(super) open_token: Option<Vec<u8>>,
}

fn open(keyring: &Keyring, id: &KeyId, column: &'static str, stored: &[u8]) -> Result<Secret, Problem> {
    let plain = keyring.vault().open(&place(id, column), stored).map_err(Problem::internal)?;
    String::from_utf8(plain.to_vec()).map(Secret::new).map_err(Problem::internal)
}

/// The secret, or the secret id, of a key that has one.
pub fn secret(keyring: &Keyring, stored: &StoredKey) -> Result<Secret, Problem> {
    let id: KeyId = stored.id.parse().map_err(Problem::internal)?;
    let secret = stored.secret.as_deref().ok_or_else(|| Problem::internal("a key without a secret"))?;
    open(keyring, &id, "secret", secret)
}

/// The token file: everything that its bearer needs.
pub fn file(
    keyring: &Keyring,
    snapshot: &Snapshot,
    token: &Token,
    stored: &StoredKey,
) -> Result<Value, Problem> {
    let issuer = keyring.issuer();
    let token_endpoint = format!("{issuer}/oauth2/token");
    let keys = |all: Vec<&String>| json!(all);
    let reached =
        snapshot.reached(token.apis.iter().map(|api| &api.id), token.systems.iter().map(|system| &system.id));
    let audiences: BTreeMap<&str, &str> = reached
        .into_iter()
        .filter_map(|system| snapshot.system(system))
        .filter(|system| !system.disabled)
        .map(|system| (system.key.as_str(), system.audience.as_str()))
        .collect();
    let mut file = json!({
        "version": 1,
        "kind": token.kind,
        "issuer": issuer,
        "token_id": token.id,
        "client_id": token.id,
        "name": token.name,
        "apis": keys(token.apis.iter().map(|api| &api.key).collect()),
        "systems": keys(token.systems.iter().map(|system| &system.key).collect()),
        "audiences": audiences,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "token_endpoint": token_endpoint,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "verify_endpoint": format!("{issuer}/api/v1/verify"),
    });
    match token.kind {
        Kind::Jwt => file["users"] = keys(token.users.iter().map(|user| &user.username).collect()),
        Kind::Rsa => {
            file["all_projects"] = json!(token.all_projects);
            file["projects"] = keys(token.projects.iter().map(|project| &project.key).collect());
            file["one_time_only"] = json!(token.one_time_only);
        }
    }
    // Where the token endpoint leaves a choice, the first one is made.
    let first_of_several = |values: Vec<&str>| match values[..] {
        [first, _, ..] => Some(first.to_owned()),
        _ => None,
    };
    let choices: Vec<(&str, String)> = [
        ("resource", first_of_several(audiences.into_values().collect())),
        ("subject", first_of_several(token.users.iter().map(|user| user.username.as_str()).collect())),
    ]
    .into_iter()
    .filter_map(|(parameter, value)| Some((parameter, value?)))
    .collect();
    if token.client_key.is_some() {
        add_client_key(&mut file, token, &choices)?;
    } else {
        add_secrets(&mut file, keyring, token, stored, &choices)?;
    }
    Ok(file)
}

/// What only the bearer of the file may know, and a line of `curl` that uses it.
fn add_secrets(
    file: &mut Value,
    keyring: &Keyring,
    token: &Token,
    stored: &StoredKey,
    choices: &[(&str, String)],
) -> Result<(), Problem> {
    let id: KeyId = stored.id.parse().map_err(Problem::internal)?;
    let secret = secret(keyring, stored)?;
    let mut curl = format!("curl -sS -u '{}:{}' -d grant_type=client_credentials", token.id, secret.expose());
    for (parameter, value) in choices {
        let quoted = value.replace('\'', r"'\''");
        let _ = write!(curl, " --data-urlencode '{parameter}={quoted}'");
    }
    let _ = write!(curl, " '{}'", file["token_endpoint"].as_str().unwrap_or_default());
    match token.kind {
        Kind::Jwt => {
            file["secret_id"] = json!(secret.expose());
            file["curl"] = json!(curl);
        }
        Kind::Rsa => {
            let jwk = stored
                .public_jwk
                .as_deref()
                .ok_or_else(|| Problem::internal("an RSA token without a key"))?;
            let jwk: PublicJwk = serde_json::from_str(jwk).map_err(Problem::internal)?;
            file["kid"] = json!(id);
            file["alg"] = json!("RSA-OAEP-256");
            file["enc"] = json!("A256GCM");
            file["public_key_pem"] = json!(PublicKey::from_jwk(&jwk).map_err(Problem::internal)?.to_pem());
            file["public_key"] = json!(jwk);
            file["secret"] = json!(secret.expose());
            if !token.one_time_only {
                let open_token = stored.open_token.as_deref();
                file["open_token"] = match open_token {
                    Some(stored) => json!(open(keyring, &id, "open_token", stored)?.expose()),
                    // Withdrawn by its client (RFC 7009).
                    None => Value::Null,
                };
                file["curl"] = json!(curl);
            }
        }
    }
    Ok(())
}

/// What the client signs with its own key, and a program that does. No secret is in it.
fn add_client_key(file: &mut Value, token: &Token, choices: &[(&str, String)]) -> Result<(), Problem> {
    let jwk = token.client_key.as_ref().ok_or_else(|| Problem::internal("a token without a key"))?;
    let key =
        ClientKey::parse(&json!(jwk).to_string()).map_err(|refusal| Problem::internal(refusal.message))?;
    let alg = key.algorithms().next().unwrap_or_default();
    file["kid"] = json!(jwk.kid);
    file["alg"] = json!(alg);
    file["public_key"] = json!(jwk);
    file["auth_method"] = json!("private_key_jwt");
    if token.kind == Kind::Rsa {
        file["request_typ"] = json!(SIGNED);
    }
    if !token.one_time_only {
        let choices = choices.iter().fold(String::new(), |mut more, (parameter, value)| {
            let _ = write!(more, ", {}: {}", json!(parameter), json!(value));
            more
        });
        // Every placeholder is written as a JSON text, which Python reads as it is.
        let text = |name: &str| file[name].to_string();
        let sample = EXCHANGE
            .replace("{kty}", &json!(jwk.kty).to_string())
            .replace("{alg}", &text("alg"))
            .replace("{kid}", &text("kid"))
            .replace("{client_id}", &text("client_id"))
            .replace("{issuer}", &text("issuer"))
            .replace("{token_endpoint}", &text("token_endpoint"))
            .replace("{choices}", &choices);
        file["python"] = json!(sample);
    }
    Ok(())
}

/// How a client gets a JWT with its own key; `private.pem` is the other half of it.
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
