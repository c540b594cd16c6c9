//! Warnings about names that look like other names (UTS #39). They never refuse anything.

use latchkey_shared::warning::{LOOKS_LIKE, Warning};

use crate::database::Database;
use crate::database::looks::look_alike;
use crate::web::problem::Problem;

/// The warning that `field` looks like that of another `what`. `like` is the other one, if the
/// caller may see it.
#[must_use]
pub fn warning(what: &str, field: &str, like: Option<String>) -> Warning {
    let other = like.as_ref().map(|like| format!(": “{like}”")).unwrap_or_default();
    let message = format!("Another {what} has a {field} that looks like this one{other}.");
    Warning { code: LOOKS_LIKE.to_owned(), field: field.to_owned(), message, like }
}

/// The warnings of a row of `table` that has just been written: its name, and its key if that
/// is new, look like those of another row. The caller may see all rows.
pub async fn beside(
    database: &Database,
    table: &'static str,
    what: &str,
    key: Option<&str>,
    name: &str,
) -> Result<Vec<Warning>, Problem> {
    let mut connection = database.reader().acquire().await?;
    let mut warnings = Vec::new();
    if let Some(key) = key {
        let like = look_alike(&mut connection, table, "key", "key_looks", key).await?;
        warnings.extend(like.map(|like| warning(what, "key", Some(like))));
    }
    let like = look_alike(&mut connection, table, "name", "name_looks", name).await?;
    warnings.extend(like.map(|like| warning(what, "name", Some(like))));
    Ok(warnings)
}
