//! `/tokens`.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, delete, get, patch, post, web};
use latchkey_shared::fields::{self, Errors, Refusal};
use latchkey_shared::ids::TokenId;
use latchkey_shared::page::{self, Page};
use latchkey_shared::problem::ProblemBody;
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::{
    Kind, NameAvailability, NewToken, Rotation, SecretId, Status, Switch, Token, TokenPatch, TokenSummary,
    Usage,
};
use latchkey_shared::warning::{NAME_TAKEN, Warning};
use serde::Deserialize;
use serde_json::json;
use sqlx::AnyConnection;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::file::TokenFile;
use super::issue;
use super::issue::make_key;
use super::search::{may_have_typos, similarity};
use super::store;
use super::store::{Filter, Found, Search, Start, Written};
use super::{Loss, Named, expiry, key_size, loss, narrows, ranges};
use crate::access::grants::{Limits, Targets};
use crate::access::principal::{MayManage, MayReveal, Principal};
use crate::audit;
use crate::audit::Target;
use crate::configuration::Configuration;
use crate::crypto::Digest;
use crate::crypto::client_key::ClientKey;
use crate::crypto::decryptor::Decryptor;
use crate::crypto::rsa::{KeyPool, KeySize};
use crate::database::{Change, Database, now};
use crate::keys::keyring::Keyring;
use crate::revocations;
use crate::revocations::Of;
use crate::systems::catalog::Catalog;
use crate::web::extract::{Body, Query, read_cursor, write_cursor};
use crate::web::look_alikes;
use crate::web::problem::{Kind as ProblemKind, Problem};
use crate::{projects, systems, users};

/// Candidates that are ranked when nothing holds what was searched.
const CANDIDATES: usize = 2_000;
/// How alike a name must be to be found with typos.
const ALIKE: f64 = 0.4;
/// The longest overlap of a rotation, in seconds.
const LONGEST_OVERLAP: u32 = 7 * 24 * 60 * 60;

/// Registers the routes of this capability.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(name_availability)
        .service(list)
        .service(create)
        .service(find)
        .service(change)
        .service(remove)
        .service(file)
        .service(secret)
        .service(rotate)
        .service(usage)
        .service(crate::tokens::trial::try_call);
}

/// How a list of tokens is sorted.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Sort {
    /// The newest first.
    Created,
    /// By name, whatever its case.
    Name,
}

/// Which tokens to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Of this kind; both if absent.
    #[param(nullable = false, inline)]
    kind: Option<Kind>,
    /// Part of the name, give or take a typo.
    #[param(nullable = false)]
    q: Option<String>,
    /// With this status.
    #[param(nullable = false, inline)]
    status: Option<Status>,
    /// For this project, by key or id.
    #[param(nullable = false)]
    project: Option<String>,
    /// For this user, by name or id.
    #[param(nullable = false)]
    user: Option<String>,
    /// Granted this API, by key or id, alone or with its whole system.
    #[param(nullable = false)]
    api: Option<String>,
    /// `true`: those only whose name another token has by the rules of today. They must be
    /// renamed before they are changed.
    #[param(nullable = false)]
    name_taken: Option<bool>,
    /// `created`, the newest first, if absent; not `name` together with `q`.
    #[param(nullable = false, inline)]
    sort: Option<Sort>,
    /// Whether to say how many there are in all.
    #[param(nullable = false)]
    total: Option<bool>,
    /// How many at most: 1 to 200, 50 if absent.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NameQuery {
    /// The name.
    name: String,
    /// The id of the token that may have it already.
    #[param(nullable = false)]
    except: Option<String>,
}

pub(super) fn parse_id(path: &str) -> Result<TokenId, Problem> {
    path.parse().map_err(|_| Problem::not_found("token"))
}

async fn existing(connection: &mut AnyConnection, id: &TokenId) -> Result<Found, Problem> {
    store::find(connection, id).await?.ok_or_else(|| Problem::not_found("token"))
}

/// Whom the token is for, as the rules see it.
pub(super) async fn targets(connection: &mut AnyConnection, found: &Found) -> Result<Targets, Problem> {
    let named = Named { apis: Vec::new(), systems: Vec::new(), ..found.named() };
    let held = found.held();
    let (_, targets) =
        store::resolve(connection, found.token.kind, &named, &held, &mut Errors::new()).await?;
    Ok(with_bound(targets, found))
}

fn with_bound(targets: Targets, found: &Found) -> Targets {
    match targets {
        Targets::Users { users, .. } => Targets::Users { users, bound: found.bound.clone() },
        targets @ Targets::Projects(_) => targets,
    }
}

/// A token that the one who asks manages, or that is granted to them.
pub(super) async fn visible(
    connection: &mut AnyConnection,
    principal: &Principal,
    id: &TokenId,
) -> Result<Found, Problem> {
    let mut found = existing(connection, id).await?;
    let theirs = principal.user().is_some_and(|me| found.token.users.iter().any(|user| user.id == *me));
    found.token.manageable = principal.covers(&targets(connection, &found).await?);
    if theirs || found.token.manageable { Ok(found) } else { Err(Problem::not_found("token")) }
}

/// The warning that another token's name looks like this one's, naming one that
/// the one who asks may see.
async fn look_alike(
    connection: &mut AnyConnection,
    principal: &Principal,
    token: &Token,
) -> Result<Option<Warning>, Problem> {
    let others = store::look_alikes(&mut *connection, &token.id, &token.name).await?;
    if others.is_empty() {
        return Ok(None);
    }
    for (id, name) in others {
        if visible(&mut *connection, principal, &parse_id(&id)?).await.is_ok() {
            return Ok(Some(look_alikes::warning("token", "name", Some(name))));
        }
    }
    Ok(Some(look_alikes::warning("token", "name", None)))
}

/// A token that the one who asks manages. This is asked before the body is
/// read, and again in the transaction that changes the token.
async fn managed(database: &Database, principal: &Principal, id: &TokenId) -> Result<Found, Problem> {
    let mut connection = database.reader().acquire().await?;
    let found = existing(&mut connection, id).await?;
    principal.may_manage(&targets(&mut connection, &found).await?)?;
    Ok(found)
}

fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// Refuses when the request was made for another version (RFC 9110 §13.1.1).
fn check_version(if_match: Option<&str>, version: i64) -> Result<(), Problem> {
    let Some(wanted) = if_match else { return Ok(()) };
    let matches = wanted.split(',').map(str::trim).any(|one| one == "*" || one == etag(version));
    if matches { Ok(()) } else { Err(Problem::new(ProblemKind::PreconditionFailed)) }
}

fn if_match(request: &HttpRequest) -> Option<String> {
    request.headers().get(header::IF_MATCH).map(|value| value.to_str().unwrap_or_default().to_owned())
}

fn answer(mut response: HttpResponseBuilder, found: &Found) -> HttpResponse {
    response.insert_header((header::ETAG, etag(found.version))).json(&found.token)
}

/// What begins the cursors of lists by name.
const BY_NAME: &str = "name ";

/// Where the page that was asked for begins.
fn start(sort: Sort, q: &str, cursor: Option<&str>) -> Result<Start, Problem> {
    let position = cursor.map(read_cursor).transpose()?;
    let invalid = || {
        Problem::field("cursor", Refusal::new("invalid_cursor", "Not the `next_cursor` of a page before."))
    };
    match (sort, position) {
        (Sort::Created, None) => Ok(Start::Newest(None)),
        (Sort::Created, Some(position)) => Ok(Start::Newest(Some(position.parse().map_err(|_| invalid())?))),
        // What is found may be a great part of all: too much to sort.
        (Sort::Name, _) if !q.is_empty() => {
            Err(Problem::field("sort", Refusal::new("not_with_q", "What is searched is not sorted by name.")))
        }
        (Sort::Name, None) => Ok(Start::Name(String::new())),
        (Sort::Name, Some(position)) => {
            let after = position.strip_prefix(BY_NAME).ok_or_else(invalid)?;
            Ok(Start::Name(after.to_owned()))
        }
    }
}

/// List tokens
///
/// A system administrator sees all, a project administrator
/// those that are wholly theirs, everybody the JWT tokens granted to them.
#[utoipa::path(
    operation_id = "list_tokens",
    tag = "tokens",
    params(ListQuery),
    security(("session" = []), ("bearer" = [])),
    responses(
        (status = 200, description = "Tokens", body = Page<TokenSummary>),
        (status = 404, description = "The project, user or API that is named is not there.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[get("/tokens")]
async fn list(
    principal: Principal,
    database: web::Data<Database>,
    query: Query<ListQuery>,
) -> Result<web::Json<Page<TokenSummary>>, Problem> {
    let query = query.read()?;
    let limit = page::limit(query.limit).map_err(|refusal| Problem::field("limit", refusal))?;
    let q = fields::name_key(query.q.as_deref().unwrap_or_default()).replace('\0', "");
    let q: String = q.chars().take(100).collect();
    let start = start(query.sort.unwrap_or(Sort::Created), &q, query.cursor.as_deref())?;
    let mut connection = database.reader().acquire().await?;
    let project = match &query.project {
        None => None,
        Some(named) => {
            let project = projects::store::project(&mut connection, named).await?;
            let project = project.filter(|project| principal.may_see_project(&project.id));
            Some(project.ok_or_else(|| Problem::not_found("project"))?.id.to_string())
        }
    };
    let user = match &query.user {
        None => None,
        Some(named) => {
            let user = users::store::user(&database, named).await?;
            Some(user.ok_or_else(|| Problem::not_found("user"))?.id.to_string())
        }
    };
    let api = match &query.api {
        None => None,
        Some(named) => {
            let id = systems::store::api_id(&mut connection, named).await?;
            Some(id.ok_or_else(|| Problem::not_found("API"))?)
        }
    };
    let name_taken = query.name_taken == Some(true);
    let filter = Filter { kind: query.kind, status: query.status, project, user, api, name_taken };
    let search = if q.is_empty() { Search::None } else { Search::Holding(&q) };
    let engine = database.engine();
    let mut found =
        store::list(&mut connection, engine, &principal, &filter, &search, &start, limit + 1).await?;
    let mut total = match query.total {
        Some(true) => Some(store::count(&mut connection, engine, &principal, &filter, &search).await?),
        _ => None,
    };
    let mut next_cursor = page::cut(&mut found, limit).map(|last| match start {
        Start::Newest(_) => write_cursor(&last.seq.to_string()),
        Start::Name(_) => write_cursor(&format!("{BY_NAME}{}", last.name_key)),
    });
    if found.is_empty() && matches!(start, Start::Newest(None)) && may_have_typos(&q) {
        let like = Search::Like(&q);
        found = store::list(&mut connection, engine, &principal, &filter, &like, &start, CANDIDATES).await?;
        found.retain(|one| similarity(&q, &one.name_key) >= ALIKE);
        found.sort_by(|one, other| similarity(&q, &other.name_key).total_cmp(&similarity(&q, &one.name_key)));
        found.truncate(limit);
        total = total.and_then(|_| i64::try_from(found.len()).ok());
        next_cursor = None;
    }
    Ok(web::Json(Page { items: found.into_iter().map(|one| one.summary).collect(), next_cursor, total }))
}

/// Is a name free?
///
/// Whether a token can have it, now. `except` is the token that may keep it.
#[utoipa::path(
    operation_id = "get_name_availability",
    tag = "tokens",
    params(NameQuery),
    security(("session" = []), ("bearer" = [])),
    responses((status = 200, description = "Whether a token may take the name", body = NameAvailability))
)]
#[get("/tokens/name-availability")]
async fn name_availability(
    _principal: Principal,
    database: web::Data<Database>,
    query: Query<NameQuery>,
) -> Result<web::Json<NameAvailability>, Problem> {
    let NameQuery { name, except } = query.read()?;
    let name = fields::name(&name).map_err(|refusal| Problem::field("name", refusal))?;
    let mut connection = database.reader().acquire().await?;
    let holder = store::holder_of_name(&mut connection, &fields::name_key(&name)).await?;
    Ok(web::Json(NameAvailability { available: holder.is_none() || holder == except }))
}

/// What was asked for of a new token, checked but for what the database knows.
#[derive(Clone)]
struct Application {
    kind: Kind,
    name: String,
    description: String,
    named: Named,
    limits: Limits,
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
            errors.add("one_time_only", "wrong_kind", "JWT tokens have no one-time requests.");
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
            },
            key_size: key_size(body.key_size, kind, body.public_key.is_some(), errors),
            client_key: client_key(body.public_key.as_deref(), errors),
        }
    }
}

/// The public key that a client brings.
fn client_key(raw: Option<&str>, errors: &mut Errors) -> Option<Arc<ClientKey>> {
    errors.take("public_key", ClientKey::parse(raw?)).map(Arc::new)
}

fn bind(principal: &Principal, targets: Targets, before: &crate::access::reach::Reach) -> Targets {
    match targets {
        Targets::Users { users, .. } => Targets::Users { users, bound: principal.bind(before) },
        targets @ Targets::Projects(_) => targets,
    }
}

/// Apply for a token
///
/// With an `Idempotency-Key` the same request may be sent again: it gets the
/// same answer, and there is one token.
#[utoipa::path(
    operation_id = "create_token",
    tag = "tokens",
    params(("Idempotency-Key" = Option<String>, Header, description = "Names the request, for 24 hours; 1 to 255 characters.")),
    request_body(
        content = NewToken,
        example = json!({ "kind": "rsa", "name": "Crane control", "apis": ["fleet:listDevices"], "projects": ["harbour"] })
    ),
    security(("session" = []), ("bearer" = [])),
    responses(
        (status = 201, description = "The token, without secrets", body = Token, headers(("Location" = String), ("ETag" = String))),
        (status = 409, description = "The name is taken (`taken`), or the idempotency key was used for another request (`idempotency-key-reused`).", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/tokens")]
async fn create(
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
    // All at once: what is wrong with a field and what it names that is not there.
    store::resolve(&mut connection, asked.kind, &asked.named, &std::collections::HashSet::new(), &mut errors)
        .await?;
    drop(connection);
    Problem::unless_empty(errors)?;
    let id = TokenId::new();
    let client_key = asked.client_key.as_deref();
    let key = make_key(asked.kind, &id, 1, asked.key_size, client_key, &pool, &keyring).await;
    let (kind, location) = (asked.kind, format!("/api/v1/tokens/{id}"));
    let at = location.clone();
    let outcome = database.write(move |transaction| {
        Box::pin(async move {
            if let Some(key) = &idempotency
                && let Some((request, location, body)) = store::answer(transaction.connection(), key).await?
            {
                return repeat(&request, &sent, location, body).map(Err);
            }
            let name_key = fields::name_key(&asked.name);
            if store::holder_of_name(transaction.connection(), &name_key).await?.is_some() {
                return Err(Problem::taken("name", "Another token has this name."));
            }
            let mut errors = Errors::new();
            let none = std::collections::HashSet::new();
            let (grants, targets) =
                store::resolve(transaction.connection(), kind, &asked.named, &none, &mut errors).await?;
            Problem::unless_empty(errors)?;
            let targets = bind(&principal, targets, &crate::access::reach::Reach::All);
            let proof = principal.may_issue(&grants, &targets, &asked.limits)?;
            let written = Written {
                name: &asked.name,
                name_key: &name_key,
                description: &asked.description,
                disabled: false,
                limits: &asked.limits,
                grants: &grants,
                targets: &targets,
                by: &principal.origin().name,
            };
            let has_client_key = asked.client_key.is_some();
            let size = (kind == Kind::Rsa && !has_client_key).then(|| asked.key_size.bits());
            let of = (&id, kind, has_client_key);
            store::insert(transaction, &proof, of, &written, size, principal.token()).await?;
            store::insert_key(transaction.connection(), &id, 1, &key).await?;
            transaction.changes(Change::Token(id.clone()));
            let target = Target::new("token", &id, asked.name.clone());
            let detail = json!({
                "kind": kind,
                "apis": grants.apis.len(),
                "systems": grants.whole.len(),
                "client_key": has_client_key,
            });
            audit::record(transaction, principal.origin(), "token.created", Some(&target), &detail).await?;
            let mut found = existing(transaction.connection(), &id).await?;
            found
                .token
                .warnings
                .extend(look_alike(transaction.connection(), &principal, &found.token).await?);
            if let Some(key) = &idempotency {
                let body = serde_json::to_string(&found.token).map_err(Problem::internal)?;
                store::keep_answer(transaction.connection(), key, &sent, &at, &body).await?;
            }
            Ok(Ok(found))
        })
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

/// The digest under which the answer to this idempotency key of this caller is kept.
fn idempotency_key(request: &HttpRequest, principal: &Principal) -> Result<Option<Digest>, Problem> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| (1..=255).contains(&key.len()));
    let key = key.ok_or_else(|| {
        Problem::field("Idempotency-Key", Refusal::new("invalid_key", "1 to 255 characters of ASCII."))
    })?;
    let caller = principal.origin().id.as_deref().unwrap_or_default();
    Ok(Some(Digest::of(format!("{caller}\n{key}"))))
}

/// What the name of a token is compared by; nobody else may have it. One that is
/// only switched off keeps its own, also if that is another's by a later rule.
async fn key_of_name(
    connection: &mut AnyConnection,
    id: &TokenId,
    name: &str,
    is_kept: bool,
) -> Result<String, Problem> {
    if is_kept {
        return Ok(store::name_key(connection, id).await?);
    }
    let key = fields::name_key(name);
    match store::holder_of_name(connection, &key).await? {
        Some(holder) if holder != id.as_str() => Err(Problem::taken("name", "Another token has this name.")),
        _ => Ok(key),
    }
}

/// What a token names once it is changed: what is absent stays.
fn patched(before: Named, body: &mut TokenPatch) -> Named {
    let all_projects = body.all_projects.unwrap_or(before.all_projects && body.projects.is_none());
    Named {
        apis: body.apis.take().unwrap_or(before.apis),
        systems: body.systems.take().unwrap_or(before.systems),
        projects: match body.projects.take() {
            Some(projects) => projects,
            None if all_projects => Vec::new(),
            None => before.projects,
        },
        all_projects,
        users: body.users.take().unwrap_or(before.users),
    }
}

/// Modify a token
///
/// What is absent stays. With `If-Match` it fails if somebody else was faster.
#[utoipa::path(
    operation_id = "change_token",
    tag = "tokens",
    params(
        ("token" = String, Path, description = "The token's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on."),
    ),
    request_body(
        content = TokenPatch,
        example = json!({ "description": "For the night shift", "status": "active" })
    ),
    security(("session" = []), ("bearer" = [])),
    responses(
        (status = 200, description = "The token as it is now", body = Token, headers(("ETag" = String))),
        (status = 409, description = "The name is taken (`taken`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[patch("/tokens/{token}")]
async fn change(
    request: HttpRequest,
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
    body: Body<TokenPatch>,
) -> Result<HttpResponse, Problem> {
    let id = managed(&database, &principal, &parse_id(&path)?).await?.token.id;
    let (mut body, if_match) = (body.json().await?, if_match(&request));
    let switches_off = body.status == Some(Switch::Disabled);
    let found = database.withdraw_if(switches_off, move |transaction| {
        Box::pin(async move {
            let before = existing(transaction.connection(), &id).await?;
            let targets_before = targets(transaction.connection(), &before).await?;
            let mut proof: MayManage = principal.may_manage(&targets_before)?;
            check_version(if_match.as_deref(), before.version)?;
            let kind = before.token.kind;
            let mut errors = Errors::new();
            let name =
                body.name.as_deref().map(|name| errors.take("name", fields::name(name)).unwrap_or_default());
            let name = name.unwrap_or_else(|| before.token.name.clone());
            let description = body.description.as_deref();
            let description = description
                .map(|one| errors.take("description", fields::description(one)).unwrap_or_default());
            let description = description.unwrap_or_else(|| before.token.description.clone());
            let widens = body.apis.is_some()
                || body.systems.is_some()
                || body.projects.is_some()
                || body.all_projects.is_some()
                || body.users.is_some();
            let named = patched(before.named(), &mut body);
            named.check(kind, &mut errors);
            if kind == Kind::Jwt && body.one_time_only == Some(true) {
                errors.add("one_time_only", "wrong_kind", "JWT tokens have no one-time requests.");
            }
            let limits = Limits {
                expires_at: match &body.expires_at {
                    None => before.limits.expires_at,
                    Some(None) => None,
                    Some(Some(end)) => expiry(end, now(), &mut errors),
                },
                allowed_ips: match &body.allowed_ips {
                    None => before.limits.allowed_ips.clone(),
                    Some(raw) => ranges(raw, &mut errors),
                },
                one_time_only: body.one_time_only.unwrap_or(before.limits.one_time_only),
            };
            let held = before.held();
            let (grants, targets) =
                store::resolve(transaction.connection(), kind, &named, &held, &mut errors).await?;
            Problem::unless_empty(errors)?;
            let is_kept = switches_off && body.name.is_none();
            let name_key = key_of_name(transaction.connection(), &id, &name, is_kept).await?;
            let disabled = match body.status {
                None => before.disabled,
                Some(switch) => switch == Switch::Disabled,
            };
            let targets =
                if widens { bind(&principal, targets, &before.bound) } else { with_bound(targets, &before) };
            if widens || !narrows(&before.limits, &limits) || (before.disabled && !disabled) {
                proof = principal.may_issue(&grants, &targets, &limits)?;
            }
            let written = Written {
                name: &name,
                name_key: &name_key,
                description: &description,
                disabled,
                limits: &limits,
                grants: &grants,
                targets: &targets,
                by: &principal.origin().name,
            };
            // Before the update, which forgets what the token reached.
            let from = match loss(&before, &targets_before, &written) {
                Some(Loss::Now) => Some(now()),
                Some(Loss::At(end)) => Some(end),
                None => None,
            };
            if let Some(from) = from {
                revocations::record(transaction, Of::Token(&id), "client_id", id.as_str(), from).await?;
            }
            store::update(transaction, &proof, (&id, before.seq), &written).await?;
            transaction.changes(Change::Token(id.clone()));
            let action = match (before.disabled, disabled) {
                (false, true) => "token.disabled",
                (true, false) => "token.enabled",
                _ => "token.updated",
            };
            let target = Target::new("token", &id, name.clone());
            let is_renamed = name != before.token.name;
            let detail = json!({ "grants_or_targets": widens, "renamed": is_renamed });
            audit::record(transaction, principal.origin(), action, Some(&target), &detail).await?;
            let mut found = existing(transaction.connection(), &id).await?;
            if is_renamed {
                found
                    .token
                    .warnings
                    .extend(look_alike(transaction.connection(), &principal, &found.token).await?);
            }
            Ok::<_, Problem>(found)
        })
    });
    Ok(answer(HttpResponse::Ok(), &found.await?))
}

/// A token
///
/// If the one who asks may see it. Secrets are no part of the answer.
#[utoipa::path(
    operation_id = "get_token",
    tag = "tokens",
    params(("token" = String, Path, description = "The token's id.")),
    security(("session" = []), ("bearer" = [])),
    responses((status = 200, description = "The token, without secrets", body = Token, headers(("ETag" = String))))
)]
#[get("/tokens/{token}")]
async fn find(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = parse_id(&path)?;
    let mut connection = database.reader().acquire().await?;
    let mut found = visible(&mut connection, &principal, &id).await?;
    if found.token.manageable && store::is_name_taken(&mut connection, &id).await? {
        found.token.warnings.push(Warning {
            code: NAME_TAKEN.to_owned(),
            field: "name".to_owned(),
            message: "Another token has this name by today's rules. Rename it before you change it."
                .to_owned(),
            like: None,
        });
    }
    Ok(answer(HttpResponse::Ok(), &found))
}

/// Delete a token
///
/// Its key material is destroyed; this cannot be undone. Its next call is denied.
#[utoipa::path(
    operation_id = "delete_token",
    tag = "tokens",
    params(
        ("token" = String, Path, description = "The token's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the deletion is based on."),
    ),
    security(("session" = []), ("bearer" = [])),
    responses(
        (status = 204, description = "Deleted"),
        (status = 412, description = "It was changed meanwhile.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[delete("/tokens/{token}")]
async fn remove(
    request: HttpRequest,
    principal: Principal,
    database: web::Data<Database>,
    decryptor: web::Data<Decryptor>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = parse_id(&path)?;
    let if_match = if_match(&request);
    let keys = database.withdraw(move |transaction| {
        Box::pin(async move {
            let found = existing(transaction.connection(), &id).await?;
            let proof = principal.may_manage(&targets(transaction.connection(), &found).await?)?;
            check_version(if_match.as_deref(), found.version)?;
            let keys = store::key_ids(transaction.connection(), &id).await?;
            revocations::record(transaction, Of::Token(&id), "client_id", id.as_str(), now()).await?;
            store::delete(transaction, &proof, &id, found.seq).await?;
            transaction.changes(Change::Token(id.clone()));
            let target = Target::new("token", &id, found.token.name);
            let detail = json!({ "kind": found.token.kind });
            audit::record(transaction, principal.origin(), "token.deleted", Some(&target), &detail).await?;
            Ok::<_, Problem>(keys)
        })
    });
    for key in keys.await? {
        decryptor.forget(&key);
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Whether the secrets of a token may be had by the one who asks: those of now, and
/// those of a rotation.
async fn may_reveal(
    connection: &mut AnyConnection,
    principal: &Principal,
    found: &Found,
) -> Result<MayReveal, Problem> {
    let targets = targets(&mut *connection, found).await?;
    principal.may_manage(&targets)?;
    let (held, named) = (found.held(), found.named());
    let (grants, _) =
        store::resolve(&mut *connection, found.token.kind, &named, &held, &mut Errors::new()).await?;
    let descendant = match principal.token() {
        Some(me) => store::descends(&mut *connection, &found.token.id, me).await?,
        None => false,
    };
    principal.may_reveal(&grants, &targets, &found.limits, descendant)
}

/// The right to a token's secrets, noted in the audit trail, and its current key.
async fn reveal(
    principal: Principal,
    database: &Database,
    configuration: &Configuration,
    id: TokenId,
    action: &'static str,
    of_kind: Option<Kind>,
) -> Result<(Found, issue::StoredKey), Problem> {
    let show_once = configuration.show_once;
    database
        .write(move |transaction| {
            Box::pin(async move {
                let connection = transaction.connection();
                let found = existing(&mut *connection, &id).await?;
                principal.may_manage(&targets(&mut *connection, &found).await?)?;
                let conflict = |detail| Err(Problem::new(ProblemKind::Conflict).with_detail(detail));
                if of_kind.is_some_and(|kind| kind != found.token.kind) {
                    return conflict("Only JWT tokens have a secret id.");
                }
                let has_secret = found.token.client_key.is_none();
                if of_kind.is_some() && !has_secret {
                    return conflict(
                        "The token's client proves itself with a key of its own: there is no secret id.",
                    );
                }
                may_reveal(&mut *connection, &principal, &found).await?;
                let key = store::current_key(&mut *connection, &id).await?;
                let key = key.ok_or_else(|| Problem::internal("a token without a key"))?;
                if show_once && has_secret && !store::first_reveal(&mut *connection, &key.id).await? {
                    return Err(Problem::new(ProblemKind::ShownAlready));
                }
                let target = Target::new("token", &id, found.token.name.clone());
                audit::record(transaction, principal.origin(), action, Some(&target), &json!({})).await?;
                Ok((found, key))
            })
        })
        .await
}

/// Download the token file
///
/// For those who manage the token. It has what its client needs; where secrets are
/// shown once, only the first call gets them. Every download is an audit event.
#[utoipa::path(
    operation_id = "get_token_file",
    tag = "tokens",
    params(("token" = String, Path, description = "The token's id.")),
    security(("session" = []), ("bearer" = [])),
    responses(
        (status = 200, description = "The file, as an attachment", body = TokenFile),
        (status = 410, description = "It was shown once, which is all that this installation does.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[get("/tokens/{token}/file")]
async fn file(
    principal: Principal,
    database: web::Data<Database>,
    configuration: web::Data<Configuration>,
    keyring: web::Data<Keyring>,
    catalog: web::Data<Catalog>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = parse_id(&path)?;
    let snapshot = catalog.load().await?;
    let (found, key) =
        reveal(principal, &database, &configuration, id, "token.file_downloaded", None).await?;
    let file = TokenFile::of(&keyring, &snapshot, &found.token, &key)?;
    let plain: String = found
        .token
        .name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' })
        .collect();
    let encoded =
        percent_encoding::utf8_percent_encode(&found.token.name, percent_encoding::NON_ALPHANUMERIC);
    // RFC 6266 §4.3: the plain name for old clients, the true one beside it.
    let disposition =
        format!("attachment; filename=\"{plain}.token.json\"; filename*=UTF-8''{encoded}.token.json");
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .content_type("application/json")
        .body(serde_json::to_string_pretty(&file).map_err(Problem::internal)?))
}

/// Copy the secret id of a JWT token
///
/// For those who manage the token, with what its client needs to get access tokens.
/// Every copy is an audit event.
#[utoipa::path(
    operation_id = "get_secret_id",
    tag = "tokens",
    params(("token" = String, Path, description = "The token's id.")),
    security(("session" = []), ("bearer" = [])),
    responses(
        (status = 200, description = "What the token endpoint wants", body = SecretId),
        (status = 409, description = "RSA tokens have a file, and no secret id; nor have tokens whose client has a key of its own (`conflict`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "It was shown once, which is all that this installation does.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[get("/tokens/{token}/secret")]
async fn secret(
    principal: Principal,
    database: web::Data<Database>,
    configuration: web::Data<Configuration>,
    keyring: web::Data<Keyring>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = parse_id(&path)?;
    let (found, key) =
        reveal(principal, &database, &configuration, id, "token.secret_copied", Some(Kind::Jwt)).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(SecretId {
        client_id: found.token.id,
        secret_id: issue::secret(&keyring, &key)?.expose().to_owned(),
        token_endpoint: format!("{}/oauth2/token", keyring.issuer()),
    }))
}

/// Rotate a token
///
/// It gets new keys and secrets. Those until now stay good for the overlap. A
/// token whose client has a key of its own gets the `public_key` that comes along.
#[utoipa::path(
    operation_id = "rotate_token",
    tag = "tokens",
    params(("token" = String, Path, description = "The token's id.")),
    request_body(content = Option<Rotation>, example = json!({ "overlap_seconds": 3600 })),
    security(("session" = []), ("bearer" = [])),
    responses(
        (status = 200, description = "The token as it is now", body = Token, headers(("ETag" = String))),
        (status = 409, description = "It was rotated meanwhile (`conflict`).", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/tokens/{token}/rotate")]
async fn rotate(
    principal: Principal,
    database: web::Data<Database>,
    pool: web::Data<KeyPool>,
    keyring: web::Data<Keyring>,
    path: web::Path<String>,
    body: Body<Rotation>,
) -> Result<HttpResponse, Problem> {
    let id = parse_id(&path)?;
    let before = {
        let mut connection = database.reader().acquire().await?;
        let found = existing(&mut connection, &id).await?;
        may_reveal(&mut connection, &principal, &found).await?;
        found
    };
    let body = body.json_or_default().await?;
    let overlap = body.overlap_seconds.unwrap_or(0);
    if overlap > LONGEST_OVERLAP {
        let message = format!("At most {LONGEST_OVERLAP} seconds.");
        return Err(Problem::field("overlap_seconds", Refusal::new("out_of_range", message)));
    }
    let mut errors = Errors::new();
    match (&before.token.client_key, &body.public_key) {
        (Some(_), None) => errors.add("public_key", "required", "The client's next public key is needed."),
        (None, Some(_)) => {
            errors.add("public_key", "wrong_kind", "The token has a secret, and keeps having one.");
        }
        _ => {}
    }
    let client_key = client_key(body.public_key.as_deref(), &mut errors);
    Problem::unless_empty(errors)?;
    let size =
        before.token.key_size.and_then(|bits| KeySize::try_from(bits).ok()).unwrap_or(KeySize::Bits2048);
    let generation = before.token.generation + 1;
    let kind = before.token.kind;
    let key = make_key(kind, &id, generation, size, client_key.as_deref(), &pool, &keyring).await;
    let found = database.write(move |transaction| {
        Box::pin(async move {
            let connection = transaction.connection();
            let found = existing(&mut *connection, &id).await?;
            may_reveal(&mut *connection, &principal, &found).await?;
            // The open token in the new key says which generation it is.
            if found.token.generation + 1 != generation {
                return Err(
                    Problem::new(ProblemKind::Conflict).with_detail("The token was rotated meanwhile.")
                );
            }
            let until = (overlap > 0).then(|| now() + i64::from(overlap) * 1_000);
            let by = principal.origin().name.clone();
            store::start_generation(&mut *connection, &id, generation, until, &by).await?;
            store::insert_key(&mut *connection, &id, generation, &key).await?;
            // JWTs of the credential until now end with it.
            let from = until.unwrap_or_else(now);
            revocations::record(transaction, Of::Token(&id), "client_id", id.as_str(), from).await?;
            transaction.changes(Change::Token(id.clone()));
            let target = Target::new("token", &id, found.token.name);
            let detail = json!({ "generation": generation, "overlap_seconds": overlap });
            audit::record(transaction, principal.origin(), "token.rotated", Some(&target), &detail).await?;
            existing(transaction.connection(), &id).await
        })
    });
    Ok(answer(HttpResponse::Ok(), &found.await?))
}

/// How a token was used
///
/// With the calls that this server decided until now; those of other nodes
/// follow within seconds.
#[utoipa::path(
    operation_id = "get_token_usage",
    tag = "tokens",
    params(("token" = String, Path, description = "The token's id.")),
    security(("session" = []), ("bearer" = [])),
    responses((status = 200, description = "The last 30 days, latest first", body = Usage))
)]
#[get("/tokens/{token}/usage")]
async fn usage(
    principal: Principal,
    database: web::Data<Database>,
    counters: web::Data<crate::engine::usage::Usage>,
    path: web::Path<String>,
) -> Result<web::Json<Usage>, Problem> {
    let id = parse_id(&path)?;
    visible(&mut *database.reader().acquire().await?, &principal, &id).await?;
    counters.flush(&database).await;
    let mut connection = database.reader().acquire().await?;
    let found = existing(&mut connection, &id).await?;
    let since = Timestamp::from_millis(now() - 30 * 24 * 60 * 60 * 1_000);
    let days = store::usage(&mut connection, &id, since.as_str().get(..10).unwrap_or_default()).await?;
    let last_24_hours = crate::engine::usage::last_24_hours(&mut connection, Some(&id)).await?;
    Ok(web::Json(Usage { last_used_at: found.token.last_used_at, days, last_24_hours }))
}

/// The answer that was given to the same request before.
fn repeat(before: &[u8], sent: &Digest, location: Option<String>, body: String) -> Result<Repeated, Problem> {
    if Digest::try_from(before).is_ok_and(|before| before == *sent) {
        Ok(Repeated { location, body })
    } else {
        Err(Problem::new(ProblemKind::IdempotencyKeyReused))
    }
}

/// An answer that was given before.
struct Repeated {
    location: Option<String>,
    body: String,
}

impl Repeated {
    fn respond(self) -> HttpResponse {
        let mut response = HttpResponse::Created();
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        response.content_type("application/json").body(self.body)
    }
}
