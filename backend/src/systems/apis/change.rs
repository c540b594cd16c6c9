//! `PATCH /systems/{system}/apis/{api}`.

use actix_web::{patch, web};
use latchkey_shared::fields::{self, Errors};
use latchkey_shared::systems::{Api, ApiPatch};
use serde_json::json;

use super::warnings::to_look_at;
use crate::access::principal::Principal;
use crate::audit;
use crate::database::{Change, Database, now};
use crate::revocations::{self, Of};
use crate::systems::catalog::Catalog;
use crate::systems::get::own;
use crate::systems::rules::tags;
use crate::systems::store;
use crate::web::extract::Body;
use crate::web::problem::Problem;
use crate::withdrawals::Withdrawal;

/// Change an API
///
/// For system administrators. Absent fields stay.
#[utoipa::path(
    operation_id = "change_api",
    tag = "systems",
    request_body(content = ApiPatch, example = json!({ "name": "List all devices", "tags": ["devices"] })),
    responses(
        (status = 200, description = "The API as it is now", body = Api),
        (status = 409, description = "The system is built in (`conflict`)."),
    )
)]
#[patch("/systems/{system}/apis/{api}")]
pub(crate) async fn change_api(
    principal: Principal,
    database: web::Data<Database>,
    catalog: web::Data<Catalog>,
    path: web::Path<(String, String)>,
    body: Body<ApiPatch>,
) -> Result<web::Json<Api>, Problem> {
    principal.system_admin()?;
    let body = body.json().await?;
    let mut errors = Errors::new();
    let name = body.name.as_deref().and_then(|name| errors.take("name", fields::name(name)));
    let tags = body.tags.and_then(|one| errors.take("tags", tags(&one)));
    Problem::unless_empty(errors)?;
    let (origin, (system, api)) = (principal.origin().clone(), path.into_inner());
    let database = database.by(principal.witness());
    let api = database.withdraw_if(body.removed == Some(true), move |transaction| {
        Box::pin(async move {
            let system = own(transaction.connection(), &system).await?;
            let stored = store::api(transaction.connection(), &system, &api).await?;
            let mut stored = stored.ok_or_else(|| Problem::not_found("API"))?;
            let is_renamed = name.as_ref().is_some_and(|name| *name != stored.api.name);
            stored.api.name = name.unwrap_or(stored.api.name);
            stored.api.tags = tags.unwrap_or(stored.api.tags);
            let is_removed = !stored.api.removed && body.removed == Some(true);
            let is_moved = body.scope.is_some_and(|scope| scope != stored.api.scope);
            stored.api.scope = body.scope.unwrap_or(stored.api.scope);
            stored.api.removed = body.removed.unwrap_or(stored.api.removed);
            let apis = || vec![stored.api.id.clone()];
            let loss = (is_removed || is_moved).then(|| Withdrawal::Apis { apis: apis() });
            store::update_apis(&mut transaction.takes_if(loss), std::slice::from_ref(&stored)).await?;
            if is_removed {
                let of = Of::System(&system.id);
                revocations::record(transaction, of, "aud", &system.audience, now()).await?;
            }
            transaction.changes(Change::Catalog);
            let detail = json!({ "scope": stored.api.scope.as_str(), "removed": stored.api.removed });
            audit::record(
                transaction,
                &origin,
                "api.updated",
                (&stored.api.id, stored.api.key.clone()),
                detail,
            )
            .await?;
            Ok::<_, Problem>((stored, is_renamed))
        })
    });
    let (mut stored, is_renamed) = api.await?;
    let operations = catalog.prepare(&stored.api.system).await;
    if is_renamed {
        stored.api.warnings = to_look_at(&database, &stored, operations.as_deref()).await?;
    }
    Ok(web::Json(stored.api))
}
