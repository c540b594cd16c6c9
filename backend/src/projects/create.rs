//! `POST /projects`.

use actix_web::{HttpResponse, post, web};
use latchkey_shared::fields::{self, Errors};
use latchkey_shared::ids::ProjectId;
use latchkey_shared::projects::{NewProject, Project};
use latchkey_shared::time::Timestamp;
use serde_json::json;

use super::store;
use crate::access::principal::Principal;
use crate::audit;
use crate::database::{Change, Database, now};
use crate::web::extract::Body;
use crate::web::look_alikes;
use crate::web::problem::Problem;

/// Add a project
///
/// For system administrators. The key cannot be changed later.
#[utoipa::path(
    operation_id = "create_project",
    tag = "projects",
    request_body(
        content = NewProject,
        example = json!({ "key": "harbour", "name": "Harbour", "description": "Cranes and quays" })
    ),
    responses(
        (status = 201, description = "The project", body = Project, headers(("Location" = String))),
        (status = 409, description = "The key is taken (`taken`)."),
    )
)]
#[post("/projects")]
pub(super) async fn create(
    principal: Principal,
    database: web::Data<Database>,
    body: Body<NewProject>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin()?;
    let body = body.json().await?;
    let mut errors = Errors::new();
    let key = errors.take("key", fields::key(&body.key));
    let name = errors.take("name", fields::name(&body.name));
    let description =
        errors.take("description", fields::description(body.description.as_deref().unwrap_or_default()));
    let (key, name, description) = Problem::checked(errors, || Some((key?, name?, description?)))?;
    let at = Timestamp::from_millis(now());
    let project = Project {
        id: ProjectId::new(),
        key,
        name,
        description,
        disabled: false,
        created_at: at.clone(),
        updated_at: at,
        warnings: Vec::new(),
    };
    let (origin, mut answer) = (principal.origin().clone(), project.clone());
    database
        .by(principal.witness())
        .write(move |transaction| {
            Box::pin(async move {
                if store::project(transaction.connection(), &project.key).await?.is_some() {
                    return Err(Problem::taken("key", "Another project has this key."));
                }
                store::insert(transaction.connection(), &project).await?;
                transaction.changes(Change::Project(project.key.clone()));
                transaction.changes(Change::Project(project.id.to_string()));
                Ok(audit::record(
                    transaction,
                    &origin,
                    "project.created",
                    (&project.id, project.key),
                    json!({}),
                )
                .await?)
            })
        })
        .await?;
    let key = Some(answer.key.as_str());
    answer.warnings = look_alikes::beside(&database, "projects", "project", key, &answer.name).await?;
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/projects/{}", answer.key)))
        .json(answer))
}
