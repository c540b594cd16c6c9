//! New APIs of a large import: written some at a time where nobody sees them, and then published
//! together.

use latchkey_shared::ids::SystemId;
use sqlx::AnyConnection;

use super::apis::{StoredApi, insert_apis};
use crate::database::now;

/// An import that stands still for so many milliseconds is given up.
const STANDS_STILL: i64 = 10_000;
/// New rows that one transaction adds. PostgreSQL takes a few milliseconds for them: so others get
/// a processor again soon.
pub(crate) const BATCH: usize = 200;
/// Where new rows wait.
pub(crate) const TABLE: &str = "api_rows";
/// Rows that one transaction clears. Each costs more than a new one.
const CLEARED: usize = 100;

/// An import whose APIs wait to be published.
#[derive(Debug, Clone)]
pub(crate) struct Staging {
    id: String,
    system: SystemId,
}

/// What is left of an import of a system.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// Nothing.
    Nothing,
    /// There are more rows to clear.
    More,
    /// Another import goes on.
    GoesOn,
}

impl Staging {
    pub(crate) fn new(system: &SystemId) -> Self {
        Self { id: ulid::Ulid::generate().to_string(), system: system.clone() }
    }

    /// Begins an import. Returns whether nothing is left of another one.
    pub(crate) async fn begin(&self, connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
        sqlx::query(
            "INSERT INTO imports (id, system_id, renewed_at) VALUES ($1, $2, $3) ON CONFLICT (system_id) DO NOTHING",
        )
            .bind(self.id.clone())
            .bind(self.system.to_string())
            .bind(now())
            .execute(connection)
            .await
            .map(|done| done.rows_affected() > 0)
    }

    /// Adds APIs that wait. Returns whether the import still goes on.
    pub(crate) async fn add(
        &self,
        connection: &mut AnyConnection,
        apis: &[StoredApi],
    ) -> Result<bool, sqlx::Error> {
        let renewed = sqlx::query("UPDATE imports SET renewed_at = $1 WHERE id = $2 AND published = 0")
            .bind(now())
            .bind(self.id.clone())
            .execute(&mut *connection)
            .await?;
        if renewed.rows_affected() == 0 {
            return Ok(false);
        }
        insert_apis(connection, apis, Some(&self.id)).await?;
        Ok(true)
    }

    /// Publishes the APIs. Returns whether the import went on until now.
    pub(crate) async fn publish(&self, connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
        let published = sqlx::query("UPDATE imports SET published = 1 WHERE id = $1 AND published = 0")
            .bind(self.id.clone())
            .execute(&mut *connection)
            .await?;
        if published.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("UPDATE systems SET operations_version = $1 WHERE id = $2")
            .bind(self.id.clone())
            .bind(self.system.to_string())
            .execute(connection)
            .await?;
        Ok(true)
    }

    /// Gives the import up.
    pub(crate) async fn give_up(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE imports SET renewed_at = 0 WHERE id = $1 AND published = 0")
            .bind(self.id.clone())
            .execute(connection)
            .await
            .map(drop)
    }
}

/// Whether APIs of a system wait for another import than `own`.
pub(crate) async fn is_staged(
    connection: &mut AnyConnection,
    system: &SystemId,
    own: Option<&Staging>,
) -> Result<bool, sqlx::Error> {
    let found: Option<String> =
        sqlx::query_scalar("SELECT id FROM imports WHERE system_id = $1 AND id <> $2 AND published = 0")
            .bind(system.to_string())
            .bind(own.map(|own| own.id.clone()).unwrap_or_default())
            .fetch_optional(connection)
            .await?;
    Ok(found.is_some())
}

/// The systems with something left of an import.
pub(crate) async fn systems_with_imports(connection: &mut AnyConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT system_id FROM imports ORDER BY id").fetch_all(connection).await
}

/// Clears some rows of what is left of an import of a system: published APIs no longer wait for
/// it, and those of an import that stands still are deleted.
pub(crate) async fn clear_some(connection: &mut AnyConnection, system: &str) -> Result<Left, sqlx::Error> {
    let found: Option<(String, i64, i64)> =
        sqlx::query_as("SELECT id, renewed_at, CAST(published AS BIGINT) FROM imports WHERE system_id = $1")
            .bind(system.to_owned())
            .fetch_optional(&mut *connection)
            .await?;
    let Some((id, renewed_at, published)) = found else { return Ok(Left::Nothing) };
    let statement = if published != 0 {
        "UPDATE api_rows SET import_id = NULL WHERE id IN (SELECT id FROM api_rows WHERE import_id = $1 LIMIT $2)"
    } else if renewed_at < now() - STANDS_STILL {
        "DELETE FROM api_rows WHERE id IN (SELECT id FROM api_rows WHERE import_id = $1 LIMIT $2)"
    } else {
        return Ok(Left::GoesOn);
    };
    let some = i64::try_from(CLEARED).unwrap_or(i64::MAX);
    let cleared = sqlx::query(statement).bind(id.clone()).bind(some).execute(&mut *connection).await?;
    if cleared.rows_affected() >= CLEARED as u64 {
        return Ok(Left::More);
    }
    sqlx::query("DELETE FROM imports WHERE id = $1").bind(id).execute(connection).await?;
    Ok(Left::Nothing)
}
