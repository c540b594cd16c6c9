//! `PUT /systems/{system}/openapi`.

use std::sync::Arc;

use actix_web::{HttpRequest, put, web};
use latchkey_shared::fields::Refusal;
use latchkey_shared::ids::ApiId;
use latchkey_shared::systems::{ImportReport, ImportedApi};
use serde::Deserialize;
use serde_json::json;
use sqlx::AnyConnection;
use utoipa::IntoParams;

use super::compare::compare;
use super::document::{self, Document, ImportError};
use crate::access::origin::Origin;
use crate::access::principal::Principal;
use crate::audit;
use crate::database::{Change, Database};
use crate::systems::catalog::Catalog;
use crate::systems::get::own;
use crate::systems::store::{self, Difference, Known, StoredApi};
use crate::web::extract::{Query, read};
use crate::web::problem::{Kind, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ImportQuery {
    /// Only report what would change.
    #[param(nullable = false)]
    dry_run: Option<bool>,
}

/// Import an OpenAPI document
///
/// Swagger 2.0 or OpenAPI 3.0 to 3.2, as JSON or YAML, up to 32 MiB. With `dry_run=true`
/// nothing is changed.
#[utoipa::path(
    operation_id = "import_openapi",
    tag = "systems",
    params(ImportQuery),
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
    responses(
        (status = 200, description = "The changes, or with `dry_run` the changes that an import would make", body = ImportReport),
        (status = 409, description = "The system is built in, or it was changed during the import (`conflict`)."),
    )
)]
#[put("/systems/{system}/openapi")]
pub(crate) async fn import_document(
    request: HttpRequest,
    principal: Principal,
    database: web::Data<Database>,
    catalog: web::Data<Catalog>,
    path: web::Path<String>,
    query: Query<ImportQuery>,
    payload: web::Payload,
) -> Result<web::Json<ImportReport>, Problem> {
    principal.system_admin()?;
    let dry_run = query.read()?.dry_run.unwrap_or(false);
    let mut payload = payload.into_inner();
    let body = read(&request, &mut payload, document::LIMIT).await?;
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
            catalog.prepare(&path).await;
            return Ok(web::Json(report));
        }
    }
    Err(Problem::new(Kind::Conflict)
        .with_detail("The system was changed while the document was compared with it. Try again."))
}

/// How often the comparison is repeated if the system changes meanwhile.
const COMPARISONS: usize = 3;

/// A document, compared with its system at one moment.
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

    /// Writes the difference if the system has not changed since the comparison. The transaction
    /// only checks this and writes, because other writers wait for it.
    async fn write(
        mut self,
        database: &Database,
        origin: Origin,
        document: Arc<Document>,
    ) -> Result<Option<ImportReport>, Problem> {
        let report = self.report(&mut *database.reader().acquire().await?, &document, false).await?;
        let written = database.write(move |transaction| {
            Box::pin(async move {
                let connection = transaction.connection();
                let system = own(connection, self.known.system.id.as_str()).await?;
                if !self.known.is_current(connection, &system).await? {
                    return Ok(None);
                }
                store::apply(connection, &mut self.difference).await?;
                if let Some(base_path) = document.base_path.as_ref().filter(|path| **path != system.base_path) {
                    store::set_base_path(connection, &system.id, base_path).await?;
                }
                transaction.changes(Change::Catalog);
                let detail = json!({ "added": report.added.len(), "changed": report.changed.len(), "removed": report.removed.len() });
                audit::record(transaction, &origin, "system.imported", (&system.id, system.key), detail).await?;
                Ok::<_, Problem>(Some(report))
            })
        });
        written.await
    }
}
