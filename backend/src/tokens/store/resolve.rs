//! Looks up what an application names.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use latchkey_shared::fields::Errors;
use latchkey_shared::ids::{ApiId, SystemId, UserId};
use latchkey_shared::projects::ProjectRef;
use latchkey_shared::systems::{ApiRef, ApiScope, SystemRef};
use latchkey_shared::tokens::Kind;
use latchkey_shared::users::{Role, UserRef};
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

/// An API, with what grants need to know of its system.
#[derive(FromRow)]
struct ApiRow {
    id: String,
    key: String,
    name: String,
    method: String,
    base_path: Option<String>,
    path: String,
    scope: String,
    removed: i64,
    system_id: String,
    system_key: String,
    restricted: i64,
    builtin: i64,
}

#[derive(FromRow)]
struct SystemRow {
    id: String,
    key: String,
    name: String,
    restricted: i64,
    builtin: i64,
    global_api_count: i64,
}

/// What an application names. The references are in the order of their keys.
pub(crate) struct Resolved {
    pub(crate) grants: Grants,
    pub(crate) targets: Targets,
    pub(crate) apis: Vec<ApiRef>,
    /// Those that are granted whole.
    pub(crate) systems: Vec<SystemRef>,
    pub(crate) projects: Vec<ProjectRef>,
    pub(crate) users: Vec<UserRef>,
}

/// Looks up the named APIs, systems, projects and users, and reports names that do not exist.
/// `held` are APIs that may stay although they are removed.
pub(crate) async fn resolve(
    connection: &mut AnyConnection,
    kind: Kind,
    named: &Named,
    held: &HashSet<ApiId>,
    errors: &mut Errors,
) -> Result<Resolved, sqlx::Error> {
    let mut grants = Grants::default();
    let apis = apis(&mut *connection, &named.apis, held, &mut grants, errors).await?;
    let systems = systems(&mut *connection, &named.systems, &mut grants, errors).await?;
    open(&mut *connection, &mut grants).await?;
    let (mut projects, mut users) = (Vec::new(), Vec::new());
    let targets = match kind {
        Kind::Rsa if named.all_projects => Targets::Projects(Reach::All),
        Kind::Rsa => {
            projects = projects_named(connection, &named.projects, errors).await?;
            Targets::Projects(Reach::Only(projects.iter().map(|project| project.id.clone()).collect()))
        }
        Kind::Jwt => {
            let found = users_named(connection, &named.users, errors).await?;
            let (named, targets) = found.into_iter().unzip();
            users = named;
            Targets::Users { users: targets, bound: Reach::All }
        }
    };
    Ok(Resolved { grants, targets, apis, systems, projects, users })
}

/// Adds the named APIs, and their systems, to the grants.
async fn apis(
    connection: &mut AnyConnection,
    named: &[String],
    held: &HashSet<ApiId>,
    grants: &mut Grants,
    errors: &mut Errors,
) -> Result<Vec<ApiRef>, sqlx::Error> {
    let rows: Vec<ApiRow> = rows_of(
        connection,
        "SELECT a.id, a.key, a.name, a.method, a.base_path, a.path, a.scope, a.removed, a.system_id, \
         s.key AS system_key, s.restricted, s.builtin FROM apis a JOIN systems s ON s.id = a.system_id",
        ["a.id", "a.key"],
        named,
    )
    .await?;
    let mut by_name: HashMap<&str, &ApiRow> = HashMap::new();
    for row in &rows {
        by_name.insert(&row.id, row);
        by_name.insert(&row.key, row);
    }
    let mut found: BTreeMap<&str, ApiRef> = BTreeMap::new();
    for (index, name) in named.iter().enumerate() {
        let Some(row) = by_name.get(name.as_str()) else {
            errors.add(format!("apis[{index}]"), "unknown", "There is no such API.");
            continue;
        };
        let id: ApiId = stored(&row.id)?;
        if row.removed != 0 && !held.contains(&id) {
            errors.add(format!("apis[{index}]"), "removed", "The API was removed from its system.");
        }
        if found.contains_key(row.key.as_str()) {
            continue;
        }
        let system: SystemId = stored(&row.system_id)?;
        let scope = if row.scope == ApiScope::Global.as_str() { ApiScope::Global } else { ApiScope::Project };
        grants.systems.entry(system.clone()).or_insert_with(|| GrantedSystem {
            id: system.clone(),
            key: row.system_key.clone(),
            builtin: row.builtin != 0,
            opened_to: unopened(row.restricted),
            has_global_apis: false,
        });
        grants.apis.push(GrantedApi { id: id.clone(), system, scope });
        let reference = ApiRef {
            id,
            key: row.key.clone(),
            name: row.name.clone(),
            method: row.method.clone(),
            base_path: row.base_path.clone(),
            path: row.path.clone(),
            removed: row.removed != 0,
        };
        found.insert(&row.key, reference);
    }
    Ok(found.into_values().collect())
}

/// Adds the systems that are named whole to the grants.
async fn systems(
    connection: &mut AnyConnection,
    named: &[String],
    grants: &mut Grants,
    errors: &mut Errors,
) -> Result<Vec<SystemRef>, sqlx::Error> {
    let rows: Vec<SystemRow> = rows_of(
        connection,
        "SELECT id, key, name, restricted, builtin, global_api_count FROM systems",
        ["id", "key"],
        named,
    )
    .await?;
    let mut found = BTreeMap::new();
    for (index, name) in named.iter().enumerate() {
        let Some(row) = rows.iter().find(|row| row.id == *name || row.key == *name) else {
            errors.add(format!("systems[{index}]"), "unknown", "There is no such system.");
            continue;
        };
        let id: SystemId = stored(&row.id)?;
        grants.whole.insert(id.clone());
        let granted = GrantedSystem {
            id: id.clone(),
            key: row.key.clone(),
            builtin: row.builtin != 0,
            opened_to: unopened(row.restricted),
            // Only a grant of the whole system includes all of its APIs.
            has_global_apis: row.global_api_count > 0,
        };
        grants.systems.insert(id.clone(), granted);
        found.insert(&row.key, SystemRef { id, key: row.key.clone(), name: row.name.clone() });
    }
    Ok(found.into_values().collect())
}

/// The projects that a system is opened to, before its openings are known.
fn unopened(restricted: i64) -> Reach {
    if restricted == 0 { Reach::All } else { Reach::Only(BTreeSet::new()) }
}

/// Reads the projects that the granted systems are opened to.
async fn open(connection: &mut AnyConnection, grants: &mut Grants) -> Result<(), sqlx::Error> {
    let restricted = grants.systems.values().filter(|system| system.opened_to != Reach::All);
    let restricted: Vec<String> = restricted.map(|system| system.id.to_string()).collect();
    for (system, projects) in openings(connection, &restricted).await? {
        if let Some(system) = grants.systems.get_mut(&stored(&system)?) {
            system.opened_to = Reach::Only(projects);
        }
    }
    Ok(())
}

#[derive(FromRow)]
struct ProjectRow {
    id: String,
    key: String,
    name: String,
}

/// The named projects, in the order of their keys.
pub(crate) async fn projects_named(
    connection: &mut AnyConnection,
    named: &[String],
    errors: &mut Errors,
) -> Result<Vec<ProjectRef>, sqlx::Error> {
    let rows: Vec<ProjectRow> =
        rows_of(connection, "SELECT id, key, name FROM projects", ["id", "key"], named).await?;
    let mut found = BTreeMap::new();
    for (index, name) in named.iter().enumerate() {
        match rows.iter().find(|row| row.id == *name || row.key == *name) {
            None => errors.add(format!("projects[{index}]"), "unknown", "There is no such project."),
            Some(row) => {
                let project =
                    ProjectRef { id: stored(&row.id)?, key: row.key.clone(), name: row.name.clone() };
                found.insert(&row.key, project);
            }
        }
    }
    Ok(found.into_values().collect())
}

/// A user, with the ids of their projects, separated by commas.
#[derive(FromRow)]
struct UserRow {
    id: String,
    username: String,
    display_name: String,
    role: String,
    projects: Option<String>,
}

/// The named users, in the order of their names.
async fn users_named(
    connection: &mut AnyConnection,
    named: &[String],
    errors: &mut Errors,
) -> Result<Vec<(UserRef, TargetUser)>, sqlx::Error> {
    let named: Vec<String> = named.iter().map(|name| name.trim().to_lowercase()).collect();
    let rows: Vec<UserRow> = rows_of(
        connection,
        "SELECT u.id, u.username, u.display_name, u.role, \
         (SELECT string_agg(m.project_id, ',') FROM members m WHERE m.user_id = u.id) AS projects FROM users u",
        ["u.id", "u.username"],
        &named,
    )
    .await?;
    let mut found = BTreeMap::new();
    for (index, name) in named.iter().enumerate() {
        let Some(row) = rows.iter().find(|row| row.id == *name || row.username == *name) else {
            errors.add(format!("users[{index}]"), "unknown", "There is no such user.");
            continue;
        };
        let id: UserId = stored(&row.id)?;
        let role = if row.role == Role::SystemAdmin.as_str() { Role::SystemAdmin } else { Role::User };
        let member_of = row.projects.as_deref().into_iter().flat_map(|ids| ids.split(','));
        let member_of = member_of.map(stored).collect::<Result<_, _>>()?;
        let user = UserRef {
            id: id.clone(),
            username: row.username.clone(),
            display_name: row.display_name.clone(),
        };
        found.insert(&row.username, (user, TargetUser { id, role, member_of }));
    }
    Ok(found.into_values().collect())
}
