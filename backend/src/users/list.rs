//! `GET /users`.

use actix_web::{get, web};
use latchkey_shared::page::Page;
use latchkey_shared::users::User;

use super::store;
use crate::access::principal::Principal;
use crate::access::reach::Reach;
use crate::database::Database;
use crate::database::names::{Among, Names};
use crate::web::extract::Query;
use crate::web::paging::{Paging, SearchQuery, searched};
use crate::web::problem::Problem;

/// List users
///
/// A system administrator sees all users. A project administrator sees the members of their
/// projects. All users see themselves.
#[utoipa::path(
    operation_id = "list_users",
    tag = "users",
    params(SearchQuery),
    responses((status = 200, description = "Users, by name", body = Page<User>))
)]
#[get("/users")]
pub(super) async fn list(
    principal: Principal,
    database: web::Data<Database>,
    names: web::Data<Names<User>>,
    query: Query<SearchQuery>,
) -> Result<web::Json<Page<User>>, Problem> {
    let query = query.read()?;
    let paging = Paging::read(query.limit, query.cursor.as_deref())?;
    let q = searched(query.q.as_deref());
    let after = paging.after.as_deref().unwrap_or_default();
    let limit = paging.wanted();
    let read = async |among: Among<'_>| store::list(&database, &principal, &q, among, limit).await;
    // The users whom one person sees are few.
    let items = match principal.administers() {
        Reach::All if !q.is_empty() => names.page(&q, after, limit, read).await?,
        _ => read(Among::After(after)).await?,
    };
    Ok(paging.page(items, |last| &last.username))
}
