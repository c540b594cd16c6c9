//! What is looked at in the database of a backup.

use sqlx::AnyConnection;

use crate::crypto::vault::{Place, Vault, VaultError};
use crate::keys::Wrapped;

/// The columns that are sealed, and their tables. The rows have an `id`.
pub(super) const SEALED: [(&str, &str); 5] = [
    ("signing_keys", "private_key"),
    ("token_keys", "private_key"),
    ("token_keys", "secret"),
    ("token_keys", "open_token"),
    ("audit_keys", "private_key"),
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

/// The id and the value of a sealed column in the first row that has one.
type Found = Option<(String, Vec<u8>)>;

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
        let signing_key = sqlx::query_as("SELECT id, private_key FROM signing_keys LIMIT 1")
            .fetch_optional(&mut *connection)
            .await?;
        let private_key =
            sqlx::query_as("SELECT id, private_key FROM token_keys WHERE private_key IS NOT NULL LIMIT 1")
                .fetch_optional(&mut *connection)
                .await?;
        let secret = sqlx::query_as("SELECT id, secret FROM token_keys WHERE secret IS NOT NULL LIMIT 1")
            .fetch_optional(&mut *connection)
            .await?;
        let open_token =
            sqlx::query_as("SELECT id, open_token FROM token_keys WHERE open_token IS NOT NULL LIMIT 1")
                .fetch_optional(&mut *connection)
                .await?;
        let audit_key = sqlx::query_as("SELECT id, private_key FROM audit_keys LIMIT 1")
            .fetch_optional(connection)
            .await?;
        let found: [Found; 5] = [signing_key, private_key, secret, open_token, audit_key];
        let mut sealed = Vec::new();
        for ((table, column), found) in SEALED.into_iter().zip(found) {
            sealed.extend(found.map(|(row, blob)| Value { table, column, row, blob }));
        }
        Ok(Self { wrapped, sealed, tokens: tokens.unsigned_abs() })
    }

    /// Whether there is a value of this column.
    pub(super) fn has(&self, table: &str, column: &str) -> bool {
        self.sealed.iter().any(|value| value.table == table && value.column == column)
    }
}
