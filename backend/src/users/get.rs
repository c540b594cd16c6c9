//! `GET /users/{user}`.

use actix_web::{get, web};
use latchkey_shared::users::User;

use super::store;
use crate::access::principal::Principal;
use crate::database::Database;
use crate::web::problem::Problem;

/// A user
///
/// By name or id, if the one who asks may see them.
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
