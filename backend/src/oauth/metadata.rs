//! What clients and verifiers need to know of this server.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{OAuthError, OAuthErrorBody};
use crate::crypto::keyring::Keyring;

/// Authorization server metadata (RFC 8414 §2).
#[derive(Serialize, ToSchema)]
pub(super) struct Metadata {
    issuer: String,
    token_endpoint: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    jwks_uri: String,
    service_documentation: String,
    grant_types_supported: [&'static str; 1],
    /// Empty: there is no authorization endpoint.
    response_types_supported: [&'static str; 0],
    token_endpoint_auth_methods_supported: [&'static str; 2],
    revocation_endpoint_auth_methods_supported: [&'static str; 2],
}

/// Authorization server metadata
#[utoipa::path(
    operation_id = "get_authorization_server_metadata",
    tag = "oauth",
    responses((status = 200, description = "RFC 8414", body = Metadata))
)]
#[get("/.well-known/oauth-authorization-server")]
pub(super) async fn metadata(keyring: web::Data<Keyring>) -> HttpResponse {
    let issuer = keyring.issuer();
    let at = |path: &str| format!("{issuer}{path}");
    let methods = ["client_secret_basic", "client_secret_post"];
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=3600")).json(Metadata {
        issuer: issuer.to_owned(),
        token_endpoint: at("/oauth2/token"),
        introspection_endpoint: at("/oauth2/introspect"),
        revocation_endpoint: at("/oauth2/revoke"),
        jwks_uri: at("/.well-known/jwks.json"),
        service_documentation: at("/api/docs/"),
        grant_types_supported: ["client_credentials"],
        response_types_supported: [],
        token_endpoint_auth_methods_supported: methods,
        revocation_endpoint_auth_methods_supported: methods,
    })
}

/// A JWK set (RFC 7517 §5).
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "describes the answer in the document")]
pub(super) struct Jwks {
    /// The public keys, the one that signs first.
    keys: Vec<serde_json::Value>,
}

/// The keys that verify access tokens
#[utoipa::path(
    operation_id = "get_jwks",
    tag = "oauth",
    responses(
        (status = 200, description = "RFC 7517", body = Jwks),
        (status = 500, description = "Something went wrong here.", body = OAuthErrorBody),
    )
)]
#[get("/.well-known/jwks.json")]
pub(super) async fn jwks(keyring: web::Data<Keyring>) -> Result<HttpResponse, OAuthError> {
    let keys = keyring.signing_keys().await.map_err(OAuthError::internal)?;
    // Shorter than the overlap of a rotation, so that a new key is known before it signs for long.
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=300")).json(keys.jwks()))
}
