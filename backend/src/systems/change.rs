//! `PATCH /systems/{system}`.

use actix_web::{patch, web};
use latchkey_shared::fields::{self, Errors};
use latchkey_shared::systems::{System, SystemPatch};
use serde_json::json;

use super::catalog::Catalog;
use super::get::{own, visible};
use super::rules::{self, audience, project_param};
use super::store;
use crate::access::principal::Principal;
use crate::audit;
use crate::database::{Change, Database, now};
use crate::revocations::{self, Of};
use crate::web::extract::Body;
use crate::web::look_alikes;
use crate::web::problem::Problem;

/// Change a system
///
/// For system administrators. Absent fields stay.
#[utoipa::path(
    operation_id = "change_system",
    tag = "systems",
    request_body(content = SystemPatch, example = json!({ "name": "Fleet of cranes", "restricted": false })),
    responses(
        (status = 200, description = "The system as it is now", body = System),
        (status = 409, description = "The audience is taken (`taken`), or the system is built in (`conflict`)."),
    )
)]
#[patch("/systems/{system}")]
pub(crate) async fn change(
    principal: Principal,
    database: web::Data<Database>,
    catalog: web::Data<Catalog>,
    path: web::Path<String>,
    body: Body<SystemPatch>,
) -> Result<web::Json<System>, Problem> {
    principal.system_admin()?;
    let body = body.json().await?;
    let mut errors = Errors::new();
    let name = body.name.as_deref().and_then(|name| errors.take("name", fields::name(name)));
    let audience = body.audience.as_deref().and_then(|one| errors.take("audience", audience(one)));
    let base_path = body.base_path.as_deref().and_then(|one| errors.take("base_path", rules::base_path(one)));
    let parameter =
        body.project_param.as_deref().and_then(|one| errors.take("project_param", project_param(one)));
    Problem::unless_empty(errors)?;
    let (origin, named) = (principal.origin().clone(), path.into_inner());
    let (lookup, moves) = (named.clone(), base_path.is_some());
    let is_renamed = database
        .by(principal.witness())
        .withdraw_if(body.disabled == Some(true), move |transaction| {
            Box::pin(async move {
                let before = own(transaction.connection(), &named).await?;
                let mut system = before.clone();
                if let Some(audience) = audience {
                    let holder = store::taken_by(transaction.connection(), "audience", &audience).await?;
                    if holder.is_some_and(|holder| holder != system.id.as_str()) {
                        return Err(Problem::taken("audience", "Another system has this audience."));
                    }
                    system.audience = audience;
                }
                system.name = name.unwrap_or(system.name);
                system.base_path = base_path.unwrap_or(system.base_path);
                system.project_param = parameter.unwrap_or(system.project_param);
                system.restricted = body.restricted.unwrap_or(system.restricted);
                system.disabled = body.disabled.unwrap_or(system.disabled);
                let is_closed = (system.disabled && !before.disabled)
                    || (system.restricted && !before.restricted)
                    || system.audience != before.audience;
                if is_closed {
                    let of = Of::System(&system.id);
                    revocations::record(transaction, of, "aud", &before.audience, now()).await?;
                }
                let moves =
                    system.base_path != before.base_path || system.project_param != before.project_param;
                let loss = (is_closed || moves).then(|| store::changed(&system));
                store::update_system(transaction.takes_if(loss), &system).await?;
                transaction.changes(Change::Catalog);
                let detail = json!({ "restricted": system.restricted, "disabled": system.disabled });
                audit::record(transaction, &origin, "system.updated", (&system.id, system.key), detail)
                    .await?;
                Ok::<_, Problem>(system.name != before.name)
            })
        })
        .await?;
    if moves {
        catalog.prepare(&lookup).await;
    }
    let mut system = visible(&database, &principal, &lookup).await?;
    if is_renamed {
        system.warnings = look_alikes::beside(&database, "systems", "system", None, &system.name).await?;
    }
    Ok(web::Json(system))
}
