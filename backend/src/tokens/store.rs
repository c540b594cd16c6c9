//! The SQL of tokens.

use std::collections::{BTreeSet, HashMap, HashSet};

use ipnet::IpNet;
use latchkey_shared::fields::{Errors, skeleton};
use latchkey_shared::ids::{ApiId, ProjectId, SystemId, TokenId, UserId};
use latchkey_shared::projects::ProjectRef;
use latchkey_shared::systems::{ApiRef, ApiScope, SystemRef};
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::{ClientKey, Kind, Status, Token, TokenSummary, UsageDay};
use latchkey_shared::users::{Role, UserRef};
use sqlx::{AnyConnection, FromRow};

use super::Named;
use super::issue::{NewKey, StoredKey};
use super::search::grams;
use crate::access::grants::{GrantedApi, GrantedSystem, Grants, Limits, TargetUser, Targets};
use crate::access::principal::{MayManage, Principal};
use crate::access::reach::Reach;
use crate::crypto::Digest;
use crate::database::sql::Sql;
use crate::database::stored::stored;
use crate::database::{Engine, Transaction, now};

/// PostgreSQL refuses NUL in text, and nothing stored holds it.
fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn status(disabled: i64, expires_at: Option<i64>) -> Status {
    if disabled != 0 {
        Status::Disabled
    } else if expires_at.is_some_and(|end| end <= now()) {
        Status::Expired
    } else {
        Status::Active
    }
}

fn kind(text: &str) -> Kind {
    if text == Kind::Rsa.as_str() { Kind::Rsa } else { Kind::Jwt }
}

/// Rows whose `column` is one of `values`, some at a time.
async fn rows_of<T>(
    connection: &mut AnyConnection,
    select: &'static str,
    columns: [&'static str; 2],
    values: &[String],
) -> Result<Vec<T>, sqlx::Error>
where
    T: for<'r> FromRow<'r, sqlx::any::AnyRow> + Send + Unpin,
{
    let mut found = Vec::new();
    for some in values.chunks(200) {
        let mut sql = Sql::new(select);
        sql.push(" WHERE ").push(columns[0]).push(" IN (").bind_all(some.iter().map(|one| clean(one)));
        sql.push(") OR ")
            .push(columns[1])
            .push(" IN (")
            .bind_all(some.iter().map(|one| clean(one)))
            .push(")");
        found.extend(sql.query_as::<T>().fetch_all(&mut *connection).await?);
    }
    Ok(found)
}

#[derive(FromRow)]
struct GrantedApiRow {
    id: String,
    key: String,
    system_id: String,
    scope: String,
    removed: i64,
}

#[derive(FromRow)]
struct GrantedSystemRow {
    id: String,
    key: String,
    restricted: i64,
    builtin: i64,
}

/// What the names stand for; notes those that stand for nothing. `held` are
/// APIs that may stay although no call matches them any more.
pub(super) async fn resolve(
    connection: &mut AnyConnection,
    kind: Kind,
    named: &Named,
    held: &HashSet<ApiId>,
    errors: &mut Errors,
) -> Result<(Grants, Targets), sqlx::Error> {
    let mut grants = Grants::default();
    let apis: Vec<GrantedApiRow> = rows_of(
        connection,
        "SELECT id, key, system_id, scope, removed FROM apis",
        ["id", "key"],
        &named.apis,
    )
    .await?;
    let mut by_name: HashMap<&str, &GrantedApiRow> = HashMap::new();
    for row in &apis {
        by_name.insert(&row.id, row);
        by_name.insert(&row.key, row);
    }
    let mut wanted_systems = named.systems.clone();
    let mut seen = HashSet::new();
    for (index, name) in named.apis.iter().enumerate() {
        let Some(row) = by_name.get(name.as_str()) else {
            errors.add(format!("apis[{index}]"), "unknown", "There is no such API.");
            continue;
        };
        let id: ApiId = stored(&row.id)?;
        if row.removed != 0 && !held.contains(&id) {
            errors.add(format!("apis[{index}]"), "removed", "The API was removed from its system.");
        }
        if seen.insert(id.clone()) {
            wanted_systems.push(row.system_id.clone());
            let scope =
                if row.scope == ApiScope::Global.as_str() { ApiScope::Global } else { ApiScope::Project };
            grants.apis.push(GrantedApi { id, system: stored(&row.system_id)?, scope });
        }
    }
    wanted_systems.sort_unstable();
    wanted_systems.dedup();
    let systems: Vec<GrantedSystemRow> = rows_of(
        connection,
        "SELECT id, key, restricted, builtin FROM systems",
        ["id", "key"],
        &wanted_systems,
    )
    .await?;
    for (index, name) in named.systems.iter().enumerate() {
        match systems.iter().find(|row| row.id == *name || row.key == *name) {
            None => errors.add(format!("systems[{index}]"), "unknown", "There is no such system."),
            Some(row) => {
                grants.whole.insert(stored(&row.id)?);
            }
        }
    }
    for row in systems {
        let id: SystemId = stored(&row.id)?;
        let opened: Vec<String> =
            sqlx::query_scalar("SELECT project_id FROM project_systems WHERE system_id = $1")
                .bind(row.id.clone())
                .fetch_all(&mut *connection)
                .await?;
        let global: Option<String> =
            sqlx::query_scalar("SELECT id FROM apis WHERE system_id = $1 AND scope = 'global' LIMIT 1")
                .bind(row.id)
                .fetch_optional(&mut *connection)
                .await?;
        let opened: Result<BTreeSet<ProjectId>, _> = opened.iter().map(|id| stored(id)).collect();
        let system = GrantedSystem {
            id: id.clone(),
            key: row.key,
            builtin: row.builtin != 0,
            opened_to: if row.restricted == 0 { Reach::All } else { Reach::Only(opened?) },
            has_global_apis: global.is_some(),
        };
        grants.systems.insert(id, system);
    }
    let targets = match kind {
        Kind::Rsa if named.all_projects => Targets::Projects(Reach::All),
        Kind::Rsa => Targets::Projects(Reach::Only(projects(connection, &named.projects, errors).await?)),
        Kind::Jwt => {
            Targets::Users { users: users(connection, &named.users, errors).await?, bound: Reach::All }
        }
    };
    Ok((grants, targets))
}

async fn projects(
    connection: &mut AnyConnection,
    named: &[String],
    errors: &mut Errors,
) -> Result<BTreeSet<ProjectId>, sqlx::Error> {
    let rows: Vec<(String, String)> =
        rows_of(connection, "SELECT id, key FROM projects", ["id", "key"], named).await?;
    let mut found = BTreeSet::new();
    for (index, name) in named.iter().enumerate() {
        match rows.iter().find(|(id, key)| id == name || key == name) {
            None => errors.add(format!("projects[{index}]"), "unknown", "There is no such project."),
            Some((id, _)) => {
                found.insert(stored(id)?);
            }
        }
    }
    Ok(found)
}

async fn users(
    connection: &mut AnyConnection,
    named: &[String],
    errors: &mut Errors,
) -> Result<Vec<TargetUser>, sqlx::Error> {
    let named: Vec<String> = named.iter().map(|name| name.trim().to_lowercase()).collect();
    let rows: Vec<(String, String, String)> =
        rows_of(connection, "SELECT id, username, role FROM users", ["id", "username"], &named).await?;
    let mut found: Vec<TargetUser> = Vec::new();
    for (index, name) in named.iter().enumerate() {
        let Some((id, _, role)) = rows.iter().find(|(id, username, _)| id == name || username == name) else {
            errors.add(format!("users[{index}]"), "unknown", "There is no such user.");
            continue;
        };
        let id: UserId = stored(id)?;
        if found.iter().any(|user| user.id == id) {
            continue;
        }
        let member_of: Vec<String> = sqlx::query_scalar("SELECT project_id FROM members WHERE user_id = $1")
            .bind(id.to_string())
            .fetch_all(&mut *connection)
            .await?;
        let member_of: Result<BTreeSet<ProjectId>, _> = member_of.iter().map(|id| stored(id)).collect();
        let role = if role == Role::SystemAdmin.as_str() { Role::SystemAdmin } else { Role::User };
        found.push(TargetUser { id, role, member_of: member_of? });
    }
    Ok(found)
}

/// A token, and what only rules and store need to know of it.
pub(super) struct Found {
    pub(super) token: Token,
    pub(super) seq: i64,
    pub(super) version: i64,
    pub(super) disabled: bool,
    pub(super) limits: Limits,
    pub(super) bound: Reach,
}

impl Found {
    /// Its grants and targets by id, to be resolved.
    pub(super) fn named(&self) -> Named {
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
    pub(super) fn held(&self) -> HashSet<ApiId> {
        self.token.apis.iter().map(|api| api.id.clone()).collect()
    }
}

#[derive(FromRow)]
struct TokenRow {
    seq: i64,
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
}

/// A token by id, with its grants and targets.
pub(super) async fn find(connection: &mut AnyConnection, id: &TokenId) -> Result<Option<Found>, sqlx::Error> {
    let row: Option<TokenRow> = sqlx::query_as(
        "SELECT seq, id, kind, name, description, disabled, \
         all_projects, bounded, expires_at, allowed_ips, \
         one_time_only, key_size, generation, version, \
         parent_token, created_at, created_by, updated_at, updated_by, last_used_at, client_key FROM tokens WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let apis = apis_of(connection, id).await?;
    let mut named = async |statement: &'static str| -> Result<Vec<(String, String, String)>, sqlx::Error> {
        sqlx::query_as(statement).bind(id.to_string()).fetch_all(&mut *connection).await
    };
    let systems = named(
        "SELECT s.id, s.key, s.name FROM token_systems ts JOIN systems s ON s.id = ts.system_id \
         WHERE ts.token_id = $1 ORDER BY s.key",
    )
    .await?;
    let projects = named(
        "SELECT p.id, p.key, p.name FROM token_projects tp JOIN projects p ON p.id = tp.project_id \
         WHERE tp.token_id = $1 ORDER BY p.key",
    )
    .await?;
    let bounds = named(
        "SELECT p.id, p.key, p.name FROM token_bounds tb JOIN projects p ON p.id = tb.project_id \
         WHERE tb.token_id = $1 ORDER BY p.key",
    )
    .await?;
    let users = named(
        "SELECT u.id, u.username, u.display_name FROM token_users tu JOIN users u ON u.id = tu.user_id \
         WHERE tu.token_id = $1 ORDER BY u.username",
    )
    .await?;
    let projects_of = |rows: Vec<(String, String, String)>| -> Result<Vec<ProjectRef>, sqlx::Error> {
        rows.into_iter().map(|(id, key, name)| Ok(ProjectRef { id: stored(&id)?, key, name })).collect()
    };
    let bounds = projects_of(bounds)?;
    let (ranges, networks) = networks(&row.allowed_ips)?;
    let client_key = if row.client_key == 0 { None } else { client_key(connection, id).await? };
    let token = Token {
        id: stored(&row.id)?,
        kind: kind(&row.kind),
        name: row.name,
        description: row.description,
        status: status(row.disabled, row.expires_at),
        apis,
        systems: systems
            .into_iter()
            .map(|(id, key, name)| Ok(SystemRef { id: stored(&id)?, key, name }))
            .collect::<Result<_, sqlx::Error>>()?,
        all_projects: row.all_projects != 0,
        projects: projects_of(projects)?,
        users: users
            .into_iter()
            .map(|(id, username, display_name)| Ok(UserRef { id: stored(&id)?, username, display_name }))
            .collect::<Result<_, sqlx::Error>>()?,
        bound_to: (row.bounded != 0).then(|| bounds.clone()),
        expires_at: row.expires_at.map(Timestamp::from_millis),
        allowed_ips: ranges,
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
        },
        token,
        seq: row.seq,
        version: row.version,
        disabled: row.disabled != 0,
        bound,
    }))
}

/// The APIs that a token is granted one by one.
async fn apis_of(connection: &mut AnyConnection, id: &TokenId) -> Result<Vec<ApiRef>, sqlx::Error> {
    type Row = (String, String, String, String, Option<String>, String, i64);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT a.id, a.key, a.name, a.method, a.base_path, a.path, a.removed FROM token_apis ta \
         JOIN apis a ON a.id = ta.api_id WHERE ta.token_id = $1 ORDER BY a.key",
    )
    .bind(id.to_string())
    .fetch_all(connection)
    .await?;
    let read = |(id, key, name, method, base_path, path, removed): Row| {
        Ok(ApiRef { id: stored(&id)?, key, name, method, base_path, path, removed: removed != 0 })
    };
    rows.into_iter().map(read).collect()
}

/// The public key of a token whose client brings one.
async fn client_key(connection: &mut AnyConnection, id: &TokenId) -> Result<Option<ClientKey>, sqlx::Error> {
    let jwk = current_key(connection, id).await?.and_then(|key| key.public_jwk);
    let jwk = jwk.as_deref().map(serde_json::from_str).transpose();
    jwk.map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// The address ranges of a column, as written and as read.
fn networks(column: &str) -> Result<(Vec<String>, Vec<IpNet>), sqlx::Error> {
    let texts: Vec<String> =
        serde_json::from_str(column).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    let networks: Result<_, ipnet::AddrParseError> = texts.iter().map(|text| text.parse()).collect();
    let networks = networks.map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    Ok((texts, networks))
}

/// The token that has a name, by its folded form.
pub(super) async fn holder_of_name(
    connection: &mut AnyConnection,
    name_key: &str,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM tokens WHERE name_key = $1")
        .bind(name_key.to_owned())
        .fetch_optional(connection)
        .await
}

/// Tokens of another name that looks like this one, by id and name.
pub(super) async fn look_alikes(
    connection: &mut AnyConnection,
    id: &TokenId,
    name: &str,
) -> Result<Vec<(String, String)>, sqlx::Error> {
    sqlx::query_as("SELECT id, name FROM tokens WHERE skeleton = $1 AND id <> $2 ORDER BY seq DESC LIMIT 5")
        .bind(skeleton(name))
        .bind(id.to_string())
        .fetch_all(connection)
        .await
}

/// What the name of a token is compared by, as it is stored.
pub(super) async fn name_key(connection: &mut AnyConnection, id: &TokenId) -> Result<String, sqlx::Error> {
    sqlx::query_scalar("SELECT name_key FROM tokens WHERE id = $1")
        .bind(id.to_string())
        .fetch_one(connection)
        .await
}

/// Notes that another token has the key that the name of this one has by today's rule.
pub(super) async fn note_taken_key(
    connection: &mut AnyConnection,
    seq: i64,
    key: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE tokens SET taken_key = $1 WHERE seq = $2")
        .bind(key.to_owned())
        .bind(seq)
        .execute(connection)
        .await
        .map(drop)
}

/// The condition that another token has the name of `t` by today's rule.
const NAME_TAKEN: &str = " AND t.taken_key IS NOT NULL \
    AND EXISTS (SELECT 1 FROM tokens o WHERE o.name_key = t.taken_key)";

/// Whether another token has the name of this one by today's rule.
pub(super) async fn is_name_taken(connection: &mut AnyConnection, id: &TokenId) -> Result<bool, sqlx::Error> {
    let mut sql = Sql::new("SELECT t.seq FROM tokens t WHERE t.id = ");
    sql.bind(id.to_string()).push(NAME_TAKEN);
    sql.query_as::<(i64,)>().fetch_optional(connection).await.map(|found| found.is_some())
}

/// What of a token is written.
pub(super) struct Written<'a> {
    pub(super) name: &'a str,
    pub(super) name_key: &'a str,
    pub(super) description: &'a str,
    pub(super) disabled: bool,
    pub(super) limits: &'a Limits,
    pub(super) grants: &'a Grants,
    pub(super) targets: &'a Targets,
    pub(super) by: &'a str,
}

impl Written<'_> {
    fn ranges(&self) -> String {
        let texts: Vec<String> = self.limits.allowed_ips.iter().map(ToString::to_string).collect();
        serde_json::json!(texts).to_string()
    }

    fn all_projects(&self) -> bool {
        matches!(self.targets, Targets::Projects(Reach::All))
    }

    fn bounded(&self) -> bool {
        matches!(self.targets, Targets::Users { bound: Reach::Only(_), .. })
    }
}

/// Adds a token.
pub(super) async fn insert(
    transaction: &mut Transaction,
    _: &MayManage,
    (id, kind, has_client_key): (&TokenId, Kind, bool),
    written: &Written<'_>,
    key_size: Option<u16>,
    parent: Option<&TokenId>,
) -> Result<(), sqlx::Error> {
    let (seq,): (i64,) = sqlx::query_as(
        "INSERT INTO tokens (id, kind, name, name_key, description, disabled, all_projects, bounded, expires_at, \
         allowed_ips, one_time_only, key_size, generation, version, parent_token, created_at, created_by, updated_at, \
         updated_by, client_key, skeleton) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, 1, $13, $14, $15, $14, $15, $16, $17) \
         RETURNING seq",
    )
    .bind(id.to_string())
    .bind(kind.as_str())
    .bind(written.name.to_owned())
    .bind(written.name_key.to_owned())
    .bind(written.description.to_owned())
    .bind(i32::from(written.disabled))
    .bind(i32::from(written.all_projects()))
    .bind(i32::from(written.bounded()))
    .bind(written.limits.expires_at)
    .bind(written.ranges())
    .bind(i32::from(written.limits.one_time_only))
    .bind(key_size.map(i32::from))
    .bind(parent.map(ToString::to_string))
    .bind(now())
    .bind(written.by.to_owned())
    .bind(i32::from(has_client_key))
    .bind(skeleton(written.name))
    .fetch_one(transaction.connection())
    .await?;
    insert_lists(transaction.connection(), id, written).await?;
    index_name(transaction, seq, written.name_key).await
}

/// Writes a token anew, as the next version.
pub(super) async fn update(
    transaction: &mut Transaction,
    _: &MayManage,
    (id, seq): (&TokenId, i64),
    written: &Written<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE tokens SET name = $1, name_key = $2, description = $3, disabled = $4, all_projects = $5, bounded = $6, \
         expires_at = $7, allowed_ips = $8, one_time_only = $9, version = version + 1, updated_at = $10, \
         updated_by = $11, skeleton = $12, \
         taken_key = CASE WHEN name_key = $2 THEN taken_key END WHERE id = $13",
    )
    .bind(written.name.to_owned())
    .bind(written.name_key.to_owned())
    .bind(written.description.to_owned())
    .bind(i32::from(written.disabled))
    .bind(i32::from(written.all_projects()))
    .bind(i32::from(written.bounded()))
    .bind(written.limits.expires_at)
    .bind(written.ranges())
    .bind(i32::from(written.limits.one_time_only))
    .bind(now())
    .bind(written.by.to_owned())
    .bind(skeleton(written.name))
    .bind(id.to_string())
    .execute(transaction.connection())
    .await?;
    for statement in [
        "DELETE FROM token_apis WHERE token_id = $1",
        "DELETE FROM token_systems WHERE token_id = $1",
        "DELETE FROM token_projects WHERE token_id = $1",
        "DELETE FROM token_users WHERE token_id = $1",
        "DELETE FROM token_bounds WHERE token_id = $1",
    ] {
        sqlx::query(statement).bind(id.to_string()).execute(transaction.connection()).await?;
    }
    insert_lists(transaction.connection(), id, written).await?;
    index_name(transaction, seq, written.name_key).await
}

async fn insert_lists(
    connection: &mut AnyConnection,
    id: &TokenId,
    written: &Written<'_>,
) -> Result<(), sqlx::Error> {
    let texts = |ids: &BTreeSet<ProjectId>| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    let (projects, users, bounds) = match written.targets {
        Targets::Projects(Reach::All) => (Vec::new(), Vec::new(), Vec::new()),
        Targets::Projects(Reach::Only(projects)) => (texts(projects), Vec::new(), Vec::new()),
        Targets::Users { users, bound } => {
            let users = users.iter().map(|user| user.id.to_string()).collect();
            (Vec::new(), users, if let Reach::Only(bound) = bound { texts(bound) } else { Vec::new() })
        }
    };
    let apis = written.grants.apis.iter().map(|api| api.id.to_string()).collect();
    let systems = written.grants.whole.iter().map(ToString::to_string).collect();
    for (statement, ids) in [
        ("INSERT INTO token_apis (token_id, api_id) VALUES ", apis),
        ("INSERT INTO token_systems (token_id, system_id) VALUES ", systems),
        ("INSERT INTO token_projects (token_id, project_id) VALUES ", projects),
        ("INSERT INTO token_users (token_id, user_id) VALUES ", users),
        ("INSERT INTO token_bounds (token_id, project_id) VALUES ", bounds),
    ] {
        let ids: Vec<String> = ids;
        for some in ids.chunks(200) {
            let mut sql = Sql::new(statement);
            for (index, one) in some.iter().enumerate() {
                sql.push(if index == 0 { "(" } else { ", (" }).bind(id.to_string()).push(", ");
                sql.bind(one.clone()).push(")");
            }
            sql.query().execute(&mut *connection).await?;
        }
    }
    Ok(())
}

/// Puts a token's name into the index of the search.
pub(super) async fn index_name(
    transaction: &mut Transaction,
    seq: i64,
    name_key: &str,
) -> Result<(), sqlx::Error> {
    let written = grams(name_key).into_iter().collect::<Vec<_>>().join(" ");
    let engine = transaction.engine();
    engine.index_grams(transaction.connection(), seq, &written).await
}

/// Deletes a token and all that it proves itself with.
pub(super) async fn delete(
    transaction: &mut Transaction,
    _: &MayManage,
    id: &TokenId,
    seq: i64,
) -> Result<(), sqlx::Error> {
    let engine: Engine = transaction.engine();
    engine.unindex_grams(transaction.connection(), seq).await?;
    sqlx::query("DELETE FROM tokens WHERE id = $1")
        .bind(id.to_string())
        .execute(transaction.connection())
        .await
        .map(drop)
}

/// The ids of a token's keys.
pub(super) async fn key_ids(
    connection: &mut AnyConnection,
    id: &TokenId,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM token_keys WHERE token_id = $1")
        .bind(id.to_string())
        .fetch_all(connection)
        .await
}

/// Adds the key of a generation.
pub(super) async fn insert_key(
    connection: &mut AnyConnection,
    token: &TokenId,
    generation: i64,
    key: &NewKey,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO token_keys (id, token_id, generation, private_key, public_jwk, secret, secret_digest, open_token, \
         open_token_digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(key.id.to_string())
    .bind(token.to_string())
    .bind(generation)
    .bind(key.private_key.clone())
    .bind(key.public_jwk.clone())
    .bind(key.secret.clone())
    .bind(key.secret_digest.map(|digest| digest.as_slice().to_vec()))
    .bind(key.open_token.clone())
    .bind(key.open_token_digest.map(|digest| digest.as_slice().to_vec()))
    .execute(connection)
    .await
    .map(drop)
}

/// Makes a generation the current one: keys before it end at `until`, or are
/// destroyed where there is no overlap; those that have ended are destroyed.
pub(super) async fn start_generation(
    connection: &mut AnyConnection,
    token: &TokenId,
    generation: i64,
    until: Option<i64>,
    by: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE tokens SET generation = $1, version = version + 1, updated_at = $2, updated_by = $3 WHERE id = $4")
        .bind(generation)
        .bind(now())
        .bind(by.to_owned())
        .bind(token.to_string())
        .execute(&mut *connection)
        .await?;
    if let Some(until) = until {
        sqlx::query("UPDATE token_keys SET valid_until = $1 WHERE token_id = $2 AND (valid_until IS NULL OR valid_until > $1)")
            .bind(until)
            .bind(token.to_string())
            .execute(&mut *connection)
            .await?;
    }
    // Without an overlap also those that still had one from a rotation before.
    let gone_by = if until.is_some() { now() } else { i64::MAX };
    sqlx::query("DELETE FROM token_keys WHERE token_id = $1 AND (valid_until IS NULL OR valid_until <= $2)")
        .bind(token.to_string())
        .bind(gone_by)
        .execute(connection)
        .await
        .map(drop)
}

/// The current key of a token.
pub(super) async fn current_key(
    connection: &mut AnyConnection,
    id: &TokenId,
) -> Result<Option<StoredKey>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, public_jwk, secret, open_token FROM token_keys WHERE token_id = $1 ORDER BY generation DESC LIMIT 1",
    )
    .bind(id.to_string())
    .fetch_optional(connection)
    .await
}

/// Notes that a key was shown; whether it was the first time.
pub(super) async fn first_reveal(connection: &mut AnyConnection, key: &str) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE token_keys SET revealed_at = $1 WHERE id = $2 AND revealed_at IS NULL")
        .bind(now())
        .bind(key.to_owned())
        .execute(connection)
        .await
        .map(|done| done.rows_affected() > 0)
}

/// Whether a token descends from another one.
pub(super) async fn descends(
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

/// Which tokens to list.
#[derive(Default)]
pub(super) struct Filter {
    pub(super) kind: Option<Kind>,
    pub(super) status: Option<Status>,
    pub(super) project: Option<String>,
    pub(super) user: Option<String>,
    pub(super) api: Option<String>,
    pub(super) name_taken: bool,
}

/// How names are looked for.
pub(super) enum Search<'a> {
    /// All of them.
    None,
    /// Those that hold this folded text.
    Holding(&'a str),
    /// Those that share grams with this folded text.
    Like(&'a str),
}

#[derive(FromRow)]
struct SummaryRow {
    seq: i64,
    id: String,
    kind: String,
    name: String,
    name_key: String,
    disabled: i64,
    all_projects: i64,
    expires_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
    last_used_at: Option<i64>,
    client_key: i64,
    grant_count: i64,
    target_count: i64,
    manageable: i64,
}

/// A token in a list, its place in it, and its folded name.
pub(super) struct Listed {
    pub(super) seq: i64,
    pub(super) name_key: String,
    pub(super) summary: TokenSummary,
}

/// Whether it is a JWT token granted to the principal.
fn push_granted_to(sql: &mut Sql, principal: &Principal) {
    sql.push("t.id IN (SELECT token_id FROM token_users WHERE user_id = ");
    sql.bind(principal.user().map(ToString::to_string).unwrap_or_default()).push(")");
}

/// Whether a token is the principal's to manage.
fn push_manageable(sql: &mut Sql, principal: &Principal) {
    let mine: Vec<String> = match principal.administers() {
        Reach::All => {
            sql.push("(1 = 1)");
            return;
        }
        Reach::Only(mine) => mine.iter().map(ToString::to_string).collect(),
    };
    if mine.is_empty() {
        sql.push("(1 = 0)");
        return;
    }
    // RSA tokens all of whose projects are theirs.
    sql.push("(t.id IN (SELECT p.token_id FROM token_projects p WHERE p.project_id IN (")
        .bind_all(mine.clone());
    sql.push(") AND NOT EXISTS (SELECT 1 FROM token_projects o WHERE o.token_id = p.token_id AND o.project_id NOT IN (");
    sql.bind_all(mine.clone()).push(")))");
    // JWT tokens all of whose users are members of their projects.
    sql.push(" OR t.id IN (SELECT u.token_id FROM token_users u JOIN members m ON m.user_id = u.user_id WHERE m.project_id IN (");
    sql.bind_all(mine.clone());
    sql.push(") AND NOT EXISTS (SELECT 1 FROM token_users o WHERE o.token_id = u.token_id AND o.user_id NOT IN (SELECT n.user_id FROM members n WHERE n.project_id IN (");
    sql.bind_all(mine).push(")))))");
}

fn push_where(sql: &mut Sql, engine: Engine, principal: &Principal, filter: &Filter, search: &Search<'_>) {
    if let Some(kind) = filter.kind {
        sql.push(" AND t.kind = ").bind(kind.as_str().to_owned());
    }
    match filter.status {
        None => {}
        Some(Status::Disabled) => {
            sql.push(" AND t.disabled = 1");
        }
        Some(Status::Active) => {
            sql.push(" AND t.disabled = 0 AND (t.expires_at IS NULL OR t.expires_at > ")
                .bind(now())
                .push(")");
        }
        Some(Status::Expired) => {
            sql.push(" AND t.disabled = 0 AND t.expires_at <= ").bind(now());
        }
    }
    if let Some(project) = &filter.project {
        sql.push(" AND t.id IN (SELECT token_id FROM token_projects WHERE project_id = ")
            .bind(project.clone())
            .push(")");
    }
    if let Some(user) = &filter.user {
        sql.push(" AND t.id IN (SELECT token_id FROM token_users WHERE user_id = ")
            .bind(user.clone())
            .push(")");
    }
    if let Some(api) = &filter.api {
        sql.push(" AND (t.id IN (SELECT token_id FROM token_apis WHERE api_id = ").bind(api.clone());
        sql.push(") OR t.id IN (SELECT ts.token_id FROM token_systems ts JOIN apis a ON a.system_id = ts.system_id WHERE a.id = ");
        sql.bind(api.clone()).push("))");
    }
    if filter.name_taken {
        sql.push(NAME_TAKEN);
    }
    if let Reach::Only(_) = principal.administers() {
        sql.push(" AND (");
        push_granted_to(sql, principal);
        sql.push(" OR ");
        push_manageable(sql, principal);
        sql.push(")");
    }
    let (text, every) = match search {
        Search::None => return,
        Search::Holding(text) => (*text, true),
        Search::Like(text) => (*text, false),
    };
    let grams: Vec<String> = grams(text).into_iter().collect();
    if !grams.is_empty() {
        sql.push(" AND t.seq IN (SELECT g.seq FROM (");
        engine.push_gram_match(sql, &grams, every);
        sql.push(") g)");
    }
    if every {
        // The grams of a text do not say where they stand: the text itself counts.
        let like = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        sql.push(" AND t.name_key LIKE ").bind(format!("%{like}%")).push(" ESCAPE '!'");
    }
}

/// Where a page of a list begins, and thereby how the list is sorted.
pub(super) enum Start {
    /// The newest first: behind the token with this `seq`, if one is named.
    Newest(Option<i64>),
    /// By name: behind this folded name.
    Name(String),
}

/// Tokens that the one who asks may see.
pub(super) async fn list(
    connection: &mut AnyConnection,
    engine: Engine,
    principal: &Principal,
    filter: &Filter,
    search: &Search<'_>,
    start: &Start,
    limit: usize,
) -> Result<Vec<Listed>, sqlx::Error> {
    let mut sql = Sql::new(
        "SELECT t.seq, t.id, t.kind, t.name, t.name_key, t.disabled, \
         t.all_projects, t.expires_at, t.created_at, t.updated_at, t.last_used_at, t.client_key, \
         (SELECT CAST(COUNT(*) AS BIGINT) FROM token_apis x WHERE x.token_id = t.id) \
         + (SELECT CAST(COUNT(*) AS BIGINT) FROM token_systems x WHERE x.token_id = t.id) AS grant_count, \
         (SELECT CAST(COUNT(*) AS BIGINT) FROM token_projects x WHERE x.token_id = t.id) \
         + (SELECT CAST(COUNT(*) AS BIGINT) FROM token_users x WHERE x.token_id = t.id) AS target_count, \
         CAST(CASE WHEN ",
    );
    // What is listed is theirs to manage or granted to them: only of the latter it is asked.
    push_granted_to(&mut sql, principal);
    sql.push(" AND NOT ");
    push_manageable(&mut sql, principal);
    sql.push(" THEN 0 ELSE 1 END AS BIGINT) AS manageable FROM tokens t WHERE ");
    match start {
        Start::Newest(before) => sql.push("t.seq < ").bind(before.unwrap_or(i64::MAX)),
        Start::Name(after) => sql.push("t.name_key > ").bind(after.clone()),
    };
    push_where(&mut sql, engine, principal, filter, search);
    sql.push(match start {
        Start::Newest(_) => " ORDER BY t.seq DESC LIMIT ",
        Start::Name(_) => " ORDER BY t.name_key LIMIT ",
    });
    sql.bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows: Vec<SummaryRow> = sql.query_as().fetch_all(connection).await?;
    let read = |row: SummaryRow| {
        Ok(Listed {
            seq: row.seq,
            name_key: row.name_key,
            summary: TokenSummary {
                id: stored(&row.id)?,
                kind: kind(&row.kind),
                name: row.name,
                status: status(row.disabled, row.expires_at),
                grant_count: row.grant_count,
                has_client_key: row.client_key != 0,
                target_count: (row.all_projects == 0).then_some(row.target_count),
                expires_at: row.expires_at.map(Timestamp::from_millis),
                created_at: Timestamp::from_millis(row.created_at),
                updated_at: Timestamp::from_millis(row.updated_at),
                manageable: row.manageable != 0,
                last_used_at: row.last_used_at.map(Timestamp::from_millis),
            },
        })
    };
    rows.into_iter().map(read).collect()
}

/// How many tokens a list has in all.
pub(super) async fn count(
    connection: &mut AnyConnection,
    engine: Engine,
    principal: &Principal,
    filter: &Filter,
    search: &Search<'_>,
) -> Result<i64, sqlx::Error> {
    let mut sql = Sql::new("SELECT CAST(COUNT(*) AS BIGINT) FROM tokens t WHERE 1 = 1");
    push_where(&mut sql, engine, principal, filter, search);
    sql.query_as::<(i64,)>().fetch_one(connection).await.map(|(count,)| count)
}

/// The use of a token since a day.
pub(super) async fn usage(
    connection: &mut AnyConnection,
    id: &TokenId,
    since: &str,
) -> Result<Vec<UsageDay>, sqlx::Error> {
    let rows: Vec<(String, Option<String>, String, i64)> = sqlx::query_as(
        "SELECT u.day, a.key, u.outcome, u.count FROM token_usage u LEFT JOIN apis a ON a.id = u.api_id \
         WHERE u.token_id = $1 AND u.day >= $2 ORDER BY u.day DESC, a.key, u.outcome",
    )
    .bind(id.to_string())
    .bind(since.to_owned())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(day, api, outcome, count)| UsageDay { day, api, outcome, count }).collect())
}

/// The answer that was given to an idempotency key: its request, `Location` and body.
pub(super) async fn answer(
    connection: &mut AnyConnection,
    key: &Digest,
) -> Result<Option<(Vec<u8>, Option<String>, String)>, sqlx::Error> {
    sqlx::query_as("SELECT request_digest, location, body FROM idempotency_keys WHERE digest = $1")
        .bind(key.as_slice().to_vec())
        .fetch_optional(connection)
        .await
}

/// Keeps the answer to an idempotency key.
pub(super) async fn keep_answer(
    connection: &mut AnyConnection,
    key: &Digest,
    request: &Digest,
    location: &str,
    body: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO idempotency_keys (digest, request_digest, status, location, body, created_at) \
         VALUES ($1, $2, 201, $3, $4, $5)",
    )
    .bind(key.as_slice().to_vec())
    .bind(request.as_slice().to_vec())
    .bind(location.to_owned())
    .bind(body.to_owned())
    .bind(now())
    .execute(connection)
    .await
    .map(drop)
}

/// Forgets answers that are a day old.
pub async fn forget_answers(database: &crate::database::Database) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM idempotency_keys WHERE created_at < $1")
        .bind(now() - 24 * 60 * 60 * 1_000)
        .execute(database.unordered_writer())
        .await
        .map(drop)
}
