//! What is looked at in the database of a backup.

use sqlx::AnyConnection;

use crate::crypto::vault::{Place, Vault, VaultError};
use crate::keys::Wrapped;

/// The columns that are sealed, and their tables. The rows have an `id`.
pub(super) const SEALED: [(&str, &str); 4] = [
    ("signing_keys", "private_key"),
    ("token_keys", "private_key"),
    ("token_keys", "secret"),
    ("token_keys", "open_token"),
];

/// A value of a sealed column.
pub(super) struct Value {
    pub(super) table: &'static str,
    pub(super) column: &'static str,
    pub(super) row: String,
    pub(super) blob: Vec<u8>,
}

impl Value {
    /// Opens it with the vault.
    pub(super) fn open(&self, vault: &Vault) -> Result<(), VaultError> {
        let place = Place { table: self.table, row: &self.row, column: self.column };
        vault.open(&place, &self.blob).map(drop)
    }

    /// Its column, with the table.
    pub(super) fn name(&self) -> String {
        format!("{}.{}", self.table, self.column)
    }
}

/// The keys of a database, and one value of each sealed column that has any.
#[derive(Default)]
pub(super) struct Content {
    pub(super) wrapped: Wrapped,
    pub(super) sealed: Vec<Value>,
    /// How many tokens there are.
    pub(super) tokens: u64,
}

impl Content {
    /// Reads it from a database.
    pub(super) async fn read(connection: &mut AnyConnection) -> Result<Self, sqlx::Error> {
        let wrapped = Wrapped::read(&mut *connection).await?;
        let tokens: i64 = sqlx::query_scalar("SELECT CAST(COUNT(*) AS BIGINT) FROM tokens")
            .fetch_one(&mut *connection)
            .await?;
        let sealed = [
            first(connection, "SELECT id, private_key FROM signing_keys LIMIT 1").await?,
            first(connection, "SELECT id, private_key FROM token_keys WHERE private_key IS NOT NULL LIMIT 1")
                .await?,
            first(connection, "SELECT id, secret FROM token_keys WHERE secret IS NOT NULL LIMIT 1").await?,
            first(connection, "SELECT id, open_token FROM token_keys WHERE open_token IS NOT NULL LIMIT 1")
                .await?,
        ];
        let value = |((table, column), found): ((&'static str, &'static str), Option<(String, Vec<u8>)>)| {
            found.map(|(row, blob)| Value { table, column, row, blob })
        };
        let sealed = SEALED.into_iter().zip(sealed).filter_map(value).collect();
        Ok(Self { wrapped, sealed, tokens: tokens.unsigned_abs() })
    }

    /// Whether there is a value of this column.
    pub(super) fn has(&self, table: &str, column: &str) -> bool {
        self.sealed.iter().any(|value| value.table == table && value.column == column)
    }
}

/// The first row of a sealed column: its id and the value.
async fn first(
    connection: &mut AnyConnection,
    statement: &'static str,
) -> Result<Option<(String, Vec<u8>)>, sqlx::Error> {
    sqlx::query_as(statement).fetch_optional(connection).await
}
