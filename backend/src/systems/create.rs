//! `POST /systems`.

use actix_web::{HttpResponse, post, web};
use latchkey_shared::fields::{self, Errors};
use latchkey_shared::ids::SystemId;
use latchkey_shared::systems::{NewSystem, System};
use latchkey_shared::time::Timestamp;
use serde_json::json;

use super::rules::{self, audience, project_param};
use super::store;
use crate::access::principal::Principal;
use crate::audit;
use crate::database::{Change, Database, now};
use crate::web::extract::Body;
use crate::web::look_alikes;
use crate::web::problem::Problem;

/// Add a system
///
/// For system administrators. The system has no APIs yet: import a document, or add them by
/// hand.
#[utoipa::path(
    operation_id = "create_system",
    tag = "systems",
    request_body(
        content = NewSystem,
        example = json!({ "key": "fleet", "name": "Fleet", "base_path": "/api/v3", "project_param": "project" })
    ),
    responses(
        (status = 201, description = "The system", body = System, headers(("Location" = String))),
        (status = 409, description = "The key or the audience is taken (`taken`)."),
    )
)]
#[post("/systems")]
pub(super) async fn create(
    principal: Principal,
    database: web::Data<Database>,
    body: Body<NewSystem>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin()?;
    let body = body.json().await?;
    let mut errors = Errors::new();
    let key = errors.take("key", fields::key(&body.key));
    let name = errors.take("name", fields::name(&body.name));
    let default_audience = format!("urn:latchkey:system:{}", body.key);
    let audience = errors.take("audience", audience(body.audience.as_deref().unwrap_or(&default_audience)));
    let base_path = errors.take("base_path", rules::base_path(body.base_path.as_deref().unwrap_or_default()));
    let parameter = body.project_param.as_deref().unwrap_or("project");
    let project_param = errors.take("project_param", project_param(parameter));
    let (key, name, audience, base_path, project_param) =
        Problem::checked(errors, || Some((key?, name?, audience?, base_path?, project_param?)))?;
    let system = System {
        id: SystemId::new(),
        key,
        name,
        audience,
        base_path,
        project_param,
        restricted: false,
        disabled: false,
        builtin: false,
        api_count: 0,
        global_api_count: 0,
        created_at: Timestamp::from_millis(now()),
        updated_at: Timestamp::from_millis(now()),
        warnings: Vec::new(),
    };
    let (origin, mut answer) = (principal.origin().clone(), system.clone());
    database
        .by(principal.witness())
        .write(move |transaction| {
            Box::pin(async move {
                for (column, value) in [("key", &system.key), ("audience", &system.audience)] {
                    if store::taken_by(transaction.connection(), column, value).await?.is_some() {
                        return Err(Problem::taken(column, format!("Another system has this {column}.")));
                    }
                }
                store::insert_system(transaction.connection(), &system).await?;
                transaction.changes(Change::Catalog);
                Ok(audit::record(transaction, &origin, "system.created", (&system.id, system.key), json!({}))
                    .await?)
            })
        })
        .await?;
    let key = Some(answer.key.as_str());
    answer.warnings = look_alikes::beside(&database, "systems", "system", key, &answer.name).await?;
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/systems/{}", answer.key)))
        .json(answer))
}
