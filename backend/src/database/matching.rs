//! Searches lists by a part of a name. Names are compared folded, which SQL cannot do, so rows
//! are read until a page is full.

use latchkey_shared::fields::name_key;

/// Rows in one read during a search.
const SOME: usize = 500;

/// At most `limit` rows in the order of their keys, after `after`, whose key or name contains
/// `q` (folded). `read` gets the key to continue after and the number of rows. `names` returns
/// the key and the name of a row.
pub async fn read_matching<R>(
    q: &str,
    after: &str,
    limit: usize,
    mut read: impl AsyncFnMut(String, i64) -> Result<Vec<R>, sqlx::Error>,
    names: fn(&R) -> [&str; 2],
) -> Result<Vec<R>, sqlx::Error> {
    let at_once = if q.is_empty() { limit } else { SOME };
    let mut found = Vec::new();
    let mut after = after.to_owned();
    loop {
        let rows = read(after.clone(), i64::try_from(at_once).unwrap_or(i64::MAX)).await?;
        let is_last = rows.len() < at_once;
        if let Some(last) = rows.last() {
            names(last)[0].clone_into(&mut after);
        }
        found.extend(rows.into_iter().filter(|row| {
            let [key, name] = names(row);
            q.is_empty() || key.contains(q) || name_key(name).contains(q)
        }));
        if is_last || found.len() >= limit {
            found.truncate(limit);
            return Ok(found);
        }
    }
}
