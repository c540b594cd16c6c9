//! Warnings about an API that was added by hand or renamed.

use latchkey_shared::warning::{SHARES_CALLS, Warning};

use crate::database::Database;
use crate::systems::operations::Operations;
use crate::systems::store::{self, StoredApi};
use crate::web::look_alikes;
use crate::web::problem::Problem;

/// The warnings about an API, after it was written and the operations of its system were read. It does not look
/// at all other APIs: a system may have many.
pub(super) async fn to_look_at(
    database: &Database,
    stored: &StoredApi,
    operations: Option<&Operations>,
) -> Result<Vec<Warning>, Problem> {
    let (system, api) = (&stored.system, &stored.api);
    let mut connection = database.reader().acquire().await?;
    let mut warnings = Vec::new();
    for (field, looks, text) in
        [("operation_id", "operation_id_looks", &api.operation_id), ("name", "name_looks", &api.name)]
    {
        let like = store::api_look_alike(&mut connection, system, field, looks, text).await?;
        warnings.extend(like.map(|like| look_alikes::warning("API", field, Some(like))));
    }
    let other = operations.and_then(|operations| operations.alike(&api.id));
    warnings.extend(other.map(|other| Warning {
        code: SHARES_CALLS.to_owned(),
        field: "path".to_owned(),
        message: format!("No call tells it apart from {other}, so a grant of one is a grant of both."),
        like: Some(other.to_owned()),
    }));
    Ok(warnings)
}
