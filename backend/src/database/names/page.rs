//! A page of a search: the copy proposes, the database decides.

use std::sync::Arc;

use super::rows::Rows;

/// How many rows are proposed to the database at once.
const MOST_AT_ONCE: usize = 2_000;

/// Which rows of a table to search.
#[derive(Debug, Clone, Copy)]
pub enum Among<'a> {
    /// All rows after this key.
    After(&'a str),
    /// The rows with these keys.
    Keys(&'a [String]),
}

/// At most `limit` items whose rows contain the folded text and follow `after`, in the order of their
/// keys. `read` reads items; it must check the text and the rights of the caller.
pub(super) async fn page<I>(
    rows: &Arc<Rows>,
    text: &str,
    after: &str,
    limit: usize,
    read: impl AsyncFn(Among<'_>) -> Result<Vec<I>, sqlx::Error>,
) -> Result<Vec<I>, sqlx::Error> {
    let (mut items, mut after, mut wanted) = (Vec::new(), after.to_owned(), limit);
    while items.len() < limit {
        let (rows, text, from) = (Arc::clone(rows), text.to_owned(), after);
        let walk = move || rows.containing(&text, &from, wanted);
        let keys = tokio::task::spawn_blocking(walk).await.map_err(|_| sqlx::Error::WorkerCrashed)?;
        let Some(last) = keys.last() else { break };
        items.append(&mut read(Among::Keys(&keys)).await?);
        if keys.len() < wanted {
            break;
        }
        // Some were refused. If they are many, the next ones are more.
        after = last.clone();
        wanted = (wanted * 2).min(MOST_AT_ONCE);
    }
    items.truncate(limit);
    Ok(items)
}
