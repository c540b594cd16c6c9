//! `GET /audit-events`.

use actix_web::{get, web};
use latchkey_shared::audit::AuditEvent;
use latchkey_shared::page::Page;
use serde::Deserialize;
use utoipa::IntoParams;

use super::chain::EventRow;
use super::filter::Asked;
use crate::access::principal::Principal;
use crate::database::Database;
use crate::web::extract::Query;
use crate::web::paging::Paging;
use crate::web::problem::Problem;

/// Which events to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// The actor: the beginning of a name or of an id.
    #[param(nullable = false)]
    actor: Option<String>,
    /// The target: the beginning of a name or of an id.
    #[param(nullable = false)]
    target: Option<String>,
    /// The action: `token.deleted`, or `token` for all actions on tokens.
    #[param(nullable = false)]
    action: Option<String>,
    /// The beginning of the id of the request.
    #[param(nullable = false)]
    request_id: Option<String>,
    /// The beginning of the address of the caller.
    #[param(nullable = false)]
    client_ip: Option<String>,
    /// Only events from this time on.
    #[param(nullable = false)]
    #[param(format = DateTime)]
    since: Option<String>,
    /// Only events before this time.
    #[param(nullable = false)]
    #[param(format = DateTime)]
    until: Option<String>,
    /// How many at most: 1 to 200, 50 if absent.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// List audit events
///
/// The newest first. Names and ids are found by their beginnings; of names, ASCII letters count as the same
/// in both cases. For system administrators.
#[utoipa::path(
    operation_id = "list_audit_events",
    tag = "audit",
    params(ListQuery),
    responses((status = 200, description = "Audit events, newest first", body = Page<AuditEvent>))
)]
#[get("/audit-events")]
pub(super) async fn list(
    principal: Principal,
    database: web::Data<Database>,
    query: Query<ListQuery>,
) -> Result<web::Json<Page<AuditEvent>>, Problem> {
    principal.system_admin()?;
    let query = query.read()?;
    let paging = Paging::read(query.limit, query.cursor.as_deref())?;
    let ListQuery { actor, target, action, request_id, client_ip, since, until, .. } = query;
    let filter = Asked { actor, target, action, request_id, client_ip, since, until }.filter()?;
    let rows = filter.newest(&database, paging.after.as_deref(), paging.wanted()).await?;
    let items: Result<Vec<AuditEvent>, _> = rows.into_iter().map(EventRow::read).collect();
    Ok(paging.page(items?, |last| last.id.as_str()))
}
