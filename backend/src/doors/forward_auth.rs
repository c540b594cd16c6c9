//! `/auth/{system}`: forward authentication for gateways.
//!
//! A gateway proves itself with a verifier key, and the key names the family of the gateway.
//! Latchkey reads only the headers that this family sets, and each of them must be there once.
//! So a caller cannot smuggle in the headers of another family. The caller's credential stays
//! in `Authorization`. An allowed call gets a 200, with the identity in `X-Latchkey-*` headers.
//! A denied call gets the status and the challenge of every other door, since the gateway
//! passes them on to the caller.

use std::borrow::Cow;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use latchkey_shared::systems::Gateway;
use latchkey_shared::verify::Subject;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use utoipa_actix_web::OpenApiFactory;

use super::denial::denial;
use crate::configuration::Configuration;
use crate::crypto::operations::Source;
use crate::database::Patience;
use crate::engine::call::{Call, Presented};
use crate::engine::decisions::Door;
use crate::engine::verdict::Verdict;
use crate::engine::verifier::Verifier;
use crate::systems::catalog::{CatalogSystem, Snapshot};
use crate::systems::verifier::{VerifierProof, verifier_with};
use crate::web::SentMethod;
use crate::web::bearer::{bearer, no_credential, project};
use crate::web::problem::Problem;

/// The header for the verifier key. `Authorization` belongs to the caller.
const VERIFIER: &str = "x-latchkey-verifier";

/// The characters that need no percent-encoding (RFC 3986 §2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The route, for any method: Envoy asks with the method of the call.
pub(super) struct ForwardAuthentication;

impl HttpServiceFactory for ForwardAuthentication {
    fn register(self, config: &mut AppService) {
        web::resource("/auth/{system:.*}").to(authorize).register(config);
    }
}

impl OpenApiFactory for ForwardAuthentication {
    fn paths(&self) -> utoipa::openapi::path::Paths {
        __path_authorize.paths()
    }

    fn schemas(&self, schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
        __path_authorize.schemas(schemas);
    }
}

/// Authorize a call for a gateway
///
/// Forward authentication. The verifier key names the gateway. Latchkey reads only the headers
/// of this gateway. nginx and HAProxy send `X-Original-Method` and `X-Original-URI`. Caddy and
/// Traefik send `X-Forwarded-Method` and `X-Forwarded-Uri`. Envoy uses the method of the call,
/// and appends the path of the call to `/auth/{system}`. All of them send `X-Forwarded-For`;
/// Latchkey uses its last address. `Authorization` has the credential of the caller. The
/// operation accepts every method.
#[utoipa::path(
    get,
    path = "/auth/{system}",
    operation_id = "authorize_call",
    tag = "verify",
    params(
        ("system" = String, Path, description = "The key or id of the verifier key's system. With Envoy, the path of the call follows."),
        ("X-Original-Method" = Option<String>, Header, description = "nginx, HAProxy: the method of the call.", nullable = false),
        ("X-Original-URI" = Option<String>, Header, description = "nginx, HAProxy: the path of the call, as it arrived.", nullable = false),
        ("X-Forwarded-Method" = Option<String>, Header, description = "Caddy, Traefik: the method of the call.", nullable = false),
        ("X-Forwarded-Uri" = Option<String>, Header, description = "Caddy, Traefik: the path of the call, as it arrived.", nullable = false),
        ("X-Forwarded-For" = Option<String>, Header, description = "A list of addresses. The last one is the caller's.", nullable = false),
        ("X-Project" = Option<String>, Header, description = "The project, by key or id, if the path does not name it.", nullable = false),
    ),
    security(("gateway" = [])),
    responses(
        (status = 200, description = "The call may pass. Names are percent-encoded UTF-8 (RFC 3986).", headers(
            ("X-Latchkey-Token" = String, description = "The token's id."),
            ("X-Latchkey-Token-Name" = String, description = "The token's name, percent-encoded."),
            ("X-Latchkey-Token-Kind" = String, description = "`rsa` or `jwt`."),
            ("X-Latchkey-Subject" = String, description = "The identity of the call: the id of the user of a JWT token, or the id of the RSA token."),
            ("X-Latchkey-Username" = String, description = "The username, percent-encoded; empty for RSA tokens."),
            ("X-Latchkey-Project" = String, description = "The key of the project of the call; empty if there is none."),
            ("X-Latchkey-Api" = String, description = "The key of the API that the call matches."),
        )),
        (status = 401, description = "The credential is missing or invalid (RFC 6750 `invalid_token`).", headers(("WWW-Authenticate" = String))),
        (status = 403, description = "The credential does not allow this call (`call-denied`; `insufficient_scope` of RFC 6750). Without a challenge: the request of the gateway does not fit its verifier key (`forbidden`)."),
        (status = 429, description = "More calls than a rate limit or a quota allows.", headers(
            ("Retry-After" = String, description = "After so many seconds a call may pass."),
            ("RateLimit-Policy" = String, description = "The limit: `q` calls in `w` seconds (draft-ietf-httpapi-ratelimit-headers). Its name is `rate` or `quota`, or for the limit of an API `api-rate` or `api-quota`. A quota of a month has no `w`."),
            ("RateLimit" = String, description = "What is left of it: `r` calls, and more after `t` seconds."),
        )),
        (status = 503, description = "Temporarily unavailable. Try again.", headers(("Retry-After" = String))),
    )
)]
async fn authorize(
    request: HttpRequest,
    verifier: web::Data<Verifier>,
    configuration: web::Data<Configuration>,
) -> Result<HttpResponse, Problem> {
    let mut patience = Patience::new();
    let snapshot = patience.wait(verifier.catalog_at(Door::Auth)).await?;
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    let target = target.strip_prefix("/auth/").unwrap_or_default();
    let (named, rest) = target.split_at(target.find(['/', '?']).unwrap_or(target.len()));
    let headers = request.headers();
    let key = once(headers, VERIFIER)?;
    let proof = VerifierProof::of(&request, key.as_deref());
    let (system, gateway) = authenticate(&snapshot, proof)?;
    if snapshot.system_named(named).is_none_or(|named| named.id != system.id) {
        return Err(Problem::forbidden("The verifier key is for another system."));
    }
    let (method, path) = match asked_by(gateway) {
        // Caddy also sends the query of the call here. It is in the header, too.
        Some((method, path)) if !rest.starts_with('/') => {
            (required(headers, method)?, required(headers, path)?)
        }
        Some(_) => return Err(Problem::forbidden("Only Envoy appends the path of the call to the URL.")),
        None if !rest.starts_with('/') => {
            return Err(Problem::forbidden("Envoy must append the path of the call to the URL."));
        }
        None => {
            let sent = request.extensions().get::<SentMethod>().map(|SentMethod(method)| method.to_string());
            (sent.unwrap_or_else(|| request.method().to_string()).into(), rest.into())
        }
    };
    let client_ip = configuration.trusted_proxies.named_by_gateway(headers);
    let credential = bearer(&request).ok_or_else(|| no_credential(&request))?;
    let project = project(headers);
    let presented = Presented {
        door: Door::Auth,
        credential,
        verifier: proof,
        source: Source::new(client_ip, &system.key),
    };
    let call = Call { system, method: &method, path: &path, project: project.as_deref(), client_ip };
    let verdict = patience.wait(verifier.decide(&snapshot, presented, &call)).await;
    denial(&verdict).map_or_else(|| Ok(identity(&verdict)), Err)
}

/// The gateway, found by what proves it. An error here is between the gateway and us, so
/// there is no challenge for the caller.
fn authenticate<'s>(
    snapshot: &'s Snapshot,
    proof: Option<VerifierProof<'_>>,
) -> Result<(&'s CatalogSystem, Gateway), Problem> {
    let known = proof.and_then(|proof| {
        let known = verifier_with(snapshot, proof)?;
        Some((snapshot.system(&known.system)?, known.gateway))
    });
    match known {
        Some((system, Some(gateway))) => Ok((system, gateway)),
        Some((_, None)) => Err(Problem::forbidden("The verifier key names no gateway.")),
        None => Err(Problem::forbidden("Send a verifier key of the system in X-Latchkey-Verifier.")),
    }
}

/// The headers with the method and the path; none for Envoy, which uses those of the request.
fn asked_by(gateway: Gateway) -> Option<(&'static str, &'static str)> {
    match gateway {
        Gateway::Nginx | Gateway::Haproxy => Some(("x-original-method", "x-original-uri")),
        Gateway::Caddy | Gateway::Traefik => Some(("x-forwarded-method", "x-forwarded-uri")),
        Gateway::Envoy => None,
    }
}

/// A header of the gateway. A second line could come from the caller.
fn once<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<Cow<'h, str>>, Problem> {
    let mut lines = headers.get_all(name);
    let line = lines.next().map(|line| String::from_utf8_lossy(line.as_bytes()));
    match lines.next() {
        None => Ok(line),
        Some(_) => Err(Problem::forbidden(format!("The gateway sent {name} twice."))),
    }
}

fn required<'h>(headers: &'h HeaderMap, name: &str) -> Result<Cow<'h, str>, Problem> {
    once(headers, name)?.ok_or_else(|| Problem::forbidden(format!("The gateway did not send {name}.")))
}

/// The identity of the caller, in headers.
fn identity(verdict: &Verdict) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    let mut say = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.insert_header((HeaderName::from_static(name), value));
        }
    };
    let encoded = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
    let decision = verdict.decision();
    if let Some(token) = &decision.token {
        say("x-latchkey-token", token.id.as_str());
        say("x-latchkey-token-name", &encoded(&token.name));
        say("x-latchkey-token-kind", token.kind.as_str());
    }
    let (subject, username) = match &decision.subject {
        Some(Subject::User { id, username }) => (id.as_str(), encoded(username)),
        Some(Subject::Token { id }) => (id.as_str(), String::new()),
        None => ("", String::new()),
    };
    // Empty rather than absent: a gateway that copies a header then overwrites what the caller
    // sent under this name. Older versions of Caddy need it, too.
    say("x-latchkey-subject", subject);
    say("x-latchkey-username", &username);
    say("x-latchkey-project", decision.project.as_ref().map_or("", |project| &project.key));
    say("x-latchkey-api", decision.api.as_deref().unwrap_or_default());
    response.finish()
}
