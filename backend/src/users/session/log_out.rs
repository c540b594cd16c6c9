//! `DELETE /session`.

use actix_web::{HttpRequest, HttpResponse, delete, web};
use serde_json::json;

use super::resumed::person;
use crate::audit;
use crate::database::Database;
use crate::sessions::{Sessions, store};
use crate::users::Users;
use crate::web::problem::Problem;
use crate::withdrawals::Withdrawal;

/// Log out
///
/// Ends this session and removes its cookie. The other sessions of the person continue.
#[utoipa::path(
    operation_id = "log_out",
    tag = "session",
    security(("session" = [])),
    responses((status = 204, description = "Logged out"))
)]
#[delete("/session")]
pub(super) async fn log_out(
    request: HttpRequest,
    sessions: web::Data<Sessions>,
    users: web::Data<Users>,
    database: web::Data<Database>,
) -> Result<HttpResponse, Problem> {
    let resumed = person(&sessions, &users, &request).await?;
    let origin = resumed.origin(&request);
    database
        .withdraw(move |transaction| {
            Box::pin(async move {
                let user = Some(resumed.user.id.clone());
                store::end(transaction.takes(Withdrawal::Sessions { user }), &resumed.digest).await?;
                audit::record(
                    transaction,
                    &origin,
                    "session.ended",
                    (&resumed.user.id, resumed.user.username.clone()),
                    json!({}),
                )
                .await
            })
        })
        .await?;
    Ok(HttpResponse::NoContent().cookie(sessions.remove_cookie()).finish())
}
