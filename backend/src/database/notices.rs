//! Notifications between nodes (PostgreSQL), and the words for changes.

use sqlx::AnyConnection;

use super::changes::{Change, Epochs};

/// The channel for changes.
pub(super) const CHANNEL: &str = "latchkey_changes";
/// The largest notification that PostgreSQL accepts, less some space.
const LARGEST_NOTIFICATION: usize = 7_900;
/// The first word of changes whose sender tells a project from the catalog. Nodes of an earlier
/// version ignore it. To them, and from them, `catalog` includes all projects.
pub(super) const TELLS_PROJECTS: &str = "v2";

/// The words for changes, each once.
pub(super) fn words(changes: &[Change]) -> Vec<String> {
    let mut words: Vec<String> = changes.iter().map(Change::encode).collect();
    if changes.iter().any(|change| matches!(change, Change::Project(_))) {
        words.push(Change::Catalog.encode());
    }
    words.sort_unstable();
    words.dedup();
    words
}

/// Makes the facts out of date that words from a node with a log name.
pub(super) fn raise<'w>(epochs: &Epochs, words: impl Iterator<Item = &'w str>) {
    for word in words {
        match Change::decode(word) {
            Some(change) => epochs.raise(&change),
            None => epochs.raise_all(),
        }
    }
}

pub(super) async fn notify(connection: &mut AnyConnection, payload: &str) -> Result<(), sqlx::Error> {
    // `Any` cannot decode the `void` that pg_notify returns.
    sqlx::query("SELECT CAST(pg_notify($1, $2) AS TEXT)")
        .bind(CHANNEL.to_owned())
        .bind(payload.to_owned())
        .execute(connection)
        .await
        .map(drop)
}

/// Sends words, in as few notifications as they need.
pub(super) async fn notify_words(
    connection: &mut AnyConnection,
    words: &[String],
) -> Result<(), sqlx::Error> {
    let mut rest = words;
    while !rest.is_empty() {
        let mut length = 0;
        let fit = rest
            .iter()
            .take_while(|text| {
                length += text.len() + 1;
                length <= LARGEST_NOTIFICATION
            })
            .count();
        let (now, later) = rest.split_at(fit);
        notify(connection, &format!("{TELLS_PROJECTS} {}", now.join(" "))).await?;
        rest = later;
    }
    Ok(())
}
