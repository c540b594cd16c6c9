//! Makes the keys and secrets of a token, and encrypts them.

use latchkey_shared::ids::{KeyId, TokenId};
use latchkey_shared::tokens::Kind;
use serde_json::json;
use zeroize::Zeroizing;

use crate::crypto::client_key::ClientKey;
use crate::crypto::jwe::{Header, seal};
use crate::crypto::rsa::{KeyPool, KeySize};
use crate::crypto::secret_id::{self, Prefix};
use crate::crypto::vault::{Place, Vault};
use crate::crypto::{Digest, Secret};
use crate::engine::proof::{OPEN, OPEN_TOKEN};
use crate::web::problem::Problem;

/// A key of a token, ready to be stored.
pub(crate) struct NewKey {
    pub(super) id: KeyId,
    /// The data key that encrypts what is encrypted in it.
    pub(super) data_key: KeyId,
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

/// Makes a key for a generation of a token, unless the client brings its own. RSA keys come
/// from the pool. Call this outside of a write transaction.
pub(super) async fn make_key(
    kind: Kind,
    token: &TokenId,
    generation: i64,
    size: KeySize,
    client_key: Option<&ClientKey>,
    pool: &KeyPool,
    vault: &Vault,
) -> NewKey {
    let id = KeyId::new();
    let data_key = vault.current().clone();
    if let Some(client_key) = client_key {
        return NewKey {
            data_key,
            private_key: None,
            public_jwk: Some(json!(client_key.to_jwk(&id)).to_string()),
            secret: None,
            secret_digest: None,
            open_token: None,
            open_token_digest: None,
            id,
        };
    }
    if kind == Kind::Jwt {
        let secret = secret_id::generate(Prefix::SecretId);
        return NewKey {
            data_key,
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
        data_key,
        private_key: Some(vault.seal(&place(&id, "private_key"), &pair.private_pkcs8)),
        public_jwk: Some(json!(pair.public.to_jwk(id.as_str())).to_string()),
        secret: Some(vault.seal(&place(&id, "secret"), secret.expose().as_bytes())),
        secret_digest: Some(secret.digest()),
        open_token: Some(vault.seal(&place(&id, "open_token"), open_token.expose().as_bytes())),
        open_token_digest: Some(open_token.digest()),
        id,
    }
}

/// The current key of a token, as it is stored.
#[derive(sqlx::FromRow)]
pub(crate) struct StoredKey {
    pub(super) id: String,
    pub(super) public_jwk: Option<String>,
    pub(super) secret: Option<Vec<u8>>,
    pub(super) open_token: Option<Vec<u8>>,
}

fn open(vault: &Vault, id: &KeyId, column: &'static str, stored: &[u8]) -> Result<Secret, Problem> {
    let plain = vault.open(&place(id, column), stored).map_err(Problem::internal)?;
    String::from_utf8(plain.to_vec()).map(Secret::new).map_err(Problem::internal)
}

/// The open token of a key; none if its client has withdrawn it (RFC 7009).
pub(super) fn open_token(vault: &Vault, stored: &StoredKey) -> Result<Option<String>, Problem> {
    let id: KeyId = stored.id.parse().map_err(Problem::internal)?;
    let open = |sealed: &[u8]| Ok(open(vault, &id, "open_token", sealed)?.expose().to_owned());
    stored.open_token.as_deref().map(open).transpose()
}

/// The secret or secret id of a key that has one.
pub(super) fn secret(vault: &Vault, stored: &StoredKey) -> Result<Secret, Problem> {
    let id: KeyId = stored.id.parse().map_err(Problem::internal)?;
    let secret = stored.secret.as_deref().ok_or_else(|| Problem::internal("a key without a secret"))?;
    open(vault, &id, "secret", secret)
}
