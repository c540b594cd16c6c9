//! `GET /systems`.

use actix_web::{get, web};
use latchkey_shared::page::Page;
use latchkey_shared::systems::System;
use latchkey_shared::tokens::Kind as TokenKind;
use serde::Deserialize;
use utoipa::IntoParams;

use super::store::{self, SystemFilter};
use crate::access::principal::Principal;
use crate::database::Database;
use crate::web::extract::Query;
use crate::web::paging::{Paging, searched};
use crate::web::problem::Problem;

/// Which systems to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SystemQuery {
    /// Part of the key or the name.
    #[param(nullable = false)]
    q: Option<String>,
    /// Only systems of which the caller may grant something to a token of this kind.
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
/// The systems that are open to everybody or to a project of the caller. System administrators
/// see all.
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
    let query = query.read()?;
    let paging = Paging::read(query.limit, query.cursor.as_deref())?;
    let filter = SystemFilter {
        q: searched(query.q.as_deref()),
        grantable: query.grantable,
        after: paging.after.clone().unwrap_or_default(),
        limit: paging.wanted(),
    };
    let mut connection = database.reader().acquire().await?;
    let items = store::systems(&mut connection, &principal, &filter).await?;
    Ok(paging.page(items, |last| &last.key))
}
