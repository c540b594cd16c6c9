//! `GET /session`.

use actix_web::{HttpRequest, HttpResponse, get, web};
use latchkey_shared::session::Session;

use super::resumed::person;
use crate::sessions::Sessions;
use crate::users::Users;
use crate::web::problem::Problem;

/// Get the current session
///
/// The person whose session cookie the request has.
#[utoipa::path(
    operation_id = "get_session",
    tag = "session",
    security(("session" = [])),
    responses((status = 200, description = "The person and their projects", body = Session))
)]
#[get("/session")]
pub(super) async fn current(
    request: HttpRequest,
    sessions: web::Data<Sessions>,
    users: web::Data<Users>,
) -> Result<HttpResponse, Problem> {
    let resumed = person(&sessions, &users, &request).await?;
    let session = users.session(&resumed.user.id).await?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(session))
}
