//! `GET /systems/{system}`.

use actix_web::{get, web};
use latchkey_shared::systems::System;
use sqlx::AnyConnection;

use super::store;
use crate::access::principal::Principal;
use crate::database::Database;
use crate::web::problem::{Kind, Problem};

pub(crate) async fn visible(
    database: &Database,
    principal: &Principal,
    named: &str,
) -> Result<System, Problem> {
    let mut connection = database.reader().acquire().await?;
    store::system(&mut connection, Some(principal), named).await?.ok_or_else(|| Problem::not_found("system"))
}

/// A system, inside a write. The built-in system is refused.
pub(crate) async fn own(connection: &mut AnyConnection, named: &str) -> Result<System, Problem> {
    match store::system(connection, None, named).await? {
        None => Err(Problem::not_found("system")),
        Some(system) if system.builtin => {
            Err(Problem::new(Kind::Conflict).with_detail("The built-in system cannot be changed."))
        }
        Some(system) => Ok(system),
    }
}

/// Get a system
///
/// By key or id. The caller must be allowed to see it.
#[utoipa::path(
    operation_id = "get_system",
    tag = "systems",
    responses((status = 200, description = "The system", body = System))
)]
#[get("/systems/{system}")]
pub(super) async fn find(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<web::Json<System>, Problem> {
    visible(&database, &principal, &path).await.map(web::Json)
}
