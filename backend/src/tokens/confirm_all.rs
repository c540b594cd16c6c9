//! `POST /tokens/confirm`.

use actix_web::{post, web};
use latchkey_shared::fields::Refusal;
use latchkey_shared::time::parse_millis;
use latchkey_shared::tokens::{Confirmation, Confirmed};

use crate::access::principal::Principal;
use crate::database::Database;
use crate::recovery;
use crate::web::extract::Body;
use crate::web::problem::{Kind, Problem};

/// Confirm all suspended tokens
///
/// For system administrators with a session. `until` is the end of the time that was shown with the tokens.
/// So nobody confirms what a later restore has suspended.
#[utoipa::path(
    operation_id = "confirm_tokens",
    tag = "tokens",
    security(("session" = [])),
    request_body(content = Confirmation, example = json!({ "until": "2026-11-30T08:00:00Z" })),
    responses(
        (status = 200, description = "How many were confirmed", body = Confirmed),
        (status = 409, description = "The tokens were suspended again in the meantime (`conflict`)."),
    )
)]
#[post("/tokens/confirm")]
pub(super) async fn confirm_all(
    principal: Principal,
    database: web::Data<Database>,
    body: Body<Confirmation>,
) -> Result<web::Json<Confirmed>, Problem> {
    let proof = principal.system_admin_in_person()?;
    let until = parse_millis(&body.json().await?.until).ok_or_else(|| {
        let message = "Must be a time in RFC 3339, such as 2026-11-30T08:00:00Z.";
        Problem::field("until", Refusal::new("invalid_time", message))
    })?;
    let database = database.by(principal.witness());
    let confirmed = database.write(move |transaction| {
        Box::pin(async move {
            let latest = recovery::latest_suspension(transaction.connection()).await?;
            if latest.is_some_and(|latest| latest != until) {
                return Err(Problem::new(Kind::Conflict)
                    .with_detail("The tokens were suspended again in the meantime."));
            }
            Ok(recovery::confirm_all(transaction, &proof, principal.origin()).await?)
        })
    });
    Ok(web::Json(Confirmed { confirmed: confirmed.await? }))
}
