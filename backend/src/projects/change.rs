//! `PATCH /projects/{project}`.

use actix_web::{patch, web};
use latchkey_shared::fields::{self, Errors};
use latchkey_shared::projects::{Project, ProjectPatch};
use serde_json::json;

use super::get::{existing, visible};
use super::store;
use crate::access::principal::Principal;
use crate::audit;
use crate::database::{Change, Database, now};
use crate::revocations::{self, Of};
use crate::web::extract::Body;
use crate::web::look_alikes;
use crate::web::problem::Problem;
use crate::withdrawals::Withdrawal;

/// Change a project
///
/// For system administrators. Absent fields stay.
#[utoipa::path(
    operation_id = "change_project",
    tag = "projects",
    request_body(content = ProjectPatch, example = json!({ "name": "Old harbour", "disabled": false })),
    responses((status = 200, description = "The project as it is now", body = Project))
)]
#[patch("/projects/{project}")]
pub(super) async fn change(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
    body: Body<ProjectPatch>,
) -> Result<web::Json<Project>, Problem> {
    principal.system_admin()?;
    let body = body.json().await?;
    let mut errors = Errors::new();
    let name = body.name.as_deref().and_then(|name| errors.take("name", fields::name(name)));
    let description =
        body.description.as_deref().and_then(|one| errors.take("description", fields::description(one)));
    Problem::unless_empty(errors)?;
    let (origin, named) = (principal.origin().clone(), path.into_inner());
    let lookup = named.clone();
    let is_renamed = database
        .by(principal.witness())
        .withdraw_if(body.disabled == Some(true), move |transaction| {
            Box::pin(async move {
                let mut project = existing(transaction.connection(), &named).await?;
                let is_renamed = name.as_ref().is_some_and(|name| *name != project.name);
                project.name = name.unwrap_or(project.name);
                project.description = description.unwrap_or(project.description);
                let is_switched_off = body.disabled == Some(true) && !project.disabled;
                if is_switched_off {
                    revocations::record(transaction, Of::All, "projects", &project.key, now()).await?;
                }
                project.disabled = body.disabled.unwrap_or(project.disabled);
                let loss = is_switched_off.then(|| Withdrawal::Project { project: project.id.clone() });
                store::update(transaction.takes_if(loss), &project).await?;
                transaction.changes(Change::Project(project.key.clone()));
                transaction.changes(Change::Project(project.id.to_string()));
                let detail = json!({ "disabled": project.disabled });
                audit::record(transaction, &origin, "project.updated", (&project.id, project.key), detail)
                    .await?;
                Ok::<_, Problem>(is_renamed)
            })
        })
        .await?;
    let mut project = visible(&database, &principal, &lookup).await?;
    if is_renamed {
        project.warnings = look_alikes::beside(&database, "projects", "project", None, &project.name).await?;
    }
    Ok(web::Json(project))
}
