//! The systems, projects and verifier keys that decisions need, in memory. There is one
//! snapshot. It is replaced whole when any of them changes.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use latchkey_shared::ids::{ApiId, ProjectId, SystemId};
use latchkey_shared::projects::ProjectRef;
use latchkey_shared::systems::{ApiScope, Gateway};
use sqlx::{AnyConnection, FromRow};

use super::matching::router::{Route, Router};
use crate::access::reach::Reach;
use crate::crypto::Digest;
use crate::crypto::secret_id::{self, Prefix};
use crate::database::stored::stored;
use crate::database::{Change, Database, FreshCell};

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

/// A system, with a router for its calls.
pub struct CatalogSystem {
    /// The system's id.
    pub id: SystemId,
    /// The system's key.
    pub key: String,
    /// The `aud` of its JWTs.
    pub audience: String,
    /// Scheme, host and port of the audience, if it is an `http` or `https` URI.
    pub origin: Option<String>,
    /// The path parameter that names the project.
    pub project_param: String,
    /// A disabled system denies every call.
    pub disabled: bool,
    /// Latchkey itself.
    pub builtin: bool,
    /// The projects that may use it.
    pub opened_to: Reach,
    /// The router that finds the API of a call.
    pub router: Router<CatalogApi>,
}

/// What decisions need to know of a project.
#[derive(Debug, Clone)]
pub struct CatalogProject {
    /// Its id and names.
    pub name: ProjectRef,
    /// A disabled project denies every call in it.
    pub disabled: bool,
}

/// What decisions need to know of a verifier key.
#[derive(Debug, Clone)]
pub struct CatalogVerifier {
    /// The system that it is for.
    pub system: SystemId,
    /// The gateway that uses it, if one does.
    pub gateway: Option<Gateway>,
}

/// Systems, projects and verifier keys at one moment.
pub struct Snapshot {
    systems: HashMap<SystemId, CatalogSystem>,
    systems_by_key: HashMap<String, SystemId>,
    apis: HashMap<ApiId, (SystemId, String)>,
    apis_by_key: HashMap<String, ApiId>,
    projects: HashMap<ProjectId, CatalogProject>,
    projects_by_key: HashMap<String, ProjectId>,
    verifier_keys: HashMap<Digest, CatalogVerifier>,
}

impl Snapshot {
    /// The system with this id.
    #[must_use]
    pub fn system(&self, id: &SystemId) -> Option<&CatalogSystem> {
        self.systems.get(id)
    }

    /// The system with this key or id.
    #[must_use]
    pub fn system_named(&self, key_or_id: &str) -> Option<&CatalogSystem> {
        match self.systems_by_key.get(key_or_id) {
            Some(id) => self.systems.get(id),
            None => self.systems.get(&key_or_id.parse().ok()?),
        }
    }

    /// All systems.
    pub fn systems(&self) -> impl Iterator<Item = &CatalogSystem> {
        self.systems.values()
    }

    /// The system that an API belongs to, and the API's key.
    #[must_use]
    pub fn api(&self, id: &ApiId) -> Option<(&SystemId, &str)> {
        self.apis.get(id).map(|(system, key)| (system, key.as_str()))
    }

    /// The systems that these grants reach, whole or by single APIs.
    pub fn reached<'a>(
        &'a self,
        apis: impl IntoIterator<Item = &'a ApiId>,
        systems: impl IntoIterator<Item = &'a SystemId>,
    ) -> HashSet<&'a SystemId> {
        let through_apis = apis.into_iter().filter_map(|api| self.api(api)).map(|(system, _)| system);
        systems.into_iter().chain(through_apis).collect()
    }

    /// The API with this key, and the system that it belongs to.
    #[must_use]
    pub fn api_keyed(&self, key: &str) -> Option<(&ApiId, &SystemId)> {
        let (id, (system, _)) = self.apis.get_key_value(self.apis_by_key.get(key)?)?;
        Some((id, system))
    }

    /// The keys of the APIs of a system, sorted.
    #[must_use]
    pub fn api_keys(&self, system: &str) -> Vec<String> {
        let Some(id) = self.systems_by_key.get(system) else { return Vec::new() };
        let mut keys: Vec<String> =
            self.apis.values().filter(|(owner, _)| owner == id).map(|(_, key)| key.clone()).collect();
        keys.sort_unstable();
        keys
    }

    /// The project with this id.
    #[must_use]
    pub fn project(&self, id: &ProjectId) -> Option<&CatalogProject> {
        self.projects.get(id)
    }

    /// The project with this key or id.
    #[must_use]
    pub fn project_named(&self, key_or_id: &str) -> Option<&CatalogProject> {
        match self.projects_by_key.get(key_or_id) {
            Some(id) => self.projects.get(id),
            None => self.projects.get(&key_or_id.parse().ok()?),
        }
    }

    /// The verifier key with this digest.
    #[must_use]
    pub fn verifier_key(&self, digest: &Digest) -> Option<&CatalogVerifier> {
        self.verifier_keys.get(digest)
    }
}

/// The current snapshot, and how it is read.
pub struct Catalog {
    database: Database,
    snapshot: FreshCell<Snapshot>,
}

impl Catalog {
    /// Makes a catalog. It is read on first use.
    #[must_use]
    pub fn new(database: Database) -> Self {
        let snapshot = FreshCell::new(Arc::clone(database.epochs()), Change::Catalog);
        Self { database, snapshot }
    }

    /// The current snapshot.
    pub async fn load(&self) -> Result<Arc<Snapshot>, sqlx::Error> {
        self.snapshot.get_or_read(|| self.read()).await
    }

    /// Whether this is still the current snapshot.
    pub(crate) fn still_counts(&self, snapshot: &Arc<Snapshot>) -> bool {
        self.snapshot.still_counts(snapshot)
    }

    async fn read(&self) -> Result<Snapshot, sqlx::Error> {
        let mut transaction = self.database.read_at_one_moment().await?;
        let snapshot = read(&mut transaction).await?;
        transaction.commit().await?;
        Ok(snapshot)
    }
}

#[derive(FromRow)]
struct SystemRow {
    id: String,
    key: String,
    audience: String,
    base_path: String,
    project_param: String,
    restricted: i64,
    disabled: i64,
    builtin: i64,
}

#[derive(FromRow)]
struct ApiRow {
    id: String,
    system_id: String,
    key: String,
    method: String,
    path: String,
    base_path: Option<String>,
    multi_segment: String,
    scope: String,
    removed: i64,
}

#[derive(FromRow)]
struct ProjectRow {
    id: String,
    key: String,
    name: String,
    disabled: i64,
}

#[derive(FromRow)]
struct VerifierKeyRow {
    system_id: String,
    digest: Vec<u8>,
    gateway: Option<String>,
}

/// The system of a verifier key.
#[must_use]
pub fn system_of_key<'s>(snapshot: &'s Snapshot, key: Option<&str>) -> Option<&'s CatalogSystem> {
    let key = secret_id::parse(Prefix::VerifierKey, key?).ok()?;
    snapshot.system(&snapshot.verifier_key(&key.digest())?.system)
}

/// Scheme, host and port of an `http` or `https` URI.
fn origin(uri: &str) -> Option<String> {
    let url = url::Url::parse(uri).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.origin().ascii_serialization())
}

async fn read(connection: &mut AnyConnection) -> Result<Snapshot, sqlx::Error> {
    let systems: Vec<SystemRow> = sqlx::query_as(
        "SELECT id, key, audience, base_path, project_param, restricted, disabled, builtin FROM systems",
    )
    .fetch_all(&mut *connection)
    .await?;
    let apis: Vec<ApiRow> = sqlx::query_as(
        "SELECT id, system_id, key, method, base_path, path, multi_segment, scope, removed FROM apis",
    )
    .fetch_all(&mut *connection)
    .await?;
    let opened: Vec<(String, String)> = sqlx::query_as("SELECT system_id, project_id FROM project_systems")
        .fetch_all(&mut *connection)
        .await?;
    let projects: Vec<ProjectRow> =
        sqlx::query_as("SELECT id, key, name, disabled FROM projects").fetch_all(&mut *connection).await?;
    let verifier_keys: Vec<VerifierKeyRow> =
        sqlx::query_as("SELECT system_id, digest, gateway FROM verifier_keys").fetch_all(connection).await?;

    let mut opened_to: HashMap<String, BTreeSet<ProjectId>> = HashMap::new();
    for (system, project) in opened {
        opened_to.entry(system).or_default().insert(stored(&project)?);
    }
    let mut routes: HashMap<String, Vec<Route<CatalogApi>>> = HashMap::new();
    let mut named = HashMap::with_capacity(apis.len());
    for row in apis {
        let id: ApiId = stored(&row.id)?;
        named.insert(id.clone(), (stored(&row.system_id)?, row.key.clone()));
        if row.removed != 0 {
            continue;
        }
        let scope = if row.scope == ApiScope::Global.as_str() { ApiScope::Global } else { ApiScope::Project };
        routes.entry(row.system_id).or_default().push(Route {
            method: row.method,
            base_path: row.base_path,
            path: row.path,
            multi_segment: serde_json::from_str(&row.multi_segment).unwrap_or_default(),
            value: CatalogApi { id, key: row.key, scope },
        });
    }
    let mut snapshot = Snapshot {
        systems: HashMap::with_capacity(systems.len()),
        systems_by_key: HashMap::with_capacity(systems.len()),
        apis_by_key: named.iter().map(|(id, (_, key))| (key.clone(), id.clone())).collect(),
        apis: named,
        projects: HashMap::with_capacity(projects.len()),
        projects_by_key: HashMap::with_capacity(projects.len()),
        verifier_keys: HashMap::with_capacity(verifier_keys.len()),
    };
    for row in systems {
        let id: SystemId = stored(&row.id)?;
        let routes = routes.remove(&row.id).unwrap_or_default();
        let opened_to = opened_to.remove(&row.id).unwrap_or_default();
        snapshot.systems_by_key.insert(row.key.clone(), id.clone());
        let system = CatalogSystem {
            id: id.clone(),
            key: row.key,
            origin: origin(&row.audience),
            audience: row.audience,
            project_param: row.project_param,
            disabled: row.disabled != 0,
            builtin: row.builtin != 0,
            opened_to: if row.restricted == 0 { Reach::All } else { Reach::Only(opened_to) },
            router: Router::build(&row.base_path, routes).0,
        };
        snapshot.systems.insert(id, system);
    }
    for row in projects {
        let id: ProjectId = stored(&row.id)?;
        snapshot.projects_by_key.insert(row.key.clone(), id.clone());
        let name = ProjectRef { id: id.clone(), key: row.key, name: row.name };
        snapshot.projects.insert(id, CatalogProject { name, disabled: row.disabled != 0 });
    }
    for row in verifier_keys {
        let digest =
            Digest::try_from(row.digest.as_slice()).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        let gateway = row.gateway.as_deref().and_then(Gateway::named);
        snapshot.verifier_keys.insert(digest, CatalogVerifier { system: stored(&row.system_id)?, gateway });
    }
    Ok(snapshot)
}
