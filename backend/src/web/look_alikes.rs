//! Warnings about names that look like other names (UTS #39). They never refuse anything.

use latchkey_shared::fields::{name_key, skeleton};
use latchkey_shared::warning::{LOOKS_LIKE, Warning};

use crate::database::Database;
use crate::database::stored::names_beside;
use crate::web::problem::Problem;

/// The warning that `field` looks like that of another `what`. `like` is the other one, if the
/// caller may see it.
#[must_use]
pub fn warning(what: &str, field: &str, like: Option<String>) -> Warning {
    let other = like.as_ref().map(|like| format!(": “{like}”")).unwrap_or_default();
    let message = format!("Another {what} has a {field} that looks like this one{other}.");
    Warning { code: LOOKS_LIKE.to_owned(), field: field.to_owned(), message, like }
}

/// The warning that `name` looks like one of `others`. Use it if there are few of them and the
/// caller may see them all.
pub fn among<'a>(
    others: impl IntoIterator<Item = &'a String>,
    what: &str,
    field: &str,
    name: &str,
) -> Option<Warning> {
    let (key, looks) = (name_key(name), skeleton(name));
    let like = others.into_iter().find(|other| skeleton(other) == looks && name_key(other) != key)?;
    Some(warning(what, field, Some(like.clone())))
}

/// The warnings of a row of `table` that has just been written: its name, and its key if that
/// is new, look like those of another row. The caller may see all rows.
pub async fn beside(
    database: &Database,
    table: &'static str,
    what: &'static str,
    id: &str,
    key: Option<&str>,
    name: &str,
) -> Result<Vec<Warning>, Problem> {
    let (id, key, name) = (id.to_owned(), key.map(str::to_owned), name.to_owned());
    let reader = database.reader().clone();
    let compared = database.spawn_apart(async move {
        let (keys, names) = names_beside(&mut *reader.acquire().await?, table, &id).await?;
        let key = key.and_then(|key| among(&keys, what, "key", &key));
        Ok(key.into_iter().chain(among(&names, what, "name", &name)).collect())
    });
    compared.await.map_err(Problem::internal)?
}
