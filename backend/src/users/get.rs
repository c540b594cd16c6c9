//! `GET /users/{user}`.

use actix_web::{get, web};
use latchkey_shared::users::User;

use super::store;
use crate::access::principal::Principal;
use crate::database::Database;
use crate::web::problem::Problem;

/// Get a user
///
/// By name or id. The caller must be allowed to see the user.
#[utoipa::path(
    operation_id = "get_user",
    tag = "users",
    responses((status = 200, description = "The user", body = User))
)]
#[get("/users/{user}")]
pub(super) async fn find(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<web::Json<User>, Problem> {
    let user = store::user(&database, &path).await?.ok_or_else(|| Problem::not_found("user"))?;
    if store::may_see(&database, &principal, &user.id).await? {
        Ok(web::Json(user))
    } else {
        Err(Problem::not_found("user"))
    }
}
