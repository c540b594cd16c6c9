//! What decisions need to know of a token, and how it is read.

use std::collections::HashSet;
use std::str::FromStr as _;
use std::sync::Arc;

use ipnet::IpNet;
use latchkey_shared::ids::{ApiId, KeyId, ProjectId, SystemId, TokenId, UserId};
use latchkey_shared::tokens::Kind;
use sqlx::{AnyConnection, FromRow};

use crate::access::reach::Reach;
use crate::crypto::Digest;
use crate::crypto::client_key::ClientKey;
use crate::database::Database;
use crate::database::stored::stored;

/// A token at one moment.
#[derive(Debug, Clone)]
pub struct TokenState {
    /// The token's id.
    pub id: TokenId,
    /// The token's kind.
    pub kind: Kind,
    /// The token's name.
    pub name: String,
    /// Whether an administrator switched it off.
    pub disabled: bool,
    /// When it ends, in milliseconds since the epoch.
    pub expires_at: Option<i64>,
    /// The addresses that its calls may come from; empty for any.
    pub allowed_ips: Vec<IpNet>,
    /// Whether it accepts one-time requests only.
    pub one_time_only: bool,
    /// The APIs granted one by one.
    pub apis: HashSet<ApiId>,
    /// The systems granted whole.
    pub systems: HashSet<SystemId>,
    /// The systems that it reaches, whole or by single APIs.
    pub reached: HashSet<SystemId>,
    /// RSA: the projects it is for. JWT: the projects its calls are held to.
    pub projects: Reach,
    /// The keys of these projects, in the order of their ids. They never change.
    pub project_keys: Vec<(ProjectId, String)>,
    /// JWT: the users it is for.
    pub users: HashSet<UserId>,
    /// Its keys, one for each generation.
    pub keys: Vec<KeyState>,
    /// Its JWTs that were withdrawn before they expired.
    pub revoked_jwts: HashSet<String>,
}

/// A key of a token.
#[derive(Debug, Clone)]
pub struct KeyState {
    /// The key's id: the `kid` of sealed requests.
    pub id: KeyId,
    /// The generation: 1 at first, and one more after each rotation.
    pub generation: i64,
    /// The digest of the secret or secret id; none if the client has a key of its own.
    pub secret: Option<Digest>,
    /// The client's own public key, where it has one.
    pub client_key: Option<Arc<ClientKey>>,
    /// The digest of the open token, while it is valid.
    pub open_token: Option<Digest>,
    /// When the key expires, in milliseconds since the epoch.
    pub valid_until: Option<i64>,
}

impl TokenState {
    /// The key of a generation, if it is valid at this time.
    #[must_use]
    pub fn key_of(&self, generation: i64, now: i64) -> Option<&KeyState> {
        self.good_keys(now).find(|key| key.generation == generation)
    }

    /// The keys that are valid at this time.
    pub fn good_keys(&self, now: i64) -> impl Iterator<Item = &KeyState> {
        self.keys.iter().filter(move |key| key.valid_until.is_none_or(|until| now < until))
    }

    /// The key with this id, if it is valid at this time.
    #[must_use]
    pub fn good_key(&self, id: &str, now: i64) -> Option<&KeyState> {
        self.good_keys(now).find(|key| key.id.as_str() == id)
    }
}

#[derive(FromRow)]
struct TokenRow {
    kind: String,
    name: String,
    disabled: i64,
    all_projects: i64,
    bounded: i64,
    expires_at: Option<i64>,
    allowed_ips: String,
    one_time_only: i64,
}

#[derive(FromRow)]
struct KeyRow {
    id: String,
    generation: i64,
    secret_digest: Option<Vec<u8>>,
    client_key: Option<String>,
    open_token_digest: Option<Vec<u8>>,
    valid_until: Option<i64>,
}

/// Reads a token.
pub(super) async fn read_token(database: &Database, id: &TokenId) -> Result<Option<TokenState>, sqlx::Error> {
    let mut transaction = database.read_at_one_moment().await?;
    let state = read(&mut transaction, id).await?;
    transaction.commit().await?;
    Ok(state)
}

/// The token that a key belongs to.
pub(super) async fn token_of_key(database: &Database, key: &str) -> Result<Option<TokenId>, sqlx::Error> {
    let token: Option<String> = sqlx::query_scalar("SELECT token_id FROM token_keys WHERE id = $1")
        .bind(key.to_owned())
        .fetch_optional(database.reader())
        .await?;
    token.as_deref().map(stored).transpose()
}

/// The encrypted private key of a key, if it has one.
pub(super) async fn private_key(database: &Database, key: &str) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let found: Option<Option<Vec<u8>>> =
        sqlx::query_scalar("SELECT private_key FROM token_keys WHERE id = $1")
            .bind(key.to_owned())
            .fetch_optional(database.reader())
            .await?;
    Ok(found.flatten())
}

async fn read(connection: &mut AnyConnection, id: &TokenId) -> Result<Option<TokenState>, sqlx::Error> {
    let row: Option<TokenRow> = sqlx::query_as(
        "SELECT kind, name, disabled, all_projects, bounded, expires_at, allowed_ips, one_time_only \
         FROM tokens WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let keys: Vec<KeyRow> = sqlx::query_as(
        "SELECT id, generation, secret_digest, CASE WHEN secret_digest IS NULL THEN public_jwk END AS client_key, \
         open_token_digest, valid_until FROM token_keys WHERE token_id = $1",
    )
    .bind(id.to_string())
    .fetch_all(&mut *connection)
    .await?;
    let granted: Vec<(String, String)> = sqlx::query_as(
        "SELECT a.id, a.system_id FROM token_apis ta JOIN apis a ON a.id = ta.api_id WHERE ta.token_id = $1",
    )
    .bind(id.to_string())
    .fetch_all(&mut *connection)
    .await?;
    let limits = match kind(&row) {
        Kind::Rsa => {
            "SELECT p.id, p.key FROM token_projects l JOIN projects p ON p.id = l.project_id WHERE l.token_id = $1"
        }
        Kind::Jwt => {
            "SELECT p.id, p.key FROM token_bounds l JOIN projects p ON p.id = l.project_id WHERE l.token_id = $1"
        }
    };
    let limits: Vec<(String, String)> =
        sqlx::query_as(limits).bind(id.to_string()).fetch_all(&mut *connection).await?;
    let mut ids = async |statement: &'static str| -> Result<Vec<String>, sqlx::Error> {
        sqlx::query_scalar(statement).bind(id.to_string()).fetch_all(&mut *connection).await
    };
    let systems = ids("SELECT system_id FROM token_systems WHERE token_id = $1").await?;
    let users = ids("SELECT user_id FROM token_users WHERE token_id = $1").await?;
    let revoked_jwts = ids("SELECT jti FROM revoked_jwts WHERE token_id = $1").await?;
    let (apis, of_apis): (Vec<String>, Vec<String>) = granted.into_iter().unzip();
    let systems = all(&systems)?;
    let mut reached: HashSet<SystemId> = all(&of_apis)?;
    reached.extend(systems.iter().cloned());
    let mut project_keys = limits
        .into_iter()
        .map(|(id, key)| Ok((stored(&id)?, key)))
        .collect::<Result<Vec<_>, sqlx::Error>>()?;
    project_keys.sort_unstable();
    let is_limited = match kind(&row) {
        Kind::Rsa => row.all_projects == 0,
        Kind::Jwt => row.bounded != 0,
    };
    let projects = if is_limited {
        Reach::Only(project_keys.iter().map(|(id, _): &(ProjectId, String)| id.clone()).collect())
    } else {
        project_keys.clear();
        Reach::All
    };
    Ok(Some(TokenState {
        id: id.clone(),
        kind: kind(&row),
        name: row.name,
        disabled: row.disabled != 0,
        expires_at: row.expires_at,
        allowed_ips: ranges(&row.allowed_ips)?,
        one_time_only: row.one_time_only != 0,
        apis: all(&apis)?,
        systems,
        reached,
        projects,
        project_keys,
        users: all(&users)?,
        keys: keys.iter().map(key).collect::<Result<_, _>>()?,
        revoked_jwts: revoked_jwts.into_iter().collect(),
    }))
}

fn all<T>(texts: &[String]) -> Result<HashSet<T>, sqlx::Error>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static> + Eq + std::hash::Hash,
{
    texts.iter().map(|text| stored(text)).collect()
}

fn kind(row: &TokenRow) -> Kind {
    if row.kind == Kind::Rsa.as_str() { Kind::Rsa } else { Kind::Jwt }
}

/// The address ranges in a column. A range that cannot be parsed is an error: without it the
/// list could be empty, which allows any address.
fn ranges(column: &str) -> Result<Vec<IpNet>, sqlx::Error> {
    let texts: Vec<String> =
        serde_json::from_str(column).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    texts
        .iter()
        .map(|text| IpNet::from_str(text).map_err(|error| sqlx::Error::Decode(Box::new(error))))
        .collect()
}

fn client_key(jwk: &str) -> Result<Arc<ClientKey>, sqlx::Error> {
    let key = ClientKey::parse(jwk).map_err(|refusal| sqlx::Error::Decode(refusal.message.into()))?;
    Ok(Arc::new(key))
}

fn key(row: &KeyRow) -> Result<KeyState, sqlx::Error> {
    let digest = |bytes: &[u8]| Digest::try_from(bytes).map_err(|error| sqlx::Error::Decode(Box::new(error)));
    Ok(KeyState {
        id: stored(&row.id)?,
        generation: row.generation,
        secret: row.secret_digest.as_deref().map(digest).transpose()?,
        client_key: row.client_key.as_deref().map(client_key).transpose()?,
        open_token: row.open_token_digest.as_deref().map(digest).transpose()?,
        valid_until: row.valid_until,
    })
}
