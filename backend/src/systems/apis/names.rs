//! The names of all APIs in memory, system by system, to search them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use latchkey_shared::ids::SystemId;
use latchkey_shared::tokens::Kind;

use crate::access::principal::Principal;
use crate::database::Database;
use crate::database::names::{MOST, Rows};
use crate::systems::store;

/// A copy of the names of all APIs. It is filled when they are first searched. What it has of a system
/// counts while the APIs of the system have the same version in the database.
pub struct ApiNames {
    database: Database,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// The version and the rows of each system.
    systems: HashMap<SystemId, (String, Arc<Rows>)>,
    is_filling: bool,
    is_too_large: bool,
}

impl Held {
    fn is_current(&self, system: &SystemId, version: &str) -> bool {
        self.systems.get(system).is_some_and(|(known, _)| known == version)
    }
}

impl ApiNames {
    /// A copy that is not filled yet.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database, held: Mutex::default() }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The names of the APIs that the caller may see, or grant to a token of this kind, or those of one
    /// system among them; `None` if they are not all known now. Then they are read.
    pub(super) async fn visible(
        self: &Arc<Self>,
        principal: &Principal,
        grantable: Option<Kind>,
        system: Option<&SystemId>,
    ) -> Result<Option<Arc<[Arc<Rows>]>>, sqlx::Error> {
        let mut connection = self.database.reader().acquire().await?;
        let versions = store::visible_versions(&mut connection, principal, grantable, system).await?;
        let mut held = self.held();
        if versions.iter().all(|(system, version)| held.is_current(system, version)) {
            let rows = versions.iter().filter_map(|(system, _)| held.systems.get(system));
            return Ok(Some(rows.map(|(_, rows)| Arc::clone(rows)).collect()));
        }
        if !held.is_filling && !held.is_too_large {
            held.is_filling = true;
            let names = Arc::clone(self);
            self.database.spawn(async move {
                if let Err(error) = names.fill().await {
                    tracing::debug!(%error, "the names of APIs are not read; the next search tries again");
                }
                names.held().is_filling = false;
            });
        }
        Ok(None)
    }

    /// Reads the APIs of systems that have another version.
    async fn fill(&self) -> Result<(), sqlx::Error> {
        let versions: HashMap<SystemId, String> =
            store::versions(&mut *self.database.reader().acquire().await?).await?.into_iter().collect();
        self.held().systems.retain(|system, _| versions.contains_key(system));
        for (system, version) in versions {
            if self.held().is_current(&system, &version) {
                continue;
            }
            let (version, rows) = store::names_of_apis(&self.database, &system).await?;
            let mut held = self.held();
            held.systems.insert(system, (version, Arc::new(rows)));
            if held.systems.values().map(|(_, rows)| rows.bytes()).sum::<usize>() > MOST {
                *held = Held { is_too_large: true, ..Held::default() };
                return Ok(());
            }
        }
        Ok(())
    }
}
