//! The SQL of limits.

use std::collections::BTreeMap;

use latchkey_shared::ids::{ApiId, SystemId, TokenId};
use latchkey_shared::limits::Limits;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{AnyConnection, FromRow};

use super::apis::Named;
use super::columns;
use super::effective::Effective;
use super::key::LimitKey;
use super::rules::Rules;
use crate::database::Engine;
use crate::database::sql::Sql;
use crate::database::stored::stored;

/// The id in place of a project's in the row of the installation.
pub(super) const INSTALLATION: &str = "";

/// The rules of a project or of the installation.
pub(super) async fn rules(connection: &mut AnyConnection, of: &str) -> Result<Rules, sqlx::Error> {
    let rules: Option<String> = sqlx::query_scalar("SELECT rules FROM limit_rules WHERE project_id = $1")
        .bind(of.to_owned())
        .fetch_optional(connection)
        .await?;
    rules.as_deref().map_or_else(|| Ok(Rules::default()), read)
}

/// Reads limits or rules.
pub fn read<T: DeserializeOwned>(json: &str) -> Result<T, sqlx::Error> {
    serde_json::from_str(json).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Writes the rules of a project or of the installation.
pub(super) async fn write(
    connection: &mut AnyConnection,
    of: &str,
    rules: &Rules,
) -> Result<(), sqlx::Error> {
    if *rules == Rules::default() {
        return forget(connection, of).await;
    }
    let rules = serde_json::to_string(rules).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query(
        "INSERT INTO limit_rules (project_id, rules) VALUES ($1, $2) \
         ON CONFLICT (project_id) DO UPDATE SET rules = excluded.rules",
    )
    .bind(of.to_owned())
    .bind(rules)
    .execute(connection)
    .await
    .map(drop)
}

async fn forget(connection: &mut AnyConnection, of: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM limit_rules WHERE project_id = $1")
        .bind(of.to_owned())
        .execute(connection)
        .await
        .map(drop)
}

/// A limit or a rule of a token, of one that issued it, or of the installation.
#[derive(FromRow)]
struct Row {
    token: String,
    requests: Option<i64>,
    seconds: Option<i64>,
    burst: Option<i64>,
    period: Option<String>,
    time_zone: Option<String>,
    rules: Option<String>,
    api: Option<String>,
    limits: Option<String>,
}

/// The limits that hold for a token, and for those that issued it: for all calls, and for those of the APIs
/// that this token is granted. A deleted one is in no project.
pub async fn in_force(
    connection: &mut AnyConnection,
    token: &TokenId,
) -> Result<BTreeMap<LimitKey, Effective>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "WITH line (id) AS (SELECT CAST($1 AS TEXT) UNION ALL SELECT ancestor FROM token_ancestors WHERE token_id = $1), \
         found AS (SELECT l.id AS token, r.requests, r.seconds, r.burst, NULL AS period, NULL AS time_zone, \
         NULL AS rules, NULL AS api, NULL AS limits FROM line l LEFT JOIN rate_limits r ON r.token_id = l.id \
         UNION ALL SELECT l.id, q.requests, NULL, NULL, q.period, q.time_zone, NULL, NULL, NULL \
         FROM line l JOIN quotas q ON q.token_id = l.id \
         UNION ALL SELECT l.id, NULL, NULL, NULL, NULL, NULL, NULL, a.api_id, a.limits \
         FROM line l JOIN api_limits a ON a.token_id = l.id \
         UNION ALL SELECT l.id, NULL, NULL, NULL, NULL, NULL, r.rules, NULL, NULL FROM line l \
         JOIN token_projects p ON p.token_id = l.id JOIN limit_rules r ON r.project_id = p.project_id \
         UNION ALL SELECT l.id, NULL, NULL, NULL, NULL, NULL, r.rules, NULL, NULL FROM line l \
         JOIN token_bounds p ON p.token_id = l.id JOIN limit_rules r ON r.project_id = p.project_id \
         UNION ALL SELECT '', NULL, NULL, NULL, NULL, NULL, rules, NULL, NULL FROM limit_rules WHERE project_id = '' \
         UNION ALL SELECT l.id, NULL, NULL, NULL, NULL, NULL, r.rules, r.api_id, NULL FROM line l \
         JOIN token_projects p ON p.token_id = l.id JOIN api_limit_rules r ON r.project_id = p.project_id \
         UNION ALL SELECT l.id, NULL, NULL, NULL, NULL, NULL, r.rules, r.api_id, NULL FROM line l \
         JOIN token_bounds p ON p.token_id = l.id JOIN api_limit_rules r ON r.project_id = p.project_id \
         UNION ALL SELECT '', NULL, NULL, NULL, NULL, NULL, rules, api_id, NULL FROM api_limit_rules WHERE project_id = '') \
         SELECT token, requests, seconds, burst, period, time_zone, rules, api, limits FROM found WHERE api IS NULL \
         OR EXISTS (SELECT 1 FROM token_apis g WHERE g.token_id = $1 AND g.api_id = api) \
         OR EXISTS (SELECT 1 FROM token_systems g JOIN apis a ON a.system_id = g.system_id \
         WHERE g.token_id = $1 AND a.id = api) ORDER BY token, rules",
    )
    .bind(token.to_string())
    .fetch_all(connection)
    .await?;
    let mut installation: BTreeMap<Option<ApiId>, Rules> = BTreeMap::new();
    let mut tokens: BTreeMap<LimitKey, (Limits, Vec<Rules>)> = BTreeMap::new();
    for row in rows {
        let rules = row.rules.as_deref().map(read).transpose()?;
        let api: Option<ApiId> = row.api.as_deref().map(stored).transpose()?;
        if row.token == INSTALLATION {
            installation.insert(api, rules.unwrap_or_default());
            continue;
        }
        let (own, projects) = tokens.entry(LimitKey { token: stored(&row.token)?, api }).or_default();
        projects.extend(rules);
        if let Some(limits) = row.limits.as_deref() {
            *own = read(limits)?;
        }
        let (period, time_zone) = (row.period.as_deref(), row.time_zone.as_deref());
        own.rate_limit = own.rate_limit.or(columns::rate_limit(row.requests, row.seconds, row.burst));
        own.quota = own.quota.take().or(columns::quota(row.requests, period, time_zone));
    }
    let line: Vec<TokenId> =
        tokens.keys().filter(|key| key.api.is_none()).map(|key| key.token.clone()).collect();
    for api in installation.keys().filter(|api| api.is_some()) {
        for token in &line {
            tokens.entry(LimitKey { token: token.clone(), api: api.clone() }).or_default();
        }
    }
    let none = Rules::default();
    let effective = tokens.into_iter().map(|(key, (own, projects))| {
        let effective = Effective::of(&own, &projects, installation.get(&key.api).unwrap_or(&none));
        (key, effective)
    });
    Ok(effective.collect())
}

/// The rules of a project or of the installation for one API.
pub(super) struct RulesOfApi {
    pub(super) key: String,
    /// The id of its system.
    pub(super) system: String,
    /// Whether the system is open to some projects only.
    pub(super) restricted: bool,
    pub(super) rules: Rules,
}

/// The rules of a project or of the installation for single APIs, in the order of their keys.
pub(super) async fn rules_of_apis(
    connection: &mut AnyConnection,
    of: &str,
) -> Result<Vec<RulesOfApi>, sqlx::Error> {
    let rows: Vec<(String, String, i64, String)> = sqlx::query_as(
        "SELECT a.key, a.system_id, CAST(s.restricted AS BIGINT), r.rules FROM api_limit_rules r \
         JOIN apis a ON a.id = r.api_id JOIN systems s ON s.id = a.system_id WHERE r.project_id = $1 ORDER BY a.key",
    )
    .bind(of.to_owned())
    .fetch_all(connection)
    .await?;
    let rule = |(key, system, restricted, rules): (String, String, i64, String)| {
        Ok(RulesOfApi { key, system, restricted: restricted != 0, rules: read(&rules)? })
    };
    rows.into_iter().map(rule).collect()
}

/// Writes the rules of a project or of the installation for single APIs. Those before are deleted.
pub(super) async fn write_of_apis(
    connection: &mut AnyConnection,
    of: &str,
    rules: &BTreeMap<ApiId, Rules>,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM api_limit_rules WHERE project_id = $1")
        .bind(of.to_owned())
        .execute(&mut *connection)
        .await?;
    if rules.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("INSERT INTO api_limit_rules (project_id, api_id, rules) SELECT ");
    sql.bind(of.to_owned()).push(", value ->> 0, value ->> 1 FROM ");
    Engine::of(connection).push_rows(&mut sql, rows(rules)?);
    sql.query().execute(connection).await.map(drop)
}

/// JSON of APIs with something, which is JSON in it.
fn rows(of_apis: &BTreeMap<ApiId, impl Serialize>) -> Result<String, sqlx::Error> {
    let rows: Result<Vec<_>, _> =
        of_apis.iter().map(|(api, one)| Ok((api, serde_json::to_string(one)?))).collect();
    rows.and_then(|rows| serde_json::to_string(&rows)).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// Writes the limits of a token for single APIs. It has none before.
pub async fn write_api_limits(
    connection: &mut AnyConnection,
    token: &TokenId,
    limits: &BTreeMap<ApiId, Limits>,
) -> Result<(), sqlx::Error> {
    if limits.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("INSERT INTO api_limits (token_id, api_id, limits) SELECT ");
    sql.bind(token.to_string()).push(", value ->> 0, value ->> 1 FROM ");
    Engine::of(connection).push_rows(&mut sql, rows(limits)?);
    sql.query().execute(connection).await.map(drop)
}

/// The ids of these APIs and of their systems, by the name that was given: a key or an id.
pub async fn apis_named(connection: &mut AnyConnection, named: Vec<&str>) -> Result<Named, sqlx::Error> {
    // No stored text has NUL, and PostgreSQL refuses it.
    let named: Vec<&str> = named.into_iter().filter(|name| !name.contains('\0')).collect();
    if named.is_empty() {
        return Ok(Named::new());
    }
    let engine = Engine::of(connection);
    let mut sql = Sql::new("SELECT id, key, system_id FROM apis WHERE id");
    engine.push_in(&mut sql, &named);
    // With OR instead of UNION, PostgreSQL would read the whole table.
    sql.push(" UNION SELECT id, key, system_id FROM apis WHERE key");
    engine.push_in(&mut sql, &named);
    let rows: Vec<(String, String, String)> = sql.query_as().fetch_all(connection).await?;
    let mut found = Named::new();
    for (id, key, system) in rows {
        let api: (ApiId, SystemId) = (stored(&id)?, stored(&system)?);
        found.insert(id, api.clone());
        found.insert(key, api);
    }
    Ok(found)
}

/// The keys of these APIs.
pub async fn keys_of_apis(
    connection: &mut AnyConnection,
    apis: Vec<&ApiId>,
) -> Result<BTreeMap<ApiId, String>, sqlx::Error> {
    if apis.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::new("SELECT id, key FROM apis WHERE id");
    Engine::of(connection).push_in(&mut sql, &apis);
    let rows: Vec<(String, String)> = sql.query_as().fetch_all(connection).await?;
    rows.into_iter().map(|(id, key)| Ok((stored(&id)?, key))).collect()
}
