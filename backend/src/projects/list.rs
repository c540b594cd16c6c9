//! `GET /projects`.

use actix_web::{get, web};
use latchkey_shared::page::Page;
use latchkey_shared::projects::Project;

use super::store;
use crate::access::principal::Principal;
use crate::access::reach::Reach;
use crate::database::Database;
use crate::database::names::{Among, Names};
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
    names: web::Data<Names<Project>>,
    query: Query<SearchQuery>,
) -> Result<web::Json<Page<Project>>, Problem> {
    let query = query.read()?;
    let paging = Paging::read(query.limit, query.cursor.as_deref())?;
    let q = searched(query.q.as_deref());
    let after = paging.after.as_deref().unwrap_or_default();
    let (sees, limit) = (principal.sees(), paging.wanted());
    let read = async |among: Among<'_>| {
        let mut connection = database.reader().acquire().await?;
        store::list(&mut connection, &sees, &q, among, limit).await
    };
    // The projects of one person are few.
    let items = match sees {
        Reach::All if !q.is_empty() => names.page(&q, after, limit, read).await?,
        _ => read(Among::After(after)).await?,
    };
    Ok(paging.page(items, |last| &last.key))
}
