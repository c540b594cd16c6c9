//! `GET /projects/{project}`.

use actix_web::{get, web};
use latchkey_shared::projects::Project;
use sqlx::AnyConnection;

use super::store;
use crate::access::principal::Principal;
use crate::database::Database;
use crate::web::problem::Problem;

/// A project by key or id, in the transaction that changes it.
pub(super) async fn existing(connection: &mut AnyConnection, named: &str) -> Result<Project, Problem> {
    store::project(connection, named).await?.ok_or_else(|| Problem::not_found("project"))
}

/// A project by key or id that the caller may see.
pub(crate) async fn visible(
    database: &Database,
    principal: &Principal,
    named: &str,
) -> Result<Project, Problem> {
    let mut connection = database.reader().acquire().await?;
    let project = store::project(&mut connection, named).await?;
    project
        .filter(|project| principal.may_see_project(&project.id))
        .ok_or_else(|| Problem::not_found("project"))
}

/// Get a project
///
/// By key or id. For its members and for system administrators.
#[utoipa::path(
    operation_id = "get_project",
    tag = "projects",
    responses((status = 200, description = "The project", body = Project))
)]
#[get("/projects/{project}")]
pub(super) async fn find(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<web::Json<Project>, Problem> {
    visible(&database, &principal, &path).await.map(web::Json)
}
