//! One token, read whole.

use std::collections::{BTreeMap, HashSet};

use ipnet::IpNet;
use latchkey_shared::ids::{ApiId, TokenId};
use latchkey_shared::projects::ProjectRef;
use latchkey_shared::systems::{ApiRef, SystemRef};
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::{ApiLimit, ClientKey, Kind, Status, Token};
use latchkey_shared::users::UserRef;
use sqlx::{AnyConnection, FromRow};

use super::keys::current_key;
use super::suspended::SuspendedColumns;
use crate::access::grants::Limits;
use crate::access::reach::Reach;
use crate::database::sql::Sql;
use crate::database::stored::stored;
use crate::database::{Engine, now};
use crate::limits::columns;
use crate::limits::store::read;
use crate::tokens::named::Named;

pub(crate) fn status(is_suspended: bool, disabled: i64, expires_at: Option<i64>) -> Status {
    if is_suspended {
        Status::Suspended
    } else if disabled != 0 {
        Status::Disabled
    } else if expires_at.is_some_and(|end| end <= now()) {
        Status::Expired
    } else {
        Status::Active
    }
}

pub(crate) fn kind(text: &str) -> Kind {
    if text == Kind::Rsa.as_str() { Kind::Rsa } else { Kind::Jwt }
}

/// A token, with what only the rules and the store need.
pub(crate) struct Found {
    pub(crate) token: Token,
    pub(crate) version: i64,
    pub(crate) disabled: bool,
    pub(crate) limits: Limits,
    pub(crate) bound: Reach,
}

impl Found {
    /// Its grants and targets by id.
    pub(crate) fn named(&self) -> Named {
        let token = &self.token;
        Named {
            apis: token.apis.iter().map(|api| api.id.to_string()).collect(),
            systems: token.systems.iter().map(|system| system.id.to_string()).collect(),
            projects: token.projects.iter().map(|project| project.id.to_string()).collect(),
            all_projects: token.all_projects,
            users: token.users.iter().map(|user| user.id.to_string()).collect(),
        }
    }

    /// The APIs that it holds one by one.
    pub(crate) fn held(&self) -> HashSet<ApiId> {
        self.token.apis.iter().map(|api| api.id.clone()).collect()
    }
}

#[derive(FromRow)]
struct TokenRow {
    id: String,
    kind: String,
    name: String,
    description: String,
    disabled: i64,
    all_projects: i64,
    bounded: i64,
    expires_at: Option<i64>,
    allowed_ips: String,
    one_time_only: i64,
    key_size: Option<i64>,
    generation: i64,
    version: i64,
    parent_token: Option<String>,
    created_at: i64,
    created_by: String,
    updated_at: i64,
    updated_by: String,
    last_used_at: Option<i64>,
    client_key: i64,
    requests: Option<i64>,
    seconds: Option<i64>,
    burst: Option<i64>,
    quota_requests: Option<i64>,
    period: Option<String>,
    time_zone: Option<String>,
    #[sqlx(flatten)]
    suspended: SuspendedColumns,
}

/// A token by id, with its grants and targets.
pub(crate) async fn find(connection: &mut AnyConnection, id: &TokenId) -> Result<Option<Found>, sqlx::Error> {
    let row: Option<TokenRow> = sqlx::query_as(
        "SELECT id, kind, name, description, disabled, \
         all_projects, bounded, expires_at, allowed_ips, \
         one_time_only, key_size, generation, version, \
         parent_token, created_at, created_by, updated_at, updated_by, client_key, \
         (SELECT u.last_used_at FROM token_uses u WHERE u.token_id = tokens.id) AS last_used_at, \
         (SELECT MIN(s.since) FROM suspensions s WHERE s.id > tokens.confirmed) AS suspended_since, \
         (SELECT MAX(s.until) FROM suspensions s WHERE s.id > tokens.confirmed) AS suspended_until, \
         l.requests, l.seconds, l.burst, q.requests AS quota_requests, q.period, q.time_zone \
         FROM tokens LEFT JOIN rate_limits l ON l.token_id = tokens.id \
         LEFT JOIN quotas q ON q.token_id = tokens.id WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let rate_limit = columns::rate_limit(row.requests, row.seconds, row.burst);
    let quota = columns::quota(row.quota_requests, row.period.as_deref(), row.time_zone.as_deref());
    let named = named_by(connection, id).await?;
    let of = |what: &'static str| named.iter().filter(move |row| row.what == what);
    let projects_of = |what: &'static str| -> Result<Vec<ProjectRef>, sqlx::Error> {
        let project = |row: &NamedRow| {
            Ok(ProjectRef { id: stored(&row.id)?, key: row.key.clone(), name: row.name.clone() })
        };
        of(what).map(project).collect()
    };
    let mut api_limits = Vec::new();
    let mut of_apis = BTreeMap::new();
    for row in of(LIMIT) {
        let limits: latchkey_shared::limits::Limits = read(row.limits.as_deref().unwrap_or_default())?;
        let (rate_limit, quota) = (limits.rate_limit, limits.quota.clone());
        api_limits.push(ApiLimit { api: row.key.clone(), rate_limit, quota });
        of_apis.insert(stored(&row.id)?, limits);
    }
    let bounds = projects_of(BOUND)?;
    let (ranges, networks) = networks(&row.allowed_ips)?;
    let suspended = row.suspended.read();
    let client_key = if row.client_key == 0 { None } else { client_key(connection, id).await? };
    let token = Token {
        id: stored(&row.id)?,
        kind: kind(&row.kind),
        name: row.name,
        description: row.description,
        status: status(suspended.is_some(), row.disabled, row.expires_at),
        suspended,
        apis: of(API).map(NamedRow::api).collect::<Result<_, _>>()?,
        systems: of(SYSTEM)
            .map(|row| Ok(SystemRef { id: stored(&row.id)?, key: row.key.clone(), name: row.name.clone() }))
            .collect::<Result<_, sqlx::Error>>()?,
        all_projects: row.all_projects != 0,
        projects: projects_of(PROJECT)?,
        users: of(USER)
            .map(|row| {
                Ok(UserRef {
                    id: stored(&row.id)?,
                    username: row.key.clone(),
                    display_name: row.name.clone(),
                })
            })
            .collect::<Result<_, sqlx::Error>>()?,
        bound_to: (row.bounded != 0).then(|| bounds.clone()),
        expires_at: row.expires_at.map(Timestamp::from_millis),
        allowed_ips: ranges,
        rate_limit,
        quota: quota.clone(),
        api_limits,
        key_size: row.key_size.and_then(|bits| u16::try_from(bits).ok()),
        client_key,
        one_time_only: row.one_time_only != 0,
        generation: row.generation,
        parent_token: row.parent_token.as_deref().map(stored).transpose()?,
        created_at: Timestamp::from_millis(row.created_at),
        created_by: row.created_by,
        updated_at: Timestamp::from_millis(row.updated_at),
        updated_by: row.updated_by,
        manageable: true, // unless `visible` finds otherwise
        last_used_at: row.last_used_at.map(Timestamp::from_millis),
        warnings: Vec::new(),
    };
    let bound = if row.bounded == 0 {
        Reach::All
    } else {
        Reach::Only(bounds.into_iter().map(|project| project.id).collect())
    };
    Ok(Some(Found {
        limits: Limits {
            expires_at: row.expires_at,
            allowed_ips: networks,
            one_time_only: token.one_time_only,
            rate_limit,
            quota,
            of_apis,
        },
        token,
        version: row.version,
        disabled: row.disabled != 0,
        bound,
    }))
}

const API: &str = "api";
const SYSTEM: &str = "system";
const PROJECT: &str = "project";
const BOUND: &str = "bound";
const USER: &str = "user";
const LIMIT: &str = "limit";

/// Something that a token names: one of the above.
#[derive(FromRow)]
struct NamedRow {
    what: String,
    id: String,
    key: String,
    name: String,
    // Of an API only.
    method: Option<String>,
    base_path: Option<String>,
    path: Option<String>,
    removed: Option<i64>,
    // Of an API with limits of its own only.
    limits: Option<String>,
}

impl NamedRow {
    fn api(&self) -> Result<ApiRef, sqlx::Error> {
        Ok(ApiRef {
            id: stored(&self.id)?,
            key: self.key.clone(),
            name: self.name.clone(),
            method: self.method.clone().unwrap_or_default(),
            base_path: self.base_path.clone(),
            path: self.path.clone().unwrap_or_default(),
            removed: self.removed == Some(1),
        })
    }
}

/// The APIs, systems, projects and users that a token names, and the APIs with limits of their own, in the order of their keys.
async fn named_by(connection: &mut AnyConnection, id: &TokenId) -> Result<Vec<NamedRow>, sqlx::Error> {
    let engine = Engine::of(connection);
    let mut sql = Sql::new(
        "SELECT 'api' AS what, id, key, name, method, base_path, path, CAST(removed AS BIGINT) AS removed, \
         NULL AS limits FROM apis WHERE id",
    );
    engine.push_in_links(&mut sql, "SELECT api_id FROM token_apis WHERE token_id = ", id);
    sql.push(" UNION ALL SELECT 'system', id, key, name, NULL, NULL, NULL, NULL, NULL FROM systems WHERE id");
    engine.push_in_links(&mut sql, "SELECT system_id FROM token_systems WHERE token_id = ", id);
    sql.push(
        " UNION ALL SELECT 'project', id, key, name, NULL, NULL, NULL, NULL, NULL FROM projects WHERE id",
    );
    engine.push_in_links(&mut sql, "SELECT project_id FROM token_projects WHERE token_id = ", id);
    sql.push(" UNION ALL SELECT 'bound', id, key, name, NULL, NULL, NULL, NULL, NULL FROM projects WHERE id");
    engine.push_in_links(&mut sql, "SELECT project_id FROM token_bounds WHERE token_id = ", id);
    sql.push(
        " UNION ALL SELECT 'user', id, username, display_name, NULL, NULL, NULL, NULL, NULL FROM users WHERE id",
    );
    engine.push_in_links(&mut sql, "SELECT user_id FROM token_users WHERE token_id = ", id);
    sql.push(
        " UNION ALL SELECT 'limit', l.api_id, (SELECT key FROM apis a WHERE a.id = l.api_id), '', NULL, NULL, NULL, \
         NULL, l.limits FROM api_limits l WHERE l.token_id = ",
    );
    sql.bind(id.to_string()).push(" ORDER BY 3");
    sql.query_as().fetch_all(connection).await
}

/// The public key of a token whose client brings one.
pub(crate) async fn client_key(
    connection: &mut AnyConnection,
    id: &TokenId,
) -> Result<Option<ClientKey>, sqlx::Error> {
    let jwk = current_key(connection, id).await?.and_then(|key| key.public_jwk);
    let jwk = jwk.as_deref().map(serde_json::from_str).transpose();
    jwk.map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// The address ranges in a column, as text and parsed.
fn networks(column: &str) -> Result<(Vec<String>, Vec<IpNet>), sqlx::Error> {
    let texts: Vec<String> =
        serde_json::from_str(column).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    let networks: Result<_, ipnet::AddrParseError> = texts.iter().map(|text| text.parse()).collect();
    let networks = networks.map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    Ok((texts, networks))
}

/// Whether one token descends from another.
pub(crate) async fn descends(
    connection: &mut AnyConnection,
    id: &TokenId,
    from: &TokenId,
) -> Result<bool, sqlx::Error> {
    let found: Option<String> = sqlx::query_scalar(
        "WITH RECURSIVE line (id) AS (SELECT parent_token FROM tokens WHERE id = $1 \
         UNION SELECT t.parent_token FROM tokens t JOIN line l ON t.id = l.id) \
         SELECT id FROM line WHERE id = $2",
    )
    .bind(id.to_string())
    .bind(from.to_string())
    .fetch_optional(connection)
    .await?;
    Ok(found.is_some())
}
