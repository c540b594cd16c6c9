//! `DELETE /tokens/{token}`.

use actix_web::{HttpRequest, HttpResponse, delete, web};
use serde_json::json;

use super::found::{existing, parse_id};
use super::store;
use super::targets::targets;
use super::version::{check_version, if_match};
use crate::access::principal::Principal;
use crate::audit;
use crate::crypto::decryptor::Decryptor;
use crate::database::{Change, Database, now};
use crate::revocations::{self, Of};
use crate::web::problem::Problem;

/// Delete a token
///
/// Destroys its keys. This cannot be undone. Its next call is denied.
#[utoipa::path(
    operation_id = "delete_token",
    tag = "tokens",
    params(
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the deletion is based on."),
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = 412, description = "It was changed in the meantime."),
    )
)]
#[delete("/tokens/{token}")]
pub(super) async fn remove(
    request: HttpRequest,
    principal: Principal,
    database: web::Data<Database>,
    decryptor: web::Data<Decryptor>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = parse_id(&path)?;
    let if_match = if_match(&request);
    let database = database.by(principal.witness());
    let keys = database.withdraw(move |transaction| {
        Box::pin(async move {
            let found = existing(transaction.connection(), &id).await?;
            let proof = principal.may_manage(&targets(transaction.connection(), &found).await?)?;
            check_version(if_match.as_deref(), found.version)?;
            let keys = store::key_ids(transaction.connection(), &id).await?;
            revocations::record(transaction, Of::Token(&id), "client_id", id.as_str(), now()).await?;
            // The ceilings of its projects no longer hold for the tokens that it issued.
            for descendant in store::descendants(transaction.connection(), &id).await? {
                transaction.changes(Change::Token(descendant));
            }
            store::delete(transaction, &proof, &id).await?;
            transaction.changes(Change::Token(id.clone()));
            let detail = json!({ "kind": found.token.kind });
            audit::record(transaction, principal.origin(), "token.deleted", (&id, found.token.name), detail)
                .await?;
            Ok::<_, Problem>(keys)
        })
    });
    for key in keys.await? {
        decryptor.forget(&key);
    }
    Ok(HttpResponse::NoContent().finish())
}
