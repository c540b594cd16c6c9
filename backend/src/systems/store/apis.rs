//! APIs.

use latchkey_shared::ids::{ApiId, SystemId};
use latchkey_shared::problem::TokenRef;
use latchkey_shared::systems::{Api, ApiScope, System};
use latchkey_shared::tokens::Kind;
use serde_json::{Value, json};
use sqlx::{AnyConnection, FromRow};

use super::filters::{clean, push_grantable, push_grantable_api, push_visible, token_refs};
use crate::access::principal::Principal;
use crate::database::folded::folded;
use crate::database::looks::{beside, looks};
use crate::database::sql::Sql;
use crate::database::stored::stored;
use crate::database::{Engine, Taking};

const API: &str = "SELECT a.id, a.key, s.key AS system, a.system_id, a.operation_id, a.method, a.base_path, a.path, a.multi_segment, \
    a.name, a.tags, a.deprecated, a.scope, a.removed, \
    a.imported, a.unmatchable \
    FROM apis a JOIN systems s ON s.id = a.system_id WHERE 1 = 1";

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

/// An API, with what only the store needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredApi {
    pub(crate) api: Api,
    pub(crate) system: SystemId,
    pub(crate) multi_segment: Vec<String>,
    pub(crate) imported: bool,
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

/// Tokens that are granted one of these APIs by itself.
pub(crate) async fn tokens_of_apis(
    connection: &mut AnyConnection,
    apis: &[ApiId],
) -> Result<Vec<TokenRef>, sqlx::Error> {
    let mut sql =
        Sql::new("SELECT id, name FROM tokens WHERE id IN (SELECT token_id FROM token_apis WHERE api_id");
    Engine::of(connection).push_in(&mut sql, apis);
    sql.push(") ORDER BY seq DESC LIMIT 100");
    token_refs(connection, sql).await
}

/// Another API of a system whose operation id, or name, looks like `text`. `column` says which, `looks` is
/// the column with what they look like.
pub(crate) async fn api_look_alike(
    connection: &mut AnyConnection,
    system: &SystemId,
    column: &'static str,
    looks: &'static str,
    text: &str,
) -> Result<Option<String>, sqlx::Error> {
    for (from, to) in beside(text) {
        let mut sql = Sql::new("SELECT ");
        sql.push(column).push(" FROM apis WHERE system_id = ").bind(system.to_string());
        sql.push(" AND ").push(looks).push(" > ").bind(from).push(" AND ").push(looks).push(" < ").bind(to);
        // With an order, PostgreSQL does not expect to find one soon by reading the system's APIs.
        sql.push(" ORDER BY ").push(looks).push(" LIMIT 1");
        if let Some((found,)) = sql.query_as::<(String,)>().fetch_optional(&mut *connection).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// All APIs of a system, also those that no call can match.
pub(crate) async fn apis_of(
    connection: &mut AnyConnection,
    system: &SystemId,
) -> Result<Vec<StoredApi>, sqlx::Error> {
    let mut sql = Sql::new(API);
    sql.push(" AND a.system_id = ").bind(system.to_string()).push(" ORDER BY a.key");
    sql.query_as::<ApiRow>().fetch_all(connection).await?.into_iter().map(ApiRow::read).collect()
}

/// Which APIs to list.
pub(crate) struct ApiFilter {
    pub(crate) system: Option<SystemId>,
    pub(crate) q: String,
    pub(crate) tag: Option<String>,
    /// Only APIs that the caller may grant to a token of this kind.
    pub(crate) grantable: Option<Kind>,
    pub(crate) after: String,
    pub(crate) limit: usize,
}

pub(crate) async fn list_apis(
    connection: &mut AnyConnection,
    principal: &Principal,
    filter: &ApiFilter,
) -> Result<Vec<Api>, sqlx::Error> {
    let engine = Engine::of(connection);
    let mut sql = Sql::new(API);
    sql.push(" AND a.key > ").bind(filter.after.clone());
    if let Some(system) = &filter.system {
        sql.push(" AND a.system_id = ").bind(system.to_string());
    }
    if !filter.q.is_empty() {
        engine.push_contains(&mut sql, "a.folded", &filter.q);
    }
    if let Some(tag) = &filter.tag {
        // Tags are a JSON array of texts. This is one tag in JSON.
        engine.push_contains(&mut sql, "a.tags", &Value::from(clean(tag)).to_string());
    }
    match filter.grantable {
        None => push_visible(&mut sql, engine, principal),
        Some(kind) => {
            push_grantable(&mut sql, engine, principal, kind);
            sql.push(" AND a.removed = 0");
            push_grantable_api(&mut sql, principal);
        }
    }
    sql.push(" ORDER BY a.key LIMIT ").bind(i64::try_from(filter.limit).unwrap_or(i64::MAX));
    let rows = sql.query_as::<ApiRow>().fetch_all(connection).await?;
    rows.into_iter().map(|row| row.read().map(|stored| stored.api)).collect()
}

/// An API of a system by id, key or operation id.
pub(crate) async fn api(
    connection: &mut AnyConnection,
    system: &System,
    named: &str,
) -> Result<Option<StoredApi>, sqlx::Error> {
    for named in [clean(named), clean(&format!("{}:{named}", system.key))] {
        let mut sql = Sql::new(API);
        // With the system as a condition, SQLite may look at all its APIs.
        sql.push(" AND (a.id = ").bind(named.clone()).push(" OR a.key = ").bind(named).push(")");
        let found = sql.query_as::<ApiRow>().fetch_optional(&mut *connection).await?;
        let found = found.map(ApiRow::read).transpose()?;
        if let Some(stored) = found.filter(|stored| stored.system == system.id) {
            return Ok(Some(stored));
        }
    }
    Ok(None)
}

/// An API by key or id, and its system.
pub(crate) async fn api_and_system(
    connection: &mut AnyConnection,
    named: &str,
) -> Result<Option<(ApiId, SystemId)>, sqlx::Error> {
    let found: Option<(String, String)> =
        sqlx::query_as("SELECT id, system_id FROM apis WHERE id = $1 OR key = $1")
            .bind(clean(named))
            .fetch_optional(connection)
            .await?;
    found.map(|(api, system)| Ok((stored(&api)?, stored(&system)?))).transpose()
}

/// What has the key, or the method and path, of a new API.
pub(crate) enum Holder {
    /// An API that waits for its import.
    Import,
    /// An API with the key.
    OfKey,
    /// An API with the method and path.
    OfCalls,
}

/// Finds what has a key, or a method and path, in a system.
pub(crate) async fn holder(
    connection: &mut AnyConnection,
    system: &SystemId,
    key: &str,
    (method, path): (&str, &str),
) -> Result<Option<Holder>, sqlx::Error> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT r.key, CAST(CASE WHEN EXISTS (SELECT 1 FROM apis a WHERE a.id = r.id) THEN 0 ELSE 1 END AS BIGINT) \
         FROM api_rows r WHERE r.key = $1 OR (r.system_id = $2 AND r.method = $3 AND r.path = $4)",
    )
    .bind(key.to_owned())
    .bind(system.to_string())
    .bind(method.to_owned())
    .bind(path.to_owned())
    .fetch_all(connection)
    .await?;
    let holder = |(held, waits): &(String, i64)| match (waits, held == key) {
        (0, true) => Holder::OfKey,
        (0, false) => Holder::OfCalls,
        _ => Holder::Import,
    };
    let first = rows.iter().find(|(held, _)| held == key).or(rows.first());
    Ok(first.map(holder))
}

/// How many APIs one statement writes.
const AT_ONCE: usize = 500;

/// Adds APIs, many in one statement. With `import_id`, they wait until the import is published.
pub(crate) async fn insert_apis(
    connection: &mut AnyConnection,
    apis: &[StoredApi],
    import_id: Option<&str>,
) -> Result<(), sqlx::Error> {
    for some in apis.chunks(AT_ONCE) {
        let rows: Vec<Value> = some.iter().map(row).collect();
        let mut sql = Sql::new(
            "INSERT INTO api_rows (id, system_id, key, operation_id, method, path, multi_segment, name, folded, tags, \
             operation_id_looks, name_looks, scope, base_path, unmatchable, deprecated, removed, imported, import_id) \
             SELECT value->>'id', value->>'system_id', value->>'key', value->>'operation_id', value->>'method', \
             value->>'path', value->>'multi_segment', value->>'name', value->>'folded', value->>'tags', \
             value->>'operation_id_looks', value->>'name_looks', value->>'scope', value->>'base_path', \
             value->>'unmatchable', CAST(value->>'deprecated' AS INTEGER), \
             CAST(value->>'removed' AS INTEGER), CAST(value->>'imported' AS INTEGER), ",
        );
        sql.bind(import_id.map(str::to_owned)).push(" FROM ");
        Engine::of(connection).push_rows(&mut sql, json!(rows).to_string());
        sql.query().execute(&mut *connection).await?;
    }
    Ok(())
}

/// What a search for an API looks at.
fn searched(api: &Api) -> String {
    folded(&[&api.key, &api.name, &api.path])
}

/// The columns of an API.
fn row(StoredApi { api, system, multi_segment, imported }: &StoredApi) -> Value {
    json!({
        "id": api.id,
        "system_id": system,
        "key": api.key,
        "operation_id": api.operation_id,
        "method": api.method,
        "path": api.path,
        "multi_segment": json!(multi_segment).to_string(),
        "name": api.name,
        "folded": searched(api),
        "operation_id_looks": looks(&api.operation_id),
        "name_looks": looks(&api.name),
        "tags": json!(api.tags).to_string(),
        "scope": api.scope.as_str(),
        "base_path": api.base_path,
        "unmatchable": api.unmatchable,
        "deprecated": i32::from(api.deprecated),
        "removed": i32::from(api.removed),
        "imported": i32::from(*imported),
    })
}

/// Changes APIs, many in one statement.
pub(crate) async fn update_apis(taking: &mut Taking<'_>, apis: &[StoredApi]) -> Result<(), sqlx::Error> {
    for some in apis.chunks(AT_ONCE) {
        let rows: Vec<Value> = some.iter().map(row).collect();
        let mut sql = Sql::new(
            "UPDATE api_rows SET key = value->>'key', operation_id = value->>'operation_id', \
             multi_segment = value->>'multi_segment', name = value->>'name', folded = value->>'folded', \
             operation_id_looks = value->>'operation_id_looks', name_looks = value->>'name_looks', \
             tags = value->>'tags', scope = value->>'scope', base_path = value->>'base_path', \
             unmatchable = value->>'unmatchable', deprecated = CAST(value->>'deprecated' AS INTEGER), \
             removed = CAST(value->>'removed' AS INTEGER), imported = CAST(value->>'imported' AS INTEGER) FROM ",
        );
        let connection = taking.connection();
        Engine::of(connection).push_rows(&mut sql, json!(rows).to_string());
        sql.push(" WHERE api_rows.id = value->>'id'");
        sql.query().execute(connection).await?;
    }
    Ok(())
}

/// Frees the keys of APIs that will be renamed, so that two of them can swap their keys.
pub(crate) async fn free_keys(connection: &mut AnyConnection, apis: &[ApiId]) -> Result<(), sqlx::Error> {
    let mut sql = Sql::new("UPDATE api_rows SET key = id WHERE id");
    Engine::of(connection).push_in(&mut sql, apis);
    sql.query().execute(connection).await.map(drop)
}

/// Deletes APIs. Returns whether limits end with them, of tokens or of all.
pub(crate) async fn delete_apis(taking: &mut Taking<'_>, apis: &[ApiId]) -> Result<bool, sqlx::Error> {
    let connection = taking.connection();
    let are_limited = are_limited(&mut *connection, apis).await?;
    let mut sql = Sql::new("DELETE FROM api_rows WHERE id");
    Engine::of(connection).push_in(&mut sql, apis);
    sql.query().execute(connection).await?;
    Ok(are_limited)
}

/// Whether there are limits for one of these APIs.
async fn are_limited(connection: &mut AnyConnection, apis: &[ApiId]) -> Result<bool, sqlx::Error> {
    let engine = Engine::of(connection);
    let mut sql = Sql::new("SELECT api_id FROM api_limits WHERE api_id");
    engine.push_in(&mut sql, apis);
    sql.push(" UNION ALL SELECT api_id FROM api_limit_rules WHERE api_id");
    engine.push_in(&mut sql, apis);
    Ok(sql.query_as::<(String,)>().fetch_optional(connection).await?.is_some())
}
