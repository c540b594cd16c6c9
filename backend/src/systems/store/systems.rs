//! Systems.

use std::collections::{BTreeSet, HashMap};

use latchkey_shared::ids::{ProjectId, SystemId};
use latchkey_shared::problem::TokenRef;
use latchkey_shared::projects::ProjectRef;
use latchkey_shared::systems::System;
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::Kind;
use sqlx::{AnyConnection, FromRow};

use super::filters::{clean, push_grantable, push_grantable_api, push_visible, token_refs};
use crate::access::principal::Principal;
use crate::database::folded::folded;
use crate::database::looks::looks;
use crate::database::sql::Sql;
use crate::database::stored::stored;
use crate::database::{Engine, Taking, Transaction, now};
use crate::withdrawals::Withdrawal;

const SYSTEM: &str = "SELECT s.id, s.key, s.name, s.audience, s.base_path, s.project_param, \
    s.restricted, s.disabled, \
    s.builtin, s.created_at, s.updated_at, s.api_count, s.global_api_count FROM systems s WHERE 1 = 1";

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

/// A system by id or key, if the caller may see it.
pub(crate) async fn system(
    connection: &mut AnyConnection,
    principal: Option<&Principal>,
    named: &str,
) -> Result<Option<System>, sqlx::Error> {
    let mut sql = Sql::new(SYSTEM);
    sql.push(" AND (s.id = ").bind(clean(named)).push(" OR s.key = ").bind(clean(named)).push(")");
    if let Some(principal) = principal {
        push_visible(&mut sql, Engine::of(connection), principal);
    }
    sql.query_as::<SystemRow>().fetch_optional(connection).await?.map(SystemRow::read).transpose()
}

/// Which systems to list.
pub(crate) struct SystemFilter {
    /// Part of the key or the name, folded.
    pub(crate) q: String,
    /// Only systems of which the caller may grant something to a token of this kind.
    pub(crate) grantable: Option<Kind>,
    pub(crate) after: String,
    pub(crate) limit: usize,
}

/// Systems that the caller may see, in the order of their keys.
pub(crate) async fn systems(
    connection: &mut AnyConnection,
    principal: &Principal,
    filter: &SystemFilter,
) -> Result<Vec<System>, sqlx::Error> {
    let engine = Engine::of(connection);
    let mut sql = Sql::new(SYSTEM);
    sql.push(" AND s.key > ").bind(filter.after.clone());
    if !filter.q.is_empty() {
        engine.push_contains(&mut sql, "s.folded", &filter.q);
    }
    match filter.grantable {
        None => push_visible(&mut sql, engine, principal),
        Some(kind) => {
            push_grantable(&mut sql, engine, principal, kind);
            sql.push(" AND EXISTS (SELECT 1 FROM apis a WHERE a.system_id = s.id AND a.removed = 0");
            push_grantable_api(&mut sql, principal);
            sql.push(")");
        }
    }
    sql.push(" ORDER BY s.key LIMIT ").bind(i64::try_from(filter.limit).unwrap_or(i64::MAX));
    sql.query_as::<SystemRow>().fetch_all(connection).await?.into_iter().map(SystemRow::read).collect()
}

/// The id of the system that has this key or audience.
pub(crate) async fn taken_by(
    connection: &mut AnyConnection,
    column: &'static str,
    value: &str,
) -> Result<Option<String>, sqlx::Error> {
    let mut sql = Sql::new("SELECT id FROM systems WHERE ");
    sql.push(column).push(" = ").bind(value.to_owned());
    Ok(sql.query_as::<(String,)>().fetch_optional(connection).await?.map(|(id,)| id))
}

pub(crate) async fn insert_system(
    connection: &mut AnyConnection,
    system: &System,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO systems (id, key, name, audience, base_path, project_param, builtin, created_at, updated_at, \
         folded, key_looks, name_looks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11)",
    )
    .bind(system.id.to_string())
    .bind(system.key.clone())
    .bind(system.name.clone())
    .bind(system.audience.clone())
    .bind(system.base_path.clone())
    .bind(system.project_param.clone())
    .bind(i32::from(system.builtin))
    .bind(now())
    .bind(folded(&[&system.key, &system.name]))
    .bind(looks(&system.key))
    .bind(looks(&system.name))
    .execute(connection)
    .await
    .map(drop)
}

pub(crate) async fn update_system(mut taking: Taking<'_>, system: &System) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE systems SET name = $1, audience = $2, base_path = $3, project_param = $4, restricted = $5, \
         disabled = $6, updated_at = $7, folded = $8, name_looks = $9 WHERE id = $10",
    )
    .bind(system.name.clone())
    .bind(system.audience.clone())
    .bind(system.base_path.clone())
    .bind(system.project_param.clone())
    .bind(i32::from(system.restricted))
    .bind(i32::from(system.disabled))
    .bind(now())
    .bind(folded(&[&system.key, &system.name]))
    .bind(looks(&system.name))
    .bind(system.id.to_string())
    .execute(taking.connection())
    .await
    .map(drop)
}

/// What is withdrawn when a system is like this since.
pub(crate) fn changed(system: &System) -> Withdrawal {
    Withdrawal::System {
        system: system.id.clone(),
        disabled: system.disabled,
        restricted: system.restricted,
        audience: system.audience.clone(),
        base_path: system.base_path.clone(),
        project_param: system.project_param.clone(),
    }
}

pub(crate) async fn delete_system(transaction: &mut Transaction, id: &SystemId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM systems WHERE id = $1")
        .bind(id.to_string())
        .execute(transaction.takes(Withdrawal::SystemDeleted { system: id.clone() }).connection())
        .await
        .map(drop)
}

/// Tokens that are granted a system or any of its APIs.
pub(crate) async fn tokens_of_system(
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

pub(crate) async fn set_base_path(
    mut taking: Taking<'_>,
    system: &SystemId,
    base_path: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE systems SET base_path = $1, updated_at = $2 WHERE id = $3")
        .bind(base_path.to_owned())
        .bind(now())
        .bind(system.to_string())
        .execute(taking.connection())
        .await
        .map(drop)
}

/// The projects that a system is open to.
pub(crate) async fn opened_to(
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

/// The ids of the projects that these systems are opened to. A system that is opened to none is
/// left out.
pub(crate) async fn openings(
    connection: &mut AnyConnection,
    systems: &[String],
) -> Result<HashMap<String, BTreeSet<ProjectId>>, sqlx::Error> {
    let mut found: HashMap<String, BTreeSet<ProjectId>> = HashMap::new();
    if systems.is_empty() {
        return Ok(found);
    }
    let mut sql = Sql::new("SELECT system_id, project_id FROM project_systems WHERE system_id");
    Engine::of(connection).push_in(&mut sql, systems);
    let rows: Vec<(String, String)> = sql.query_as().fetch_all(connection).await?;
    for (system, project) in rows {
        found.entry(system).or_default().insert(stored(&project)?);
    }
    Ok(found)
}
