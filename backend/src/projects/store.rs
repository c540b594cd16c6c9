//! The SQL of projects.

use latchkey_shared::ids::{ProjectId, SystemId, TokenId, UserId};
use latchkey_shared::problem::TokenRef;
use latchkey_shared::projects::{Member, MemberRole, Project, ProjectRef};
use latchkey_shared::systems::SystemRef;
use latchkey_shared::time::Timestamp;
use latchkey_shared::users::UserRef;
use sqlx::{AnyConnection, FromRow};

use crate::access::reach::Reach;
use crate::database::Database;
use crate::database::matching::read_matching;
use crate::database::now;
use crate::database::sql::Sql;
use crate::database::stored::stored;

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
#[derive(Debug, Clone)]
pub struct ProjectState {
    /// Its id and names.
    pub name: ProjectRef,
    /// A disabled project denies every call in it.
    pub disabled: bool,
}

/// The states of the projects that have one of these keys or ids.
pub(super) async fn states(
    database: &Database,
    names: Vec<String>,
) -> Result<Vec<ProjectState>, sqlx::Error> {
    let mut connection = database.reader().acquire().await?;
    let mut states = Vec::with_capacity(names.len());
    for some in names.chunks(1_000) {
        let mut sql = Sql::new("SELECT id, key, name, disabled FROM projects WHERE id IN (");
        sql.bind_all(some.iter().cloned()).push(") OR key IN (").bind_all(some.iter().cloned()).push(")");
        let rows: Vec<(String, String, String, i64)> = sql.query_as().fetch_all(&mut *connection).await?;
        for (id, key, name, disabled) in rows {
            states.push(ProjectState {
                name: ProjectRef { id: stored(&id)?, key, name },
                disabled: disabled != 0,
            });
        }
    }
    Ok(states)
}

/// Projects whose key or name contains `q` (folded), in the order of their keys.
pub(super) async fn list(
    connection: &mut AnyConnection,
    sees: &Reach,
    q: &str,
    after: &str,
    limit: usize,
) -> Result<Vec<Project>, sqlx::Error> {
    if matches!(sees, Reach::Only(projects) if projects.is_empty()) {
        return Ok(Vec::new());
    }
    let read = async |after: String, some: i64| {
        let mut sql = Sql::new(PROJECT);
        sql.push(" AND key > ").bind(after);
        if let Reach::Only(projects) = sees {
            sql.push(" AND id IN (").bind_all(projects.iter().map(ToString::to_string)).push(")");
        }
        sql.push(" ORDER BY key LIMIT ").bind(some);
        sql.query_as::<ProjectRow>().fetch_all(&mut *connection).await
    };
    let rows = read_matching(q, after, limit, read, |row: &ProjectRow| [&row.key, &row.name]).await?;
    rows.into_iter().map(ProjectRow::read).collect()
}

pub(super) async fn insert(connection: &mut AnyConnection, project: &Project) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO projects (id, key, name, description, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)",
    )
    .bind(project.id.to_string())
    .bind(project.key.clone())
    .bind(project.name.clone())
    .bind(project.description.clone())
    .bind(now())
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn update(connection: &mut AnyConnection, project: &Project) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE projects SET name = $1, description = $2, disabled = $3, updated_at = $4 WHERE id = $5",
    )
    .bind(project.name.clone())
    .bind(project.description.clone())
    .bind(i32::from(project.disabled))
    .bind(now())
    .bind(project.id.to_string())
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn delete(connection: &mut AnyConnection, id: &ProjectId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM projects WHERE id = $1").bind(id.to_string()).execute(connection).await.map(drop)
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
    connection: &mut AnyConnection,
    project: &ProjectId,
    user: &UserId,
    role: MemberRole,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO members (project_id, user_id, role) VALUES ($1, $2, $3) \
         ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role",
    )
    .bind(project.to_string())
    .bind(user.to_string())
    .bind(role.as_str())
    .execute(connection)
    .await
    .map(drop)
}

/// Removes a member. Returns whether there was one.
pub(super) async fn delete_member(
    connection: &mut AnyConnection,
    project: &ProjectId,
    user: &UserId,
) -> Result<bool, sqlx::Error> {
    sqlx::query("DELETE FROM members WHERE project_id = $1 AND user_id = $2")
        .bind(project.to_string())
        .bind(user.to_string())
        .execute(connection)
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
    connection: &mut AnyConnection,
    project: &ProjectId,
    system: &SystemId,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM project_systems WHERE project_id = $1 AND system_id = $2")
        .bind(project.to_string())
        .bind(system.to_string())
        .execute(connection)
        .await
        .map(drop)
}
