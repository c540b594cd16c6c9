//! Encrypts anew what a retiring key encrypted, and destroys the key.

use std::time::{Duration, Instant};

use latchkey_shared::ids::KeyId;
use serde_json::json;

use super::sealed::Table;
use super::store;
use crate::access::origin::Origin;
use crate::audit;
use crate::database::{Change, Database, Rank, rest};
use crate::keys::error::KeyringError;
use crate::keys::keyring::Keyring;

/// How many rows one transaction encrypts anew. It takes some milliseconds.
const SOME: i64 = 50;
/// How long a key is kept after the last row is encrypted anew. What was read before is opened by then.
const KEPT: Duration = Duration::from_secs(10);

/// Encrypts everything anew that is not encrypted with the current key, and destroys the retiring key.
/// Returns whether it is destroyed: not if a row cannot be opened, or was written meanwhile.
pub(super) async fn complete(
    database: &Database,
    keyring: &Keyring,
    retiring: &KeyId,
) -> Result<bool, KeyringError> {
    count(database, keyring, retiring).await?;
    for table in Table::ALL {
        reseal(database, keyring, retiring, table).await?;
    }
    tokio::time::sleep(KEPT).await;
    destroy(database, retiring).await
}

/// Counts the rows once, for the progress.
async fn count(database: &Database, keyring: &Keyring, retiring: &KeyId) -> Result<(), KeyringError> {
    let vault = keyring.vault().await?;
    let mut connection = database.reader().acquire().await?;
    let stored = store::all(&mut connection).await?;
    if !stored.iter().any(|one| one.key.id == *retiring && one.rows_in_all.is_none()) {
        return Ok(());
    }
    let mut rows = 0;
    for table in Table::ALL {
        rows += table.count_others(&mut connection, vault.current()).await?;
    }
    drop(connection);
    let id = retiring.clone();
    let noted = database.write_as(Rank::Background, move |transaction| {
        Box::pin(async move { store::begin_count(transaction.connection(), &id, rows).await })
    });
    Ok(noted.await?)
}

async fn reseal(
    database: &Database,
    keyring: &Keyring,
    retiring: &KeyId,
    table: Table,
) -> Result<(), KeyringError> {
    let mut after = String::new();
    loop {
        let vault = keyring.vault().await?;
        let mut connection = database.reader().acquire().await?;
        let ids = table.others(&mut connection, vault.current(), &after, SOME).await?;
        drop(connection);
        let Some(last) = ids.last() else { return Ok(()) };
        after.clone_from(last);
        let retiring = retiring.clone();
        let writing = database.write_as(Rank::Background, move |transaction| {
            Box::pin(async move {
                let began = Instant::now();
                let done = table.reseal(transaction.connection(), &vault, &ids).await?;
                store::count(transaction.connection(), &retiring, done).await?;
                Ok::<_, sqlx::Error>(began)
            })
        });
        rest(writing.await?.elapsed()).await;
    }
}

async fn destroy(database: &Database, retiring: &KeyId) -> Result<bool, KeyringError> {
    if is_needed(&mut *database.reader().acquire().await?, retiring).await? {
        return Ok(false);
    }
    let id = retiring.clone();
    let destroyed = database.write_as(Rank::Background, move |transaction| {
        Box::pin(async move {
            if is_needed(transaction.connection(), &id).await? {
                return Ok(false);
            }
            store::delete(transaction.connection(), &id).await?;
            transaction.changes(Change::DataKeys);
            let target = (&id, id.to_string());
            audit::record(transaction, &Origin::system(), "data_key.destroyed", target, json!({})).await?;
            Ok::<_, sqlx::Error>(true)
        })
    });
    Ok(destroyed.await?)
}

/// Whether something is still encrypted with a key, as far as rows tell.
async fn is_needed(connection: &mut sqlx::AnyConnection, key: &KeyId) -> Result<bool, sqlx::Error> {
    for table in Table::ALL {
        if table.is_left(&mut *connection, key).await? {
            return Ok(true);
        }
    }
    Ok(false)
}
