//! `POST /systems/{system}/apis`.

use actix_web::{HttpResponse, post, web};
use latchkey_shared::fields::{self, Errors};
use latchkey_shared::ids::ApiId;
use latchkey_shared::systems::{Api, ApiScope, NewApi};
use serde_json::json;

use super::warnings::to_look_at;
use crate::access::principal::Principal;
use crate::audit;
use crate::database::{Change, Database};
use crate::systems::catalog::Catalog;
use crate::systems::get::own;
use crate::systems::rules::{self, tags};
use crate::systems::store::{self, Holder, StoredApi};
use crate::web::extract::Body;
use crate::web::problem::{Kind, Problem};

/// Add an API by hand
///
/// For system administrators. Use it for an operation that no document describes.
#[utoipa::path(
    operation_id = "create_api",
    tag = "systems",
    request_body(
        content = NewApi,
        example = json!({ "operation_id": "listDevices", "method": "GET", "path": "/projects/{project}/devices", "name": "List devices", "tags": ["devices"] })
    ),
    responses(
        (status = 201, description = "The API", body = Api, headers(("Location" = String))),
        (status = 409, description = "The operation id, or method and path, are taken (`taken`); or the system is built in (`conflict`)."),
    )
)]
#[post("/systems/{system}/apis")]
pub(crate) async fn create_api(
    principal: Principal,
    database: web::Data<Database>,
    catalog: web::Data<Catalog>,
    path: web::Path<String>,
    body: Body<NewApi>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin()?;
    let body = body.json().await?;
    let mut errors = Errors::new();
    let operation_id = errors.take("operation_id", fields::operation_id(&body.operation_id));
    let method = errors.take("method", rules::method(&body.method));
    let template = errors.take("path", rules::template(&body.path));
    let name = errors.take("name", fields::name(&body.name));
    let tags = errors.take("tags", tags(body.tags.as_deref().unwrap_or_default()));
    let (operation_id, method, template, name, tags) =
        Problem::checked(errors, || Some((operation_id?, method?, template?, name?, tags?)))?;
    let (origin, named, scope) =
        (principal.origin().clone(), path.into_inner(), body.scope.unwrap_or(ApiScope::Project));
    let database = database.by(principal.witness());
    let api = database.write(move |transaction| {
        Box::pin(async move {
            let system = own(transaction.connection(), &named).await?;
            let key = format!("{}:{operation_id}", system.key);
            match store::holder(transaction.connection(), &system.id, &key, (&method, &template)).await? {
                None => {}
                Some(Holder::Import) => {
                    return Err(Problem::new(Kind::Conflict)
                        .with_detail("An import that is running brings this API. Try again."));
                }
                Some(Holder::OfKey) => {
                    return Err(Problem::taken(
                        "operation_id",
                        "Another API of the system has this operation id.",
                    ));
                }
                Some(Holder::OfCalls) => {
                    return Err(Problem::taken(
                        "path",
                        "Another API of the system has this method and path.",
                    ));
                }
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
            store::insert_apis(transaction.connection(), std::slice::from_ref(&stored), None).await?;
            transaction.changes(Change::Catalog);
            audit::record(
                transaction,
                &origin,
                "api.created",
                (&stored.api.id, stored.api.key.clone()),
                json!({}),
            )
            .await?;
            Ok(stored)
        })
    });
    let stored = api.await?;
    let operations = catalog.prepare(&stored.api.system).await;
    let warnings = to_look_at(&database, &stored, operations.as_deref()).await?;
    let api = Api { warnings, ..stored.api };
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/systems/{}/apis/{}", api.system, api.id)))
        .json(api))
}
