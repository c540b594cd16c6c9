//! `POST /verify` and `POST /verify/batch`: for gateways and services that send a verifier key.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::{HttpRequest, post, web};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use latchkey_shared::fields::Errors;
use latchkey_shared::verify::{BATCH, Call as CallBody, Calls, Decision, Decisions, Reason};

use super::forward_auth::ForwardAuthentication;
use crate::crypto::operations::Source;
use crate::database::Patience;
use crate::engine::call::{Call, Presented, address, check_method};
use crate::engine::decisions::Door;
use crate::engine::verifier::Verifier;
use crate::systems::catalog::{CatalogSystem, Snapshot};
use crate::systems::verifier::{VerifierProof, system_of};
use crate::web::bearer::{bearer, no_verifier_key};
use crate::web::extract::Body;
use crate::web::problem::Problem;
use crate::web::routes::Routes;

/// How many calls of a batch are decided at the same time. A call that waits for a private-key
/// operation or for the disk does not delay the others.
const AT_ONCE: usize = 16;

/// Registers the routes of this capability below `/api/v1`.
pub(super) fn routes(routes: &mut Routes) {
    routes.service(verify).service(verify_batch);
}

/// Registers the door for gateways, which is not part of the REST API.
pub(super) fn gateways(routes: &mut Routes) {
    routes.service(ForwardAuthentication);
}

/// Decide a call
///
/// A denial is a 200 with `allowed: false` and a reason. A 4xx means that this request itself
/// is wrong. A 503 means that the call cannot be decided now; it is not a decision. The
/// verifier key names the system.
#[utoipa::path(
    operation_id = "verify_call",
    tag = "verify",
    request_body(
        content = CallBody,
        example = json!({ "credential": "the token", "method": "GET", "path": "/api/v3/projects/harbour/devices", "client_ip": "192.0.2.7" })
    ),
    security(("verifier_key" = [])),
    responses(
        (status = 200, description = "The decision", body = Decision),
        (status = 503, description = "The call cannot be decided now; try again.", headers(("Retry-After" = String))),
    )
)]
#[post("/verify")]
async fn verify(
    request: HttpRequest,
    verifier: web::Data<Verifier>,
    body: Body<CallBody>,
) -> Result<web::Json<Decision>, Problem> {
    let mut patience = Patience::new();
    let snapshot = patience.wait(verifier.catalog_at(Door::Verify)).await?;
    let proof = VerifierProof::of(&request, bearer(&request));
    let system = system_of(&snapshot, proof).ok_or_else(|| no_verifier_key(&request))?;
    let body = body.json().await?;
    is_of_system(&body, &snapshot, system)?;
    let mut errors = Errors::new();
    let client_ip = check(&body, "", &mut errors);
    Problem::unless_empty(errors)?;
    let asks = Asks { door: Door::Verify, proof };
    let decision = decide(&verifier, (&snapshot, system), asks, &body, client_ip);
    patience.wait(decision).await.map(web::Json)
}

/// Decide several calls
///
/// Up to 100 calls, each decided as by `POST /verify`. If two calls present the same one-time
/// request, one of them passes.
#[utoipa::path(
    operation_id = "verify_calls",
    tag = "verify",
    request_body(
        content = Calls,
        example = json!({ "calls": [{ "credential": "the token", "method": "GET", "path": "/api/v3/projects/harbour/devices" }] })
    ),
    security(("verifier_key" = [])),
    responses(
        (status = 200, description = "The decisions, in the order of the calls", body = Decisions),
        (status = 503, description = "One of the calls cannot be decided now; try again. One-time requests among the others may be used up.", headers(("Retry-After" = String))),
    )
)]
#[post("/verify/batch")]
async fn verify_batch(
    request: HttpRequest,
    verifier: web::Data<Verifier>,
    body: Body<Calls>,
) -> Result<web::Json<Decisions>, Problem> {
    let mut patience = Patience::new();
    let snapshot = patience.wait(verifier.catalog_at(Door::Batch)).await?;
    let proof = VerifierProof::of(&request, bearer(&request));
    let system = system_of(&snapshot, proof).ok_or_else(|| no_verifier_key(&request))?;
    let Calls { calls } = body.json().await?;
    let mut errors = Errors::new();
    if calls.len() > BATCH {
        errors.add("calls", "too_many", format!("At most {BATCH}."));
    }
    let mut addresses = Vec::with_capacity(calls.len());
    for (index, call) in calls.iter().enumerate().take(BATCH) {
        is_of_system(call, &snapshot, system)?;
        addresses.push(check(call, &format!("calls[{index}]."), &mut errors));
    }
    Problem::unless_empty(errors)?;
    let asks = Asks { door: Door::Batch, proof };
    let decisions = stream::iter(calls.iter().zip(addresses))
        .map(|(call, client_ip)| decide(&verifier, (&snapshot, system), asks, call, client_ip))
        .buffered(AT_ONCE)
        .try_collect();
    Ok(web::Json(Decisions { decisions: patience.wait(decisions).await? }))
}

fn is_of_system(body: &CallBody, snapshot: &Snapshot, system: &CatalogSystem) -> Result<(), Problem> {
    match &body.system {
        Some(named) if snapshot.system_named(named).is_none_or(|named| named.id != system.id) => {
            Err(Problem::forbidden("The verifier key is for another system."))
        }
        _ => Ok(()),
    }
}

/// Checks a call. Returns the address of its caller, if it names one.
fn check(body: &CallBody, at: &str, errors: &mut Errors) -> Option<IpAddr> {
    check_method(&body.method, at, errors);
    address(body.client_ip.as_deref(), at, errors)
}

/// Who asks, and where.
#[derive(Clone, Copy)]
struct Asks<'a> {
    door: Door,
    proof: Option<VerifierProof<'a>>,
}

/// Decides one call. If it cannot be decided now, that is an error, not a decision.
async fn decide(
    verifier: &Verifier,
    (snapshot, system): (&Arc<Snapshot>, &CatalogSystem),
    Asks { door, proof }: Asks<'_>,
    body: &CallBody,
    client_ip: Option<IpAddr>,
) -> Result<Decision, Problem> {
    let source = Source::new(client_ip, &system.key);
    let presented = Presented { door, credential: &body.credential, verifier: proof, source };
    let call =
        Call { system, method: &body.method, path: &body.path, project: body.project.as_deref(), client_ip };
    let verdict = verifier.decide(snapshot, presented, &call).await;
    match verdict.denied {
        Some(reason @ Reason::Unavailable) => Err(Problem::denied(reason, None)),
        _ => Ok(verdict.decision()),
    }
}
