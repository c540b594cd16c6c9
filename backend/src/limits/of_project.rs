//! `/projects/{project}/limits`: the default and the ceiling for the tokens of a project.

use actix_web::{get, put, web};
use latchkey_shared::limits::{LimitRules, NewLimitRules};

use super::shown::shown;
use super::written::{Owner, write};
use crate::access::principal::Principal;
use crate::database::Database;
use crate::projects::visible;
use crate::web::extract::Body;
use crate::web::problem::Problem;

/// Get the limits of a project
///
/// The default and the ceiling for the limits of its tokens: RSA tokens that are for this project, not
/// those for all projects, and JWT tokens whose calls are limited to it. If a token is in several
/// projects, the lowest ceiling holds. For its members and for system administrators.
#[utoipa::path(
    operation_id = "get_project_limits",
    tag = "projects",
    responses((status = 200, description = "The default and the ceiling", body = LimitRules))
)]
#[get("/projects/{project}/limits")]
pub(super) async fn find(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<web::Json<LimitRules>, Problem> {
    let project = visible(&database, &principal, &path).await?;
    let mut connection = database.reader().acquire().await?;
    Ok(web::Json(shown(&mut connection, &principal, project.id.as_str()).await?))
}

/// Set the limits of a project
///
/// For system administrators. The body replaces all. It holds from the next call on.
#[utoipa::path(
    operation_id = "set_project_limits",
    tag = "projects",
    request_body(
        content = NewLimitRules,
        example = json!({ "ceiling": { "rate_limit": { "requests": 100, "seconds": 1 } } })
    ),
    responses((status = 200, description = "The default and the ceiling as they are now", body = LimitRules))
)]
#[put("/projects/{project}/limits")]
pub(super) async fn set(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
    body: Body<NewLimitRules>,
) -> Result<web::Json<LimitRules>, Problem> {
    principal.system_admin()?;
    let asked = body.json().await?;
    let project = visible(&database, &principal, &path).await?;
    let owner = Owner {
        id: project.id.to_string(),
        action: "project.limits_set",
        target: (project.id.to_string(), project.key),
    };
    write(&principal, &database, owner, &asked).await.map(web::Json)
}
