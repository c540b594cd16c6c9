//! `GET /audit-events`.

use actix_web::{get, web};
use latchkey_shared::audit::{Actor, AuditEvent, AuditTarget};
use latchkey_shared::fields::Refusal;
use latchkey_shared::page::Page;
use latchkey_shared::time::{self, Timestamp};
use serde::Deserialize;
use sqlx::FromRow;
use utoipa::IntoParams;

use crate::access::principal::Principal;
use crate::database::Database;
use crate::database::sql::Sql;
use crate::database::stored::stored;
use crate::web::extract::Query;
use crate::web::paging::Paging;
use crate::web::problem::Problem;
use crate::web::routes::Routes;

/// Registers the routes of this capability.
pub fn routes(routes: &mut Routes) {
    routes.service(list);
}

/// Which events to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EventQuery {
    /// The actor: an id or a name.
    #[param(nullable = false)]
    actor: Option<String>,
    /// The target: an id or a name.
    #[param(nullable = false)]
    target: Option<String>,
    /// The action: `token.deleted`, or `token` for all actions on tokens.
    #[param(nullable = false)]
    action: Option<String>,
    /// Only events from this time on.
    #[param(nullable = false)]
    #[param(format = DateTime)]
    since: Option<String>,
    /// How many at most: 1 to 200, 50 if absent.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// List audit events
///
/// The newest first. For system administrators.
#[utoipa::path(
    operation_id = "list_audit_events",
    tag = "audit",
    params(EventQuery),
    responses((status = 200, description = "Audit events, newest first", body = Page<AuditEvent>))
)]
#[get("/audit-events")]
async fn list(
    principal: Principal,
    database: web::Data<Database>,
    query: Query<EventQuery>,
) -> Result<web::Json<Page<AuditEvent>>, Problem> {
    principal.system_admin()?;
    let query = query.read()?;
    let paging = Paging::read(query.limit, query.cursor.as_deref())?;
    let since = match query.since.as_deref().map(time::parse_millis) {
        Some(None) => {
            let refusal =
                Refusal::new("invalid_time", "Must be a time in RFC 3339, such as 2027-01-31T12:00:00Z.");
            return Err(Problem::field("since", refusal));
        }
        parsed => parsed.flatten(),
    };
    let before = paging.after.clone();
    let items = events(&database, &query, since, before, paging.wanted()).await?;
    Ok(paging.page(items, |last| last.id.as_str()))
}

#[derive(FromRow)]
struct EventRow {
    id: String,
    at: i64,
    actor_kind: String,
    actor_id: Option<String>,
    actor_name: String,
    action: String,
    target_kind: Option<String>,
    target_id: Option<String>,
    target_name: Option<String>,
    detail: String,
    request_id: Option<String>,
    client_ip: Option<String>,
}

impl EventRow {
    fn read(self) -> Result<AuditEvent, sqlx::Error> {
        let target = match (self.target_kind, self.target_id, self.target_name) {
            (Some(kind), Some(id), Some(name)) => Some(AuditTarget { kind, id, name }),
            _ => None,
        };
        Ok(AuditEvent {
            id: stored(&self.id)?,
            at: Timestamp::from_millis(self.at),
            actor: Actor { kind: self.actor_kind, id: self.actor_id, name: self.actor_name },
            action: self.action,
            target,
            detail: serde_json::from_str(&self.detail)
                .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            request_id: self.request_id,
            client_ip: self.client_ip,
        })
    }
}

async fn events(
    database: &Database,
    query: &EventQuery,
    since: Option<i64>,
    before: Option<String>,
    limit: usize,
) -> Result<Vec<AuditEvent>, sqlx::Error> {
    // PostgreSQL refuses a text with a NUL. No name has one.
    let text = |text: &String| text.replace('\0', "\u{fffd}");
    let mut sql = Sql::new(
        "SELECT id, at, actor_kind, actor_id, actor_name, action, target_kind, target_id, target_name, detail, \
         request_id, client_ip FROM audit_events WHERE 1 = 1",
    );
    if let Some(actor) = query.actor.as_ref().map(text) {
        sql.push(" AND (actor_id = ").bind(actor.clone()).push(" OR actor_name = ").bind(actor).push(")");
    }
    if let Some(target) = query.target.as_ref().map(text) {
        sql.push(" AND (target_id = ").bind(target.clone()).push(" OR target_name = ").bind(target).push(")");
    }
    if let Some(action) = query.action.as_ref().map(text) {
        // `/` follows `.`, so this range holds everything that begins with `kind.`.
        sql.push(" AND (action = ").bind(action.clone());
        sql.push(" OR (action >= ").bind(format!("{action}."));
        sql.push(" AND action < ").bind(format!("{action}/")).push("))");
    }
    if let Some(since) = since {
        sql.push(" AND at >= ").bind(since);
    }
    if let Some(before) = before {
        sql.push(" AND id < ").bind(before);
    }
    sql.push(" ORDER BY id DESC LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
    sql.query_as::<EventRow>().fetch_all(database.reader()).await?.into_iter().map(EventRow::read).collect()
}
