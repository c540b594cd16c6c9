//! `DELETE /systems/{system}`.

use actix_web::{HttpResponse, delete, web};
use serde_json::json;

use super::get::own;
use super::store;
use crate::access::principal::Principal;
use crate::audit;
use crate::database::{Change, Database};
use crate::web::problem::Problem;

/// Delete a system
///
/// For system administrators. A system that is granted to tokens cannot be deleted. The problem
/// lists these tokens.
#[utoipa::path(
    operation_id = "delete_system",
    tag = "systems",
    responses(
        (status = 204, description = "Deleted, with its APIs and verifier keys"),
        (status = 409, description = "Tokens still use it (`in-use`), or it is built in (`conflict`)."),
    )
)]
#[delete("/systems/{system}")]
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
                let system = own(transaction.connection(), &named).await?;
                let tokens = store::tokens_of_system(transaction.connection(), &system.id).await?;
                Problem::unless_unused(tokens)?;
                store::delete_system(transaction, &system.id).await?;
                transaction.changes(Change::Catalog);
                audit::record(transaction, &origin, "system.deleted", (&system.id, system.key), json!({}))
                    .await?;
                Ok::<_, Problem>(())
            })
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
