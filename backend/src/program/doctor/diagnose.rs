//! `GET /doctor`.

use actix_web::{get, web};
use latchkey_shared::doctor::{Cause, Diagnosis, Finding};

use super::examine::{database as of_database, machine, unreachable};
use crate::access::principal::Principal;
use crate::configuration::Configuration;
use crate::database::Database;
use crate::web::problem::Problem;

/// Look for what is wrong
///
/// Examines the settings, the keys, the files, the clock, the database, the nodes, the disk and the
/// certificate, as the node sees them that answers. The command `latchkey doctor` does the same, also while no
/// server runs. For system administrators.
#[utoipa::path(
    operation_id = "diagnose",
    tag = "installation",
    responses((status = 200, description = "What was found", body = Diagnosis))
)]
#[get("/doctor")]
pub(super) async fn diagnose(
    principal: Principal,
    database: web::Data<Database>,
    configuration: web::Data<Configuration>,
) -> Result<web::Json<Diagnosis>, Problem> {
    principal.system_admin()?;
    let here = configuration.clone();
    let files = tokio::task::spawn_blocking(move || machine(&here)).await;
    let mut findings = files.map_err(Problem::internal)?;
    let asked = async {
        let mut connection = database.reader().acquire().await?;
        of_database(&configuration, &mut connection).await
    };
    findings.extend(asked.await.unwrap_or_else(|error| vec![unreachable(&error)]));
    if !database.can_write() {
        findings.push(Finding::wrong(Cause::DatabaseReadOnly, None));
    }
    Ok(web::Json(Diagnosis::of(findings)))
}
