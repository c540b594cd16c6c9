//! `DELETE /systems/{system}/apis/{api}`.

use actix_web::{HttpResponse, delete, web};
use serde_json::json;

use crate::access::principal::Principal;
use crate::audit;
use crate::database::{Change, Database};
use crate::systems::catalog::Catalog;
use crate::systems::get::own;
use crate::systems::store;
use crate::web::problem::Problem;
use crate::withdrawals::Withdrawal;

/// Delete an API
///
/// For system administrators. An API that is granted to tokens cannot be deleted. The problem
/// lists these tokens.
#[utoipa::path(
    operation_id = "delete_api",
    tag = "systems",
    responses(
        (status = 204, description = "Deleted"),
        (status = 409, description = "Tokens are still granted it (`in-use`), or the system is built in (`conflict`)."),
    )
)]
#[delete("/systems/{system}/apis/{api}")]
pub(crate) async fn remove_api(
    principal: Principal,
    database: web::Data<Database>,
    catalog: web::Data<Catalog>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin()?;
    let (origin, (system, api)) = (principal.origin().clone(), path.into_inner());
    let changed = system.clone();
    database
        .by(principal.witness())
        .withdraw(move |transaction| {
            Box::pin(async move {
                let system = own(transaction.connection(), &system).await?;
                let stored = store::api(transaction.connection(), &system, &api).await?;
                let api = stored.ok_or_else(|| Problem::not_found("API"))?.api;
                let of = std::slice::from_ref(&api.id);
                Problem::unless_unused(store::tokens_of_apis(transaction.connection(), of).await?)?;
                let loss = Withdrawal::Apis { apis: of.to_vec() };
                if store::delete_apis(&mut transaction.takes(loss), of).await? {
                    transaction.changes(Change::Limits);
                }
                transaction.changes(Change::Catalog);
                audit::record(transaction, &origin, "api.deleted", (&api.id, api.key), json!({})).await?;
                Ok::<_, Problem>(())
            })
        })
        .await?;
    catalog.prepare(&changed).await;
    Ok(HttpResponse::NoContent().finish())
}
