//! `POST /tokens/{token}/confirm`.

use actix_web::{HttpResponse, post, web};
use latchkey_shared::fields::Errors;
use latchkey_shared::tokens::Token;
use serde_json::json;

use super::found::{existing, managed, parse_id};
use super::store::{self, Resolved};
use super::targets::{targets, with_bound};
use super::version::answer;
use crate::access::principal::Principal;
use crate::audit;
use crate::database::{Change, Database, now};
use crate::web::problem::Problem;

/// Confirm a suspended token
///
/// After the database went back in time, every token is suspended: it may have been deleted or narrowed in
/// the time that `suspended` names. Look at the token first, and delete it if it is not wanted any more. Its
/// calls are decided again when it is confirmed. For people who may issue the token, with a session. A token
/// that is not suspended stays as it is.
#[utoipa::path(
    operation_id = "confirm_token",
    tag = "tokens",
    security(("session" = [])),
    responses((status = 200, description = "The token as it is now", body = Token, headers(("ETag" = String))))
)]
#[post("/tokens/{token}/confirm")]
pub(super) async fn confirm(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    // A token could confirm those that it issued.
    principal.in_person()?;
    let id = managed(&database, &principal, &parse_id(&path)?).await?.token.id;
    let database = database.by(principal.witness());
    let found = database.write(move |transaction| {
        Box::pin(async move {
            let found = existing(transaction.connection(), &id).await?;
            principal.may_manage(&targets(transaction.connection(), &found).await?)?;
            let Some(suspended) = &found.token.suspended else { return Ok(found) };
            let mut errors = Errors::new();
            let (kind, named, held) = (found.token.kind, found.named(), found.held());
            let Resolved { grants, targets, .. } =
                store::resolve(transaction.connection(), kind, &named, &held, &mut errors).await?;
            Problem::unless_empty(errors)?;
            // It gives what issuing the token gives.
            let proof = principal.may_issue(&grants, &with_bound(targets, &found), &found.limits)?;
            let by = principal.origin().name.clone();
            store::confirm(transaction.connection(), &proof, &id, (now(), &by)).await?;
            transaction.changes(Change::Token(id.clone()));
            let detail = json!({ "since": suspended.since, "until": suspended.until });
            let target = (&id, found.token.name.clone());
            audit::record(transaction, principal.origin(), "token.confirmed", target, detail).await?;
            existing(transaction.connection(), &id).await
        })
    });
    Ok(answer(HttpResponse::Ok(), &found.await?))
}
