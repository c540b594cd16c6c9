//! Warnings about an API that was added by hand or renamed.

use latchkey_shared::systems::{Api, System};
use latchkey_shared::warning::{SHARES_CALLS, Warning};

use crate::database::Database;
use crate::systems::get::own;
use crate::systems::matching::template::Template;
use crate::systems::store::{self, StoredApi};
use crate::web::look_alikes;
use crate::web::problem::Problem;

/// The warnings about an API, after it was written.
pub(super) async fn to_look_at(database: &Database, api: &Api) -> Result<Vec<Warning>, Problem> {
    let (reader, api, key) = (database.reader().clone(), api.clone(), api.system.clone());
    let compared = database.spawn_apart(async move {
        let mut connection = reader.acquire().await?;
        let system = own(&mut connection, &key).await?;
        let all = store::apis_of(&mut connection, &system.id).await?;
        Ok(warnings(&system, &all, &api))
    });
    compared.await.map_err(Problem::internal)?
}

fn warnings(system: &System, all: &[StoredApi], api: &Api) -> Vec<Warning> {
    let others = || all.iter().map(|stored| &stored.api).filter(|other| other.id != api.id);
    let mut warnings: Vec<Warning> = [
        look_alikes::among(
            others().map(|other| &other.operation_id),
            "API",
            "operation_id",
            &api.operation_id,
        ),
        look_alikes::among(others().map(|other| &other.name), "API", "name", &api.name),
    ]
    .into_iter()
    .flatten()
    .collect();
    let calls = |stored: &StoredApi| {
        let base_path = stored.api.base_path.as_ref().unwrap_or(&system.base_path);
        Template::below(base_path, &stored.api.path, &stored.multi_segment).ok().map(|one| one.calls())
    };
    let mine = all.iter().find(|stored| stored.api.id == api.id).and_then(calls);
    let alike = |stored: &&StoredApi| {
        let other = &stored.api;
        other.id != api.id && !other.removed && other.method == api.method && calls(stored) == mine
    };
    if let Some(StoredApi { api: other, .. }) = mine.as_ref().and_then(|_| all.iter().find(alike)) {
        warnings.push(Warning {
            code: SHARES_CALLS.to_owned(),
            field: "path".to_owned(),
            message: format!(
                "No call tells it apart from {}, so a grant of one is a grant of both.",
                other.key
            ),
            like: Some(other.key.clone()),
        });
    }
    warnings
}
