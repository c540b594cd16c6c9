//! `GET /systems`.

use actix_web::{get, web};
use latchkey_shared::fields;
use latchkey_shared::page::{self, Page};
use latchkey_shared::systems::System;
use latchkey_shared::tokens::Kind as TokenKind;
use serde::Deserialize;
use utoipa::IntoParams;

use super::store::{self, SystemFilter};
use crate::access::principal::Principal;
use crate::database::Database;
use crate::web::extract::{Query, read_cursor, write_cursor};
use crate::web::problem::Problem;

/// Which systems to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SystemQuery {
    /// Part of the key or the name.
    #[param(nullable = false)]
    q: Option<String>,
    /// Those only of which the one who asks may grant something to a token of
    /// this kind.
    #[param(nullable = false, inline)]
    grantable: Option<TokenKind>,
    /// How many at most: 1 to 200, 50 if absent.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// List systems
///
/// Those that are open to all or to a project of the one who asks; all of them
/// for system administrators.
#[utoipa::path(
    operation_id = "list_systems",
    tag = "systems",
    params(SystemQuery),
    responses((status = 200, description = "Systems, by key", body = Page<System>))
)]
#[get("/systems")]
pub(super) async fn list(
    principal: Principal,
    database: web::Data<Database>,
    query: Query<SystemQuery>,
) -> Result<web::Json<Page<System>>, Problem> {
    let SystemQuery { q, grantable, limit, cursor } = query.read()?;
    let limit = page::limit(limit).map_err(|refusal| Problem::field("limit", refusal))?;
    let filter = SystemFilter {
        q: q.as_deref().map(fields::name_key).unwrap_or_default(),
        grantable,
        after: cursor.as_deref().map(read_cursor).transpose()?.unwrap_or_default(),
        limit: limit + 1,
    };
    let mut connection = database.reader().acquire().await?;
    let mut items = store::systems(&mut connection, &principal, &filter).await?;
    let next_cursor = page::cut(&mut items, limit).map(|last| write_cursor(&last.key));
    Ok(web::Json(Page { items, next_cursor, total: None }))
}
