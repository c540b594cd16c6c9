//! `GET /tokens/{token}/secret`.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use latchkey_shared::tokens::{Kind, SecretId};

use super::found::parse_id;
use super::issue;
use super::reveal::reveal;
use crate::access::principal::Principal;
use crate::configuration::Configuration;
use crate::database::Database;
use crate::keys::keyring::Keyring;
use crate::web::problem::Problem;

/// Copy the secret id of a JWT token
///
/// For callers who may manage the token. The answer has what the client needs to get access
/// tokens. Every copy is an audit event.
#[utoipa::path(
    operation_id = "get_secret_id",
    tag = "tokens",
    responses(
        (status = 200, description = "The credentials for the token endpoint", body = SecretId),
        (status = 409, description = "The token has no secret id: it is an RSA token, or its client has its own key (`conflict`)."),
        (status = 410, description = "The secret was shown once. This installation does not show it again."),
    )
)]
#[get("/tokens/{token}/secret")]
pub(super) async fn secret(
    principal: Principal,
    database: web::Data<Database>,
    configuration: web::Data<Configuration>,
    keyring: web::Data<Keyring>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = parse_id(&path)?;
    let (found, key) =
        reveal(principal, &database, &configuration, id, "token.secret_copied", Some(Kind::Jwt)).await?;
    let vault = keyring.vault().await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(SecretId {
        client_id: found.token.id,
        secret_id: issue::secret(&vault, &key)?.expose().to_owned(),
        token_endpoint: format!("{}/oauth2/token", keyring.issuer()),
    }))
}
