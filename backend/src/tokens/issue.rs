//! What a token proves itself with: made here, stored encrypted, shown again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use latchkey_shared::ids::{KeyId, TokenId};
use latchkey_shared::tokens::{Kind, Token};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::crypto::jwe::{Header, seal};
use crate::crypto::keyring::Keyring;
use crate::crypto::rsa::{KeyPool, KeySize, PublicJwk, PublicKey};
use crate::crypto::secret_id::{self, Prefix};
use crate::crypto::vault::Place;
use crate::crypto::{Digest, Secret};
use crate::systems::catalog::Snapshot;
use crate::verify::prove::{OPEN, OPEN_TOKEN};
use crate::web::problem::Problem;

/// A key of a token, ready to be stored.
pub struct NewKey {
    pub(super) id: KeyId,
    pub(super) private_key: Option<Vec<u8>>,
    pub(super) public_jwk: Option<String>,
    pub(super) secret: Vec<u8>,
    pub(super) secret_digest: Digest,
    pub(super) open_token: Option<Vec<u8>>,
    pub(super) open_token_digest: Option<Digest>,
}

fn place<'a>(key: &'a KeyId, column: &'static str) -> Place<'a> {
    Place { table: "token_keys", row: key.as_str(), column }
}

/// Makes the key of a token's generation. RSA keys come from the pool; nothing
/// of this belongs into a write transaction.
pub async fn make_key(
    kind: Kind,
    token: &TokenId,
    generation: i64,
    size: KeySize,
    pool: &KeyPool,
    keyring: &Keyring,
) -> NewKey {
    let id = KeyId::new();
    let vault = keyring.vault();
    if kind == Kind::Jwt {
        let secret = secret_id::generate(Prefix::SecretId);
        return NewKey {
            private_key: None,
            public_jwk: None,
            secret: vault.seal(&place(&id, "secret"), secret.expose().as_bytes()),
            secret_digest: secret.digest(),
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
        secret: vault.seal(&place(&id, "secret"), secret.expose().as_bytes()),
        secret_digest: secret.digest(),
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
    pub(super) secret: Vec<u8>,
    pub(super) open_token: Option<Vec<u8>>,
}

fn open(keyring: &Keyring, id: &KeyId, column: &'static str, stored: &[u8]) -> Result<Secret, Problem> {
    let plain = keyring.vault().open(&place(id, column), stored).map_err(Problem::internal)?;
    String::from_utf8(plain.to_vec()).map(Secret::new).map_err(Problem::internal)
}

/// The secret, or the secret id, of a key.
pub fn secret(keyring: &Keyring, stored: &StoredKey) -> Result<Secret, Problem> {
    let id: KeyId = stored.id.parse().map_err(Problem::internal)?;
    open(keyring, &id, "secret", &stored.secret)
}

/// The token file: everything that its bearer needs.
pub fn file(
    keyring: &Keyring,
    snapshot: &Snapshot,
    token: &Token,
    stored: &StoredKey,
) -> Result<Value, Problem> {
    let id: KeyId = stored.id.parse().map_err(Problem::internal)?;
    let issuer = keyring.issuer();
    let token_endpoint = format!("{issuer}/oauth2/token");
    let secret = secret(keyring, stored)?;
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
    let mut curl = format!("curl -sS -u '{}:{}' -d grant_type=client_credentials", token.id, secret.expose());
    // Where the token endpoint leaves a choice, the line makes the first one.
    let mut choose = |parameter, values: Vec<&str>| {
        if let [first, _, ..] = values[..] {
            let quoted = first.replace('\'', r"'\''");
            let _ = write!(curl, " --data-urlencode '{parameter}={quoted}'");
        }
    };
    choose("resource", audiences.into_values().collect());
    choose("subject", token.users.iter().map(|user| user.username.as_str()).collect());
    let _ = write!(curl, " '{token_endpoint}'");
    match token.kind {
        Kind::Jwt => {
            file["secret_id"] = json!(secret.expose());
            file["users"] = keys(token.users.iter().map(|user| &user.username).collect());
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
            file["all_projects"] = json!(token.all_projects);
            file["projects"] = keys(token.projects.iter().map(|project| &project.key).collect());
            file["one_time_only"] = json!(token.one_time_only);
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
    Ok(file)
}
