//! The tables with columns that are encrypted, and their SQL. Whoever adds such a column adds it here.

use latchkey_shared::ids::KeyId;
use sqlx::{AnyConnection, FromRow};

use crate::crypto::vault::{Place, Vault, VaultError};
use crate::database::Engine;
use crate::database::sql::Sql;

/// A table with encrypted columns. Each row names its data key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names, reason = "they are the names of the tables")]
pub(super) enum Table {
    /// Keys of tokens.
    TokenKeys,
    /// Keys that sign JWTs.
    SigningKeys,
    /// Keys that sign checkpoints of the audit trail.
    AuditKeys,
}

#[derive(FromRow)]
struct TokenKey {
    id: String,
    private_key: Option<Vec<u8>>,
    secret: Option<Vec<u8>>,
    open_token: Option<Vec<u8>>,
}

/// A row with a private key, and nothing else that is encrypted.
#[derive(FromRow)]
struct PrivateKey {
    id: String,
    private_key: Vec<u8>,
}

impl Table {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::TokenKeys, Self::SigningKeys, Self::AuditKeys];

    fn name(self) -> &'static str {
        match self {
            Self::TokenKeys => "token_keys",
            Self::SigningKeys => "signing_keys",
            Self::AuditKeys => "audit_keys",
        }
    }

    /// How many rows are not encrypted with this key.
    pub(super) async fn count_others(
        self,
        connection: &mut AnyConnection,
        current: &KeyId,
    ) -> Result<i64, sqlx::Error> {
        let statement = match self {
            Self::TokenKeys => {
                "SELECT CAST(COUNT(*) AS BIGINT) FROM token_keys WHERE data_key IS NULL OR data_key <> $1"
            }
            Self::SigningKeys => {
                "SELECT CAST(COUNT(*) AS BIGINT) FROM signing_keys WHERE data_key IS NULL OR data_key <> $1"
            }
            Self::AuditKeys => {
                "SELECT CAST(COUNT(*) AS BIGINT) FROM audit_keys WHERE data_key IS NULL OR data_key <> $1"
            }
        };
        sqlx::query_scalar(statement).bind(current.to_string()).fetch_one(connection).await
    }

    /// The ids of some rows after `after` that are not encrypted with this key, in their order. By its
    /// index on the key, PostgreSQL would walk over what is done, again and again.
    pub(super) async fn others(
        self,
        connection: &mut AnyConnection,
        current: &KeyId,
        after: &str,
        limit: i64,
    ) -> Result<Vec<String>, sqlx::Error> {
        let statement = match self {
            Self::TokenKeys => {
                "SELECT id FROM token_keys WHERE id > $1 AND (data_key IS NULL OR data_key <> $2) \
                 ORDER BY id LIMIT $3"
            }
            Self::SigningKeys => {
                "SELECT id FROM signing_keys WHERE id > $1 AND (data_key IS NULL OR data_key <> $2) \
                 ORDER BY id LIMIT $3"
            }
            Self::AuditKeys => {
                "SELECT id FROM audit_keys WHERE id > $1 AND (data_key IS NULL OR data_key <> $2) \
                 ORDER BY id LIMIT $3"
            }
        };
        sqlx::query_scalar(statement)
            .bind(after.to_owned())
            .bind(current.to_string())
            .bind(limit)
            .fetch_all(connection)
            .await
    }

    /// Whether a row names this key, or none.
    pub(super) async fn is_left(
        self,
        connection: &mut AnyConnection,
        key: &KeyId,
    ) -> Result<bool, sqlx::Error> {
        let statement = match self {
            Self::TokenKeys => {
                "SELECT CASE WHEN EXISTS (SELECT 1 FROM token_keys WHERE data_key = $1) \
                 OR EXISTS (SELECT 1 FROM token_keys WHERE data_key IS NULL) THEN 1 ELSE 0 END"
            }
            Self::SigningKeys => {
                "SELECT CASE WHEN EXISTS (SELECT 1 FROM signing_keys WHERE data_key = $1) \
                 OR EXISTS (SELECT 1 FROM signing_keys WHERE data_key IS NULL) THEN 1 ELSE 0 END"
            }
            Self::AuditKeys => {
                "SELECT CASE WHEN EXISTS (SELECT 1 FROM audit_keys WHERE data_key = $1) \
                 OR EXISTS (SELECT 1 FROM audit_keys WHERE data_key IS NULL) THEN 1 ELSE 0 END"
            }
        };
        let left: i32 = sqlx::query_scalar(statement).bind(key.to_string()).fetch_one(connection).await?;
        Ok(left != 0)
    }

    /// Encrypts these rows anew. In a transaction beside which no other writes: a column may have become
    /// empty meanwhile. A row that cannot be opened stays as it is. Returns how many were encrypted.
    pub(super) async fn reseal(
        self,
        connection: &mut AnyConnection,
        vault: &Vault,
        ids: &[String],
    ) -> Result<i64, sqlx::Error> {
        let mut done = 0;
        match self {
            Self::TokenKeys => {
                let mut sql = Sql::new("SELECT id, private_key, secret, open_token FROM token_keys WHERE id");
                Engine::of(connection).push_in(&mut sql, ids);
                for row in sql.query_as::<TokenKey>().fetch_all(&mut *connection).await? {
                    done += i64::from(reseal_token_key(&mut *connection, vault, row).await?);
                }
            }
            Self::SigningKeys => {
                let mut sql = Sql::new("SELECT id, private_key FROM signing_keys WHERE id");
                Engine::of(connection).push_in(&mut sql, ids);
                let update = "UPDATE signing_keys SET private_key = $1, data_key = $2 WHERE id = $3";
                done += self.reseal_private_keys(connection, vault, sql, update).await?;
            }
            Self::AuditKeys => {
                let mut sql = Sql::new("SELECT id, private_key FROM audit_keys WHERE id");
                Engine::of(connection).push_in(&mut sql, ids);
                let update = "UPDATE audit_keys SET private_key = $1, data_key = $2 WHERE id = $3";
                done += self.reseal_private_keys(connection, vault, sql, update).await?;
            }
        }
        Ok(done)
    }

    /// The same for a table with nothing else than private keys: `select` finds the rows, `update` writes one.
    async fn reseal_private_keys(
        self,
        connection: &mut AnyConnection,
        vault: &Vault,
        select: Sql,
        update: &'static str,
    ) -> Result<i64, sqlx::Error> {
        let mut done = 0;
        for row in select.query_as::<PrivateKey>().fetch_all(&mut *connection).await? {
            let resealed = self.column(vault, &row.id, "private_key", &row.private_key);
            let Ok(private_key) = resealed else { continue };
            sqlx::query(update)
                .bind(private_key)
                .bind(vault.current().to_string())
                .bind(row.id)
                .execute(&mut *connection)
                .await?;
            done += 1;
        }
        Ok(done)
    }

    fn column(
        self,
        vault: &Vault,
        row: &str,
        column: &'static str,
        blob: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        vault.reseal(&Place { table: self.name(), row, column }, blob).inspect_err(|error| {
            tracing::error!(%error, table = self.name(), row, column, "it keeps its data key");
        })
    }
}

async fn reseal_token_key(
    connection: &mut AnyConnection,
    vault: &Vault,
    row: TokenKey,
) -> Result<bool, sqlx::Error> {
    let column = |name, blob: Option<Vec<u8>>| {
        blob.map(|blob| Table::TokenKeys.column(vault, &row.id, name, &blob)).transpose()
    };
    let resealed = [("private_key", row.private_key), ("secret", row.secret), ("open_token", row.open_token)]
        .map(|(name, blob)| column(name, blob));
    let [Ok(private_key), Ok(secret), Ok(open_token)] = resealed else { return Ok(false) };
    sqlx::query(
        "UPDATE token_keys SET private_key = $1, secret = $2, open_token = $3, data_key = $4 WHERE id = $5",
    )
    .bind(private_key)
    .bind(secret)
    .bind(open_token)
    .bind(vault.current().to_string())
    .bind(row.id)
    .execute(connection)
    .await?;
    Ok(true)
}
