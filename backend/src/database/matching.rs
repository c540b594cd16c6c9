//! Lists that are searched by part of a name: names are compared folded, which
//! SQL cannot, so that rows are read on until a page is full.

use latchkey_shared::fields::name_key;

/// Rows that are read at once while it is searched.
const SOME: usize = 500;

/// At most `limit` rows in the order of their keys, from behind `after` on, whose
/// key or name holds `q` (folded). `read` gets the key to go on from and how many
/// rows to read, `names` says a row's key and the name that people read.
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
