//! The SQL of projects.

use latchkey_shared::ids::{ProjectId, SystemId, TokenId, UserId};
use latchkey_shared::problem::TokenRef;
use latchkey_shared::projects::{Member, MemberRole, Project, ProjectRef};
use latchkey_shared::systems::SystemRef;
use latchkey_shared::time::Timestamp;
use latchkey_shared::users::UserRef;
use sqlx::{AnyConnection, FromRow};

use crate::access::reach::Reach;
use crate::database::folded::folded;
use crate::database::looks::looks;
use crate::database::names::{Among, Heard, Named};
use crate::database::now;
use crate::database::sql::Sql;
use crate::database::stored::stored;
use crate::database::{Database, Engine, Epochs, Taking, Transaction};
use crate::withdrawals::Withdrawal;

const PROJECT: &str = "SELECT id, key, name, description, disabled, created_at, updated_at \
    FROM projects WHERE 1 = 1";

#[derive(FromRow)]
struct ProjectRow {
    id: String,
    key: String,
    name: String,
    description: String,
    disabled: i64,
    created_at: i64,
    updated_at: i64,
}

impl ProjectRow {
    fn read(self) -> Result<Project, sqlx::Error> {
        Ok(Project {
            id: stored(&self.id)?,
            key: self.key,
            name: self.name,
            description: self.description,
            disabled: self.disabled != 0,
            created_at: Timestamp::from_millis(self.created_at),
            updated_at: Timestamp::from_millis(self.updated_at),
            warnings: Vec::new(),
        })
    }
}

/// A project by id or key.
pub async fn project(connection: &mut AnyConnection, named: &str) -> Result<Option<Project>, sqlx::Error> {
    let named = named.replace('\0', "\u{fffd}");
    let mut sql = Sql::new(PROJECT);
    sql.push(" AND (id = ").bind(named.clone()).push(" OR key = ").bind(named).push(")");
    sql.query_as::<ProjectRow>().fetch_optional(connection).await?.map(ProjectRow::read).transpose()
}

/// A project at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectState {
    /// Its id and names.
    pub name: ProjectRef,
    /// A disabled project denies every call in it.
    pub disabled: bool,
}

/// The states of the projects that have one of these keys or ids.
pub(super) async fn states(database: &Database, names: &[String]) -> Result<Vec<ProjectState>, sqlx::Error> {
    // With OR instead of UNION, PostgreSQL would read all projects.
    let mut sql = Sql::new("SELECT id, key, name, CAST(disabled AS BIGINT) FROM projects WHERE id");
    database.engine().push_in(&mut sql, names);
    sql.push(" UNION SELECT id, key, name, CAST(disabled AS BIGINT) FROM projects WHERE key");
    database.engine().push_in(&mut sql, names);
    let rows: Vec<(String, String, String, i64)> = sql.query_as().fetch_all(database.reader()).await?;
    let state = |(id, key, name, disabled): (String, String, String, i64)| {
        Ok(ProjectState { name: ProjectRef { id: stored(&id)?, key, name }, disabled: disabled != 0 })
    };
    rows.into_iter().map(state).collect()
}

impl Named for Project {
    fn heard(epochs: &Epochs) -> &Heard {
        epochs.projects()
    }

    async fn read_after(
        connection: &mut AnyConnection,
        key: &str,
        limit: usize,
    ) -> Result<Vec<(String, String)>, sqlx::Error> {
        sqlx::query_as("SELECT key, folded FROM projects WHERE key > $1 ORDER BY key LIMIT $2")
            .bind(key.to_owned())
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(connection)
            .await
    }

    async fn read_changed(
        connection: &mut AnyConnection,
        rows: &[String],
    ) -> Result<Vec<(String, String)>, sqlx::Error> {
        let mut sql = Sql::new("SELECT key, folded FROM projects WHERE key");
        Engine::of(connection).push_in(&mut sql, rows);
        sql.query_as().fetch_all(connection).await
    }
}

/// Projects whose key or name contains `q` (folded), in the order of their keys.
pub(super) async fn list(
    connection: &mut AnyConnection,
    sees: &Reach,
    q: &str,
    among: Among<'_>,
    limit: usize,
) -> Result<Vec<Project>, sqlx::Error> {
    if matches!(sees, Reach::Only(projects) if projects.is_empty()) {
        return Ok(Vec::new());
    }
    let engine = Engine::of(connection);
    // The inner statement reads only an index.
    let mut sql = Sql::new(PROJECT);
    sql.push(" AND key IN (SELECT key FROM projects WHERE key");
    match among {
        Among::After(after) => {
            sql.push(" > ").bind(after.to_owned());
        }
        Among::Keys(keys) => engine.push_in(&mut sql, keys),
    }
    if let Reach::Only(projects) = sees {
        sql.push(" AND id");
        engine.push_in(&mut sql, projects);
    }
    if !q.is_empty() {
        engine.push_contains(&mut sql, "folded", q);
    }
    sql.push(" ORDER BY key LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX)).push(") ORDER BY key");
    sql.query_as::<ProjectRow>().fetch_all(connection).await?.into_iter().map(ProjectRow::read).collect()
}

pub(super) async fn insert(connection: &mut AnyConnection, project: &Project) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO projects (id, key, name, description, created_at, updated_at, folded, key_looks, name_looks) \
         VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8)",
    )
    .bind(project.id.to_string())
    .bind(project.key.clone())
    .bind(project.name.clone())
    .bind(project.description.clone())
    .bind(now())
    .bind(folded(&[&project.key, &project.name]))
    .bind(looks(&project.key))
    .bind(looks(&project.name))
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn update(mut taking: Taking<'_>, project: &Project) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE projects SET name = $1, description = $2, disabled = $3, updated_at = $4, folded = $5, \
         name_looks = $6 WHERE id = $7",
    )
    .bind(project.name.clone())
    .bind(project.description.clone())
    .bind(i32::from(project.disabled))
    .bind(now())
    .bind(folded(&[&project.key, &project.name]))
    .bind(looks(&project.name))
    .bind(project.id.to_string())
    .execute(taking.connection())
    .await
    .map(drop)
}

pub(super) async fn delete(transaction: &mut Transaction, id: &ProjectId) -> Result<(), sqlx::Error> {
    let mut taking = transaction.takes(Withdrawal::ProjectDeleted { project: id.clone() });
    for statement in [
        "DELETE FROM limit_rules WHERE project_id IN (SELECT id FROM projects WHERE id = $1)",
        "DELETE FROM api_limit_rules WHERE project_id IN (SELECT id FROM projects WHERE id = $1)",
        "DELETE FROM projects WHERE id = $1",
    ] {
        sqlx::query(statement).bind(id.to_string()).execute(taking.connection()).await?;
    }
    Ok(())
}

/// Tokens that are for a project or limited to it.
pub(super) async fn tokens_of(
    connection: &mut AnyConnection,
    id: &ProjectId,
) -> Result<Vec<TokenRef>, sqlx::Error> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT id, name FROM tokens WHERE id IN (SELECT token_id FROM token_projects WHERE project_id = $1 \
         UNION SELECT token_id FROM token_bounds WHERE project_id = $1) ORDER BY seq DESC LIMIT 100",
    )
    .bind(id.to_string())
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|(id, name)| Ok(TokenRef { id: stored::<TokenId>(&id)?, name })).collect()
}

pub(super) async fn members(
    connection: &mut AnyConnection,
    id: &ProjectId,
) -> Result<Vec<Member>, sqlx::Error> {
    let rows: Vec<(String, String, String, String)> = sqlx::query_as(
        "SELECT u.id, u.username, u.display_name, m.role FROM members m JOIN users u ON u.id = m.user_id \
         WHERE m.project_id = $1 ORDER BY u.username",
    )
    .bind(id.to_string())
    .fetch_all(connection)
    .await?;
    let read = |(id, username, display_name, role): (String, String, String, String)| {
        let role = if role == MemberRole::Admin.as_str() { MemberRole::Admin } else { MemberRole::Member };
        Ok(Member { user: UserRef { id: stored(&id)?, username, display_name }, role })
    };
    rows.into_iter().map(read).collect()
}

/// The members of a project, by id, without their names.
pub(super) async fn member_ids(
    connection: &mut AnyConnection,
    id: &ProjectId,
) -> Result<Vec<UserId>, sqlx::Error> {
    let rows: Vec<String> = sqlx::query_scalar("SELECT user_id FROM members WHERE project_id = $1")
        .bind(id.to_string())
        .fetch_all(connection)
        .await?;
    rows.iter().map(|id| stored(id)).collect()
}

pub(super) async fn put_member(
    transaction: &mut Transaction,
    project: &ProjectId,
    user: &UserId,
    role: MemberRole,
) -> Result<(), sqlx::Error> {
    // It may have been that of an administrator.
    let loss = (role == MemberRole::Member).then(|| Withdrawal::Member {
        project: project.clone(),
        user: user.clone(),
        stays: true,
    });
    sqlx::query(
        "INSERT INTO members (project_id, user_id, role) VALUES ($1, $2, $3) \
         ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role",
    )
    .bind(project.to_string())
    .bind(user.to_string())
    .bind(role.as_str())
    .execute(transaction.takes_if(loss).connection())
    .await
    .map(drop)
}

/// Removes a member. Returns whether there was one.
pub(super) async fn delete_member(
    transaction: &mut Transaction,
    project: &ProjectId,
    user: &UserId,
) -> Result<bool, sqlx::Error> {
    let loss = Withdrawal::Member { project: project.clone(), user: user.clone(), stays: false };
    sqlx::query("DELETE FROM members WHERE project_id = $1 AND user_id = $2")
        .bind(project.to_string())
        .bind(user.to_string())
        .execute(transaction.takes(loss).connection())
        .await
        .map(|done| done.rows_affected() > 0)
}

pub(super) async fn opened(
    connection: &mut AnyConnection,
    project: &ProjectId,
) -> Result<Vec<SystemRef>, sqlx::Error> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT s.id, s.key, s.name FROM project_systems o JOIN systems s ON s.id = o.system_id \
         WHERE o.project_id = $1 ORDER BY s.key",
    )
    .bind(project.to_string())
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|(id, key, name)| Ok(SystemRef { id: stored(&id)?, key, name })).collect()
}

pub(super) async fn open(
    connection: &mut AnyConnection,
    project: &ProjectId,
    system: &SystemId,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO project_systems (project_id, system_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(project.to_string())
        .bind(system.to_string())
        .execute(connection)
        .await
        .map(drop)
}

pub(super) async fn close(
    transaction: &mut Transaction,
    project: &ProjectId,
    system: &SystemId,
) -> Result<(), sqlx::Error> {
    let loss = Withdrawal::Opening { project: project.clone(), system: system.clone() };
    sqlx::query("DELETE FROM project_systems WHERE project_id = $1 AND system_id = $2")
        .bind(project.to_string())
        .bind(system.to_string())
        .execute(transaction.takes(loss).connection())
        .await
        .map(drop)
}
