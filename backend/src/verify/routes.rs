//! `POST /verify`: the door for gateways and services with a verifier key.

use std::net::IpAddr;

use actix_web::http::header;
use actix_web::{HttpRequest, post, web};
use latchkey_shared::verify::{Call as CallBody, Decision};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{Call, Presented, Verifier};
use crate::crypto::secret_id::{self, Prefix};
use crate::systems::catalog::{CatalogSystem, Snapshot};
use crate::web::extract::Json;
use crate::web::problem::{Kind, Problem};
use latchkey_shared::fields::Errors;

/// Registers the routes of this capability.
pub fn routes(config: &mut ServiceConfig) {
    config.service(verify);
}

/// Decide a call
///
/// A denial is a 200 with `allowed: false` and a reason; only a wrong call of
/// this operation itself is a 4xx. The verifier key fixes the system.
#[utoipa::path(
    operation_id = "verify_call",
    tag = "verify",
    request_body = CallBody,
    security(("verifier_key" = [])),
    responses((status = 200, description = "The decision", body = Decision))
)]
#[post("/verify")]
async fn verify(
    request: HttpRequest,
    verifier: web::Data<Verifier>,
    body: Json<CallBody>,
) -> Result<web::Json<Decision>, Problem> {
    let Json(body) = body;
    let snapshot = verifier.catalog().await?;
    let system = authenticate(&snapshot, bearer(&request)).ok_or_else(invalid_verifier_key)?;
    if let Some(named) = &body.system
        && snapshot.system_named(named).is_none_or(|named| named.id != system.id)
    {
        return Err(Problem::forbidden("The verifier key is for another system."));
    }
    let mut errors = Errors::new();
    let client_ip = address(body.client_ip.as_deref(), &mut errors);
    check_method(&body.method, &mut errors);
    Problem::unless_empty(errors)?;
    let presented = Presented { credential: &body.credential, source: &system.key };
    let call =
        Call { system, method: &body.method, path: &body.path, project: body.project.as_deref(), client_ip };
    let verdict = verifier.decide(&snapshot, presented, &call).await;
    Ok(web::Json(verdict.decision(&snapshot)))
}

/// The caller's address as a body names it.
pub(crate) fn address(named: Option<&str>, errors: &mut Errors) -> Option<IpAddr> {
    let address = named?.parse();
    if address.is_err() {
        errors.add("client_ip", "invalid_address", "Not an IP address.");
    }
    address.ok()
}

/// Notes what cannot be the method of a call.
pub(crate) fn check_method(method: &str, errors: &mut Errors) {
    if method.is_empty() || method.len() > 32 {
        errors.add("method", "invalid_method", "Not an HTTP method.");
    }
}

/// The system whose verifier key this is.
pub(crate) fn authenticate<'s>(snapshot: &'s Snapshot, key: Option<&str>) -> Option<&'s CatalogSystem> {
    let key = secret_id::parse(Prefix::VerifierKey, key?).ok()?;
    let (_, system) = snapshot.verifier_key(&key.digest())?;
    snapshot.system(system)
}

/// The credential of an `Authorization: Bearer` header (RFC 6750 §2.1).
pub(crate) fn bearer(request: &HttpRequest) -> Option<&str> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, credential) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| credential.trim())
}

fn invalid_verifier_key() -> Problem {
    Problem::new(Kind::Unauthenticated)
        .with_detail("Send a verifier key as bearer token.")
        .with_header(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")
}
