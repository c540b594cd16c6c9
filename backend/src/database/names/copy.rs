//! The copy of the names of a table: how it is filled, follows changes, and is asked.

use std::collections::{BTreeMap, HashSet};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use sqlx::AnyConnection;
use tokio::sync::Mutex;

use super::heard::Heard;
use super::page::{Among, page};
use super::rows::Rows;
use crate::database::{Database, Epochs};

/// How long a search waits for the changes of other nodes. Without them, the database searches.
const CATCHING_UP: Duration = Duration::from_secs(1);
/// How many rows are read at once.
const AT_ONCE: usize = 1_000;
/// How many bytes a copy may take at most. Above it, the database searches. It is enough for some hundred
/// thousand rows.
const MOST: usize = 32 << 20;

/// A table whose rows are searched by the column `folded`. Their keys never change.
pub trait Named: Send + Sync + 'static {
    /// The rows that have changed.
    fn heard(epochs: &Epochs) -> &Heard;

    /// Reads key and column of the rows that follow a key, in the order of their keys.
    fn read_after(
        connection: &mut AnyConnection,
        key: &str,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(String, String)>, sqlx::Error>> + Send;

    /// Reads key and column of rows that have changed, as the changes name them. Changes name what is
    /// deleted by its key.
    fn read_changed(
        connection: &mut AnyConnection,
        rows: &[String],
    ) -> impl Future<Output = Result<Vec<(String, String)>, sqlx::Error>> + Send;
}

/// A copy of the names of a table. It is filled when they are first searched.
pub struct Names<T> {
    database: Database,
    held: Mutex<Held>,
    of: PhantomData<T>,
}

#[derive(Default)]
struct Held {
    /// The rows, if all were read.
    rows: Option<Arc<Rows>>,
    /// Rows that have changed and were not yet read again.
    changed: HashSet<String>,
    is_filling: bool,
    is_too_large: bool,
}

impl<T: Named> Names<T> {
    /// A copy that is not filled yet.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database, held: Mutex::default(), of: PhantomData }
    }

    /// At most `limit` items whose rows contain the folded text and follow `after`, as [`page`] does.
    pub async fn page<I>(
        self: &Arc<Self>,
        text: &str,
        after: &str,
        limit: usize,
        read: impl AsyncFn(Among<'_>) -> Result<Vec<I>, sqlx::Error>,
    ) -> Result<Vec<I>, sqlx::Error> {
        match self.rows().await {
            Some(rows) => page(&rows, text, after, limit, read).await,
            None => read(Among::After(after)).await,
        }
    }

    /// The rows, with every change that was committed when this was called; `None` if they are not
    /// known.
    async fn rows(self: &Arc<Self>) -> Option<Arc<Rows>> {
        let epochs = self.database.epochs();
        let caught_up = tokio::time::timeout(CATCHING_UP, epochs.catch_up()).await;
        if !caught_up.is_ok_and(|all| all) {
            return None;
        }
        let mut held = self.held.lock().await;
        if held.rows.is_some() {
            match T::heard(epochs).take() {
                Some(changed) => held.changed.extend(changed),
                None => held.rows = None,
            }
        }
        if held.rows.is_none() {
            self.start_filling(&mut held);
            return None;
        }
        if let Err(error) = self.take_over(&mut held).await {
            tracing::debug!(%error, "the search of names does not learn of changes; the database searches");
            return None;
        }
        held.rows.clone()
    }

    /// Reads changed rows again. They are waited for until they are taken over, also if the request
    /// is dropped.
    async fn take_over(&self, held: &mut Held) -> Result<(), sqlx::Error> {
        while let Some(rows) = held.rows.as_ref().filter(|_| !held.changed.is_empty()) {
            let some: Vec<String> = held.changed.iter().take(AT_ONCE).cloned().collect();
            let found = T::read_changed(&mut *self.database.reader().acquire().await?, &some).await?;
            let mut changes: BTreeMap<String, Option<String>> =
                some.iter().map(|row| (row.clone(), None)).collect();
            changes.extend(found.into_iter().map(|(key, row)| (key, Some(row))));
            let rows = rows.with(changes);
            held.is_too_large = rows.bytes() > MOST;
            held.rows = (!held.is_too_large).then(|| Arc::new(rows));
            for row in &some {
                held.changed.remove(row);
            }
        }
        Ok(())
    }

    /// Begins to read all rows, unless that is going on or they are too many.
    fn start_filling(self: &Arc<Self>, held: &mut Held) {
        if held.is_filling || held.is_too_large {
            return;
        }
        held.is_filling = true;
        held.changed.clear();
        // What changes from now on is read again, so it does not matter when which row is read.
        T::heard(self.database.epochs()).follow();
        let names = Arc::clone(self);
        self.database.spawn(async move {
            let read = names.read_all().await;
            let mut held = names.held.lock().await;
            held.is_filling = false;
            match read {
                Ok(Some(rows)) => held.rows = Some(Arc::new(rows)),
                Ok(None) => held.is_too_large = true,
                Err(error) => tracing::debug!(%error, "the names are not read; the next search tries again"),
            }
        });
    }

    /// Reads all rows; `None` if they are too many.
    async fn read_all(&self) -> Result<Option<Rows>, sqlx::Error> {
        let (mut all, mut after) = (Rows::default(), String::new());
        loop {
            let mut connection = self.database.reader().acquire().await?;
            let rows = T::read_after(&mut connection, &after, AT_ONCE).await?;
            drop(connection);
            let Some((last, _)) = rows.last() else { return Ok(Some(all)) };
            after.clone_from(last);
            all.extend(rows);
            if all.bytes() > MOST {
                return Ok(None);
            }
        }
    }
}
