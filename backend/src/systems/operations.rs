//! The APIs of a system in memory, with the router that finds the one that a call means.
//!
//! They are read when they are first needed, and again only when their version in the database
//! is another one. A system with many APIs takes a while, so this runs beside the workers, and
//! only calls of that system wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use latchkey_shared::ids::{ApiId, SystemId};
use latchkey_shared::systems::ApiScope;
use sqlx::FromRow;
use tokio::sync::Semaphore;

use super::matching::router::{Route, Router};
use crate::apart;
use crate::database::Database;
use crate::database::stored::stored;

/// An API, as a match returns it.
#[derive(Debug, Clone)]
pub struct CatalogApi {
    /// The API's id.
    pub id: ApiId,
    /// `system:operation_id`.
    pub key: String,
    /// Whether its calls happen in a project.
    pub scope: ApiScope,
}

/// The APIs of a system at one moment.
pub struct Operations {
    /// Finds the API of a call.
    pub router: Router<CatalogApi>,
    /// The keys of all APIs that are not removed.
    keys: HashMap<ApiId, String>,
    ids: HashMap<String, ApiId>,
    /// For an API that no call tells apart from others: the key of one of them.
    alike: HashMap<ApiId, String>,
}

impl Operations {
    /// The key of an API of this system.
    #[must_use]
    pub fn key(&self, id: &ApiId) -> Option<&str> {
        self.keys.get(id).map(String::as_str)
    }

    /// The API of this system with this key.
    #[must_use]
    pub fn id(&self, key: &str) -> Option<&ApiId> {
        self.ids.get(key)
    }

    /// The key of another API that no call tells apart from this one.
    #[must_use]
    pub fn alike(&self, id: &ApiId) -> Option<&str> {
        self.alike.get(id).map(String::as_str)
    }

    /// The keys of its APIs, sorted.
    #[must_use]
    pub fn sorted_keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.ids.keys().cloned().collect();
        keys.sort_unstable();
        keys
    }
}

/// From how many APIs on they are freed beside the workers. Freeing 50,000 takes 40 ms.
const MANY: usize = 1_000;

impl Drop for Operations {
    fn drop(&mut self) {
        if self.keys.len() < MANY {
            return;
        }
        let parts = (
            std::mem::replace(&mut self.router, Router::build("", []).0),
            std::mem::take(&mut self.keys),
            std::mem::take(&mut self.ids),
            std::mem::take(&mut self.alike),
        );
        drop(apart::compute(move || drop(parts)));
    }
}

/// The operations were not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// The system has other ones now.
    Changed,
    /// The database did not answer.
    Failed,
}

impl From<sqlx::Error> for Unread {
    fn from(_: sqlx::Error) -> Self {
        Self::Failed
    }
}

/// How long a read may take. Nobody cancels it, and a connection may be cut off.
const LONGEST: Duration = Duration::from_secs(10);

type Reading = Shared<BoxFuture<'static, Result<Arc<Operations>, Unread>>>;

/// One version of a system's operations: read, or to be read.
pub(super) struct Version {
    system: SystemId,
    name: String,
    read: OnceLock<Arc<Operations>>,
    /// The current read. Everybody waits for the same one.
    reading: Mutex<Option<Reading>>,
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Version {
    pub(super) fn new(system: SystemId, name: String) -> Self {
        Self { system, name, read: OnceLock::new(), reading: Mutex::default() }
    }

    /// Whether this is the version with this name.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// The operations, if they have been read.
    pub(super) fn get(&self) -> Option<&Arc<Operations>> {
        self.read.get()
    }

    fn reading(&self) -> MutexGuard<'_, Option<Reading>> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the operations. The read completes even if nobody waits for it any more.
    pub(super) fn read(self: &Arc<Self>, database: &Database, turns: &Arc<Semaphore>) -> Reading {
        let mut reading = self.reading();
        if let Some(current) = reading.as_ref().filter(|current| current.peek().is_none()) {
            return current.clone();
        }
        let (version, own, turns) = (Arc::clone(self), database.clone(), Arc::clone(turns));
        let task = database.spawn_apart(async move {
            let _turn = turns.acquire().await;
            let read = read(&own, &version).await.map(Arc::new);
            // Whoever comes after a failure tries again.
            *version.reading() = None;
            read.map(|operations| Arc::clone(version.read.get_or_init(|| operations)))
        });
        let new = async move { task.await.unwrap_or(Err(Unread::Failed)) }.boxed().shared();
        reading.insert(new).clone()
    }
}

#[derive(FromRow)]
struct ApiRow {
    id: String,
    key: String,
    method: String,
    path: String,
    base_path: Option<String>,
    multi_segment: String,
    scope: String,
}

async fn read(database: &Database, wanted: &Version) -> Result<Operations, Unread> {
    let rows = async {
        let mut moment = database.read_at_one_moment().await?;
        let system: Option<(String, String)> =
            sqlx::query_as("SELECT operations_version, base_path FROM systems WHERE id = $1")
                .bind(wanted.system.to_string())
                .fetch_optional(&mut *moment)
                .await?;
        let Some((_, base_path)) = system.filter(|(version, _)| wanted.is(version)) else { return Ok(None) };
        let apis: Vec<ApiRow> = sqlx::query_as(
            "SELECT id, key, method, path, base_path, multi_segment, scope FROM apis WHERE system_id = $1 AND removed = 0",
        )
        .bind(wanted.system.to_string())
        .fetch_all(&mut *moment)
        .await?;
        moment.commit().await?;
        Ok::<_, sqlx::Error>(Some((base_path, apis)))
    };
    let rows = tokio::time::timeout(LONGEST, rows).await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
    let found = rows.inspect_err(|error| {
        tracing::error!(%error, system = wanted.system.as_str(), "the APIs of a system cannot be read");
    })?;
    let (base_path, apis) = found.ok_or(Unread::Changed)?;
    Ok(build(&base_path, apis)?)
}

fn build(base_path: &str, rows: Vec<ApiRow>) -> Result<Operations, sqlx::Error> {
    let mut keys = HashMap::with_capacity(rows.len());
    let mut ids = HashMap::with_capacity(rows.len());
    let mut routes = Vec::with_capacity(rows.len());
    for row in rows {
        let id: ApiId = stored(&row.id)?;
        keys.insert(id.clone(), row.key.clone());
        ids.insert(row.key.clone(), id.clone());
        let scope = if row.scope == ApiScope::Global.as_str() { ApiScope::Global } else { ApiScope::Project };
        routes.push(Route {
            method: row.method,
            base_path: row.base_path,
            path: row.path,
            multi_segment: serde_json::from_str(&row.multi_segment).unwrap_or_default(),
            value: CatalogApi { id, key: row.key, scope },
        });
    }
    let built = Router::build(base_path, routes).0;
    Ok(Operations { alike: alike(&built), router: built, keys, ids })
}

/// For each API that no call tells apart from others, the first key of these.
fn alike(router: &Router<CatalogApi>) -> HashMap<ApiId, String> {
    let mut alike = HashMap::new();
    for mut group in router.alike() {
        group.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        for api in &group {
            if let Some(other) = group.iter().find(|other| other.id != api.id) {
                alike.insert(api.id.clone(), other.key.clone());
            }
        }
    }
    alike
}
