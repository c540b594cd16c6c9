//! The SQL of an import.

use std::collections::HashSet;

use latchkey_shared::ids::{ApiId, SystemId};
use latchkey_shared::systems::System;
use sqlx::AnyConnection;

use super::apis::{StoredApi, apis_of, delete_apis, free_keys, insert_apis, update_api};

/// The ids of APIs of a system that are granted to a token by themselves.
async fn granted_apis(
    connection: &mut AnyConnection,
    system: &SystemId,
) -> Result<HashSet<String>, sqlx::Error> {
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT ta.api_id FROM token_apis ta JOIN apis a ON a.id = ta.api_id WHERE a.system_id = $1",
    )
    .bind(system.to_string())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().collect())
}

/// The state of a system that an import compares with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) system: System,
    /// All APIs of the system, also those that no call can match.
    pub(crate) apis: Vec<StoredApi>,
    /// The ids of those that are granted to a token by themselves.
    pub(crate) granted: HashSet<String>,
}

impl Known {
    pub(crate) async fn read(connection: &mut AnyConnection, system: System) -> Result<Self, sqlx::Error> {
        let apis = apis_of(&mut *connection, &system.id).await?;
        let granted = granted_apis(connection, &system.id).await?;
        Ok(Self { system, apis, granted })
    }
}

/// The changes of a system's APIs.
#[derive(Default)]
pub(crate) struct Difference {
    pub(crate) added: Vec<StoredApi>,
    pub(crate) changed: Vec<StoredApi>,
    pub(crate) removed: Vec<StoredApi>,
    pub(crate) unchanged: usize,
}

/// Writes a difference. An API that vanished but is granted stays, marked as removed.
pub(crate) async fn apply(
    connection: &mut AnyConnection,
    difference: &mut Difference,
    granted: &HashSet<String>,
) -> Result<(), sqlx::Error> {
    let (mut kept, mut gone) = (Vec::new(), Vec::new());
    for stored in &mut difference.removed {
        if granted.contains(stored.api.id.as_str()) {
            stored.api.removed = true;
            kept.push(&*stored);
        } else {
            gone.push(stored.api.id.clone());
        }
    }
    delete_apis(connection, &gone).await?;
    let changed: Vec<ApiId> = difference.changed.iter().map(|stored| stored.api.id.clone()).collect();
    free_keys(connection, &changed).await?;
    // An API that stays only because it is granted must not keep a key that the document gives
    // to another one.
    let taken: HashSet<&str> =
        difference.added.iter().chain(&difference.changed).map(|stored| stored.api.key.as_str()).collect();
    for stored in kept {
        if taken.contains(stored.api.key.as_str()) {
            free_keys(connection, std::slice::from_ref(&stored.api.id)).await?;
        }
        sqlx::query("UPDATE apis SET removed = 1 WHERE id = $1")
            .bind(stored.api.id.to_string())
            .execute(&mut *connection)
            .await?;
    }
    for stored in &difference.changed {
        update_api(connection, stored).await?;
    }
    let added: Vec<&StoredApi> = difference.added.iter().collect();
    insert_apis(connection, &added).await
}
