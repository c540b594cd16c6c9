//! `GET /systems/{system}/projects`: the projects that a restricted system is open to.

use actix_web::{get, web};
use latchkey_shared::page::Page;
use latchkey_shared::projects::ProjectRef;

use super::get::visible;
use super::store;
use crate::access::principal::Principal;
use crate::database::Database;
use crate::web::problem::Problem;

/// List the projects that a system is open to
///
/// This matters while the system is restricted. Otherwise it is open to all projects.
#[utoipa::path(
    operation_id = "list_system_projects",
    tag = "systems",
    responses((status = 200, description = "Projects, by key", body = Page<ProjectRef>))
)]
#[get("/systems/{system}/projects")]
pub(super) async fn list_projects(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<web::Json<Page<ProjectRef>>, Problem> {
    principal.system_admin()?;
    let system = visible(&database, &principal, &path).await?;
    let items = store::opened_to(&mut *database.reader().acquire().await?, &system.id).await?;
    Ok(web::Json(Page { items, next_cursor: None, total: None }))
}
