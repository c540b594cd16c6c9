//! `PUT /systems/{system}/openapi`.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, put, web};
use latchkey_shared::fields::Refusal;
use latchkey_shared::systems::ImportReport;
use serde::Deserialize;
use utoipa::IntoParams;

use super::document::{self, Document, ImportError};
use super::imported::Imported;
use crate::access::origin::Origin;
use crate::access::principal::Principal;
use crate::apart;
use crate::database::Database;
use crate::systems::catalog::Catalog;
use crate::systems::get::own;
use crate::systems::store::Known;
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
) -> Result<HttpResponse, Problem> {
    principal.system_admin()?;
    let dry_run = query.read()?.dry_run.unwrap_or(false);
    let mut payload = payload.into_inner();
    let body = read(&request, &mut payload, document::LIMIT).await?;
    let document = apart::compute(move || Document::parse(&body)).await.map_err(Problem::internal)?;
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
        let (own_database, origin) = (database.by(principal.witness()), principal.origin().clone());
        let (document, system) = (Arc::clone(&document), path.to_string());
        // Many APIs take a while to read and to compare. What is written is completed even if the
        // caller stops waiting.
        let import = async move { attempt(&own_database, &system, origin, document, dry_run).await };
        if let Some(report) = database.spawn_apart(import).await.map_err(Problem::internal)?? {
            if !dry_run {
                catalog.prepare(&path).await;
            }
            return Ok(HttpResponse::Ok().content_type("application/json").body(report));
        }
    }
    Err(Problem::new(Kind::Conflict)
        .with_detail("The system was changed while the document was compared with it. Try again."))
}

/// How often the comparison is repeated if the system changes meanwhile.
const COMPARISONS: usize = 3;

/// Compares a document with its system and writes the difference, unless it is a dry run. Returns
/// the report as JSON; `None` if the system changed meanwhile.
async fn attempt(
    database: &Database,
    system: &str,
    origin: Origin,
    document: Arc<Document>,
    dry_run: bool,
) -> Result<Option<Vec<u8>>, Problem> {
    let mut moment = database.read_at_one_moment().await?;
    let system = own(&mut moment, system).await?;
    let known = Known::read(&mut moment, system).await?;
    moment.commit().await?;
    let imported = Imported::compare(&document, known);
    let report = if dry_run {
        let mut connection = database.reader().acquire().await?;
        Some(imported.report(&mut connection, &document, true).await?)
    } else {
        imported.write(database, origin, document).await?
    };
    report.map(|report| serde_json::to_vec(&report).map_err(Problem::internal)).transpose()
}
