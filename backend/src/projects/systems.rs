//! `/projects/{project}/systems`: the restricted systems that are open to a project.

use actix_web::{HttpResponse, delete, get, put, web};
use latchkey_shared::page::Page;
use latchkey_shared::systems::SystemRef;
use serde_json::json;

use super::get::visible;
use super::store;
use crate::access::principal::Principal;
use crate::audit;
use crate::database::{Change, Database, now};
use crate::revocations::{self, Of};
use crate::systems;
use crate::web::problem::Problem;

/// List the systems that are open to a project
///
/// This matters for restricted systems. The others are open to all projects.
#[utoipa::path(
    operation_id = "list_project_systems",
    tag = "projects",
    responses((status = 200, description = "Systems, by key", body = Page<SystemRef>))
)]
#[get("/projects/{project}/systems")]
pub(super) async fn list_systems(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<web::Json<Page<SystemRef>>, Problem> {
    let project = visible(&database, &principal, &path).await?;
    let items = store::opened(&mut *database.reader().acquire().await?, &project.id).await?;
    Ok(web::Json(Page { items, next_cursor: None, total: None }))
}

async fn switch(
    principal: &Principal,
    database: &Database,
    (project, system): (String, String),
    opens: bool,
) -> Result<HttpResponse, Problem> {
    principal.system_admin()?;
    let origin = principal.origin().clone();
    let project = visible(database, principal, &project).await?;
    database
        .by(principal.witness())
        .withdraw_if(!opens, move |transaction| {
            Box::pin(async move {
                let system = systems::store::system(transaction.connection(), None, &system).await?;
                let system = system.ok_or_else(|| Problem::not_found("system"))?;
                let action = if opens {
                    store::open(transaction.connection(), &project.id, &system.id).await?;
                    "project.system_opened"
                } else {
                    store::close(transaction, &project.id, &system.id).await?;
                    let of = Of::System(&system.id);
                    revocations::record(transaction, of, "projects", &project.key, now()).await?;
                    "project.system_closed"
                };
                transaction.changes(Change::Catalog);
                let detail = json!({ "system": system.key });
                Ok::<_, Problem>(
                    audit::record(transaction, &origin, action, (&project.id, project.key), detail).await?,
                )
            })
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Open a system to a project
///
/// For system administrators. Opening it again changes nothing.
#[utoipa::path(
    operation_id = "open_system",
    tag = "projects",
    responses((status = 204, description = "Opened"))
)]
#[put("/projects/{project}/systems/{system}")]
pub(super) async fn open_system(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    switch(&principal, &database, path.into_inner(), true).await
}

/// Close a system to a project
///
/// For system administrators. If the system is restricted, the next call is denied.
#[utoipa::path(
    operation_id = "close_system",
    tag = "projects",
    responses((status = 204, description = "Closed"))
)]
#[delete("/projects/{project}/systems/{system}")]
pub(super) async fn close_system(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    switch(&principal, &database, path.into_inner(), false).await
}
