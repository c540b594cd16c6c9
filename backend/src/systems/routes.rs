//! `/systems` and `/apis`.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put, web};
use latchkey_shared::fields::{self, Errors, Refusal};
use latchkey_shared::ids::{ApiId, KeyId, SystemId};
use latchkey_shared::page::{self, Page};
use latchkey_shared::problem::ProblemBody;
use latchkey_shared::projects::ProjectRef;
use latchkey_shared::systems::{
    Api, ApiPatch, ApiScope, ImportReport, ImportedApi, IssuedVerifierKey, NewApi, NewSystem, NewVerifierKey,
    System, SystemPatch, VerifierKey,
};
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::Kind as TokenKind;
use latchkey_shared::warning::Warning;
use serde::Deserialize;
use serde_json::json;
use sqlx::AnyConnection;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::compare;
use super::compare::compare;
use super::import;
use super::import::{Document, ImportError};
use super::paths;
use super::store;
use super::store::{ApiFilter, Difference, Known, StoredApi, SystemFilter};
use crate::access::origin::Origin;
use crate::access::principal::Principal;
use crate::audit;
use crate::audit::Target;
use crate::crypto::secret_id;
use crate::crypto::secret_id::Prefix;
use crate::database::{Change, Database, now};
use crate::revocations;
use crate::revocations::Of;
use crate::web::extract::{Body, Query, read, read_cursor, write_cursor};
use crate::web::look_alikes;
use crate::web::problem::{Kind, Problem};

/// Registers the routes of this capability.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(create)
        .service(find)
        .service(change)
        .service(remove)
        .service(import_document)
        .service(list_of_system)
        .service(create_api)
        .service(change_api)
        .service(remove_api)
        .service(list_apis)
        .service(list_projects)
        .service(list_verifier_keys)
        .service(create_verifier_key)
        .service(remove_verifier_key);
}

/// Which page to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PageQuery {
    /// How many at most: 1 to 200, 50 if absent.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// Which systems to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SystemQuery {
    /// Part of the key or the name.
    #[param(nullable = false)]
    q: Option<String>,
    /// Those only of which the one who asks may grant something to a token of
    /// this kind.
    #[param(nullable = false, inline)]
    grantable: Option<TokenKind>,
    /// How many at most: 1 to 200, 50 if absent.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// Which APIs to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ApiQuery {
    /// Of this system only, by key or id.
    #[param(nullable = false)]
    system: Option<String>,
    /// Part of the name, key or path.
    #[param(nullable = false)]
    q: Option<String>,
    /// With this tag only.
    #[param(nullable = false)]
    tag: Option<String>,
    /// Those only that the one who asks may grant to a token of this kind.
    #[param(nullable = false, inline)]
    grantable: Option<TokenKind>,
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
struct ImportQuery {
    /// Report what would change, and change nothing.
    #[param(nullable = false)]
    dry_run: Option<bool>,
}

async fn visible(database: &Database, principal: &Principal, named: &str) -> Result<System, Problem> {
    let mut connection = database.reader().acquire().await?;
    store::system(&mut connection, Some(principal), named).await?.ok_or_else(|| Problem::not_found("system"))
}

/// The system as it is now, inside a write; the built-in one is refused.
async fn own(connection: &mut AnyConnection, named: &str) -> Result<System, Problem> {
    match store::system(connection, None, named).await? {
        None => Err(Problem::not_found("system")),
        Some(system) if system.builtin => {
            Err(Problem::new(Kind::Conflict).with_detail("The built-in system is what this server is."))
        }
        Some(system) => Ok(system),
    }
}

fn audience(raw: &str) -> Result<String, Refusal> {
    let fits = raw.len() <= 500 && raw.bytes().all(|byte| byte.is_ascii_graphic()) && !raw.contains('#');
    match url::Url::parse(raw) {
        Ok(_) if fits => Ok(raw.to_owned()),
        _ => Err(Refusal::new("invalid_audience", "Not an absolute URI without fragment.")),
    }
}

fn project_param(raw: &str) -> Result<String, Refusal> {
    let fits = (1..=64).contains(&raw.len())
        && raw.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    if fits {
        Ok(raw.to_owned())
    } else {
        Err(Refusal::new("invalid_parameter", "Not the name of a path parameter."))
    }
}

fn tags(raw: &[String]) -> Result<Vec<String>, Refusal> {
    if raw.len() > 20 {
        return Err(Refusal::new("too_many", "At most 20 tags."));
    }
    raw.iter().map(|tag| fields::name(tag)).collect()
}

/// List systems
///
/// Those that are open to all or to a project of the one who asks; all of them
/// for system administrators.
#[utoipa::path(
    operation_id = "list_systems",
    tag = "systems",
    params(SystemQuery),
    security(("session" = []), ("bearer" = [])),
    responses((status = 200, description = "Systems, by key", body = Page<System>))
)]
#[get("/systems")]
async fn list(
    principal: Principal,
    database: web::Data<Database>,
    query: Query<SystemQuery>,
) -> Result<web::Json<Page<System>>, Problem> {
    let SystemQuery { q, grantable, limit, cursor } = query.read()?;
    let limit = page::limit(limit).map_err(|refusal| Problem::field("limit", refusal))?;
    let filter = SystemFilter {
        q: q.as_deref().map(fields::name_key).unwrap_or_default(),
        grantable,
        after: cursor.as_deref().map(read_cursor).transpose()?.unwrap_or_default(),
        limit: limit + 1,
    };
    let mut connection = database.reader().acquire().await?;
    let mut items = store::systems(&mut connection, &principal, &filter).await?;
    let next_cursor = page::cut(&mut items, limit).map(|last| write_cursor(&last.key));
    Ok(web::Json(Page { items, next_cursor, total: None }))
}

/// Add a system
///
/// For system administrators. It has no APIs yet: import a document, or add them by
/// hand.
#[utoipa::path(
    operation_id = "create_system",
    tag = "systems",
    request_body(
        content = NewSystem,
        example = json!({ "key": "fleet", "name": "Fleet", "base_path": "/api/v3", "project_param": "project" })
    ),
    security(("session" = []), ("bearer" = [])),
    responses(
        (status = 201, description = "The system", body = System, headers(("Location" = String))),
        (status = 409, description = "Key or audience is taken (`taken`).", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/systems")]
async fn create(
    principal: Principal,
    database: web::Data<Database>,
    body: Body<NewSystem>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin()?;
    let body = body.json().await?;
    let mut errors = Errors::new();
    let key = errors.take("key", fields::key(&body.key));
    let name = errors.take("name", fields::name(&body.name));
    let default_audience = format!("urn:latchkey:system:{}", body.key);
    let audience = errors.take("audience", audience(body.audience.as_deref().unwrap_or(&default_audience)));
    let base_path = errors.take("base_path", paths::base_path(body.base_path.as_deref().unwrap_or_default()));
    let parameter = body.project_param.as_deref().unwrap_or("project");
    let project_param = errors.take("project_param", project_param(parameter));
    Problem::unless_empty(errors)?;
    let (Some(key), Some(name), Some(audience), Some(base_path), Some(project_param)) =
        (key, name, audience, base_path, project_param)
    else {
        return Err(Problem::internal("a field without value and without fault"));
    };
    let system = System {
        id: SystemId::new(),
        key,
        name,
        audience,
        base_path,
        project_param,
        restricted: false,
        disabled: false,
        builtin: false,
        api_count: 0,
        global_api_count: 0,
        created_at: Timestamp::from_millis(now()),
        updated_at: Timestamp::from_millis(now()),
        warnings: Vec::new(),
    };
    let (origin, mut answer) = (principal.origin().clone(), system.clone());
    database
        .write(move |transaction| {
            Box::pin(async move {
                for (column, value) in [("key", &system.key), ("audience", &system.audience)] {
                    if store::taken_by(transaction.connection(), column, value).await?.is_some() {
                        return Err(Problem::taken(column, "Another system has it."));
                    }
                }
                store::insert_system(transaction.connection(), &system).await?;
                transaction.changes(Change::Catalog);
                let target = Target::new("system", &system.id, system.key);
                Ok(audit::record(transaction, &origin, "system.created", Some(&target), &json!({})).await?)
            })
        })
        .await?;
    let (keys, names) = store::names_beside(&mut *database.reader().acquire().await?, &answer.id).await?;
    answer.warnings.extend(look_alikes::among(&keys, "system", "key", &answer.key));
    answer.warnings.extend(look_alikes::among(&names, "system", "name", &answer.name));
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/systems/{}", answer.key)))
        .json(answer))
}

/// A system
///
/// By key or id, if the one who asks may see it.
#[utoipa::path(
    operation_id = "get_system",
    tag = "systems",
    params(("system" = String, Path, description = "The system's key or id.")),
    security(("session" = []), ("bearer" = [])),
    responses((status = 200, description = "The system", body = System))
)]
#[get("/systems/{system}")]
async fn find(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<web::Json<System>, Problem> {
    visible(&database, &principal, &path).await.map(web::Json)
}

/// Change a system
///
/// For system administrators. What is absent stays.
#[utoipa::path(
    operation_id = "change_system",
    tag = "systems",
    params(("system" = String, Path, description = "The system's key or id.")),
    request_body(content = SystemPatch, example = json!({ "name": "Fleet of cranes", "restricted": false })),
    security(("session" = []), ("bearer" = [])),
    responses(
        (status = 200, description = "The system as it is now", body = System),
        (status = 409, description = "The audience is taken (`taken`), or the system is built in (`conflict`).", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[patch("/systems/{system}")]
async fn change(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
    body: Body<SystemPatch>,
) -> Result<web::Json<System>, Problem> {
    principal.system_admin()?;
    let body = body.json().await?;
    let mut errors = Errors::new();
    let name = body.name.as_deref().and_then(|name| errors.take("name", fields::name(name)));
    let audience = body.audience.as_deref().and_then(|one| errors.take("audience", audience(one)));
    let base_path = body.base_path.as_deref().and_then(|one| errors.take("base_path", paths::base_path(one)));
    let parameter =
        body.project_param.as_deref().and_then(|one| errors.take("project_param", project_param(one)));
    Problem::unless_empty(errors)?;
    let (origin, named) = (principal.origin().clone(), path.into_inner());
    let lookup = named.clone();
    let is_renamed = database
        .withdraw_if(body.disabled == Some(true), move |transaction| {
            Box::pin(async move {
                let before = own(transaction.connection(), &named).await?;
                let mut system = before.clone();
                if let Some(audience) = audience {
                    let holder = store::taken_by(transaction.connection(), "audience", &audience).await?;
                    if holder.is_some_and(|holder| holder != system.id.as_str()) {
                        return Err(Problem::taken("audience", "Another system has it."));
                    }
                    system.audience = audience;
                }
                system.name = name.unwrap_or(system.name);
                system.base_path = base_path.unwrap_or(system.base_path);
                system.project_param = parameter.unwrap_or(system.project_param);
                system.restricted = body.restricted.unwrap_or(system.restricted);
                system.disabled = body.disabled.unwrap_or(system.disabled);
                let is_closed = (system.disabled && !before.disabled)
                    || (system.restricted && !before.restricted)
                    || system.audience != before.audience;
                if is_closed {
                    let of = Of::System(&system.id);
                    revocations::record(transaction, of, "aud", &before.audience, now()).await?;
                }
                store::update_system(transaction.connection(), &system).await?;
                transaction.changes(Change::Catalog);
                let detail = json!({ "restricted": system.restricted, "disabled": system.disabled });
                let target = Target::new("system", &system.id, system.key);
                audit::record(transaction, &origin, "system.updated", Some(&target), &detail).await?;
                Ok::<_, Problem>(system.name != before.name)
            })
        })
        .await?;
    let mut system = visible(&database, &principal, &lookup).await?;
    if is_renamed {
        let (_, others) = store::names_beside(&mut *database.reader().acquire().await?, &system.id).await?;
        system.warnings.extend(look_alikes::among(&others, "system", "name", &system.name));
    }
    Ok(web::Json(system))
}

/// Delete a system
///
/// For system administrators. A system that tokens are granted stays; the answer
/// names them.
#[utoipa::path(
    operation_id = "delete_system",
    tag = "systems",
    params(("system" = String, Path, description = "The system's key or id.")),
    security(("session" = []), ("bearer" = [])),
    responses(
        (status = 204, description = "Deleted, with its APIs and verifier keys"),
        (status = 409, description = "Tokens still name it (`in-use`), or it is built in (`conflict`).", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[delete("/systems/{system}")]
async fn remove(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin()?;
    let (origin, named) = (principal.origin().clone(), path.into_inner());
    database
        .write(move |transaction| {
            Box::pin(async move {
                let system = own(transaction.connection(), &named).await?;
                let tokens = store::tokens_of_system(transaction.connection(), &system.id).await?;
                if !tokens.is_empty() {
                    return Err(Problem::new(Kind::InUse).with_tokens(tokens));
                }
                store::delete_system(transaction.connection(), &system.id).await?;
                transaction.changes(Change::Catalog);
                let target = Target::new("system", &system.id, system.key);
                Ok(audit::record(transaction, &origin, "system.deleted", Some(&target), &json!({})).await?)
            })
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Import an OpenAPI document
///
/// Swagger 2.0 or OpenAPI 3.0 to 3.2, JSON or YAML, up to 32 MiB. With `dry_run=true` it only reports.
#[utoipa::path(
    operation_id = "import_openapi",
    tag = "systems",
    params(("system" = String, Path, description = "The system's key or id."), ImportQuery),
    request_body(
        content(
            (Object = "application/json", example = json!({
                "openapi": "3.1.0",
                "info": { "title": "Fleet", "version": "1" },
                "paths": {
                    "/projects/{project}/devices": {
                        "get": {
                            "operationId": "listDevices",
                            "responses": { "200": { "description": "The devices" } },
                        },
                    },
                },
            })),
            (String = "application/yaml", example = "openapi: 3.1.0\ninfo: { title: Fleet, version: '1' }\npaths: {}\n"),
        ),
        description = "The document itself"
    ),
    security(("session" = []), ("bearer" = [])),
    responses(
        (status = 200, description = "What changed, or would change", body = ImportReport),
        (status = 409, description = "The system is built in, or was changed meanwhile (`conflict`).", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[put("/systems/{system}/openapi")]
async fn import_document(
    request: HttpRequest,
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
    query: Query<ImportQuery>,
    payload: web::Payload,
) -> Result<web::Json<ImportReport>, Problem> {
    principal.system_admin()?;
    let dry_run = query.read()?.dry_run.unwrap_or(false);
    let mut payload = payload.into_inner();
    let body = read(&request, &mut payload, import::LIMIT).await?;
    let document = web::block(move || Document::parse(&body)).await.map_err(Problem::internal)?;
    let document = document.map_err(|error| {
        let code = match error {
            ImportError::NotText | ImportError::Unreadable(_) => "unreadable",
            ImportError::Version(_) => "unsupported_version",
            ImportError::Reference(_) => "unresolved_reference",
        };
        Problem::field("", Refusal::new(code, error.to_string()))
    })?;
    let document = Arc::new(document);
    for _ in 0..COMPARISONS {
        let mut moment = database.read_at_one_moment().await?;
        let system = own(&mut moment, &path).await?;
        let known = Known::read(&mut moment, system).await?;
        moment.commit().await?;
        let compared = (document.clone(), known);
        let imported = web::block(move || Imported::compare(&compared.0, compared.1)).await;
        let imported = imported.map_err(Problem::internal)?;
        if dry_run {
            let mut connection = database.reader().acquire().await?;
            return imported.report(&mut connection, &document, true).await.map(web::Json);
        }
        if let Some(report) = imported.write(&database, principal.origin().clone(), document.clone()).await? {
            return Ok(web::Json(report));
        }
    }
    Err(Problem::new(Kind::Conflict)
        .with_detail("The system was changed while the document was compared with it. Try again."))
}

/// How often a document is compared anew because the system was changed meanwhile.
const COMPARISONS: usize = 3;

/// A document, compared with what was known of its system at one moment.
struct Imported {
    known: Known,
    difference: Difference,
    warnings: Vec<String>,
}

impl Imported {
    fn compare(document: &Document, known: Known) -> Self {
        let mut warnings = document.warnings.clone();
        let difference = compare(&known, document, &mut warnings);
        Self { known, difference, warnings }
    }

    async fn report(
        &self,
        connection: &mut AnyConnection,
        document: &Document,
        dry_run: bool,
    ) -> Result<ImportReport, Problem> {
        let Difference { added, changed, removed, unchanged } = &self.difference;
        let named = |all: &[StoredApi]| -> Vec<ImportedApi> {
            let name = |stored: &StoredApi| ImportedApi {
                key: stored.api.key.clone(),
                method: stored.api.method.clone(),
                path: stored.api.shown_path(),
                name: stored.api.name.clone(),
            };
            all.iter().map(name).collect()
        };
        let back = changed.iter().filter(|stored| stored.api.removed);
        let affected: Vec<ApiId> = removed.iter().chain(back).map(|stored| stored.api.id.clone()).collect();
        Ok(ImportReport {
            dry_run,
            added: named(added),
            changed: named(changed),
            removed: named(removed),
            unchanged: *unchanged,
            affected_tokens: store::tokens_of_apis(connection, &affected).await?,
            warnings: self.warnings.clone(),
            base_path: document.base_path.clone().unwrap_or_default(),
        })
    }

    /// Writes the difference, if what it was compared with is still so. Only that
    /// is looked at inside the transaction, which keeps all other writers waiting.
    async fn write(
        mut self,
        database: &Database,
        origin: Origin,
        document: Arc<Document>,
    ) -> Result<Option<ImportReport>, Problem> {
        let report = database.write(move |transaction| {
            Box::pin(async move {
                let connection = transaction.connection();
                let system = own(connection, self.known.system.id.as_str()).await?;
                if Known::read(connection, system).await? != self.known {
                    return Ok(None);
                }
                let report = self.report(connection, &document, false).await?;
                store::apply(connection, &mut self.difference, &self.known.granted).await?;
                let system = self.known.system;
                if let Some(base_path) = document.base_path.as_ref().filter(|path| **path != system.base_path) {
                    store::set_base_path(connection, &system.id, base_path).await?;
                }
                transaction.changes(Change::Catalog);
                let detail = json!({ "added": report.added.len(), "changed": report.changed.len(), "removed": report.removed.len() });
                let target = Target::new("system", &system.id, system.key);
                audit::record(transaction, &origin, "system.imported", Some(&target), &detail).await?;
                Ok::<_, Problem>(Some(report))
            })
        });
        report.await
    }
}

async fn page_of_apis(
    principal: &Principal,
    database: &Database,
    query: ApiQuery,
) -> Result<web::Json<Page<Api>>, Problem> {
    let limit = page::limit(query.limit).map_err(|refusal| Problem::field("limit", refusal))?;
    let after = query.cursor.as_deref().map(read_cursor).transpose()?.unwrap_or_default();
    let system = match &query.system {
        Some(named) => Some(visible(database, principal, named).await?.id),
        None => None,
    };
    let q = query.q.as_deref().map(fields::name_key).unwrap_or_default().replace('\0', "\u{fffd}");
    let ApiQuery { tag, grantable, .. } = query;
    let filter = ApiFilter { system, q, tag, grantable, after, limit: limit + 1 };
    let mut connection = database.reader().acquire().await?;
    let mut items = store::list_apis(&mut connection, principal, &filter).await?;
    let next_cursor = page::cut(&mut items, limit).map(|last| write_cursor(&last.key));
    Ok(web::Json(Page { items, next_cursor, total: None }))
}

/// List the APIs of a system
///
/// If the one who asks may see the system.
#[utoipa::path(
    operation_id = "list_system_apis",
    tag = "systems",
    params(("system" = String, Path, description = "The system's key or id."), PageQuery),
    security(("session" = []), ("bearer" = [])),
    responses((status = 200, description = "APIs, by key", body = Page<Api>))
)]
#[get("/systems/{system}/apis")]
async fn list_of_system(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
    query: Query<PageQuery>,
) -> Result<web::Json<Page<Api>>, Problem> {
    let PageQuery { limit, cursor } = query.read()?;
    let query =
        ApiQuery { system: Some(path.into_inner()), q: None, tag: None, grantable: None, limit, cursor };
    page_of_apis(&principal, &database, query).await
}

/// List APIs
///
/// Of all the systems that the one who asks may see, or of one; `q` and `tag`
/// narrow it down.
#[utoipa::path(
    operation_id = "list_apis",
    tag = "systems",
    params(ApiQuery),
    security(("session" = []), ("bearer" = [])),
    responses(
        (status = 200, description = "APIs, by key", body = Page<Api>),
        (status = 404, description = "There is no such system.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[get("/apis")]
async fn list_apis(
    principal: Principal,
    database: web::Data<Database>,
    query: Query<ApiQuery>,
) -> Result<web::Json<Page<Api>>, Problem> {
    page_of_apis(&principal, &database, query.read()?).await
}

/// Add an API by hand
///
/// For system administrators. For what no document describes.
#[utoipa::path(
    operation_id = "create_api",
    tag = "systems",
    params(("system" = String, Path, description = "The system's key or id.")),
    request_body(
        content = NewApi,
        example = json!({ "operation_id": "listDevices", "method": "GET", "path": "/projects/{project}/devices", "name": "List devices", "tags": ["devices"] })
    ),
    security(("session" = []), ("bearer" = [])),
    responses(
        (status = 201, description = "The API", body = Api, headers(("Location" = String))),
        (status = 409, description = "The operation id, or method and path, are taken (`taken`); or the system is built in (`conflict`).", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/systems/{system}/apis")]
async fn create_api(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
    body: Body<NewApi>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin()?;
    let body = body.json().await?;
    let mut errors = Errors::new();
    let operation_id = errors.take("operation_id", fields::operation_id(&body.operation_id));
    let method = errors.take("method", paths::method(&body.method));
    let template = errors.take("path", paths::template(&body.path));
    let name = errors.take("name", fields::name(&body.name));
    let tags = errors.take("tags", tags(body.tags.as_deref().unwrap_or_default()));
    Problem::unless_empty(errors)?;
    let (Some(operation_id), Some(method), Some(template), Some(name), Some(tags)) =
        (operation_id, method, template, name, tags)
    else {
        return Err(Problem::internal("a field without value and without fault"));
    };
    let (origin, named, scope) =
        (principal.origin().clone(), path.into_inner(), body.scope.unwrap_or(ApiScope::Project));
    let api = database.write(move |transaction| {
        Box::pin(async move {
            let system = own(transaction.connection(), &named).await?;
            let all = store::apis_of(transaction.connection(), &system.id).await?;
            let key = format!("{}:{operation_id}", system.key);
            if all.iter().any(|one| one.api.key == key) {
                return Err(Problem::taken("operation_id", "Another API of the system has it."));
            }
            if all.iter().any(|one| one.api.method == method && one.api.path == template) {
                return Err(Problem::taken("path", "Another API of the system has this method and path."));
            }
            let api = Api {
                id: ApiId::new(),
                key,
                system: system.key.clone(),
                operation_id,
                method,
                base_path: None,
                path: template,
                name,
                tags,
                deprecated: false,
                scope,
                removed: false,
                unmatchable: None,
                warnings: Vec::new(),
            };
            let stored = StoredApi { api, system: system.id, multi_segment: Vec::new(), imported: false };
            store::insert_apis(transaction.connection(), &[&stored]).await?;
            transaction.changes(Change::Catalog);
            let target = Target::new("api", &stored.api.id, stored.api.key.clone());
            audit::record(transaction, &origin, "api.created", Some(&target), &json!({})).await?;
            Ok(stored.api)
        })
    });
    let mut api = api.await?;
    api.warnings = to_look_at(&database, &api).await?;
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/systems/{}/apis/{}", api.system, api.id)))
        .json(api))
}

/// Change an API
///
/// For system administrators. What is absent stays.
#[utoipa::path(
    operation_id = "change_api",
    tag = "systems",
    params(
        ("system" = String, Path, description = "The system's key or id."),
        ("api" = String, Path, description = "The API's id, key or operation id."),
    ),
    request_body(content = ApiPatch, example = json!({ "name": "List all devices", "tags": ["devices"] })),
    security(("session" = []), ("bearer" = [])),
    responses(
        (status = 200, description = "The API as it is now", body = Api),
        (status = 409, description = "The system is built in (`conflict`).", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[patch("/systems/{system}/apis/{api}")]
async fn change_api(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<(String, String)>,
    body: Body<ApiPatch>,
) -> Result<web::Json<Api>, Problem> {
    principal.system_admin()?;
    let body = body.json().await?;
    let mut errors = Errors::new();
    let name = body.name.as_deref().and_then(|name| errors.take("name", fields::name(name)));
    let tags = body.tags.and_then(|one| errors.take("tags", tags(&one)));
    Problem::unless_empty(errors)?;
    let (origin, (system, api)) = (principal.origin().clone(), path.into_inner());
    let api = database.write(move |transaction| {
        Box::pin(async move {
            let system = own(transaction.connection(), &system).await?;
            let stored = store::api(transaction.connection(), &system.id, &api).await?;
            let mut stored = stored.ok_or_else(|| Problem::not_found("API"))?;
            let is_renamed = name.as_ref().is_some_and(|name| *name != stored.api.name);
            stored.api.name = name.unwrap_or(stored.api.name);
            stored.api.tags = tags.unwrap_or(stored.api.tags);
            stored.api.scope = body.scope.unwrap_or(stored.api.scope);
            stored.api.removed = body.removed.unwrap_or(stored.api.removed);
            store::update_api(transaction.connection(), &stored).await?;
            transaction.changes(Change::Catalog);
            let target = Target::new("api", &stored.api.id, stored.api.key.clone());
            let detail = json!({ "scope": stored.api.scope.as_str(), "removed": stored.api.removed });
            audit::record(transaction, &origin, "api.updated", Some(&target), &detail).await?;
            Ok::<_, Problem>((stored.api, is_renamed))
        })
    });
    let (mut api, is_renamed) = api.await?;
    if is_renamed {
        api.warnings = to_look_at(&database, &api).await?;
    }
    Ok(web::Json(api))
}

/// What to look at in an API as it was written.
async fn to_look_at(database: &Database, api: &Api) -> Result<Vec<Warning>, Problem> {
    let mut connection = database.reader().acquire().await?;
    let system = own(&mut connection, &api.system).await?;
    let all = store::apis_of(&mut connection, &system.id).await?;
    Ok(compare::to_look_at(&system, &all, api))
}

/// Delete an API
///
/// For system administrators. An API that tokens are granted stays; the answer
/// names them.
#[utoipa::path(
    operation_id = "delete_api",
    tag = "systems",
    params(
        ("system" = String, Path, description = "The system's key or id."),
        ("api" = String, Path, description = "The API's id, key or operation id."),
    ),
    security(("session" = []), ("bearer" = [])),
    responses(
        (status = 204, description = "Deleted"),
        (status = 409, description = "Tokens are still granted it (`in-use`), or the system is built in (`conflict`).", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[delete("/systems/{system}/apis/{api}")]
async fn remove_api(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin()?;
    let (origin, (system, api)) = (principal.origin().clone(), path.into_inner());
    database
        .write(move |transaction| {
            Box::pin(async move {
                let system = own(transaction.connection(), &system).await?;
                let stored = store::api(transaction.connection(), &system.id, &api).await?;
                let api = stored.ok_or_else(|| Problem::not_found("API"))?.api;
                let tokens =
                    store::tokens_of_apis(transaction.connection(), std::slice::from_ref(&api.id)).await?;
                if !tokens.is_empty() {
                    return Err(Problem::new(Kind::InUse).with_tokens(tokens));
                }
                store::delete_apis(transaction.connection(), std::slice::from_ref(&api.id)).await?;
                transaction.changes(Change::Catalog);
                let target = Target::new("api", &api.id, api.key);
                Ok(audit::record(transaction, &origin, "api.deleted", Some(&target), &json!({})).await?)
            })
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List the projects that a system is opened to
///
/// Which matters while it is restricted; else it is open to all.
#[utoipa::path(
    operation_id = "list_system_projects",
    tag = "systems",
    params(("system" = String, Path, description = "The system's key or id.")),
    security(("session" = []), ("bearer" = [])),
    responses((status = 200, description = "Projects, by key", body = Page<ProjectRef>))
)]
#[get("/systems/{system}/projects")]
async fn list_projects(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<web::Json<Page<ProjectRef>>, Problem> {
    principal.system_admin()?;
    let system = visible(&database, &principal, &path).await?;
    let items = store::opened_to(&mut *database.reader().acquire().await?, &system.id).await?;
    Ok(web::Json(Page { items, next_cursor: None, total: None }))
}

/// List verifier keys
///
/// For system administrators in person. The keys themselves are not shown, only how
/// they begin.
#[utoipa::path(
    operation_id = "list_verifier_keys",
    tag = "systems",
    params(("system" = String, Path, description = "The system's key or id.")),
    security(("session" = [])),
    responses((status = 200, description = "The keys, without their secrets", body = Page<VerifierKey>))
)]
#[get("/systems/{system}/verifier-keys")]
async fn list_verifier_keys(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<web::Json<Page<VerifierKey>>, Problem> {
    principal.system_admin_in_person()?;
    let system = visible(&database, &principal, &path).await?;
    let items = store::verifier_keys(&mut *database.reader().acquire().await?, &system.id).await?;
    Ok(web::Json(Page { items, next_cursor: None, total: None }))
}

/// Make a verifier key
///
/// The answer is the one time that the key is shown. A key for `/auth/{system}`
/// names its gateway: only the headers of that family are read.
#[utoipa::path(
    operation_id = "create_verifier_key",
    tag = "systems",
    params(("system" = String, Path, description = "The system's key or id.")),
    request_body(content = NewVerifierKey, example = json!({ "name": "Gateway", "gateway": "nginx" })),
    security(("session" = [])),
    responses((status = 201, description = "The key", body = IssuedVerifierKey))
)]
#[post("/systems/{system}/verifier-keys")]
async fn create_verifier_key(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
    body: Body<NewVerifierKey>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin_in_person()?;
    let body = body.json().await?;
    let mut errors = Errors::new();
    let name = errors.take("name", fields::name(&body.name));
    Problem::unless_empty(errors)?;
    let system = visible(&database, &principal, &path).await?;
    let (origin, secret, at) = (principal.origin().clone(), secret_id::generate(Prefix::VerifierKey), now());
    let key = VerifierKey {
        id: KeyId::new(),
        name: name.unwrap_or_default(),
        hint: secret.expose().chars().take(8).collect(),
        gateway: body.gateway,
        created_at: Timestamp::from_millis(at),
    };
    let issued = IssuedVerifierKey {
        id: key.id.clone(),
        name: key.name.clone(),
        key: secret.expose().to_owned(),
        gateway: key.gateway,
        created_at: key.created_at.clone(),
    };
    database
        .write(move |transaction| {
            Box::pin(async move {
                let digest = secret.digest();
                store::insert_verifier_key(transaction.connection(), &system.id, &key, &digest, at).await?;
                transaction.changes(Change::Catalog);
                let target = Target::new("verifier_key", &key.id, key.name);
                let detail = json!({ "system": system.key, "gateway": key.gateway });
                audit::record(transaction, &origin, "verifier_key.created", Some(&target), &detail).await
            })
        })
        .await?;
    Ok(HttpResponse::Created().insert_header(("cache-control", "no-store")).json(issued))
}

/// Delete a verifier key
///
/// For system administrators in person. What asks with it is refused from then on.
#[utoipa::path(
    operation_id = "delete_verifier_key",
    tag = "systems",
    params(
        ("system" = String, Path, description = "The system's key or id."),
        ("key" = String, Path, description = "The key's id."),
    ),
    security(("session" = [])),
    responses((status = 204, description = "Deleted; it counts no longer"))
)]
#[delete("/systems/{system}/verifier-keys/{key}")]
async fn remove_verifier_key(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin_in_person()?;
    let (system, key) = path.into_inner();
    let system = visible(&database, &principal, &system).await?;
    let key: KeyId = key.parse().map_err(|_| Problem::not_found("verifier key"))?;
    let origin = principal.origin().clone();
    database
        .withdraw(move |transaction| {
            Box::pin(async move {
                let name = store::delete_verifier_key(transaction.connection(), &system.id, &key).await?;
                let name = name.ok_or_else(|| Problem::not_found("verifier key"))?;
                transaction.changes(Change::Catalog);
                let target = Target::new("verifier_key", &key, name);
                let detail = json!({ "system": system.key });
                Ok::<_, Problem>(
                    audit::record(transaction, &origin, "verifier_key.deleted", Some(&target), &detail)
                        .await?,
                )
            })
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
