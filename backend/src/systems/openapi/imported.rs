//! A document that was compared with its system, and how it is written.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use latchkey_shared::ids::{ApiId, SystemId};
use latchkey_shared::systems::{ImportReport, ImportedApi, System};
use serde_json::json;
use sqlx::AnyConnection;

use super::compare::compare;
use super::document::Document;
use crate::access::origin::Origin;
use crate::audit;
use crate::database::{Change, Database, Rank, WriteError as _, now};
use crate::revocations::{self, Of};
use crate::systems::get::own;
use crate::systems::store::{self, BATCH, Difference, Known, Left, Staging, StoredApi, TABLE};
use crate::web::problem::{Kind, Problem};

/// How often to look whether another import of the system has ended.
const AGAIN: Duration = Duration::from_millis(100);
/// How often at most. By then, one that stands still was given up.
const LOOKS: usize = 120;
/// After so many batches, the table of APIs has grown so much that statements need another plan.
const GROWN: usize = 10;

/// A document, compared with its system at one moment.
pub(super) struct Imported {
    /// Shared, so that a transaction does not have to free it.
    known: Arc<Known>,
    difference: Difference,
    warnings: Vec<String>,
}

impl Imported {
    pub(super) fn compare(document: &Document, known: Known) -> Self {
        let mut warnings = document.warnings.clone();
        let difference = compare(&known, document, &mut warnings);
        Self { known: Arc::new(known), difference, warnings }
    }

    pub(super) async fn report(
        &self,
        connection: &mut AnyConnection,
        document: &Document,
        dry_run: bool,
    ) -> Result<ImportReport, Problem> {
        let Difference { added, changed, removed, unchanged, .. } = &self.difference;
        let named = |all: &[StoredApi]| -> Vec<ImportedApi> {
            let name = |stored: &StoredApi| ImportedApi {
                key: stored.api.key.clone(),
                method: stored.api.method.clone(),
                path: stored.api.shown_path(),
                name: stored.api.name.clone(),
            };
            all.iter().map(name).collect()
        };
        let back = changed.iter().filter(|stored| stored.api.removed);
        let affected: Vec<ApiId> = removed.iter().chain(back).map(|stored| stored.api.id.clone()).collect();
        Ok(ImportReport {
            dry_run,
            added: named(added),
            changed: named(changed),
            removed: named(removed),
            unchanged: *unchanged,
            affected_tokens: store::tokens_of_apis(connection, &affected).await?,
            warnings: self.warnings.clone(),
            base_path: document.base_path.clone().unwrap_or_default(),
        })
    }

    /// Writes the difference if the system has not changed since the comparison. Other writers
    /// wait for the transaction, so it only checks this and writes what is left: if there are many
    /// new APIs, most were written before, where nobody sees them.
    pub(super) async fn write(
        mut self,
        database: &Database,
        origin: &Origin,
        document: &Document,
    ) -> Result<Option<ImportReport>, Problem> {
        let report = self.report(&mut *database.reader().acquire().await?, document, false).await?;
        let system = self.known.system.id.clone();
        wait_for_others(database, &system).await?;
        let staging = match self.new_apis_to_stage() {
            apis if apis.is_empty() => None,
            apis => match stage(database, &system, apis).await? {
                None => return Ok(None),
                staging => staging,
            },
        };
        let staged = staging.clone();
        let passes_keys_on = self.difference.passes_keys_on(&self.known);
        let (known, origin, base_path) =
            (Arc::clone(&self.known), origin.clone(), document.base_path.clone());
        let written = database.write(move |transaction| {
            Box::pin(async move {
                let connection = transaction.connection();
                let system = own(connection, known.system.id.as_str()).await?;
                let is_current = known.is_current(connection, &system).await?
                    && !store::is_staged(connection, &system.id, staging.as_ref()).await?;
                if !is_current {
                    return Ok(None);
                }
                let loss = self.difference.loss();
                let taken = store::apply(transaction.takes_if(loss), self.difference).await?;
                if let Some(staging) = &staging
                    && !staging.publish(transaction.connection()).await?
                {
                    return Ok(None);
                }
                if let Some(base_path) = base_path.filter(|path| *path != system.base_path) {
                    let moved = System { base_path, ..system.clone() };
                    let taking = transaction.takes(store::changed(&moved));
                    store::set_base_path(taking, &moved.id, &moved.base_path).await?;
                }
                if taken.grants || passes_keys_on {
                    // For verifiers that check JWTs offline.
                    let of = Of::System(&system.id);
                    revocations::record(transaction, of, "aud", &system.audience, now()).await?;
                }
                transaction.changes(Change::Catalog);
                if taken.limits {
                    transaction.changes(Change::Limits);
                }
                let detail = json!({ "added": report.added.len(), "changed": report.changed.len(), "removed": report.removed.len() });
                audit::record(transaction, &origin, "system.imported", (&system.id, system.key), detail).await?;
                Ok::<_, Problem>(Some(report))
            })
        });
        let written = written.await;
        if let Some(staging) = staged {
            if !matches!(written, Ok(Some(_))) {
                staging.give_up(&mut *database.unordered_writer().acquire().await?).await?;
            }
            let (clearing, system) = (database.clone(), system.to_string());
            database.spawn(async move {
                if let Err(error) = clear(&clearing, &system).await {
                    tracing::warn!(%error, "the rest of an import is not cleared; it is tried again");
                }
            });
        }
        written
    }

    /// Takes the new APIs out of the difference if there are many, except for those whose key
    /// another API has until the difference is written.
    fn new_apis_to_stage(&mut self) -> Vec<StoredApi> {
        if self.difference.added.len() <= BATCH {
            return Vec::new();
        }
        let taken: HashSet<&str> = self.known.apis.iter().map(|stored| stored.api.key.as_str()).collect();
        let added = std::mem::take(&mut self.difference.added);
        let (kept, mut staged): (Vec<StoredApi>, Vec<StoredApi>) =
            added.into_iter().partition(|stored| taken.contains(stored.api.key.as_str()));
        self.difference.added = kept;
        // So each transaction writes neighbours in the indexes, on few pages.
        staged.sort_unstable_by(|one, other| one.api.key.cmp(&other.api.key));
        staged
    }
}

fn another_goes_on() -> Problem {
    Problem::new(Kind::Conflict).with_detail("Another import of the system is running. Try again.")
}

/// Waits until nothing is left of other imports of the system.
async fn wait_for_others(database: &Database, system: &SystemId) -> Result<(), Problem> {
    for _ in 0..LOOKS {
        if clear(database, system.as_str()).await? == Left::Nothing {
            return Ok(());
        }
        tokio::time::sleep(AGAIN).await;
    }
    Err(another_goes_on())
}

/// Writes new APIs where nobody sees them; `None` if the system has changed meanwhile.
async fn stage(
    database: &Database,
    system: &SystemId,
    apis: Vec<StoredApi>,
) -> Result<Option<Staging>, Problem> {
    let staging = Staging::new(system);
    let begun = staging.clone();
    database
        .write(move |transaction| {
            Box::pin(async move {
                if begun.begin(transaction.connection()).await? { Ok(()) } else { Err(another_goes_on()) }
            })
        })
        .await?;
    for (number, some) in apis.chunks(BATCH).enumerate() {
        if number == GROWN {
            database.engine().note_growth(&mut *database.unordered_writer().acquire().await?, TABLE).await?;
        }
        let (adding, some) = (staging.clone(), Arc::new(some.to_vec()));
        let added = database.write_beside(Rank::Request, move |transaction| {
            let (adding, some) = (adding.clone(), Arc::clone(&some));
            Box::pin(async move { adding.add(transaction.connection(), &some).await })
        });
        match added.await {
            Ok(true) => {}
            Ok(false) => return Err(another_goes_on()),
            // An API that was added by hand meanwhile has one of the keys.
            Err(error) if error.is_encounter() => {
                staging.give_up(&mut *database.unordered_writer().acquire().await?).await?;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some(staging))
}

/// Clears what is left of an import of a system, some rows at a time, so that other writers get
/// their turn.
async fn clear(database: &Database, system: &str) -> Result<Left, sqlx::Error> {
    loop {
        let system = system.to_owned();
        let left = database
            .write_as(Rank::Background, move |transaction| {
                Box::pin(async move { store::clear_some(transaction.connection(), &system).await })
            })
            .await?;
        if left != Left::More {
            return Ok(left);
        }
    }
}

/// Clears what is left of all imports, such as those that a crash cut off.
pub async fn clear_imports(database: &Database) -> Result<(), sqlx::Error> {
    let systems = store::systems_with_imports(&mut *database.reader().acquire().await?).await?;
    for system in systems {
        clear(database, &system).await?;
    }
    Ok(())
}
