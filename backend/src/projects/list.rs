//! `GET /projects`.

use actix_web::{get, web};
use latchkey_shared::fields;
use latchkey_shared::page::{self, Page};
use latchkey_shared::projects::Project;
use serde::Deserialize;
use utoipa::IntoParams;

use super::store;
use crate::access::principal::Principal;
use crate::database::Database;
use crate::web::extract::{Query, read_cursor, write_cursor};
use crate::web::problem::Problem;

/// Which projects to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Part of the key or the name.
    #[param(nullable = false)]
    q: Option<String>,
    /// How many at most: 1 to 200, 50 if absent.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// List projects
///
/// Those that the one who asks belongs to; all of them for system administrators.
#[utoipa::path(
    operation_id = "list_projects",
    tag = "projects",
    params(ListQuery),
    responses((status = 200, description = "Projects, by key", body = Page<Project>))
)]
#[get("/projects")]
pub(super) async fn list(
    principal: Principal,
    database: web::Data<Database>,
    query: Query<ListQuery>,
) -> Result<web::Json<Page<Project>>, Problem> {
    let ListQuery { q, limit, cursor } = query.read()?;
    let limit = page::limit(limit).map_err(|refusal| Problem::field("limit", refusal))?;
    let q = q.as_deref().map(fields::name_key).unwrap_or_default();
    let after = cursor.as_deref().map(read_cursor).transpose()?.unwrap_or_default();
    let mut connection = database.reader().acquire().await?;
    let mut items = store::list(&mut connection, &principal.sees(), &q, &after, limit + 1).await?;
    let next_cursor = page::cut(&mut items, limit).map(|last| write_cursor(&last.key));
    Ok(web::Json(Page { items, next_cursor, total: None }))
}
