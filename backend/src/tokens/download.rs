//! `GET /tokens/{token}/file`.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};

use super::file::TokenFile;
use super::found::parse_id;
use super::reveal::reveal;
use crate::access::principal::Principal;
use crate::configuration::Configuration;
use crate::database::Database;
use crate::engine::verifier::Verifier;
use crate::keys::keyring::Keyring;
use crate::web::problem::Problem;

/// Download the token file
///
/// For callers who may manage the token. The file has what the client needs. If the
/// installation shows secrets once, only the first download has them. Every download is an
/// audit event.
#[utoipa::path(
    operation_id = "get_token_file",
    tag = "tokens",
    responses(
        (status = 200, description = "The file, as an attachment", body = TokenFile),
        (status = 410, description = "The secret was shown once. This installation does not show it again."),
    )
)]
#[get("/tokens/{token}/file")]
pub(super) async fn file(
    principal: Principal,
    database: web::Data<Database>,
    configuration: web::Data<Configuration>,
    keyring: web::Data<Keyring>,
    verifier: web::Data<Verifier>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = parse_id(&path)?;
    let snapshot = verifier.catalog().await?;
    let state = verifier.token(&id).await?.ok_or_else(|| Problem::not_found("token"))?;
    let (found, key) =
        reveal(principal, &database, &configuration, id, "token.file_downloaded", None).await?;
    let reached = state.reached.iter().filter_map(|system| snapshot.system(system));
    let vault = keyring.vault().await?;
    let file = TokenFile::of((keyring.issuer(), &vault), reached, &found.token, &key)?;
    let plain: String = found
        .token
        .name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' })
        .collect();
    let encoded =
        percent_encoding::utf8_percent_encode(&found.token.name, percent_encoding::NON_ALPHANUMERIC);
    // RFC 6266 §4.3: an ASCII name for old clients, and the real one.
    let disposition =
        format!("attachment; filename=\"{plain}.token.json\"; filename*=UTF-8''{encoded}.token.json");
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .content_type("application/json")
        .body(serde_json::to_string_pretty(&file).map_err(Problem::internal)?))
}
