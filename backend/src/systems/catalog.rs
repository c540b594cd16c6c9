//! The systems and verifier keys that decisions need, in memory.
//!
//! A snapshot has the settings of all systems at one moment. When one of them changes, a new
//! snapshot is read. It takes over from the one before what has not changed: the projects that
//! a system is opened to and its operations, which have versions of their own.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use latchkey_shared::ids::{ProjectId, SystemId};
use latchkey_shared::systems::Gateway;
use sqlx::{AnyConnection, FromRow};
use tokio::sync::Semaphore;

pub use super::decided::Decided;
pub use super::operations::{CatalogApi, Operations};
use super::operations::{Unread, Version};
use super::store;
use crate::access::reach::Reach;
use crate::crypto::Digest;
use crate::database::stored::stored;
use crate::database::{Change, Database, FreshCell, promptly};
use crate::telemetry::query;

/// A system. [`Catalog::operations`] finds the APIs of its calls.
#[derive(PartialEq)]
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
    pub opened_to: Arc<Reach>,
    openings_version: String,
    operations: Arc<Version>,
    /// How its calls were decided. Systems beyond the first [`COUNTED`] share one.
    pub decided: Arc<Decided>,
}

/// How many systems have counts of their own, so that metrics stay few.
pub const COUNTED: usize = 100;

/// What decisions need to know of a verifier key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogVerifier {
    /// The system that it is for.
    pub system: SystemId,
    /// The gateway that uses it, if one does.
    pub gateway: Option<Gateway>,
}

/// Systems and verifier keys at one moment.
#[derive(PartialEq)]
pub struct Snapshot {
    systems: HashMap<SystemId, CatalogSystem>,
    systems_by_key: HashMap<String, SystemId>,
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

    /// The verifier key with this digest, or the verifier whose certificate has the name of this digest.
    #[must_use]
    pub fn verifier_key(&self, digest: &Digest) -> Option<&CatalogVerifier> {
        self.verifier_keys.get(digest)
    }
}

/// The current snapshot, and how it is read.
pub struct Catalog {
    database: Database,
    snapshot: FreshCell<Snapshot>,
    /// How the calls of systems without counts of their own were decided.
    others: Arc<Decided>,
    /// Reads of operations wait for one of these, so that connections are left for decisions.
    turns: Arc<Semaphore>,
}

/// How many systems are read at once.
const TURNS: usize = 2;
/// How often operations are read again that change meanwhile.
const READS: usize = 3;

impl Catalog {
    /// Makes a catalog. It is read on first use.
    #[must_use]
    pub fn new(database: Database) -> Self {
        let snapshot = FreshCell::new(Arc::clone(database.epochs()), Change::Catalog);
        Self { database, snapshot, others: Arc::default(), turns: Arc::new(Semaphore::new(TURNS)) }
    }

    /// How calls were decided, by the key of the system as it was last read; `None` for the systems
    /// without counts of their own. Nothing is read.
    #[must_use]
    pub fn decided(&self) -> Vec<(Option<String>, Arc<Decided>)> {
        let last = self.snapshot.last();
        let systems = last.iter().flat_map(|snapshot| snapshot.systems());
        let mut own: Vec<_> = systems
            .filter(|system| !Arc::ptr_eq(&system.decided, &self.others))
            .map(|system| (Some(system.key.clone()), Arc::clone(&system.decided)))
            .collect();
        own.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        own.push((None, Arc::clone(&self.others)));
        own
    }

    /// The current snapshot.
    pub async fn load(&self) -> Result<Arc<Snapshot>, sqlx::Error> {
        self.snapshot.get_or_read(|| self.read()).await
    }

    /// Whether this is still the current snapshot.
    pub(crate) fn still_counts(&self, snapshot: &Arc<Snapshot>) -> bool {
        self.snapshot.still_counts(snapshot)
    }

    /// Compares the snapshot with the database. Returns how many differ: none or one.
    pub(crate) async fn compare(&self) -> Result<u64, sqlx::Error> {
        self.snapshot.compare(&self.database, || self.read(), PartialEq::eq).await
    }

    /// The operations of a system of a snapshot; `None` if they are out of date. Then load a
    /// new snapshot.
    pub async fn operations(&self, system: &CatalogSystem) -> Result<Option<Arc<Operations>>, sqlx::Error> {
        if let Some(known) = system.operations.get() {
            return Ok(Some(Arc::clone(known)));
        }
        let read = promptly(system.operations.read(&self.database, &self.turns));
        match query("apis", read).await {
            Ok(operations) => Ok(Some(operations)),
            Err(Unread::Failed) => Err(sqlx::Error::PoolTimedOut),
            Err(Unread::Changed) => {
                self.database.epochs().raise(&Change::Catalog);
                Ok(None)
            }
        }
    }

    /// Reads the operations of a system after they changed, so that no call waits for it. Returns
    /// `None` if that failed: it is left to the next call.
    pub async fn prepare(&self, system: &str) -> Option<Arc<Operations>> {
        for _ in 0..READS {
            let snapshot = self.load().await.ok()?;
            let system = snapshot.system_named(system)?;
            if let Some(known) = system.operations.get() {
                return Some(Arc::clone(known));
            }
            match system.operations.read(&self.database, &self.turns).await {
                Ok(operations) => return Some(operations),
                // The read has logged why.
                Err(Unread::Failed) => return None,
                Err(Unread::Changed) => self.database.epochs().raise(&Change::Catalog),
            }
        }
        None
    }

    async fn read(&self) -> Result<Snapshot, sqlx::Error> {
        let before = self.snapshot.last();
        let mut transaction = self.database.read_at_one_moment().await?;
        let snapshot = read(&mut transaction, before.as_deref(), &self.others).await?;
        transaction.commit().await?;
        Ok(snapshot)
    }
}

#[derive(FromRow)]
struct SystemRow {
    id: String,
    key: String,
    audience: String,
    project_param: String,
    restricted: i64,
    disabled: i64,
    builtin: i64,
    operations_version: String,
    openings_version: String,
}

#[derive(FromRow)]
struct VerifierKeyRow {
    system_id: String,
    digest: Vec<u8>,
    gateway: Option<String>,
}

/// Scheme, host and port of an `http` or `https` URI.
fn origin(uri: &str) -> Option<String> {
    let url = url::Url::parse(uri).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.origin().ascii_serialization())
}

async fn read(
    connection: &mut AnyConnection,
    before: Option<&Snapshot>,
    others: &Arc<Decided>,
) -> Result<Snapshot, sqlx::Error> {
    let rows: Vec<SystemRow> = sqlx::query_as(
        "SELECT id, key, audience, project_param, restricted, disabled, builtin, operations_version, \
         openings_version FROM systems ORDER BY id",
    )
    .fetch_all(&mut *connection)
    .await?;
    let known = |row: &SystemRow| before?.system(&row.id.parse().ok()?);
    let is_unknown = |row: &&SystemRow| row.restricted != 0 && same_openings(known(row), row).is_none();
    let unknown: Vec<String> = rows.iter().filter(is_unknown).map(|row| row.id.clone()).collect();
    let mut openings = store::openings(&mut *connection, &unknown).await?;
    let mut systems = HashMap::with_capacity(rows.len());
    let mut systems_by_key = HashMap::with_capacity(rows.len());
    let has_own = |row: &&SystemRow| known(row).is_some_and(|known| !Arc::ptr_eq(&known.decided, others));
    let mut left = COUNTED.saturating_sub(rows.iter().filter(has_own).count());
    for row in rows {
        let id: SystemId = stored(&row.id)?;
        systems_by_key.insert(row.key.clone(), id.clone());
        let opened = openings.remove(&row.id).unwrap_or_default();
        let known = known(&row);
        let decided = match known {
            Some(known) => Arc::clone(&known.decided),
            None if left == 0 => Arc::clone(others),
            None => {
                left -= 1;
                Arc::default()
            }
        };
        systems.insert(id.clone(), system(id, row, known, opened, decided));
    }
    let rows: Vec<VerifierKeyRow> =
        sqlx::query_as("SELECT system_id, digest, gateway FROM verifier_keys").fetch_all(connection).await?;
    let mut verifier_keys = HashMap::with_capacity(rows.len());
    for row in rows {
        let digest =
            Digest::try_from(row.digest.as_slice()).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        let gateway = row.gateway.as_deref().and_then(Gateway::named);
        verifier_keys.insert(digest, CatalogVerifier { system: stored(&row.system_id)?, gateway });
    }
    Ok(Snapshot { systems, systems_by_key, verifier_keys })
}

/// The projects that a restricted system is opened to, if they have not changed.
fn same_openings<'k>(known: Option<&'k CatalogSystem>, row: &SystemRow) -> Option<&'k Arc<Reach>> {
    let known = known.filter(|known| known.openings_version == row.openings_version)?;
    // Nothing was read while it was not restricted.
    (*known.opened_to != Reach::All).then_some(&known.opened_to)
}

/// A system. What is `known` of it and has not changed is taken over. Otherwise `opened` has the
/// projects that it is opened to.
fn system(
    id: SystemId,
    row: SystemRow,
    known: Option<&CatalogSystem>,
    opened: BTreeSet<ProjectId>,
    decided: Arc<Decided>,
) -> CatalogSystem {
    let opened_to = match (row.restricted, same_openings(known, &row)) {
        (0, _) => Arc::new(Reach::All),
        (_, Some(same)) => Arc::clone(same),
        (_, None) => Arc::new(Reach::Only(opened)),
    };
    let operations = known.map(|known| &known.operations).filter(|known| known.is(&row.operations_version));
    CatalogSystem {
        operations: operations
            .map_or_else(|| Arc::new(Version::new(id.clone(), row.operations_version)), Arc::clone),
        id,
        key: row.key,
        origin: origin(&row.audience),
        audience: row.audience,
        project_param: row.project_param,
        disabled: row.disabled != 0,
        builtin: row.builtin != 0,
        opened_to,
        openings_version: row.openings_version,
        decided,
    }
}
