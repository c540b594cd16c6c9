//! `/limits`: the default and the ceiling for the tokens of the installation.

use actix_web::{get, put, web};
use latchkey_shared::limits::{LimitRules, NewLimitRules};

use super::shown::shown;
use super::store::INSTALLATION;
use super::written::{Owner, write};
use crate::access::principal::Principal;
use crate::database::Database;
use crate::web::extract::Body;
use crate::web::problem::Problem;

/// Get the limits of the installation
///
/// The default and the ceiling for the limits of all tokens, without those for APIs that the caller may not
/// see. For administrators of the installation or of a project.
#[utoipa::path(
    operation_id = "get_limits",
    tag = "installation",
    responses((status = 200, description = "The default and the ceiling", body = LimitRules))
)]
#[get("/limits")]
pub(super) async fn find(
    principal: Principal,
    database: web::Data<Database>,
) -> Result<web::Json<LimitRules>, Problem> {
    principal.some_admin()?;
    let mut connection = database.reader().acquire().await?;
    Ok(web::Json(shown(&mut connection, &principal, INSTALLATION).await?))
}

/// Set the limits of the installation
///
/// For system administrators. The body replaces all. It holds from the next call on.
#[utoipa::path(
    operation_id = "set_limits",
    tag = "installation",
    request_body(
        content = NewLimitRules,
        example = json!({
            "default": { "rate_limit": { "requests": 50, "seconds": 1 } },
            "ceiling": { "rate_limit": { "requests": 500, "seconds": 1 }, "quota": { "requests": 1_000_000, "period": "day" } }
        })
    ),
    responses((status = 200, description = "The default and the ceiling as they are now", body = LimitRules))
)]
#[put("/limits")]
pub(super) async fn set(
    principal: Principal,
    database: web::Data<Database>,
    body: Body<NewLimitRules>,
) -> Result<web::Json<LimitRules>, Problem> {
    principal.system_admin()?;
    let owner = Owner {
        id: INSTALLATION.to_owned(),
        action: "installation.limits_set",
        target: ("installation".to_owned(), "Latchkey".to_owned()),
    };
    write(&principal, &database, owner, &body.json().await?).await.map(web::Json)
}
