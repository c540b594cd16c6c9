//! The SQL of systems, their APIs and verifier keys.

use std::collections::HashSet;

use latchkey_shared::fields::name_key;
use latchkey_shared::ids::{ApiId, KeyId, SystemId, TokenId};
use latchkey_shared::problem::TokenRef;
use latchkey_shared::projects::ProjectRef;
use latchkey_shared::systems::{Api, ApiScope, Gateway, System, VerifierKey};
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::Kind;
use sqlx::{AnyConnection, FromRow};

use crate::access::principal::Principal;
use crate::access::reach::Reach;
use crate::crypto::Digest;
use crate::database::matching::read_matching;
use crate::database::sql::Sql;
use crate::database::stored::stored;
use crate::database::{Database, now};

const SYSTEM: &str = "SELECT s.id, s.key, s.name, s.audience, s.base_path, s.project_param, \
    s.restricted, s.disabled, \
    s.builtin, s.created_at, s.updated_at, \
    (SELECT CAST(COUNT(*) AS BIGINT) FROM apis a WHERE a.system_id = s.id AND a.removed = 0) AS api_count, \
    (SELECT CAST(COUNT(*) AS BIGINT) FROM apis g WHERE g.system_id = s.id AND g.scope = 'global') AS global_api_count \
    FROM systems s WHERE 1 = 1";
const API: &str = "SELECT a.id, a.key, s.key AS system, a.system_id, a.operation_id, a.method, a.base_path, a.path, a.multi_segment, \
    a.name, a.tags, a.deprecated, a.scope, a.removed, \
    a.imported, a.unmatchable \
    FROM apis a JOIN systems s ON s.id = a.system_id WHERE 1 = 1";

#[derive(FromRow)]
struct SystemRow {
    id: String,
    key: String,
    name: String,
    audience: String,
    base_path: String,
    project_param: String,
    restricted: i64,
    disabled: i64,
    builtin: i64,
    created_at: i64,
    updated_at: i64,
    api_count: i64,
    global_api_count: i64,
}

impl SystemRow {
    fn read(self) -> Result<System, sqlx::Error> {
        Ok(System {
            id: stored(&self.id)?,
            key: self.key,
            name: self.name,
            audience: self.audience,
            base_path: self.base_path,
            project_param: self.project_param,
            restricted: self.restricted != 0,
            disabled: self.disabled != 0,
            builtin: self.builtin != 0,
            api_count: self.api_count,
            global_api_count: self.global_api_count,
            created_at: Timestamp::from_millis(self.created_at),
            updated_at: Timestamp::from_millis(self.updated_at),
            warnings: Vec::new(),
        })
    }
}

#[derive(FromRow)]
struct ApiRow {
    id: String,
    key: String,
    system: String,
    system_id: String,
    operation_id: String,
    method: String,
    base_path: Option<String>,
    path: String,
    multi_segment: String,
    name: String,
    tags: String,
    deprecated: i64,
    scope: String,
    removed: i64,
    imported: i64,
    unmatchable: Option<String>,
}

/// An API and what only the store needs to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredApi {
    pub(super) api: Api,
    pub(super) system: SystemId,
    pub(super) multi_segment: Vec<String>,
    pub(super) imported: bool,
}

impl ApiRow {
    fn read(self) -> Result<StoredApi, sqlx::Error> {
        Ok(StoredApi {
            system: stored(&self.system_id)?,
            multi_segment: serde_json::from_str(&self.multi_segment).unwrap_or_default(),
            imported: self.imported != 0,
            api: Api {
                id: stored(&self.id)?,
                key: self.key,
                system: self.system,
                operation_id: self.operation_id,
                method: self.method,
                base_path: self.base_path,
                path: self.path,
                name: self.name,
                tags: serde_json::from_str(&self.tags).unwrap_or_default(),
                deprecated: self.deprecated != 0,
                scope: if self.scope == ApiScope::Global.as_str() {
                    ApiScope::Global
                } else {
                    ApiScope::Project
                },
                removed: self.removed != 0,
                unmatchable: self.unmatchable,
                warnings: Vec::new(),
            },
        })
    }
}

/// Leaves out systems that are restricted to projects which the one who asks does not see.
fn push_visible(sql: &mut Sql, principal: &Principal) {
    if let Reach::Only(projects) = principal.sees() {
        sql.push(" AND (s.restricted = 0");
        if !projects.is_empty() {
            sql.push(" OR s.id IN (SELECT system_id FROM project_systems WHERE project_id IN (")
                .bind_all(projects.iter().map(ToString::to_string))
                .push("))");
        }
        sql.push(")");
    }
}

/// Leaves out systems of which the one who asks may grant nothing to a token of
/// this kind: what [`Principal::may_issue`] would refuse.
fn push_grantable(sql: &mut Sql, principal: &Principal, kind: Kind) {
    if principal.is_system_admin() {
        return;
    }
    if kind == Kind::Jwt {
        sql.push(" AND s.builtin = 0");
    }
    match principal.administers() {
        Reach::All => {}
        Reach::Only(projects) if projects.is_empty() => {
            sql.push(" AND 1 = 0");
        }
        Reach::Only(projects) => {
            sql.push(
                " AND (s.restricted = 0 OR s.id IN (SELECT system_id FROM project_systems WHERE project_id IN (",
            );
            sql.bind_all(projects.iter().map(ToString::to_string)).push(")))");
        }
    }
}

/// Leaves out APIs that only system administrators grant, for everybody else.
fn push_grantable_api(sql: &mut Sql, principal: &Principal) {
    if !principal.is_system_admin() {
        sql.push(" AND a.scope = 'project'");
    }
}

/// PostgreSQL refuses NUL in text, and nothing stored holds it.
fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// The keys and the names of the other systems.
pub(super) async fn names_beside(
    connection: &mut AnyConnection,
    id: &SystemId,
) -> Result<(Vec<String>, Vec<String>), sqlx::Error> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT key, name FROM systems WHERE id <> $1 ORDER BY key")
            .bind(id.to_string())
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().unzip())
}

/// A system by id or key, if the one who asks may know of it.
pub async fn system(
    connection: &mut AnyConnection,
    principal: Option<&Principal>,
    named: &str,
) -> Result<Option<System>, sqlx::Error> {
    let mut sql = Sql::new(SYSTEM);
    sql.push(" AND (s.id = ").bind(clean(named)).push(" OR s.key = ").bind(clean(named)).push(")");
    if let Some(principal) = principal {
        push_visible(&mut sql, principal);
    }
    sql.query_as::<SystemRow>().fetch_optional(connection).await?.map(SystemRow::read).transpose()
}

/// Which systems to list.
pub(super) struct SystemFilter {
    /// Part of the key or the name, folded.
    pub(super) q: String,
    /// Only those of which the one who asks may grant something to a token of this kind.
    pub(super) grantable: Option<Kind>,
    pub(super) after: String,
    pub(super) limit: usize,
}

/// Systems that the one who asks may know of, in the order of their keys.
pub(super) async fn systems(
    connection: &mut AnyConnection,
    principal: &Principal,
    filter: &SystemFilter,
) -> Result<Vec<System>, sqlx::Error> {
    let read = async |after: String, some: i64| {
        let mut sql = Sql::new(SYSTEM);
        sql.push(" AND s.key > ").bind(after);
        match filter.grantable {
            None => push_visible(&mut sql, principal),
            Some(kind) => {
                push_grantable(&mut sql, principal, kind);
                sql.push(" AND EXISTS (SELECT 1 FROM apis a WHERE a.system_id = s.id AND a.removed = 0");
                push_grantable_api(&mut sql, principal);
                sql.push(")");
            }
        }
        sql.push(" ORDER BY s.key LIMIT ").bind(some);
        sql.query_as::<SystemRow>().fetch_all(&mut *connection).await
    };
    let rows =
        read_matching(&filter.q, &filter.after, filter.limit, read, |row: &SystemRow| [&row.key, &row.name])
            .await?;
    rows.into_iter().map(SystemRow::read).collect()
}

/// The system that has this key or audience, if one has.
pub(super) async fn taken_by(
    connection: &mut AnyConnection,
    column: &'static str,
    value: &str,
) -> Result<Option<String>, sqlx::Error> {
    let mut sql = Sql::new("SELECT id FROM systems WHERE ");
    sql.push(column).push(" = ").bind(value.to_owned());
    Ok(sql.query_as::<(String,)>().fetch_optional(connection).await?.map(|(id,)| id))
}

pub(super) async fn insert_system(
    connection: &mut AnyConnection,
    system: &System,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO systems (id, key, name, audience, base_path, project_param, builtin, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
    )
    .bind(system.id.to_string())
    .bind(system.key.clone())
    .bind(system.name.clone())
    .bind(system.audience.clone())
    .bind(system.base_path.clone())
    .bind(system.project_param.clone())
    .bind(i32::from(system.builtin))
    .bind(now())
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn update_system(
    connection: &mut AnyConnection,
    system: &System,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE systems SET name = $1, audience = $2, base_path = $3, project_param = $4, restricted = $5, \
         disabled = $6, updated_at = $7 WHERE id = $8",
    )
    .bind(system.name.clone())
    .bind(system.audience.clone())
    .bind(system.base_path.clone())
    .bind(system.project_param.clone())
    .bind(i32::from(system.restricted))
    .bind(i32::from(system.disabled))
    .bind(now())
    .bind(system.id.to_string())
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn delete_system(connection: &mut AnyConnection, id: &SystemId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM systems WHERE id = $1").bind(id.to_string()).execute(connection).await.map(drop)
}

/// Tokens that are granted a system or any of its APIs.
pub(super) async fn tokens_of_system(
    connection: &mut AnyConnection,
    id: &SystemId,
) -> Result<Vec<TokenRef>, sqlx::Error> {
    let mut sql = Sql::new(
        "SELECT id, name FROM tokens WHERE id IN (SELECT token_id FROM token_systems WHERE system_id = ",
    );
    sql.bind(id.to_string())
        .push(" UNION SELECT ta.token_id FROM token_apis ta JOIN apis a ON a.id = ta.api_id WHERE a.system_id = ")
        .bind(id.to_string())
        .push(") ORDER BY seq DESC LIMIT 100");
    token_refs(connection, sql).await
}

/// Tokens that are granted one of these APIs by itself.
pub(super) async fn tokens_of_apis(
    connection: &mut AnyConnection,
    apis: &[ApiId],
) -> Result<Vec<TokenRef>, sqlx::Error> {
    let mut found = Vec::new();
    for some in apis.chunks(200) {
        let mut sql = Sql::new(
            "SELECT id, name FROM tokens WHERE id IN (SELECT token_id FROM token_apis WHERE api_id IN (",
        );
        sql.bind_all(some.iter().map(ToString::to_string)).push(")) ORDER BY seq DESC LIMIT 100");
        for token in token_refs(connection, sql).await? {
            if !found.contains(&token) {
                found.push(token);
            }
        }
    }
    Ok(found)
}

async fn token_refs(connection: &mut AnyConnection, sql: Sql) -> Result<Vec<TokenRef>, sqlx::Error> {
    let rows: Vec<(String, String)> = sql.query_as().fetch_all(connection).await?;
    rows.into_iter().map(|(id, name)| Ok(TokenRef { id: stored::<TokenId>(&id)?, name })).collect()
}

/// The ids of those APIs of a system that a token is granted by itself.
async fn granted_apis(
    connection: &mut AnyConnection,
    system: &SystemId,
) -> Result<HashSet<String>, sqlx::Error> {
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT ta.api_id FROM token_apis ta JOIN apis a ON a.id = ta.api_id WHERE a.system_id = $1",
    )
    .bind(system.to_string())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().collect())
}

/// All APIs of a system, also those that no call matches.
pub(super) async fn apis_of(
    connection: &mut AnyConnection,
    system: &SystemId,
) -> Result<Vec<StoredApi>, sqlx::Error> {
    let mut sql = Sql::new(API);
    sql.push(" AND a.system_id = ").bind(system.to_string()).push(" ORDER BY a.key");
    sql.query_as::<ApiRow>().fetch_all(connection).await?.into_iter().map(ApiRow::read).collect()
}

/// Which APIs to list.
pub(super) struct ApiFilter {
    pub(super) system: Option<SystemId>,
    pub(super) q: String,
    pub(super) tag: Option<String>,
    /// Only those that the one who asks may grant to a token of this kind.
    pub(super) grantable: Option<Kind>,
    pub(super) after: String,
    pub(super) limit: usize,
}

pub(super) async fn list_apis(
    connection: &mut AnyConnection,
    principal: &Principal,
    filter: &ApiFilter,
) -> Result<Vec<Api>, sqlx::Error> {
    let like = format!("%{}%", filter.q.replace('!', "!!").replace('%', "!%").replace('_', "!_"));
    let mut sql = Sql::new(API);
    sql.push(" AND a.key > ").bind(filter.after.clone());
    if let Some(system) = &filter.system {
        sql.push(" AND a.system_id = ").bind(system.to_string());
    }
    if !filter.q.is_empty() {
        sql.push(" AND (a.name_key LIKE ").bind(like.clone()).push(" ESCAPE '!' OR lower(a.key) LIKE ");
        sql.bind(like.clone()).push(" ESCAPE '!' OR lower(a.path) LIKE ").bind(like).push(" ESCAPE '!')");
    }
    if let Some(tag) = &filter.tag {
        // Tags are a JSON array of texts: this one as it is written there.
        let written = serde_json::Value::from(clean(tag)).to_string();
        let like = format!("%{}%", written.replace('!', "!!").replace('%', "!%").replace('_', "!_"));
        sql.push(" AND a.tags LIKE ").bind(like).push(" ESCAPE '!'");
    }
    match filter.grantable {
        None => push_visible(&mut sql, principal),
        Some(kind) => {
            push_grantable(&mut sql, principal, kind);
            sql.push(" AND a.removed = 0");
            push_grantable_api(&mut sql, principal);
        }
    }
    sql.push(" ORDER BY a.key LIMIT ").bind(i64::try_from(filter.limit).unwrap_or(i64::MAX));
    let rows = sql.query_as::<ApiRow>().fetch_all(connection).await?;
    rows.into_iter().map(|row| row.read().map(|stored| stored.api)).collect()
}

/// An API of a system by id, key or operation id.
pub(super) async fn api(
    connection: &mut AnyConnection,
    system: &SystemId,
    named: &str,
) -> Result<Option<StoredApi>, sqlx::Error> {
    let mut sql = Sql::new(API);
    sql.push(" AND a.system_id = ").bind(system.to_string()).push(" AND (a.id = ").bind(clean(named));
    sql.push(" OR a.key = ").bind(clean(named)).push(" OR a.operation_id = ").bind(clean(named)).push(")");
    sql.query_as::<ApiRow>().fetch_optional(connection).await?.map(ApiRow::read).transpose()
}

/// The id of an API by key or id.
pub async fn api_id(connection: &mut AnyConnection, named: &str) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM apis WHERE id = $1 OR key = $1")
        .bind(clean(named))
        .fetch_optional(connection)
        .await
}

/// Adds APIs, many a statement.
pub(super) async fn insert_apis(
    connection: &mut AnyConnection,
    apis: &[&StoredApi],
) -> Result<(), sqlx::Error> {
    for some in apis.chunks(100) {
        let mut sql = Sql::new(
            "INSERT INTO apis (id, system_id, key, operation_id, method, path, multi_segment, name, name_key, tags, \
             deprecated, scope, removed, imported, base_path, unmatchable) VALUES ",
        );
        for (index, StoredApi { api, system, multi_segment, imported }) in some.iter().enumerate() {
            sql.push(if index == 0 { "(" } else { ", (" });
            for text in [
                api.id.to_string(),
                system.to_string(),
                api.key.clone(),
                api.operation_id.clone(),
                api.method.clone(),
                api.path.clone(),
                serde_json::json!(multi_segment).to_string(),
                api.name.clone(),
                name_key(&api.name),
                serde_json::json!(api.tags).to_string(),
            ] {
                sql.bind(text).push(", ");
            }
            sql.bind(i32::from(api.deprecated)).push(", ").bind(api.scope.as_str().to_owned()).push(", ");
            sql.bind(i32::from(api.removed)).push(", ").bind(i32::from(*imported)).push(", ");
            sql.bind(api.base_path.clone()).push(", ");
            sql.bind(api.unmatchable.clone()).push(")");
        }
        sql.query().execute(&mut *connection).await?;
    }
    Ok(())
}

pub(super) async fn update_api(
    connection: &mut AnyConnection,
    stored: &StoredApi,
) -> Result<(), sqlx::Error> {
    let api = &stored.api;
    sqlx::query(
        "UPDATE apis SET key = $1, operation_id = $2, multi_segment = $3, name = $4, name_key = $5, tags = $6, \
         deprecated = $7, scope = $8, removed = $9, imported = $10, base_path = $11, unmatchable = $12 WHERE id = $13",
    )
    .bind(api.key.clone())
    .bind(api.operation_id.clone())
    .bind(serde_json::json!(stored.multi_segment).to_string())
    .bind(api.name.clone())
    .bind(name_key(&api.name))
    .bind(serde_json::json!(api.tags).to_string())
    .bind(i32::from(api.deprecated))
    .bind(api.scope.as_str())
    .bind(i32::from(api.removed))
    .bind(i32::from(stored.imported))
    .bind(api.base_path.clone())
    .bind(api.unmatchable.clone())
    .bind(api.id.to_string())
    .execute(connection)
    .await
    .map(drop)
}

/// Frees the keys of APIs that are about to be renamed: two that swap their ids
/// would stand in each other's way.
pub(super) async fn free_keys(connection: &mut AnyConnection, apis: &[ApiId]) -> Result<(), sqlx::Error> {
    for some in apis.chunks(200) {
        let mut sql = Sql::new("UPDATE apis SET key = id WHERE id IN (");
        sql.bind_all(some.iter().map(ToString::to_string)).push(")");
        sql.query().execute(&mut *connection).await?;
    }
    Ok(())
}

pub(super) async fn delete_apis(connection: &mut AnyConnection, apis: &[ApiId]) -> Result<(), sqlx::Error> {
    for some in apis.chunks(200) {
        let mut sql = Sql::new("DELETE FROM apis WHERE id IN (");
        sql.bind_all(some.iter().map(ToString::to_string)).push(")");
        sql.query().execute(&mut *connection).await?;
    }
    Ok(())
}

pub(super) async fn set_base_path(
    connection: &mut AnyConnection,
    system: &SystemId,
    base_path: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE systems SET base_path = $1, updated_at = $2 WHERE id = $3")
        .bind(base_path.to_owned())
        .bind(now())
        .bind(system.to_string())
        .execute(connection)
        .await
        .map(drop)
}

/// The projects that a system is opened to.
pub(super) async fn opened_to(
    connection: &mut AnyConnection,
    system: &SystemId,
) -> Result<Vec<ProjectRef>, sqlx::Error> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT p.id, p.key, p.name FROM project_systems o JOIN projects p ON p.id = o.project_id \
         WHERE o.system_id = $1 ORDER BY p.key",
    )
    .bind(system.to_string())
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|(id, key, name)| Ok(ProjectRef { id: stored(&id)?, key, name })).collect()
}

pub(super) async fn verifier_keys(
    connection: &mut AnyConnection,
    system: &SystemId,
) -> Result<Vec<VerifierKey>, sqlx::Error> {
    let rows: Vec<(String, String, String, Option<String>, i64)> = sqlx::query_as(
        "SELECT id, name, hint, gateway, created_at FROM verifier_keys WHERE system_id = $1 ORDER BY id",
    )
    .bind(system.to_string())
    .fetch_all(connection)
    .await?;
    let read = |(id, name, hint, gateway, created_at): (String, String, String, Option<String>, i64)| {
        let gateway = gateway.as_deref().and_then(Gateway::named);
        Ok(VerifierKey {
            id: stored(&id)?,
            name,
            hint,
            gateway,
            created_at: Timestamp::from_millis(created_at),
        })
    };
    rows.into_iter().map(read).collect()
}

pub(super) async fn insert_verifier_key(
    connection: &mut AnyConnection,
    system: &SystemId,
    key: &VerifierKey,
    digest: &Digest,
    created_at: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO verifier_keys (id, system_id, name, hint, digest, gateway, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(key.id.to_string())
    .bind(system.to_string())
    .bind(key.name.clone())
    .bind(key.hint.clone())
    .bind(digest.as_slice().to_vec())
    .bind(key.gateway.map(Gateway::as_str))
    .bind(created_at)
    .execute(connection)
    .await
    .map(drop)
}

/// Deletes a verifier key; its name, if there was one.
pub(super) async fn delete_verifier_key(
    connection: &mut AnyConnection,
    system: &SystemId,
    id: &KeyId,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("DELETE FROM verifier_keys WHERE id = $1 AND system_id = $2 RETURNING name")
        .bind(id.to_string())
        .bind(system.to_string())
        .fetch_optional(connection)
        .await
}

/// What an import compares a document with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) system: System,
    /// All of the system's APIs, also those that no call matches.
    pub(super) apis: Vec<StoredApi>,
    /// The ids of those that a token is granted by themselves.
    pub(super) granted: HashSet<String>,
}

impl Known {
    pub(super) async fn read(connection: &mut AnyConnection, system: System) -> Result<Self, sqlx::Error> {
        let apis = apis_of(&mut *connection, &system.id).await?;
        let granted = granted_apis(connection, &system.id).await?;
        Ok(Self { system, apis, granted })
    }
}

/// What a document changes of a system's APIs.
#[derive(Default)]
pub(super) struct Difference {
    pub(super) added: Vec<StoredApi>,
    pub(super) changed: Vec<StoredApi>,
    pub(super) removed: Vec<StoredApi>,
    pub(super) unchanged: usize,
}

/// Writes a difference: what vanished and is granted stays, marked.
pub(super) async fn apply(
    connection: &mut AnyConnection,
    difference: &mut Difference,
    granted: &HashSet<String>,
) -> Result<(), sqlx::Error> {
    let (mut kept, mut gone) = (Vec::new(), Vec::new());
    for stored in &mut difference.removed {
        if granted.contains(stored.api.id.as_str()) {
            stored.api.removed = true;
            kept.push(&*stored);
        } else {
            gone.push(stored.api.id.clone());
        }
    }
    delete_apis(connection, &gone).await?;
    let changed: Vec<ApiId> = difference.changed.iter().map(|stored| stored.api.id.clone()).collect();
    free_keys(connection, &changed).await?;
    // What stays only because it is granted must not keep a key that the document gives to another.
    let taken: HashSet<&str> =
        difference.added.iter().chain(&difference.changed).map(|stored| stored.api.key.as_str()).collect();
    for stored in kept {
        if taken.contains(stored.api.key.as_str()) {
            free_keys(connection, std::slice::from_ref(&stored.api.id)).await?;
        }
        sqlx::query("UPDATE apis SET removed = 1 WHERE id = $1")
            .bind(stored.api.id.to_string())
            .execute(&mut *connection)
            .await?;
    }
    for stored in &difference.changed {
        update_api(connection, stored).await?;
    }
    let added: Vec<&StoredApi> = difference.added.iter().collect();
    insert_apis(connection, &added).await
}

/// Computes the stored keys of the names of APIs anew.
pub async fn renew_name_keys(database: &Database) -> Result<(), sqlx::Error> {
    let mut after = String::new();
    loop {
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT id, name, name_key FROM apis \
             WHERE id > $1 AND octet_length(name) <> length(name) ORDER BY id LIMIT 2000",
        )
        .bind(after)
        .fetch_all(database.reader())
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.0.clone();
        let stale: Vec<_> = rows.into_iter().filter(|(_, name, key)| name_key(name) != *key).collect();
        if stale.is_empty() {
            continue;
        }
        let written: Result<(), sqlx::Error> = database
            .write(move |transaction| {
                Box::pin(async move {
                    for (id, name, _) in stale {
                        sqlx::query("UPDATE apis SET name_key = $1 WHERE id = $2")
                            .bind(name_key(&name))
                            .bind(id)
                            .execute(transaction.connection())
                            .await?;
                    }
                    Ok(())
                })
            })
            .await;
        written?;
    }
}
