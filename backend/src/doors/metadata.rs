//! Metadata for clients and verifiers.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::crypto::{Digest, client_key};
use crate::database::now;
use crate::keys::agreement::JWKS_MAX_AGE;
use crate::keys::keyring::Keyring;
use crate::oauth::error::{OAuthError, OAuthErrorBody};
use crate::systems::builtin;
use crate::systems::catalog::Catalog;

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
    /// The scopes of Latchkey's own API. The scopes of other systems are not public.
    scopes_supported: Vec<String>,
    token_endpoint_auth_methods_supported: [&'static str; 3],
    token_endpoint_auth_signing_alg_values_supported: [&'static str; 5],
    introspection_endpoint_auth_methods_supported: [&'static str; 3],
    revocation_endpoint_auth_methods_supported: [&'static str; 3],
    revocation_endpoint_auth_signing_alg_values_supported: [&'static str; 5],
}

/// Get the authorization server metadata
///
/// The OAuth endpoints of this server, and their parameters. No credential is needed.
#[utoipa::path(
    operation_id = "get_authorization_server_metadata",
    tag = "oauth",
    responses(
        (status = 200, description = "RFC 8414", body = Metadata),
        (status = 503, description = "Temporarily unavailable. Try again.", body = OAuthErrorBody),
    )
)]
#[get("/.well-known/oauth-authorization-server")]
pub(super) async fn metadata(
    keyring: web::Data<Keyring>,
    catalog: web::Data<Catalog>,
) -> Result<HttpResponse, OAuthError> {
    let snapshot = catalog.load().await?;
    let system = snapshot.system_named(builtin::KEY).ok_or_else(OAuthError::not_now)?;
    let operations = catalog.operations(system).await?.ok_or_else(OAuthError::not_now)?;
    let issuer = keyring.issuer();
    let at = |path: &str| format!("{issuer}{path}");
    let methods = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
    let metadata = Metadata {
        issuer: issuer.to_owned(),
        token_endpoint: at("/oauth2/token"),
        introspection_endpoint: at("/oauth2/introspect"),
        revocation_endpoint: at("/oauth2/revoke"),
        jwks_uri: at("/.well-known/jwks.json"),
        service_documentation: at("/api/docs/"),
        grant_types_supported: ["client_credentials"],
        response_types_supported: [],
        scopes_supported: operations.sorted_keys(),
        token_endpoint_auth_methods_supported: methods,
        token_endpoint_auth_signing_alg_values_supported: client_key::ALGORITHMS,
        // The last of the registry of access token types (RFC 8414 §2): a verifier key is one.
        introspection_endpoint_auth_methods_supported: [
            "client_secret_basic",
            "client_secret_post",
            "Bearer",
        ],
        revocation_endpoint_auth_methods_supported: methods,
        revocation_endpoint_auth_signing_alg_values_supported: client_key::ALGORITHMS,
    };
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=3600")).json(metadata))
}

/// A JWK set (RFC 7517 §5).
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "describes the answer in the document")]
pub(super) struct Jwks {
    /// The public keys. The one that signs comes first.
    keys: Vec<Jwk>,
}

/// A public key (RFC 7517 §4).
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "describes the answer in the document")]
pub(super) struct Jwk {
    /// The key id that JWTs name.
    kid: String,
    /// `RSA`, `EC` or `OKP`.
    kty: String,
    /// `sig`.
    #[serde(rename = "use")]
    purpose: String,
    /// The signature algorithm.
    alg: String,
    /// RSA: the modulus.
    #[schema(nullable = false)]
    n: Option<String>,
    /// RSA: the exponent.
    #[schema(nullable = false)]
    e: Option<String>,
    /// `P-256` or `Ed25519`.
    #[schema(nullable = false)]
    crv: Option<String>,
    /// The public key (Ed25519), or its x coordinate (P-256).
    #[schema(nullable = false)]
    x: Option<String>,
    /// P-256: the y coordinate.
    #[schema(nullable = false)]
    y: Option<String>,
}

/// Get the keys that verify access tokens
///
/// A new key is published for longer than `max-age` before it signs. An old key stays published
/// until every JWT that it signed has expired.
#[utoipa::path(
    operation_id = "get_jwks",
    tag = "oauth",
    params(("If-None-Match" = Option<String>, Header, description = "The `ETag` of the set that is known.")),
    responses(
        (status = 200, description = "RFC 7517", body = Jwks, headers(("ETag" = String), ("Cache-Control" = String))),
        (status = 304, description = "The set has not changed."),
        (status = 500, description = "An internal error occurred.", body = OAuthErrorBody),
    )
)]
#[get("/.well-known/jwks.json")]
pub(super) async fn jwks(
    request: HttpRequest,
    keyring: web::Data<Keyring>,
) -> Result<HttpResponse, OAuthError> {
    let keys = keyring.signing_keys().await.map_err(OAuthError::internal)?;
    let body = keys.jwks(now()).to_string();
    let etag = format!("\"{}\"", Digest::of(&body).to_base64url());
    let known = request.headers().get_all(header::IF_NONE_MATCH).any(|value| {
        let mut tags = value.to_str().unwrap_or_default().split(',').map(str::trim);
        tags.any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
    });
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={JWKS_MAX_AGE}")))
        .insert_header((header::ETAG, etag));
    if known { Ok(response.finish()) } else { Ok(response.content_type("application/json").body(body)) }
}
