//! The installation as a whole: its settings and its contents.

use actix_web::{get, web};
use latchkey_shared::installation::{Installation, Stats, StatusCount, TokenCount};
use latchkey_shared::tokens::Kind;
use sqlx::{AnyConnection, FromRow};

use crate::access::principal::Principal;
use crate::audit;
use crate::configuration::Configuration;
use crate::database::{Database, now};
use crate::engine::usage::{self, Part, Usage};
use crate::engine::verifier::Verifier;
use crate::keys::keyring::Keyring;
use crate::web::problem::Problem;
use crate::web::routes::Routes;

/// Registers the routes of this capability.
pub fn routes(routes: &mut Routes) {
    routes.service(find).service(stats);
}

/// Get the installation
///
/// Settings that screens and scripts need, and how well the memory of this server agrees with the
/// database.
#[utoipa::path(
    operation_id = "get_installation",
    tag = "installation",
    responses((status = 200, description = "The settings", body = Installation))
)]
#[get("/installation")]
async fn find(
    _principal: Principal,
    configuration: web::Data<Configuration>,
    keyring: web::Data<Keyring>,
    verifier: web::Data<Verifier>,
    database: web::Data<Database>,
) -> Result<web::Json<Installation>, Problem> {
    Ok(web::Json(Installation {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        public_url: keyring.issuer().to_owned(),
        show_once: configuration.show_once,
        jwt_lifetime: configuration.jwt_lifetime,
        signing_algorithm: configuration.signing_algorithm.as_str().to_owned(),
        cache_size: u32::try_from(configuration.cache_size).unwrap_or(u32::MAX),
        search_memory: u32::try_from(configuration.search_memory).unwrap_or(u32::MAX),
        cache_differences: verifier.differences(),
        usage_days: configuration.usage_days,
        audit_retention: configuration.audit_retention,
        audit_complete_since: audit::complete_since(&database).await?,
    }))
}

/// Get an overview
///
/// Numbers of tokens, systems, projects and users, and of the calls that this server has
/// decided so far. Calls of other nodes follow within seconds. For system administrators.
#[utoipa::path(
    operation_id = "get_stats",
    tag = "installation",
    responses((status = 200, description = "The overview", body = Stats))
)]
#[get("/stats")]
async fn stats(
    principal: Principal,
    database: web::Data<Database>,
    counters: web::Data<Usage>,
) -> Result<web::Json<Stats>, Problem> {
    principal.system_admin()?;
    counters.flush(&database, Part::Totals).await;
    let mut transaction = database.read_at_one_moment().await?;
    let stats = Stats {
        tokens: count_tokens(&mut transaction, now()).await?,
        systems: count(&mut transaction, "SELECT CAST(COUNT(*) AS BIGINT) FROM systems WHERE builtin = 0")
            .await?,
        projects: count(&mut transaction, "SELECT CAST(COUNT(*) AS BIGINT) FROM projects").await?,
        users: count(&mut transaction, "SELECT CAST(COUNT(*) AS BIGINT) FROM users WHERE disabled = 0")
            .await?,
        last_24_hours: usage::last_24_hours(&mut transaction, None).await?,
    };
    transaction.commit().await?;
    Ok(web::Json(stats))
}

async fn count(connection: &mut AnyConnection, statement: &'static str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(statement).fetch_one(connection).await
}

/// How many tokens of a kind are not in force, and why.
#[derive(FromRow)]
struct OutOfForce {
    kind: String,
    suspended: i64,
    disabled: i64,
    expired: i64,
}

/// Tokens by kind and status. The first statement scans an index of all tokens. The other three
/// read only tokens that are not in force. One statement for all would read every row (0.3 to 1.1 s).
async fn count_tokens(connection: &mut AnyConnection, now: i64) -> Result<TokenCount, sqlx::Error> {
    let all: Vec<(String, i64)> =
        sqlx::query_as("SELECT kind, CAST(COUNT(*) AS BIGINT) FROM tokens GROUP BY kind")
            .fetch_all(&mut *connection)
            .await?;
    let disabled: (i64, i64) = sqlx::query_as(
        "SELECT CAST(COUNT(CASE WHEN kind = 'rsa' THEN 1 END) AS BIGINT), \
         CAST(COUNT(CASE WHEN kind = 'jwt' THEN 1 END) AS BIGINT) FROM tokens WHERE disabled = 1",
    )
    .fetch_one(&mut *connection)
    .await?;
    let expired: (i64, i64) = sqlx::query_as(
        "SELECT CAST(COUNT(CASE WHEN kind = 'rsa' THEN 1 END) AS BIGINT), \
         CAST(COUNT(CASE WHEN kind = 'jwt' THEN 1 END) AS BIGINT) FROM tokens \
         WHERE disabled = 0 AND expires_at <= $1",
    )
    .bind(now)
    .fetch_one(&mut *connection)
    .await?;
    // Those that are suspended are also among the others.
    let suspended: Vec<OutOfForce> = sqlx::query_as(
        "SELECT kind, CAST(COUNT(*) AS BIGINT) AS suspended, \
         CAST(COUNT(CASE WHEN disabled = 1 THEN 1 END) AS BIGINT) AS disabled, \
         CAST(COUNT(CASE WHEN disabled = 0 AND expires_at <= $1 THEN 1 END) AS BIGINT) AS expired FROM tokens \
         WHERE confirmed < (SELECT COALESCE(MAX(id), 0) FROM suspensions) GROUP BY kind",
    )
    .bind(now)
    .fetch_all(connection)
    .await?;
    let status = |kind: Kind, disabled: i64, expired: i64| {
        let all = all.iter().find(|(one, _)| one == kind.as_str()).map_or(0, |(_, count)| *count);
        let also = suspended.iter().find(|one| one.kind == kind.as_str());
        let (suspended, disabled, expired) = also.map_or((0, disabled, expired), |also| {
            (also.suspended, disabled - also.disabled, expired - also.expired)
        });
        StatusCount { active: all - suspended - disabled - expired, suspended, disabled, expired }
    };
    Ok(TokenCount {
        rsa: status(Kind::Rsa, disabled.0, expired.0),
        jwt: status(Kind::Jwt, disabled.1, expired.1),
    })
}
