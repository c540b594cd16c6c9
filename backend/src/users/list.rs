//! `GET /users`.

use actix_web::{get, web};
use latchkey_shared::fields;
use latchkey_shared::page::{self, Page};
use latchkey_shared::users::User;
use serde::Deserialize;
use utoipa::IntoParams;

use super::store;
use crate::access::principal::Principal;
use crate::database::Database;
use crate::web::extract::{Query, read_cursor, write_cursor};
use crate::web::problem::Problem;

/// Which users to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Part of the user's name at login or of the name that people read.
    #[param(nullable = false)]
    q: Option<String>,
    /// How many at most: 1 to 200, 50 if absent.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// List users
///
/// A system administrator sees all, a project administrator the members of
/// their projects, everybody themself.
#[utoipa::path(
    operation_id = "list_users",
    tag = "users",
    params(ListQuery),
    responses((status = 200, description = "Users, by name", body = Page<User>))
)]
#[get("/users")]
pub(super) async fn list(
    principal: Principal,
    database: web::Data<Database>,
    query: Query<ListQuery>,
) -> Result<web::Json<Page<User>>, Problem> {
    let ListQuery { q, limit, cursor } = query.read()?;
    let limit = page::limit(limit).map_err(|refusal| Problem::field("limit", refusal))?;
    let q = q.as_deref().map(fields::name_key).unwrap_or_default();
    let after = cursor.as_deref().map(read_cursor).transpose()?.unwrap_or_default();
    let mut users = store::list(&database, &principal, &q, &after, limit + 1).await?;
    let next_cursor = page::cut(&mut users, limit).map(|last| write_cursor(&last.username));
    Ok(web::Json(Page { items: users, next_cursor, total: None }))
}
