//! Health checks, and the descriptions of problem types.

use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, ResponseError as _, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::database::{Database, Replication, clock, promptly};
use crate::web::problem::{Kind, Problem};
use crate::web::routes::Routes;
use crate::web::stopping::Stopping;
use crate::web::went_back;

/// Registers the routes of this module.
pub fn routes(routes: &mut Routes) {
    routes.service(healthz).service(readyz).service(problem_type);
}

/// The state of the server.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// `ok`, or what is wrong.
    status: &'static str,
    /// Whether changes of other nodes arrive at once: `live` or `broken`.
    #[serde(skip_serializing_if = "Option::is_none")]
    change_feed: Option<&'static str>,
    /// Whether changes can be written, as of the last check: `ok` or `failing`. Calls are
    /// decided in either case, except one-time requests, whose use must be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    writes: Option<&'static str>,
    /// What happens to a change of PostgreSQL before it is answered. Only `synchronous` replication
    /// loses nothing in a failover. `none`: there is no standby.
    #[serde(skip_serializing_if = "Option::is_none")]
    replication: Option<Replication>,
    /// Whether withdrawals are in the log outside of the database: `ok`, or `failing`. While it fails, a
    /// restore of the database would be unsafe; withdrawals hold all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawal_log: Option<&'static str>,
    /// By how many seconds the clock of this machine is ahead (negative if it is behind), if
    /// that is more than a few. Decisions use the database's clock. On SQLite, they use the
    /// time from before the clock was set, until the difference has lasted for five minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_off_seconds: Option<i64>,
}

/// Check that the process is alive
///
/// It answers as long as the process runs, in any state of the database. No credential is needed.
#[utoipa::path(
    operation_id = "get_liveness",
    tag = "operation",
    responses((status = 200, description = "The process is alive.", body = Health))
)]
#[get("/healthz")]
async fn healthz() -> web::Json<Health> {
    web::Json(Health {
        status: "ok",
        change_feed: None,
        writes: None,
        replication: None,
        withdrawal_log: None,
        clock_off_seconds: None,
    })
}

/// Check that calls can be decided
///
/// It asks the database. It also says whether changes of other nodes arrive, and whether changes
/// would survive a failover. A server that is about to stop is not ready. No credential is needed.
#[utoipa::path(
    operation_id = "get_readiness",
    tag = "operation",
    responses(
        (status = 200, description = "Calls can be decided.", body = Health),
        (status = 503, description = "The database does not answer, or does not confirm changes, or the server is about to stop. If the database went back in time, this is a problem (`database-went-back`).", body = Health, headers(("Retry-After" = String))),
    )
)]
#[get("/readyz")]
async fn readyz(database: web::Data<Database>, stopping: web::Data<Stopping>) -> HttpResponse {
    if let Some(went_back) = database.went_back() {
        return went_back::problem(&went_back).error_response();
    }
    let answered = promptly(database.ping()).await;
    let mut health = Health {
        status: "ok",
        change_feed: Some(if database.epochs().feed_is_live() { "live" } else { "broken" }),
        writes: Some(if database.can_write() { "ok" } else { "failing" }),
        replication: database.replication(),
        withdrawal_log: database.withdrawal_log_works().map(|works| if works { "ok" } else { "failing" }),
        clock_off_seconds: clock::off_by(),
    };
    health.status = match answered {
        _ if stopping.has_begun() => "this server is about to stop",
        Ok(()) if database.epochs().is_proved() => return HttpResponse::Ok().json(health),
        Ok(()) => "the database does not confirm changes: its standby is gone, or it is an old primary",
        Err(error) => {
            tracing::error!(%error, "not ready");
            "the database does not answer"
        }
    };
    HttpResponse::ServiceUnavailable().insert_header((RETRY_AFTER, "1")).json(health)
}

/// A type of problem.
#[derive(Serialize, ToSchema)]
pub struct ProblemType {
    /// The stable URI reference.
    #[serde(rename = "type")]
    kind: String,
    /// The title of such problems.
    title: &'static str,
    /// Their status.
    status: u16,
}

/// Describe a type of problem
///
/// The `type` of every problem is a URL of this operation. No credential is needed.
#[utoipa::path(
    operation_id = "get_problem_type",
    tag = "operation",
    params(("name" = String, Path, description = "The last part of the problem's `type`.")),
    responses(
        (status = 200, description = "The type of problem.", body = ProblemType),
        (
            status = 404,
            description = "There is no such type of problem.",
            body = latchkey_shared::problem::ProblemBody,
            content_type = "application/problem+json",
        ),
    )
)]
#[get("/problems/{name}")]
async fn problem_type(name: web::Path<String>) -> Result<web::Json<ProblemType>, Problem> {
    let uri = format!("/problems/{name}");
    let kind = Kind::ALL.into_iter().find(|kind| kind.uri() == uri);
    let kind = kind.ok_or_else(|| Problem::not_found("type of problem"))?;
    Ok(web::Json(ProblemType { kind: uri, title: kind.title(), status: kind.status().as_u16() }))
}
