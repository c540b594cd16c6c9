//! `PUT /systems/{system}/openapi`.

use actix_web::web::Bytes;
use actix_web::{HttpResponse, put, web};
use latchkey_shared::fields::Refusal;
use latchkey_shared::systems::ImportReport;
use serde::Deserialize;
use utoipa::IntoParams;

use super::document::{self, Document, ImportError};
use super::imported::Imported;
use crate::access::origin::Origin;
use crate::access::principal::Principal;
use crate::database::Database;
use crate::systems::catalog::Catalog;
use crate::systems::get::own;
use crate::systems::store::Known;
use crate::web::extract::Query;
use crate::web::pieces;
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
    principal: Principal,
    database: web::Data<Database>,
    catalog: web::Data<Catalog>,
    path: web::Path<String>,
    query: Query<ImportQuery>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    principal.system_admin()?;
    let dry_run = query.read()?.dry_run.unwrap_or(false);
    let body = pieces::read(payload.into_inner(), document::LIMIT).await?;
    let (own, origin, system) =
        (database.by(principal.witness()), principal.origin().clone(), path.to_string());
    // Many operations take a while to parse, to compare, and to free. What is written is completed
    // even if the caller stops waiting.
    let import = async move { import(&own, &system, &origin, body, dry_run).await };
    let report = database.spawn_apart(import).await.map_err(Problem::internal)??;
    if !dry_run {
        catalog.prepare(&path).await;
    }
    Ok(HttpResponse::Ok().content_type("application/json").body(pieces::answer(report)))
}

/// How often the comparison is repeated if the system changes meanwhile.
const COMPARISONS: usize = 3;

/// Imports a document. Returns the report as JSON.
async fn import(
    database: &Database,
    system: &str,
    origin: &Origin,
    pieces: Vec<Bytes>,
    dry_run: bool,
) -> Result<Vec<u8>, Problem> {
    let body = pieces.concat();
    drop(pieces);
    let document = Document::parse(&body).map_err(|error| {
        let code = match error {
            ImportError::NotText | ImportError::Unreadable(_) => "unreadable",
            ImportError::Version(_) => "unsupported_version",
            ImportError::Reference(_) => "unresolved_reference",
        };
        Problem::field("", Refusal::new(code, error.to_string()))
    })?;
    drop(body);
    for _ in 0..COMPARISONS {
        if let Some(report) = attempt(database, system, origin, &document, dry_run).await? {
            return serde_json::to_vec(&report).map_err(Problem::internal);
        }
    }
    Err(Problem::new(Kind::Conflict)
        .with_detail("The system was changed while the document was compared with it. Try again."))
}

/// Compares a document with its system and writes the difference, unless it is a dry run. Returns
/// the report; `None` if the system changed meanwhile.
async fn attempt(
    database: &Database,
    system: &str,
    origin: &Origin,
    document: &Document,
    dry_run: bool,
) -> Result<Option<ImportReport>, Problem> {
    let mut moment = database.read_at_one_moment().await?;
    let system = own(&mut moment, system).await?;
    let known = Known::read(&mut moment, system).await?;
    moment.commit().await?;
    let imported = Imported::compare(document, known);
    if dry_run {
        let mut connection = database.reader().acquire().await?;
        return Ok(Some(imported.report(&mut connection, document, true).await?));
    }
    imported.write(database, origin, document).await
}
