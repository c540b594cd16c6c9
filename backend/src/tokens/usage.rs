//! `GET /tokens/{token}/usage`.

use actix_web::{get, web};
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::Usage;

use super::found::{existing, parse_id, visible};
use super::store;
use crate::access::principal::Principal;
use crate::database::{Database, Patience, now};
use crate::engine::usage::{self as counted, Part};
use crate::engine::verifier::Verifier;
use crate::limits::store::keys_of_apis;
use crate::web::problem::Problem;

/// Get a token's usage
///
/// It includes all calls that this server has decided so far. Calls of other nodes follow
/// within seconds.
#[utoipa::path(
    operation_id = "get_token_usage",
    tag = "tokens",
    responses((status = 200, description = "The last 30 days and all months, latest first", body = Usage))
)]
#[get("/tokens/{token}/usage")]
pub(super) async fn usage(
    principal: Principal,
    database: web::Data<Database>,
    counters: web::Data<counted::Usage>,
    verifier: web::Data<Verifier>,
    path: web::Path<String>,
) -> Result<web::Json<Usage>, Problem> {
    let id = parse_id(&path)?;
    visible(&mut *database.reader().acquire().await?, &principal, &id).await?;
    counters.flush(&database, Part::Token(id.clone())).await;
    let mut transaction = database.read_at_one_moment().await?;
    let found = existing(&mut transaction, &id).await?;
    let since = Timestamp::from_millis(now() - 30 * 24 * 60 * 60 * 1_000);
    let days = store::usage(&mut transaction, &id, since.as_str().get(..10).unwrap_or_default()).await?;
    let last_24_hours = counted::last_24_hours(&mut transaction, Some(&id)).await?;
    let months = store::usage_by_month(&mut transaction, &id).await?;
    transaction.commit().await?;
    let (rate_limits, quotas) = match Patience::new().wait(verifier.token(&id)).await? {
        Some(token) => {
            let mut connection = database.reader().acquire().await?;
            let keys = keys_of_apis(&mut connection, token.allowance.apis().collect()).await?;
            (token.allowance.rate_limits(&keys), verifier.quotas(&token, &keys).await?)
        }
        None => Default::default(),
    };
    let last_used_at = found.token.last_used_at;
    Ok(web::Json(Usage { last_used_at, days, months, last_24_hours, rate_limits, quotas }))
}
