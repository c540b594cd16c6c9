//! `GET /projects`.

use actix_web::{get, web};
use latchkey_shared::page::Page;
use latchkey_shared::projects::Project;

use super::store;
use crate::access::principal::Principal;
use crate::database::Database;
use crate::web::extract::Query;
use crate::web::paging::{Paging, SearchQuery, searched};
use crate::web::problem::Problem;

/// List projects
///
/// The projects that the caller belongs to. System administrators see all.
#[utoipa::path(
    operation_id = "list_projects",
    tag = "projects",
    params(SearchQuery),
    responses((status = 200, description = "Projects, by key", body = Page<Project>))
)]
#[get("/projects")]
pub(super) async fn list(
    principal: Principal,
    database: web::Data<Database>,
    query: Query<SearchQuery>,
) -> Result<web::Json<Page<Project>>, Problem> {
    let query = query.read()?;
    let paging = Paging::read(query.limit, query.cursor.as_deref())?;
    let q = searched(query.q.as_deref());
    let after = paging.after.as_deref().unwrap_or_default();
    let mut connection = database.reader().acquire().await?;
    let items = store::list(&mut connection, &principal.sees(), &q, after, paging.wanted()).await?;
    Ok(paging.page(items, |last| &last.key))
}
