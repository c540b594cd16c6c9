//! `POST /tokens/{token}/try`: would this call be allowed? The engine answers as if the token's
//! credential had been sent.

use actix_web::{post, web};
use latchkey_shared::fields::Errors;
use latchkey_shared::ids::UserId;
use latchkey_shared::tokens::{Kind, Trial};
use latchkey_shared::verify::{Decision, Reason};

use super::found::{parse_id, visible};
use crate::access::principal::Principal;
use crate::access::reach::Reach;
use crate::database::{Database, Patience};
use crate::engine::call::{Call, address, check_method};
use crate::engine::state::TokenState;
use crate::engine::verdict::Verdict;
use crate::engine::verifier::Verifier;
use crate::limits::store::keys_of_apis;
use crate::users::Users;
use crate::web::extract::Body;
use crate::web::problem::Problem;

/// Try a call
///
/// The decision that a call with the token would get now. The body has no credential: the
/// decision assumes a valid credential for this call. Nothing is counted or used up. If
/// the limits of the token allow no such call now, the reason is `rate_limited`. Users who cannot manage a JWT token but are
/// among its users try it as themselves.
#[utoipa::path(
    operation_id = "try_call",
    tag = "tokens",
    request_body(
        content = Trial,
        example = json!({ "system": "fleet", "method": "GET", "path": "/api/v3/projects/harbour/devices" })
    ),
    responses((status = 200, description = "The decision", body = Decision))
)]
#[post("/tokens/{token}/try")]
pub(super) async fn try_call(
    principal: Principal,
    database: web::Data<Database>,
    users: web::Data<Users>,
    verifier: web::Data<Verifier>,
    path: web::Path<String>,
    body: Body<Trial>,
) -> Result<web::Json<Decision>, Problem> {
    let id = parse_id(&path)?;
    let manages = {
        let mut connection = database.reader().acquire().await?;
        visible(&mut connection, &principal, &id).await?.token.manageable
    };
    let body = body.json().await?;
    let mut patience = Patience::new();
    let token = patience.wait(verifier.token(&id)).await?.ok_or_else(|| Problem::not_found("token"))?;
    let snapshot = patience.wait(verifier.catalog()).await?;
    let mut errors = Errors::new();
    let system = snapshot
        .system_named(&body.system)
        .filter(|system| principal.may_see_system(&system.opened_to) || token.reached.contains(&system.id));
    if system.is_none() {
        errors.add("system", "unknown", "There is no such system.");
    }
    let client_ip = address(body.client_ip.as_deref(), "", &mut errors);
    check_method(&body.method, "", &mut errors);
    let me = if manages { None } else { principal.user() };
    let user = subject(&token, &users, me, body.subject.as_deref(), &mut errors);
    let user = patience.wait(user).await?;
    Problem::unless_empty(errors)?;
    let Some(system) = system else {
        return Err(Problem::internal("a field without value and without fault"));
    };
    let call =
        Call { system, method: &body.method, path: &body.path, project: body.project.as_deref(), client_ip };
    let keys = async {
        let mut connection = database.reader().acquire().await?;
        keys_of_apis(&mut connection, token.allowance.apis().collect()).await
    };
    let keys = patience.wait(keys).await?;
    let mut quotas = patience.wait(verifier.quotas(&token, &keys)).await?;
    let verdict = patience.wait(verifier.consider(&snapshot, token, user, &call)).await;
    quotas.retain(|one| one.api.is_none() || one.api.as_ref() == verdict.api.as_ref().map(|api| &api.key));
    let quotas = Some(quotas).filter(|quotas| !quotas.is_empty());
    if let Some(reason @ Reason::Unavailable) = verdict.denied {
        return Err(Problem::denied(reason, None));
    }
    Ok(web::Json(Decision { quotas, ..conceal(verdict, &principal).decision() }))
}

/// The user of the call; none for RSA tokens. If `me` is set, no other user may be tried.
async fn subject(
    token: &TokenState,
    users: &Users,
    me: Option<&UserId>,
    named: Option<&str>,
    errors: &mut Errors,
) -> Result<Option<UserId>, sqlx::Error> {
    let candidates: Vec<&UserId> =
        token.users.iter().filter(|user| me.is_none_or(|me| me == *user)).collect();
    match (token.kind, named, candidates.as_slice()) {
        (Kind::Rsa, None, _) | (Kind::Jwt, None, []) => {}
        (Kind::Rsa, Some(_), _) => {
            errors.add("subject", "wrong_kind", "RSA tokens act as no user.");
        }
        (Kind::Jwt, Some(named), _) => match users.one_of(candidates, named).await? {
            Some(user) => return Ok(Some(user.id.clone())),
            None => errors.add("subject", "unknown", "The token is not for this user."),
        },
        (Kind::Jwt, None, [only]) => return Ok(Some((*only).clone())),
        (Kind::Jwt, None, _) => {
            errors.add("subject", "required", "The token is for several users: name one.");
        }
    }
    Ok(None)
}

/// Hides a project that the caller may not see: the answer is the same as if it did not exist.
fn conceal(verdict: Verdict, principal: &Principal) -> Verdict {
    let (Some(_), Some(project), Some(token)) = (verdict.denied, verdict.project(), &verdict.token) else {
        return verdict;
    };
    let is_named_by_token =
        matches!(&token.limits.reach, Reach::Only(projects) if projects.contains(&project.id));
    if is_named_by_token || principal.may_see_project(&project.id) {
        return verdict;
    }
    Verdict {
        denied: Some(Reason::ProjectNotGranted),
        token: verdict.token,
        proof: verdict.proof,
        api: verdict.api,
        ..Verdict::default()
    }
}
