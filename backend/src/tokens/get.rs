//! `GET /tokens/{token}`.

use actix_web::{HttpResponse, get, web};
use latchkey_shared::tokens::Token;
use latchkey_shared::warning::{NAME_TAKEN, Warning};

use super::found::{parse_id, visible};
use super::store;
use super::version::answer;
use crate::access::principal::Principal;
use crate::database::Database;
use crate::web::problem::Problem;

/// Get a token
///
/// The caller must be allowed to see it. The answer has no secrets.
#[utoipa::path(
    operation_id = "get_token",
    tag = "tokens",
    responses((status = 200, description = "The token, without secrets", body = Token, headers(("ETag" = String))))
)]
#[get("/tokens/{token}")]
pub(super) async fn find(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = parse_id(&path)?;
    let mut connection = database.reader().acquire().await?;
    let mut found = visible(&mut connection, &principal, &id).await?;
    if found.token.manageable && store::is_name_taken(&mut connection, &id).await? {
        found.token.warnings.push(Warning {
            code: NAME_TAKEN.to_owned(),
            field: "name".to_owned(),
            message: "Another token has this name by today's rules. Rename it before you change it."
                .to_owned(),
            like: None,
        });
    }
    Ok(answer(HttpResponse::Ok(), &found))
}
