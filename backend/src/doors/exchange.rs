//! `POST /oauth2/token`: exchanges client credentials for an access token.

use std::sync::Arc;
use std::time::Instant;

use actix_web::{HttpRequest, HttpResponse, ResponseError as _, post, web};
use latchkey_shared::ids::ProjectId;
use latchkey_shared::tokens::Kind;
use opentelemetry::KeyValue;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::exchanges::Exchanges;
use crate::access::reach::{Reach, UserState};
use crate::configuration::Configuration;
use crate::crypto::claims::{Claims, Grants};
use crate::crypto::operations::{PrivateOperations, Source};
use crate::crypto::{random_bytes, to_base64url};
use crate::database::{Fact, Patience, now};
use crate::engine::proof::Proof;
use crate::engine::state::TokenState;
use crate::engine::verifier::{ATTEMPTS, Verifier};
use crate::keys::keyring::Keyring;
use crate::oauth::authenticate::{Unread, authenticate};
use crate::oauth::client::Client;
use crate::oauth::error::{Code, OAuthError, OAuthErrorBody, never_stored};
use crate::projects::state::Lookup;
use crate::systems::catalog::{CatalogSystem, Operations, Snapshot};
use crate::telemetry::{ERROR_TYPE, part};
use crate::users::Users;
use crate::web::client_ip::client_ip;

/// The longest claim, in bytes. A longer one is left out, and an online check replaces it.
const CLAIM_LIMIT: usize = 4 * 1024;
/// More projects do not fit into a claim: each takes a letter, two quotes and a comma.
const MOST_PROJECTS: usize = CLAIM_LIMIT / 4;

/// The parameters of a token request (RFC 6749 §4.4.2).
#[derive(Deserialize, ToSchema)]
#[allow(dead_code, reason = "describes the form in the document; `client::Form` reads it")]
pub(super) struct TokenRequest {
    /// `client_credentials`.
    grant_type: String,
    /// The token's id, if the Basic scheme is not used.
    client_id: Option<String>,
    /// The secret of the token file, or the secret id.
    #[schema(format = Password)]
    client_secret: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`, together with
    /// `client_assertion`.
    client_assertion_type: Option<String>,
    /// A JWT that the client signed with its own key (RFC 7523). `iss` and `sub` are the token's
    /// id. `aud` is the issuer or the token endpoint. The assertion is valid until `exp`, but for
    /// at most five minutes after `iat`. Without `iat`, `exp` is at most five minutes ahead. Each
    /// `jti` is accepted once.
    client_assertion: Option<String>,
    /// The keys of APIs, separated by spaces. The access token is limited to them.
    scope: Option<String>,
    /// The audience of the system that the access token is for (RFC 8707). Required if the
    /// token reaches several systems.
    resource: Option<String>,
    /// JWT tokens: the user, by name or id. Required if the token is for several users.
    subject: Option<String>,
}

/// An access token (RFC 6749 §5.1).
#[derive(Serialize, ToSchema)]
pub(super) struct TokenResponse {
    /// The JWT (RFC 9068).
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// The lifetime in seconds.
    expires_in: i64,
    /// The scope; absent if it is too long for a claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// Get an access token
///
/// Exchanges the client credentials of a token of either kind for a short-lived JWT.
#[utoipa::path(
    operation_id = "issue_access_token",
    tag = "oauth",
    request_body(
        content = TokenRequest,
        content_type = "application/x-www-form-urlencoded",
        example = json!({ "grant_type": "client_credentials", "scope": "fleet:listDevices" })
    ),
    security(("client" = []), ()),
    responses(
        (status = 200, description = "The access token", body = TokenResponse),
        (status = 400, description = "RFC 6749 §5.2 and RFC 8707 §2.", body = OAuthErrorBody),
        (status = 401, description = "The client authentication failed.", body = OAuthErrorBody),
        (status = 429, description = "Too many client authentications from this address failed. A right one passes.", headers(("Retry-After" = String)), body = OAuthErrorBody),
        (status = 500, description = "An internal error occurred.", body = OAuthErrorBody),
        (status = 503, description = "Temporarily unavailable. Try again.", body = OAuthErrorBody),
    )
)]
#[post("/oauth2/token")]
#[allow(clippy::too_many_arguments, reason = "each is a part of the application that the handler needs")]
pub(super) async fn issue(
    request: HttpRequest,
    form: Unread,
    verifier: web::Data<Verifier>,
    users: web::Data<Users>,
    keyring: web::Data<Keyring>,
    operations: web::Data<PrivateOperations>,
    configuration: web::Data<Configuration>,
    exchanges: web::Data<Exchanges>,
) -> Result<HttpResponse, OAuthError> {
    let began = Instant::now();
    let issued = exchange(request, form, verifier, users, keyring, operations, configuration);
    let issued = part("exchange", issued, |issued| says(issued.as_ref().err())).await;
    exchanges.count(issued.as_ref().err().map(OAuthError::code), began.elapsed());
    issued
}

/// What the span of an exchange tells.
fn says(error: Option<&OAuthError>) -> Vec<KeyValue> {
    let result = error.map_or("issued", |error| error.code().as_str());
    let mut says = vec![KeyValue::new("latchkey.result", result)];
    if error.is_some_and(|error| error.status_code().is_server_error()) {
        says.push(KeyValue::new(ERROR_TYPE, result));
    }
    says
}

async fn exchange(
    request: HttpRequest,
    form: Unread,
    verifier: web::Data<Verifier>,
    users: web::Data<Users>,
    keyring: web::Data<Keyring>,
    operations: web::Data<PrivateOperations>,
    configuration: web::Data<Configuration>,
) -> Result<HttpResponse, OAuthError> {
    let mut patience = Patience::new();
    let form = form.form_of_client(&verifier, &mut patience).await?;
    match form.required("grant_type")? {
        "client_credentials" => {}
        _ => {
            return Err(OAuthError::new(Code::UnsupportedGrantType, "Only client_credentials is supported."));
        }
    }
    let issued = patience.wait(async {
        let mut client = authenticate(&request, &form, &verifier, &keyring).await?;
        for _ in 0..ATTEMPTS {
            let Client { token, key } = &client;
            if token.one_time_only {
                return Err(OAuthError::new(
                    Code::UnauthorizedClient,
                    "The token accepts one-time requests only.",
                ));
            }
            let snapshot = verifier.catalog().await?;
            let system = target(token, &snapshot, form.resources())?;
            let subject = subject(token, &users, form.get("subject")).await?;
            let Some(apis) = verifier.operations(system).await? else {
                client = client.again(&request, &verifier).await?;
                continue;
            };
            let reach = limits_in(&token.limits.reach, system);
            let open = open_projects(reach, system, subject.as_deref().map(|user| &**user));
            // One more than fits into a claim shows that they do not fit.
            let found = verifier.projects(open.take(MOST_PROJECTS + 1)).await?;
            let projects = (*reach != Reach::All).then_some(&*found);
            let Said { scope, projects, grants } = said(token, &apis, system, projects, form.get("scope"))?;
            let issued_at = now() / 1_000;
            let end = issued_at + i64::from(configuration.jwt_lifetime);
            let exp = [token.expires_at, key.valid_until]
                .into_iter()
                .flatten()
                .map(|end| end / 1_000)
                .fold(end, i64::min);
            let claims = Claims {
                iss: keyring.issuer().to_owned(),
                sub: subject.as_ref().map_or_else(|| token.id.to_string(), |user| user.id.to_string()),
                aud: system.audience.clone(),
                client_id: token.id.clone(),
                iat: issued_at,
                nbf: issued_at,
                exp,
                jti: to_base64url(random_bytes::<16>()),
                generation: key.generation,
                scope: scope.clone(),
                all_projects: token.kind == Kind::Rsa && *reach == Reach::All,
                projects,
                grants,
            };
            let overloaded =
                |_| OAuthError::new(Code::TemporarilyUnavailable, "Temporarily unavailable. Try again.");
            let source = Source::new(client_ip(&request), "");
            let ticket = operations.admit(token.id.as_str(), source).map_err(overloaded)?;
            let keys = keyring.signing_keys().await.map_err(OAuthError::internal)?;
            let signed = operations.run(ticket, move || keys.sign(&claims, now()));
            let access_token = part("sign", signed, |_| Vec::new()).await.map_err(overloaded)?;
            // Somebody may have withdrawn the token meanwhile.
            if verifier.still_count(&snapshot, token, subject.as_ref(), &Proof::default(), &found) {
                return Ok(never_stored(&mut HttpResponse::Ok()).json(TokenResponse {
                    access_token,
                    token_type: "Bearer",
                    expires_in: exp - issued_at,
                    scope,
                }));
            }
            client = client.again(&request, &verifier).await?;
        }
        Err(OAuthError::not_now())
    });
    issued.await
}

/// The claims that describe what an access token is for. If they are too long, an online check
/// replaces them.
struct Said {
    scope: Option<String>,
    projects: Option<Vec<String>>,
    grants: Option<Grants>,
}

fn said(
    token: &TokenState,
    operations: &Operations,
    system: &CatalogSystem,
    projects: Option<&[Lookup]>,
    asked: Option<&str>,
) -> Result<Said, OAuthError> {
    let narrows = asked.is_some();
    let scope = match asked {
        Some(asked) => narrowed(token, operations, system, asked)?,
        None => whole_scope(token, operations, system),
    };
    let are_many = projects.is_some_and(|found| found.len() > MOST_PROJECTS);
    let projects = projects.map(project_keys);
    let length = |texts: &[String]| texts.iter().map(|text| text.len() + 3).sum::<usize>();
    let is_too_long = are_many
        || scope.len() > CLAIM_LIMIT
        || projects.as_deref().is_some_and(|projects| length(projects) > CLAIM_LIMIT);
    Ok(if is_too_long {
        // The requested scope narrows the token, so it must stay.
        Said { scope: narrows.then_some(scope), projects: None, grants: Some(Grants::Online) }
    } else {
        Said { scope: Some(scope), projects, grants: None }
    })
}

/// The system that the access token is for.
fn target<'s>(
    token: &'s TokenState,
    snapshot: &'s Snapshot,
    resources: &[String],
) -> Result<&'s CatalogSystem, OAuthError> {
    let refused = |description: &str| OAuthError::new(Code::InvalidTarget, description);
    let mut reached =
        token.reached.iter().filter_map(|system| snapshot.system(system)).filter(|system| !system.disabled);
    match resources {
        [] => {}
        [resource] => {
            return reached.find(|system| system.audience == *resource).ok_or_else(|| {
                refused("`resource` is not the audience of a system that the token reaches.")
            });
        }
        // With one audience, no system can replay the token at another.
        _ => return Err(refused("Send only one `resource`: an access token is for one system.")),
    }
    match (reached.next(), reached.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(refused("The token no longer reaches any system.")),
        _ => Err(refused("The token reaches several systems: name one as `resource`.")),
    }
}

/// The user that the access token is for; none for RSA tokens.
async fn subject(
    token: &TokenState,
    users: &Users,
    named: Option<&str>,
) -> Result<Option<Arc<Fact<UserState>>>, OAuthError> {
    let refused = |description: &str| OAuthError::new(Code::InvalidRequest, description);
    let mut theirs = token.users.iter();
    let user = match (token.kind, named, theirs.next(), theirs.next()) {
        (Kind::Rsa, None, ..) => return Ok(None),
        (Kind::Rsa, Some(_), ..) => {
            return Err(refused("RSA tokens act as no user: leave out `subject`."));
        }
        (Kind::Jwt, Some(named), ..) => users.one_of(&token.users, named).await?,
        (Kind::Jwt, None, Some(only), None) => users.state(only).await?,
        (Kind::Jwt, None, None, _) => None,
        (Kind::Jwt, None, ..) => {
            return Err(refused("The token is for several users: name one as `subject`."));
        }
    };
    let user = user.filter(|user| !user.disabled);
    user.map(Some).ok_or_else(|| refused("The token is not for this user."))
}

/// The requested scope, if the token holds all of it.
fn narrowed(
    token: &TokenState,
    operations: &Operations,
    system: &CatalogSystem,
    scope: &str,
) -> Result<String, OAuthError> {
    let refused = |description: String| Err(OAuthError::new(Code::InvalidScope, description));
    if scope.len() > CLAIM_LIMIT {
        return refused("`scope` is too long.".to_owned());
    }
    let whole = !system.builtin && token.systems.contains(&system.id);
    let mut granted = Vec::new();
    for one in scope.split(' ').filter(|one| !one.is_empty()) {
        let is_granted = if one.strip_suffix(":*") == Some(system.key.as_str()) {
            whole
        } else {
            operations.id(one).is_some_and(|id| whole || token.apis.contains(id))
        };
        if !is_granted {
            return refused("`scope` names an API that is not granted, or is of another system.".to_owned());
        }
        if !granted.contains(&one) {
            granted.push(one);
        }
    }
    if granted.is_empty() { refused("`scope` is empty.".to_owned()) } else { Ok(granted.join(" ")) }
}

/// Everything that the token is granted of a system.
pub(super) fn whole_scope(token: &TokenState, operations: &Operations, system: &CatalogSystem) -> String {
    if !system.builtin && token.systems.contains(&system.id) {
        return format!("{}:*", system.key);
    }
    let mut keys: Vec<&str> = token.apis.iter().filter_map(|api| operations.key(api)).collect();
    keys.sort_unstable();
    keys.join(" ")
}

/// The projects that limit the calls of a token in a system. A restricted system limits also a
/// token that nothing else limits.
pub(super) fn limits_in<'r>(reach: &'r Reach, system: &'r CatalogSystem) -> &'r Reach {
    if *reach == Reach::All { &system.opened_to } else { reach }
}

/// The projects that limit the token, as far as the system is open to them and the user belongs
/// to them; none if nothing limits it.
pub(super) fn open_projects<'r>(
    reach: &'r Reach,
    system: &CatalogSystem,
    user: Option<&UserState>,
) -> impl Iterator<Item = &'r ProjectId> {
    reach.listed().filter(move |&id| {
        system.opened_to.contains(id) && user.is_none_or(|user| user.memberships.contains_key(id))
    })
}

/// The keys of the projects that are enabled, sorted. Verifiers that work offline get only
/// these.
pub(super) fn project_keys(found: &[Lookup]) -> Vec<String> {
    let enabled = found.iter().filter_map(Lookup::project).filter(|project| !project.disabled);
    let mut keys: Vec<String> = enabled.map(|project| project.name.key.clone()).collect();
    keys.sort_unstable();
    keys
}
