//! The SQL of an import.

use std::collections::{HashMap, HashSet};

use latchkey_shared::ids::{ApiId, SystemId};
use latchkey_shared::systems::{Api, System};
use sqlx::AnyConnection;

use super::apis::{StoredApi, apis_of, delete_apis, free_keys, insert_apis, update_apis};
use crate::database::sql::Sql;
use crate::database::{Engine, Taking};
use crate::withdrawals::Withdrawal;

/// The ids of APIs of a system that are granted to a token by themselves.
async fn granted_apis(
    connection: &mut AnyConnection,
    system: &SystemId,
) -> Result<HashSet<String>, sqlx::Error> {
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT a.id FROM apis a WHERE a.system_id = $1 AND EXISTS (SELECT 1 FROM token_apis g WHERE g.api_id = a.id)",
    )
    .bind(system.to_string())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().collect())
}

/// The ids of those of these APIs that are granted to a token by themselves.
async fn granted_among(
    connection: &mut AnyConnection,
    apis: &[StoredApi],
) -> Result<HashSet<String>, sqlx::Error> {
    let ids: Vec<&ApiId> = apis.iter().map(|stored| &stored.api.id).collect();
    let mut sql = Sql::new("SELECT DISTINCT api_id FROM token_apis WHERE api_id");
    Engine::of(connection).push_in(&mut sql, &ids);
    let rows: Vec<(String,)> = sql.query_as().fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The state of a system that an import compares with.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) system: System,
    /// The version of its operations.
    version: String,
    /// All APIs of the system, also those that no call can match.
    pub(crate) apis: Vec<StoredApi>,
    /// The ids of those that are granted to a token by themselves.
    pub(crate) granted: HashSet<String>,
}

impl Known {
    pub(crate) async fn read(connection: &mut AnyConnection, system: System) -> Result<Self, sqlx::Error> {
        let version = version(&mut *connection, &system.id).await?;
        let apis = apis_of(&mut *connection, &system.id).await?;
        let granted = granted_apis(connection, &system.id).await?;
        Ok(Self { system, version, apis, granted })
    }

    /// Whether `system` is still the same, and has the same operations.
    pub(crate) async fn is_current(
        &self,
        connection: &mut AnyConnection,
        system: &System,
    ) -> Result<bool, sqlx::Error> {
        Ok(self.system == *system && self.version == version(connection, &system.id).await?)
    }
}

async fn version(connection: &mut AnyConnection, system: &SystemId) -> Result<String, sqlx::Error> {
    sqlx::query_scalar("SELECT operations_version FROM systems WHERE id = $1")
        .bind(system.to_string())
        .fetch_one(connection)
        .await
}

/// The changes of a system's APIs.
#[derive(Default)]
pub(crate) struct Difference {
    pub(crate) added: Vec<StoredApi>,
    pub(crate) changed: Vec<StoredApi>,
    /// Those of `changed` that get another key.
    pub(crate) renamed: Vec<ApiId>,
    pub(crate) removed: Vec<StoredApi>,
    /// Those that an earlier document removed, and that are granted no more. They go, or each
    /// document would leave some.
    pub(crate) left: Vec<StoredApi>,
    pub(crate) unchanged: usize,
}

impl Difference {
    /// What it withdraws: APIs that go, and those that other calls are of since.
    pub(crate) fn loss(&self) -> Option<Withdrawal> {
        let Self { changed, removed, left, .. } = self;
        let apis: Vec<ApiId> =
            changed.iter().chain(removed).chain(left).map(|stored| stored.api.id.clone()).collect();
        (!apis.is_empty()).then_some(Withdrawal::Apis { apis })
    }

    /// Whether the key of an API passes to another one. A JWT that names the key in its scope means
    /// the first one.
    pub(crate) fn passes_keys_on(&self, known: &Known) -> bool {
        let holders: HashMap<&str, &ApiId> =
            known.apis.iter().map(|stored| (stored.api.key.as_str(), &stored.api.id)).collect();
        let mut written = self.added.iter().chain(&self.changed).map(|stored| &stored.api);
        written.any(|api| holders.get(api.key.as_str()).is_some_and(|holder| **holder != api.id))
    }
}

/// What an import takes away.
pub(crate) struct Taken {
    /// Whether APIs are gone that are granted.
    pub(crate) grants: bool,
    /// Whether APIs are gone that had limits.
    pub(crate) limits: bool,
}

/// Writes a difference. An API that vanished but is granted stays, marked as removed.
pub(crate) async fn apply(mut taking: Taking<'_>, difference: Difference) -> Result<Taken, sqlx::Error> {
    let Difference { added, changed, renamed, removed, left, .. } = difference;
    // Grants may have been made since the comparison.
    let granted = granted_among(taking.connection(), &removed).await?;
    let is_granted = |stored: &StoredApi| granted.contains(stored.api.id.as_str());
    let (mut kept, gone): (Vec<StoredApi>, Vec<StoredApi>) = removed.into_iter().partition(is_granted);
    let granted_again = granted_among(taking.connection(), &left).await?;
    let left = left.into_iter().filter(|stored| !granted_again.contains(stored.api.id.as_str()));
    let gone: Vec<ApiId> = gone.into_iter().chain(left).map(|stored| stored.api.id).collect();
    let limits = delete_apis(&mut taking, &gone).await?;
    free_keys(taking.connection(), &renamed).await?;
    let taken: HashSet<&str> = added.iter().chain(&changed).map(|stored| stored.api.key.as_str()).collect();
    for Api { id, key, removed, .. } in kept.iter_mut().map(|stored| &mut stored.api) {
        *removed = true;
        // An API that stays only because it is granted must not keep a key that the document gives
        // to another one.
        if taken.contains(key.as_str()) {
            *key = id.to_string();
        }
    }
    update_apis(&mut taking, &kept).await?;
    update_apis(&mut taking, &changed).await?;
    insert_apis(taking.connection(), &added, None).await?;
    Ok(Taken { grants: !kept.is_empty(), limits })
}
