//! Looks up what an application names.

use std::collections::{BTreeSet, HashMap, HashSet};

use latchkey_shared::fields::Errors;
use latchkey_shared::ids::{ApiId, ProjectId, SystemId, UserId};
use latchkey_shared::systems::ApiScope;
use latchkey_shared::tokens::Kind;
use latchkey_shared::users::Role;
use sqlx::{AnyConnection, FromRow};

use crate::access::grants::{GrantedApi, GrantedSystem, Grants, TargetUser, Targets};
use crate::access::reach::Reach;
use crate::database::Engine;
use crate::database::sql::Sql;
use crate::database::stored::stored;
use crate::systems::store::openings;
use crate::tokens::named::Named;

/// PostgreSQL refuses NUL in a text. No stored text has one.
fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Rows of which one of the `columns` is one of `values`.
async fn rows_of<T>(
    connection: &mut AnyConnection,
    select: &'static str,
    columns: [&'static str; 2],
    values: &[String],
) -> Result<Vec<T>, sqlx::Error>
where
    T: for<'r> FromRow<'r, sqlx::any::AnyRow> + Send + Unpin,
{
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let engine = Engine::of(connection);
    let values: Vec<String> = values.iter().map(|one| clean(one)).collect();
    // With OR instead of UNION, PostgreSQL would read the whole table.
    let mut sql = Sql::new(select);
    sql.push(" WHERE ").push(columns[0]);
    engine.push_in(&mut sql, &values);
    sql.push(" UNION ").push(select).push(" WHERE ").push(columns[1]);
    engine.push_in(&mut sql, &values);
    sql.query_as::<T>().fetch_all(connection).await
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
    global_api_count: i64,
}

/// Looks up the named APIs, systems, projects and users, and reports names that do not exist.
/// `held` are APIs that may stay although they are removed.
pub(crate) async fn resolve(
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
        "SELECT id, key, restricted, builtin, global_api_count FROM systems",
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
    let restricted: Vec<String> =
        systems.iter().filter(|row| row.restricted != 0).map(|row| row.id.clone()).collect();
    let mut opened = openings(&mut *connection, &restricted).await?;
    for row in systems {
        let id: SystemId = stored(&row.id)?;
        let opened_to = match row.restricted {
            0 => Reach::All,
            _ => Reach::Only(opened.remove(&row.id).unwrap_or_default()),
        };
        // Only a grant of the whole system includes all of its APIs.
        let has_global_apis = grants.whole.contains(&id) && row.global_api_count > 0;
        let system = GrantedSystem {
            id: id.clone(),
            key: row.key,
            builtin: row.builtin != 0,
            opened_to,
            has_global_apis,
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

pub(crate) async fn projects(
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

pub(crate) async fn users(
    connection: &mut AnyConnection,
    named: &[String],
    errors: &mut Errors,
) -> Result<Vec<TargetUser>, sqlx::Error> {
    let named: Vec<String> = named.iter().map(|name| name.trim().to_lowercase()).collect();
    let rows: Vec<(String, String, String)> =
        rows_of(connection, "SELECT id, username, role FROM users", ["id", "username"], &named).await?;
    let ids: Vec<&str> = rows.iter().map(|(id, ..)| id.as_str()).collect();
    let mut projects = projects_of(connection, &ids).await?;
    let mut found: Vec<TargetUser> = Vec::new();
    for (index, name) in named.iter().enumerate() {
        let Some((id, _, role)) = rows.iter().find(|(id, username, _)| id == name || username == name) else {
            errors.add(format!("users[{index}]"), "unknown", "There is no such user.");
            continue;
        };
        let member_of = projects.remove(id).unwrap_or_default();
        let id: UserId = stored(id)?;
        if found.iter().any(|user| user.id == id) {
            continue;
        }
        let role = if role == Role::SystemAdmin.as_str() { Role::SystemAdmin } else { Role::User };
        found.push(TargetUser { id, role, member_of });
    }
    Ok(found)
}

/// The projects that users belong to, by the id of the user.
async fn projects_of(
    connection: &mut AnyConnection,
    users: &[&str],
) -> Result<HashMap<String, BTreeSet<ProjectId>>, sqlx::Error> {
    let mut sql = Sql::new("SELECT user_id, project_id FROM members WHERE user_id");
    Engine::of(connection).push_in(&mut sql, users);
    let rows: Vec<(String, String)> = sql.query_as().fetch_all(connection).await?;
    let mut found: HashMap<String, BTreeSet<ProjectId>> = HashMap::new();
    for (user, project) in rows {
        found.entry(user).or_default().insert(stored(&project)?);
    }
    Ok(found)
}
