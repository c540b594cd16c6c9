//! `POST /oauth2/introspect` (RFC 7662), for callers with a verifier key.

use std::sync::Arc;
use std::time::Instant;

use actix_web::{HttpRequest, HttpResponse, post, web};
use latchkey_shared::tokens::Kind;
use latchkey_shared::verify::Reason;
use opentelemetry::KeyValue;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::exchange::{limits_in, open_projects, project_keys, whole_scope};
use crate::access::reach::Reach;
use crate::configuration::proxies::hop;
use crate::crypto::operations::Source;
use crate::database::{Patience, now};
use crate::engine::decisions::Door;
use crate::engine::judge::{comes_from, is_in_force};
use crate::engine::prove::Unproven;
use crate::engine::verifier::{ATTEMPTS, Verifier};
use crate::keys::keyring::Keyring;
use crate::oauth::authenticate::{Unread, verifying_system};
use crate::oauth::error::{Code, OAuthError, OAuthErrorBody, never_stored};
use crate::systems::catalog::{CatalogSystem, Snapshot};
use crate::telemetry::part;
use crate::users::Users;

/// The parameters of an introspection request (RFC 7662 §2.1).
#[derive(Deserialize, ToSchema)]
#[allow(dead_code, reason = "describes the form in the document; `client::Form` reads it")]
pub(super) struct IntrospectionRequest {
    /// The credential: an open token or a JWT.
    token: String,
    /// Ignored: the credential shows its type.
    token_type_hint: Option<String>,
    /// The caller's address. Without it, a token with an address list is inactive.
    client_ip: Option<String>,
    /// The key or id of the system, if the verifier key is not sent as bearer token.
    client_id: Option<String>,
    /// The verifier key, if it is not sent as bearer token.
    #[schema(format = Password)]
    client_secret: Option<String>,
}

/// The properties of a credential (RFC 7662 §2.2).
#[derive(Serialize, Default, ToSchema)]
pub(super) struct Introspection {
    /// Why it is not active. Callers do not learn it.
    #[serde(skip)]
    denied: Option<Reason>,
    /// Whether the credential is valid now for the caller's system.
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    /// The keys of the projects that limit it; absent if nothing limits it.
    #[serde(skip_serializing_if = "Option::is_none")]
    projects: Option<Vec<String>>,
}

/// Introspect a credential
///
/// If the credential is invalid, unknown, or for another system, the answer has only
/// `active: false`. Send the verifier key as bearer token, or as `client_secret` with the system
/// as `client_id`.
#[utoipa::path(
    operation_id = "introspect_token",
    tag = "oauth",
    request_body(
        content = IntrospectionRequest,
        content_type = "application/x-www-form-urlencoded",
        example = json!({ "token": "the access token", "client_ip": "192.0.2.7" })
    ),
    security(("verifier_key" = []), ("client" = []), ()),
    responses(
        (status = 200, description = "The properties of the credential", body = Introspection),
        (status = 400, description = "RFC 6749 §5.2.", body = OAuthErrorBody),
        (status = 401, description = "The request has no valid verifier key.", body = OAuthErrorBody),
        (status = 503, description = "Temporarily unavailable. Try again.", body = OAuthErrorBody),
    )
)]
#[post("/oauth2/introspect")]
pub(super) async fn introspect(
    request: HttpRequest,
    form: Unread,
    verifier: web::Data<Verifier>,
    users: web::Data<Users>,
    keyring: web::Data<Keyring>,
) -> Result<HttpResponse, OAuthError> {
    let mut patience = Patience::new();
    let snapshot = patience.wait(verifier.catalog_at(Door::Introspection)).await?;
    let form = form.form_of_verifier(&snapshot).await?;
    let began = Instant::now();
    let found = patience.wait(async {
        for _ in 0..ATTEMPTS {
            let snapshot = verifier.catalog().await?;
            let system = verifying_system(&request, &form, &snapshot)?;
            let token = form.required("token")?;
            let refused = || OAuthError::new(Code::InvalidRequest, "`client_ip` is not an IP address.");
            let client_ip = form.get("client_ip").map(|named| hop(named).ok_or_else(refused)).transpose()?;
            let found = find(&verifier, &users, &keyring, &snapshot, system, token, client_ip).await?;
            if let Some(found) = found {
                return Ok(found);
            }
        }
        Err(OAuthError::not_now())
    });
    let system = verifying_system(&request, &form, &snapshot).ok();
    let describe = |found: &Result<Introspection, OAuthError>| {
        let mut says = match (decided(found), system) {
            (Ok(denied), Some(system)) => Door::Introspection.says(system, denied),
            _ => Vec::new(),
        };
        let token = found.as_ref().ok().and_then(|found| found.client_id.clone());
        says.extend(token.map(|token| KeyValue::new("latchkey.token.id", token)));
        says
    };
    let found = part("decide", found, describe).await;
    if let (Ok(denied), Some(system)) = (decided(&found), system) {
        verifier.count(Door::Introspection, system, denied, began.elapsed());
    }
    Ok(never_stored(&mut HttpResponse::Ok()).json(found?))
}

/// Why it was denied, if it was. An error if it was no decision, since the request itself is wrong.
fn decided(found: &Result<Introspection, OAuthError>) -> Result<Option<Reason>, &OAuthError> {
    match found {
        Ok(found) => Ok(found.denied),
        Err(error) if error.code() == Code::TemporarilyUnavailable => Ok(Some(Reason::Unavailable)),
        Err(error) => Err(error),
    }
}

/// What a credential is for; `None` if the facts that it was judged by are out of date.
async fn find(
    verifier: &Verifier,
    users: &Users,
    keyring: &Keyring,
    snapshot: &Arc<Snapshot>,
    system: &CatalogSystem,
    credential: &str,
    client_ip: Option<std::net::IpAddr>,
) -> Result<Option<Introspection>, OAuthError> {
    let now = now();
    let inactive = |reason| Ok(Some(Introspection { denied: Some(reason), ..Introspection::default() }));
    let source = Source::new(client_ip, &system.key);
    let (token, proof) = match verifier.prove(credential, source, now).await {
        Ok(proven) => proven,
        Err(Unproven { reason: Reason::Unavailable, .. }) => return Err(OAuthError::not_now()),
        // The caller of introspection has proven itself, so it gets no 429.
        Err(Unproven { reason, .. }) => return inactive(reason),
    };
    let for_system = proof.audience.as_ref().is_none_or(|audience| **audience == *system.audience);
    // A sealed request is for one call. Only a decision about that call can use it.
    let outcome = if proof.binding.is_some() || token.one_time_only || !for_system {
        Err(Reason::ProofMismatch)
    } else if system.disabled {
        Err(Reason::Disabled)
    } else if !token.reached.contains(&system.id) {
        Err(Reason::ApiNotGranted)
    } else {
        is_in_force(&token, &proof, now).and_then(|()| comes_from(&token.allowed_ips, client_ip))
    };
    if let Err(reason) = outcome {
        return inactive(reason);
    }
    let user = match (token.kind, &proof.user) {
        (Kind::Rsa, _) => None,
        (Kind::Jwt, None) => return inactive(Reason::UserNotGranted),
        (Kind::Jwt, Some(id)) => match users.state(id).await? {
            Some(user) if !user.disabled && token.users.contains(id) => Some(user),
            _ => return inactive(Reason::UserNotGranted),
        },
    };
    let limits = verifier.limits(&token, &proof).await?;
    let reach = limits_in(&limits.reach, system);
    let found = verifier.projects(open_projects(reach, system, user.as_deref().map(|user| &**user))).await?;
    let Some(operations) = verifier.operations(system).await? else { return Ok(None) };
    if !verifier.still_count(snapshot, &token, user.as_ref(), &proof, &found) {
        return Ok(None);
    }
    let granted = whole_scope(&token, &operations, system);
    let scope = match &proof.scope {
        None => granted,
        Some(_) => {
            narrow(&granted, |one| proof.holds_scope(&system.key, one), proof.scope.as_deref(), system)
        }
    };
    let ends = [token.expires_at, proof.expires_at].into_iter().flatten().min();
    Ok(Some(Introspection {
        denied: None,
        active: true,
        scope: Some(scope),
        client_id: Some(token.id.to_string()),
        username: user.as_ref().map(|user| user.username.clone()),
        token_type: Some("Bearer"),
        exp: ends.map(|end| end / 1_000),
        iat: proof.issued_at,
        sub: Some(user.map_or_else(|| token.id.to_string(), |user| user.id.to_string())),
        aud: Some(system.audience.clone()),
        iss: Some(keyring.issuer().to_owned()),
        jti: proof.jti.as_deref().map(str::to_owned),
        projects: (*reach != Reach::All).then(|| project_keys(&found)),
    }))
}

/// The scope that is both granted and requested. If one of them is the whole system, it is the
/// other one.
fn narrow(
    granted: &str,
    holds: impl Fn(&str) -> bool,
    asked: Option<&str>,
    system: &CatalogSystem,
) -> String {
    let whole = format!("{}:*", system.key);
    let mut both: Vec<&str> = match asked {
        Some(asked) if granted == whole => asked.split(' ').collect(),
        _ => granted.split(' ').filter(|one| holds(one)).collect(),
    };
    both.sort_unstable();
    both.join(" ")
}
