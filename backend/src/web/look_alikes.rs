//! Names that look like another's (UTS #39): a warning, never a refusal.

use latchkey_shared::fields::{name_key, skeleton};
use latchkey_shared::warning::{LOOKS_LIKE, Warning};

/// The warning that `field` looks like that of another `what`: of `like`, where
/// the one who asks may see it.
#[must_use]
pub fn warning(what: &str, field: &str, like: Option<String>) -> Warning {
    let other = like.as_ref().map(|like| format!(": “{like}”")).unwrap_or_default();
    let message = format!("Another {what} has a {field} that looks like this one{other}.");
    Warning { code: LOOKS_LIKE.to_owned(), field: field.to_owned(), message, like }
}

/// The warning that one of `others` looks like `name` and is another, where there
/// are few enough to look at each, and the one who asks may see all of them.
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
