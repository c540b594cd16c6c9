//! What decisions need to know of a token, and how it is read.

use std::str::FromStr as _;
use std::sync::Arc;

use ipnet::IpNet;
use latchkey_shared::ids::{ApiId, KeyId, SystemId, TokenId, UserId};
use latchkey_shared::tokens::Kind;
use sqlx::FromRow;

use super::allowance::{Allowance, Limiter};
use super::limits::Limits;
use super::set::Set;
use crate::access::reach::Reach;
use crate::crypto::Digest;
use crate::crypto::client_key::ClientKey;
use crate::database::stored::stored;
use crate::database::{Database, Weight, now};
use crate::limits::store::in_force;

/// A token at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenState {
    /// The token's id.
    pub id: TokenId,
    /// The token's kind.
    pub kind: Kind,
    /// The token's name.
    pub name: Box<str>,
    /// Changes with each change of the token.
    pub version: i64,
    /// Whether it waits for an administrator to confirm it, since the database went back in time.
    pub suspended: bool,
    /// Whether an administrator switched it off.
    pub disabled: bool,
    /// When it ends, in milliseconds since the epoch.
    pub expires_at: Option<i64>,
    /// The addresses that its calls may come from; empty for any.
    pub allowed_ips: Box<[IpNet]>,
    /// Whether it accepts one-time requests only.
    pub one_time_only: bool,
    /// The APIs granted one by one.
    pub apis: Set<ApiId>,
    /// The systems granted whole.
    pub systems: Set<SystemId>,
    /// The systems that it reaches, whole or by single APIs.
    pub reached: Set<SystemId>,
    /// RSA: the projects it is for. JWT: the projects its calls are limited to.
    pub limits: Arc<Limits>,
    /// JWT: the users it is for.
    pub users: Set<UserId>,
    /// How many calls may be made with it.
    pub allowance: Allowance,
    /// Its keys, one for each generation.
    pub keys: Box<[KeyState]>,
    /// Its JWTs that were revoked before they expired.
    pub revoked_jwts: Set<Box<str>>,
}

/// A key of a token.
#[derive(Debug, Clone, PartialEq)]
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
    pub open_token: Option<Box<Digest>>,
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

    /// Whether this is what `found` says, except for revoked JWTs that have expired since. They are
    /// deleted without a change.
    pub(super) fn is_as(&self, found: &Self) -> bool {
        let known = Self { revoked_jwts: found.revoked_jwts.clone(), ..self.clone() };
        known == *found && found.revoked_jwts.iter().all(|jti| self.revoked_jwts.contains(jti))
    }

    /// The key with this id, if it is valid at this time.
    #[must_use]
    pub fn good_key(&self, id: &str, now: i64) -> Option<&KeyState> {
        self.good_keys(now).find(|key| key.id.as_str() == id)
    }
}

impl Weight for TokenState {
    fn heap(&self) -> usize {
        let projects = self.limits.keys.iter().flatten();
        let names = projects.map(String::capacity).sum::<usize>() + self.name.len();
        let jtis: usize = self.revoked_jwts.iter().map(|jti| jti.len()).sum();
        let open_tokens = self.keys.iter().filter(|key| key.open_token.is_some()).count();
        let clients = self.keys.iter().filter(|key| key.client_key.is_some()).count();
        names
            + jtis
            + size_of_val(&*self.keys)
            + size_of_val(&*self.allowed_ips)
            + open_tokens * size_of::<Digest>()
            + clients * CLIENT_KEY
            + self.limits.listed().count() * PROJECT
            + size_of::<ApiId>()
                * (self.apis.len() + self.systems.len() + self.reached.len() + self.users.len())
            + size_of::<Box<str>>() * self.revoked_jwts.len()
            + usize::from(self.limits.reach != Reach::All) * size_of::<Limits>()
            + self.allowance.heap()
    }
}

/// About the size of a client's public key.
const CLIENT_KEY: usize = 600;
/// About the size of a project among the limits, beside its key: an id in a tree, and a string.
const PROJECT: usize = 100;

/// A token, or one of its keys. One statement reads all of a token: lists are texts, and a row
/// has only the columns of the token or only those of a key.
#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    token: TokenColumns,
    #[sqlx(flatten)]
    key: KeyColumns,
}

#[derive(FromRow)]
struct TokenColumns {
    kind: Option<String>,
    name: Option<String>,
    version: Option<i64>,
    suspended: Option<i64>,
    disabled: Option<i64>,
    all_projects: Option<i64>,
    bounded: Option<i64>,
    expires_at: Option<i64>,
    allowed_ips: Option<String>,
    one_time_only: Option<i64>,
    apis: Option<String>,
    systems: Option<String>,
    projects: Option<String>,
    bounds: Option<String>,
    users: Option<String>,
    revoked: Option<String>,
    limited: Option<i64>,
}

#[derive(FromRow)]
struct KeyColumns {
    key_id: Option<String>,
    generation: Option<i64>,
    secret_digest: Option<Vec<u8>>,
    client_key: Option<String>,
    open_token_digest: Option<Vec<u8>>,
    valid_until: Option<i64>,
}

/// Reads a token. What it spends of its limits is counted by `limiter`.
pub(super) async fn read_token(
    database: &Database,
    limiter: &Limiter,
    id: &TokenId,
) -> Result<Option<TokenState>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT t.kind, t.name, t.version, \
         CASE WHEN EXISTS (SELECT 1 FROM suspensions s WHERE s.id > t.confirmed) THEN 1 ELSE 0 END AS suspended, t.disabled, t.all_projects, t.bounded, t.expires_at, t.allowed_ips, t.one_time_only, \
         (SELECT string_agg(a.id || ' ' || a.system_id, ',') FROM token_apis l JOIN apis a ON a.id = l.api_id \
         WHERE l.token_id = t.id) AS apis, \
         (SELECT string_agg(l.system_id, ',') FROM token_systems l WHERE l.token_id = t.id) AS systems, \
         (SELECT string_agg(p.id || ' ' || p.key, ',') FROM token_projects l JOIN projects p ON p.id = l.project_id \
         WHERE l.token_id = t.id) AS projects, \
         (SELECT string_agg(p.id || ' ' || p.key, ',') FROM token_bounds l JOIN projects p ON p.id = l.project_id \
         WHERE l.token_id = t.id) AS bounds, \
         (SELECT string_agg(l.user_id, ',') FROM token_users l WHERE l.token_id = t.id) AS users, \
         (SELECT string_agg(l.jti, ',') FROM revoked_jwts l WHERE l.token_id = t.id) AS revoked, \
         CASE WHEN EXISTS (SELECT 1 FROM limit_rules) OR EXISTS (SELECT 1 FROM api_limit_rules) \
         OR EXISTS (SELECT 1 FROM rate_limits l WHERE l.token_id = t.id) OR EXISTS (SELECT 1 FROM quotas l WHERE l.token_id = t.id) \
         OR EXISTS (SELECT 1 FROM api_limits l WHERE l.token_id = t.id) \
         OR EXISTS (SELECT 1 FROM token_ancestors a WHERE a.token_id = t.id) THEN 1 ELSE 0 END AS limited, \
         NULL AS key_id, NULL AS generation, NULL AS secret_digest, NULL AS client_key, NULL AS open_token_digest, \
         NULL AS valid_until FROM tokens t WHERE t.id = $1 \
         UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, \
         k.id, k.generation, k.secret_digest, CASE WHEN k.secret_digest IS NULL THEN k.public_jwk END, \
         k.open_token_digest, k.valid_until FROM token_keys k WHERE k.token_id = $1",
    )
    .bind(id.to_string())
    .fetch_all(database.reader())
    .await?;
    let mut keys = rows.iter().filter_map(|row| key(&row.key)).collect::<Result<Box<_>, _>>()?;
    keys.sort_unstable_by_key(|key| key.generation);
    let Some(row) = rows.into_iter().map(|row| row.token).find(|token| token.kind.is_some()) else {
        return Ok(None);
    };
    let missing = || sqlx::Error::Decode("a column of a token is NULL".into());
    let kind = if row.kind.as_deref() == Some(Kind::Rsa.as_str()) { Kind::Rsa } else { Kind::Jwt };
    let apis: Vec<(ApiId, SystemId)> = pairs(row.apis.as_deref())
        .map(|(id, system)| Ok((stored(id)?, stored(system)?)))
        .collect::<Result<_, sqlx::Error>>()?;
    let systems: Set<SystemId> = all(row.systems.as_deref())?;
    let (is_limited, limits) = match kind {
        Kind::Rsa => (row.all_projects.ok_or_else(missing)? == 0, row.projects),
        Kind::Jwt => (row.bounded.ok_or_else(missing)? != 0, row.bounds),
    };
    let limits = if is_limited {
        let named = pairs(limits.as_deref()).map(|(id, key)| Ok((stored(id)?, key.to_owned())));
        Arc::new(Limits::only(named.collect::<Result<_, sqlx::Error>>()?))
    } else {
        Limits::none()
    };
    // Most tokens have no limits.
    let allowance = if row.limited == Some(0) {
        Allowance::default()
    } else {
        let in_force = in_force(&mut *database.reader().acquire().await?, id).await?;
        limiter.allowance(database, in_force, now()).await?
    };
    let through_apis = apis.iter().map(|(_, system)| system);
    Ok(Some(TokenState {
        id: id.clone(),
        kind,
        name: row.name.ok_or_else(missing)?.into_boxed_str(),
        version: row.version.ok_or_else(missing)?,
        suspended: row.suspended.ok_or_else(missing)? != 0,
        disabled: row.disabled.ok_or_else(missing)? != 0,
        expires_at: row.expires_at,
        allowed_ips: ranges(&row.allowed_ips.ok_or_else(missing)?)?,
        one_time_only: row.one_time_only.ok_or_else(missing)? != 0,
        reached: systems.iter().chain(through_apis).cloned().collect(),
        apis: apis.into_iter().map(|(api, _)| api).collect(),
        systems,
        limits,
        users: all(row.users.as_deref())?,
        allowance,
        keys,
        revoked_jwts: items(row.revoked.as_deref()).map(Box::from).collect(),
    }))
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

/// The items of a list in a column.
fn items(column: Option<&str>) -> impl Iterator<Item = &str> {
    column.into_iter().flat_map(|column| column.split(','))
}

/// The items of a list of pairs in a column.
fn pairs(column: Option<&str>) -> impl Iterator<Item = (&str, &str)> {
    items(column).filter_map(|item| item.split_once(' '))
}

/// The ids in a column.
fn all<T>(column: Option<&str>) -> Result<Set<T>, sqlx::Error>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static> + Ord,
{
    items(column).map(stored).collect()
}

/// The address ranges in a column. A range that cannot be parsed is an error: without it the
/// list could be empty, which allows any address.
fn ranges(column: &str) -> Result<Box<[IpNet]>, sqlx::Error> {
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

/// The key in a row, if it has one.
fn key(row: &KeyColumns) -> Option<Result<KeyState, sqlx::Error>> {
    let digest = |bytes: &[u8]| Digest::try_from(bytes).map_err(|error| sqlx::Error::Decode(Box::new(error)));
    let (id, generation) = (row.key_id.as_deref()?, row.generation?);
    let read = || {
        Ok(KeyState {
            id: stored(id)?,
            generation,
            secret: row.secret_digest.as_deref().map(digest).transpose()?,
            client_key: row.client_key.as_deref().map(client_key).transpose()?,
            open_token: row.open_token_digest.as_deref().map(digest).transpose()?.map(Box::new),
            valid_until: row.valid_until,
        })
    };
    Some(read())
}
