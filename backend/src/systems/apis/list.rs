//! `GET /apis` and `GET /systems/{system}/apis`.

use actix_web::{get, web};
use latchkey_shared::page::Page;
use latchkey_shared::systems::Api;
use latchkey_shared::tokens::Kind as TokenKind;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::access::principal::Principal;
use crate::database::Database;
use crate::systems::get::visible;
use crate::systems::store::{self, ApiFilter};
use crate::web::extract::Query;
use crate::web::paging::{Paging, searched};
use crate::web::problem::Problem;

/// Which page to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PageQuery {
    /// How many at most: 1 to 200, 50 if absent.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// Which APIs to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ApiQuery {
    /// Only APIs of this system, by key or id.
    #[param(nullable = false)]
    system: Option<String>,
    /// Part of the name, key or path.
    #[param(nullable = false)]
    q: Option<String>,
    /// Only APIs with this tag.
    #[param(nullable = false)]
    tag: Option<String>,
    /// Only APIs that the caller may grant to a token of this kind.
    #[param(nullable = false, inline)]
    grantable: Option<TokenKind>,
    /// How many at most: 1 to 200, 50 if absent.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

async fn page_of_apis(
    principal: &Principal,
    database: &Database,
    query: ApiQuery,
) -> Result<web::Json<Page<Api>>, Problem> {
    let paging = Paging::read(query.limit, query.cursor.as_deref())?;
    let system = match &query.system {
        Some(named) => Some(visible(database, principal, named).await?.id),
        None => None,
    };
    let filter = ApiFilter {
        system,
        q: searched(query.q.as_deref()),
        tag: query.tag,
        grantable: query.grantable,
        after: paging.after.clone().unwrap_or_default(),
        limit: paging.wanted(),
    };
    let mut connection = database.reader().acquire().await?;
    let items = store::list_apis(&mut connection, principal, &filter).await?;
    Ok(paging.page(items, |last| &last.key))
}

/// List the APIs of a system
///
/// The caller must be allowed to see the system.
#[utoipa::path(
    operation_id = "list_system_apis",
    tag = "systems",
    params(PageQuery),
    responses((status = 200, description = "APIs, by key", body = Page<Api>))
)]
#[get("/systems/{system}/apis")]
pub(crate) async fn list_of_system(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
    query: Query<PageQuery>,
) -> Result<web::Json<Page<Api>>, Problem> {
    let PageQuery { limit, cursor } = query.read()?;
    let query =
        ApiQuery { system: Some(path.into_inner()), q: None, tag: None, grantable: None, limit, cursor };
    page_of_apis(&principal, &database, query).await
}

/// List APIs
///
/// The APIs of all systems that the caller may see, or of one system. `q` and `tag` filter the
/// list.
#[utoipa::path(
    operation_id = "list_apis",
    tag = "systems",
    params(ApiQuery),
    responses(
        (status = 200, description = "APIs, by key", body = Page<Api>),
        (status = 404, description = "There is no such system."),
    )
)]
#[get("/apis")]
pub(crate) async fn list_apis(
    principal: Principal,
    database: web::Data<Database>,
    query: Query<ApiQuery>,
) -> Result<web::Json<Page<Api>>, Problem> {
    page_of_apis(&principal, &database, query.read()?).await
}
