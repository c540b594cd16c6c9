//! `POST /tokens`.

use std::collections::HashSet;
use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, post, web};
use latchkey_shared::fields::{self, Errors};
use latchkey_shared::ids::TokenId;
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::{Kind, NewToken, Status, Token};
use serde_json::json;
use sqlx::AnyConnection;

use super::api_limits;
use super::asked::{client_key, expiry, key_size, ranges};
use super::found::{above_ceilings, look_alike};
use super::idempotency::{Repeated, idempotency_key, repeat};
use super::issue::{NewKey, make_key};
use super::named::Named;
use super::store::{self, Found, Resolved, Written};
use super::targets::bind;
use super::version::answer;
use crate::access::grants::{Limits, Targets};
use crate::access::principal::Principal;
use crate::access::reach::Reach;
use crate::audit;
use crate::crypto::Digest;
use crate::crypto::client_key::ClientKey;
use crate::crypto::rsa::{KeyPool, KeySize};
use crate::database::{Change, Database, Rank, Transaction, now};
use crate::keys::keyring::Keyring;
use crate::limits::asked::{quota, rate_limit};
use crate::limits::{self, ApiLimits};
use crate::web::extract::Body;
use crate::web::problem::Problem;

/// The checked fields of an application, except for what needs the database.
#[derive(Clone)]
struct Application {
    kind: Kind,
    name: String,
    description: String,
    named: Named,
    /// Those for single APIs apart.
    limits: Limits,
    api_limits: Vec<ApiLimits>,
    key_size: KeySize,
    client_key: Option<Arc<ClientKey>>,
}

impl Application {
    fn check(body: NewToken, errors: &mut Errors) -> Self {
        let NewToken { kind, name, description, apis, systems, projects, all_projects, users, .. } = body;
        let name = errors.take("name", fields::name(&name)).unwrap_or_default();
        let description = fields::description(description.as_deref().unwrap_or_default());
        let description = errors.take("description", description).unwrap_or_default();
        let named = Named { apis, systems, projects, all_projects, users };
        named.check(kind, errors);
        if kind == Kind::Jwt && body.one_time_only {
            errors.add("one_time_only", "wrong_kind", "JWT tokens do not accept one-time requests.");
        }
        Self {
            kind,
            name,
            description,
            named,
            limits: Limits {
                expires_at: body.expires_at.as_deref().and_then(|end| expiry(end, now(), errors)),
                allowed_ips: ranges(&body.allowed_ips, errors),
                one_time_only: body.one_time_only,
                rate_limit: body.rate_limit.and_then(|limit| rate_limit(&limit, "", errors)),
                quota: body.quota.and_then(|limit| quota(&limit, "", errors)),
                ..Limits::default()
            },
            api_limits: limits::api_limits(&body.api_limits, "", errors),
            key_size: key_size(body.key_size, kind, body.public_key.is_some(), errors),
            client_key: client_key(body.public_key.as_deref(), errors),
        }
    }

    /// The size of the RSA key that the token gets; `None` if it has none, or that of its client.
    fn own_key_size(&self) -> Option<u16> {
        (self.kind == Kind::Rsa && self.client_key.is_none()).then(|| self.key_size.bits())
    }
}

/// Apply for a token
///
/// With an `Idempotency-Key`, a client can repeat the request. The answer is the same, and there
/// is only one token.
#[utoipa::path(
    operation_id = "create_token",
    tag = "tokens",
    params(("Idempotency-Key" = Option<String>, Header, description = "Names the request, for 24 hours; 1 to 255 characters.")),
    request_body(
        content = NewToken,
        example = json!({ "kind": "rsa", "name": "Crane control", "apis": ["fleet:listDevices"], "projects": ["harbour"] })
    ),
    responses(
        (status = 201, description = "The token, without secrets", body = Token, headers(("Location" = String), ("ETag" = String))),
        (status = 409, description = "The name is taken (`taken`), or the idempotency key was used for another request (`idempotency-key-reused`)."),
    )
)]
#[post("/tokens")]
pub(super) async fn create(
    request: HttpRequest,
    principal: Principal,
    database: web::Data<Database>,
    pool: web::Data<KeyPool>,
    keyring: web::Data<Keyring>,
    body: Body<NewToken>,
) -> Result<HttpResponse, Problem> {
    principal.some_admin()?;
    let body = body.json().await?;
    let sent = Digest::of(serde_json::to_vec(&body).map_err(Problem::internal)?);
    let idempotency = idempotency_key(&request, &principal)?;
    let mut connection = database.reader().acquire().await?;
    if let Some(key) = &idempotency
        && let Some((request, location, body)) = store::answer(&mut connection, key).await?
    {
        return Ok(repeat(&request, &sent, location, body)?.respond());
    }
    let mut errors = Errors::new();
    let asked = Application::check(body, &mut errors);
    if asked.kind == Kind::Rsa || !errors.is_empty() {
        // All errors at once: fields that are wrong, and names that do not exist. And no RSA key is
        // made in vain.
        let Resolved { grants, .. } =
            store::resolve(&mut connection, asked.kind, &asked.named, &HashSet::new(), &mut errors).await?;
        api_limits::resolve(&mut connection, &asked.api_limits, &grants, &mut errors).await?;
    }
    drop(connection);
    Problem::unless_empty(errors)?;
    let id = TokenId::new();
    let client_key = asked.client_key.as_deref();
    let vault = keyring.vault().await?;
    let key = make_key(asked.kind, &id, 1, asked.key_size, client_key, &pool, &vault).await;
    let location = format!("/api/v1/tokens/{id}");
    let database = database.by(principal.witness());
    let issue = Arc::new(Issue { principal, asked, id, key, idempotency, sent, location: location.clone() });
    let outcome = database.write_beside(Rank::Request, move |transaction| {
        let issue = Arc::clone(&issue);
        Box::pin(async move { issue.write(transaction).await })
    });
    match outcome.await? {
        Err(repeated) => Ok(repeated.respond()),
        Ok(found) => {
            let mut response = HttpResponse::Created();
            response.insert_header((header::LOCATION, location));
            Ok(answer(response, &found))
        }
    }
}

/// A token that is about to be issued.
struct Issue {
    principal: Principal,
    asked: Application,
    id: TokenId,
    key: NewKey,
    idempotency: Option<Digest>,
    /// The digest of the request.
    sent: Digest,
    location: String,
}

impl Issue {
    /// Writes the token; or finds the answer to the same request.
    async fn write(&self, transaction: &mut Transaction) -> Result<Result<Found, Repeated>, Problem> {
        let Self { principal, asked, id, key, idempotency, sent, location } = self;
        if let Some(key) = idempotency {
            let engine = transaction.engine();
            engine.lock_digest(transaction.connection(), key.as_slice()).await?;
            if let Some((request, location, body)) = store::answer(transaction.connection(), key).await? {
                return repeat(&request, sent, location, body).map(Err);
            }
        }
        let mut errors = Errors::new();
        let mut resolved =
            store::resolve(transaction.connection(), asked.kind, &asked.named, &HashSet::new(), &mut errors)
                .await?;
        let of_apis =
            api_limits::resolve(transaction.connection(), &asked.api_limits, &resolved.grants, &mut errors)
                .await?;
        Problem::unless_empty(errors)?;
        let limits = Limits { of_apis, ..asked.limits.clone() };
        resolved.targets = bind(principal, resolved.targets, &Reach::All);
        let Resolved { grants, targets, .. } = &resolved;
        let proof = principal.may_issue(grants, targets, &limits)?;
        let at = now();
        let written = Written {
            name: &asked.name,
            name_key: &fields::name_key(&asked.name),
            description: &asked.description,
            disabled: false,
            limits: &limits,
            grants,
            targets,
            at,
            by: &principal.origin().name,
        };
        let has_client_key = asked.client_key.is_some();
        let of = (id, asked.kind, has_client_key);
        let size = asked.own_key_size();
        if !store::insert(transaction, &proof, of, &written, size, principal.token()).await? {
            return Err(Problem::taken("name", "Another token has this name."));
        }
        store::insert_key(transaction.connection(), id, 1, key).await?;
        transaction.changes(Change::Token(id.clone()));
        let detail = json!({
            "kind": asked.kind,
            "apis": grants.apis.len(),
            "systems": grants.whole.len(),
            "client_key": has_client_key,
        });
        audit::record(transaction, principal.origin(), "token.created", (id, asked.name.clone()), detail)
            .await?;
        let mut found = self.found(transaction.connection(), resolved, limits, at).await?;
        found.token.warnings.extend(look_alike(transaction.connection(), principal, &found.token).await?);
        let above = above_ceilings(transaction.connection(), &found).await?;
        found.token.warnings.extend(above);
        if let Some(key) = idempotency {
            let body = serde_json::to_string(&found.token).map_err(Problem::internal)?;
            store::keep_answer(transaction.connection(), key, sent, location, &body).await?;
        }
        Ok(Ok(found))
    }

    /// The token as it was written. To read it back would cost as much as to write it.
    async fn found(
        &self,
        connection: &mut AnyConnection,
        resolved: Resolved,
        limits: Limits,
        at: i64,
    ) -> Result<Found, Problem> {
        let Self { principal, asked, id, key, .. } = self;
        let Resolved { targets, apis, systems, projects, users, .. } = resolved;
        let bound = match &targets {
            Targets::Users { bound, .. } => bound.clone(),
            Targets::Projects(_) => Reach::All,
        };
        let bound_to = match &bound {
            Reach::All => None,
            Reach::Only(bound) => {
                let ids: Vec<String> = bound.iter().map(ToString::to_string).collect();
                Some(store::projects_named(connection, &ids, &mut Errors::new()).await?)
            }
        };
        let has_client_key = asked.client_key.is_some();
        let client_key = key.public_jwk.as_deref().filter(|_| has_client_key).map(serde_json::from_str);
        let at = Timestamp::from_millis(at);
        let api_limits = api_limits::shown(connection, &limits.of_apis).await?;
        let token = Token {
            id: id.clone(),
            kind: asked.kind,
            name: asked.name.clone(),
            description: asked.description.clone(),
            status: Status::Active,
            suspended: None,
            apis,
            systems,
            all_projects: asked.named.all_projects,
            projects,
            users,
            bound_to,
            expires_at: limits.expires_at.map(Timestamp::from_millis),
            allowed_ips: limits.allowed_ips.iter().map(ToString::to_string).collect(),
            rate_limit: limits.rate_limit,
            quota: limits.quota.clone(),
            api_limits,
            key_size: asked.own_key_size(),
            client_key: client_key.transpose().map_err(Problem::internal)?,
            one_time_only: limits.one_time_only,
            generation: 1,
            parent_token: principal.token().cloned(),
            created_at: at.clone(),
            created_by: principal.origin().name.clone(),
            updated_at: at,
            updated_by: principal.origin().name.clone(),
            manageable: true,
            last_used_at: None,
            warnings: Vec::new(),
        };
        Ok(Found { token, version: 1, disabled: false, limits, bound })
    }
}
