//! `DELETE /projects/{project}`.

use actix_web::{HttpResponse, delete, web};
use serde_json::json;

use super::get::existing;
use super::store;
use crate::access::principal::Principal;
use crate::audit;
use crate::database::{Change, Database};
use crate::web::problem::Problem;

/// Delete a project
///
/// For system administrators. A project that tokens still use cannot be deleted. The problem
/// lists these tokens.
#[utoipa::path(
    operation_id = "delete_project",
    tag = "projects",
    responses(
        (status = 204, description = "Deleted, with its memberships"),
        (status = 409, description = "Tokens still use it (`in-use`)."),
    )
)]
#[delete("/projects/{project}")]
pub(super) async fn remove(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin()?;
    let (origin, named) = (principal.origin().clone(), path.into_inner());
    database
        .by(principal.witness())
        .withdraw(move |transaction| {
            Box::pin(async move {
                let project = existing(transaction.connection(), &named).await?;
                let tokens = store::tokens_of(transaction.connection(), &project.id).await?;
                Problem::unless_unused(tokens)?;
                for user in store::member_ids(transaction.connection(), &project.id).await? {
                    transaction.changes(Change::User(user));
                }
                store::delete(transaction, &project.id).await?;
                transaction.changes(Change::Project(project.key.clone()));
                transaction.changes(Change::Project(project.id.to_string()));
                // It is no longer among the projects that systems are opened to.
                transaction.changes(Change::Catalog);
                audit::record(transaction, &origin, "project.deleted", (&project.id, project.key), json!({}))
                    .await?;
                Ok::<_, Problem>(())
            })
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
