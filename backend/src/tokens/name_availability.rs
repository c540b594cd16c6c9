//! `GET /tokens/name-availability`.

use actix_web::{get, web};
use latchkey_shared::fields;
use latchkey_shared::tokens::NameAvailability;
use serde::Deserialize;
use utoipa::IntoParams;

use super::store;
use crate::access::principal::Principal;
use crate::database::Database;
use crate::web::extract::Query;
use crate::web::problem::Problem;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NameQuery {
    /// The name.
    name: String,
    /// The id of the token that may have the name.
    #[param(nullable = false)]
    except: Option<String>,
}

/// Check whether a name is free
///
/// Whether a token can have this name now. `except` is a token that may have it already.
#[utoipa::path(
    operation_id = "get_name_availability",
    tag = "tokens",
    params(NameQuery),
    responses((status = 200, description = "Whether a token may take the name", body = NameAvailability))
)]
#[get("/tokens/name-availability")]
pub(super) async fn name_availability(
    _principal: Principal,
    database: web::Data<Database>,
    query: Query<NameQuery>,
) -> Result<web::Json<NameAvailability>, Problem> {
    let NameQuery { name, except } = query.read()?;
    let name = fields::name(&name).map_err(|refusal| Problem::field("name", refusal))?;
    let mut connection = database.reader().acquire().await?;
    let holder = store::holder_of_name(&mut connection, &fields::name_key(&name)).await?;
    Ok(web::Json(NameAvailability { available: holder.is_none() || holder == except }))
}
