//! The rights that a write relies on. They are read before the write waits for its turn, so the
//! write checks that they are still the same.

use latchkey_shared::ids::{TokenId, UserId};
use sqlx::AnyConnection;

/// The versions that the rights of a caller were read at.
#[derive(Debug, Clone, Default)]
pub struct Witness {
    /// The person, or the user that a token acts as.
    pub user: Option<(UserId, i64)>,
    /// The token.
    pub token: Option<(TokenId, i64)>,
}

impl Witness {
    /// Whether nothing has changed since.
    pub(super) async fn holds(&self, connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
        if let Some((id, version)) = &self.user {
            let found: Option<i64> = sqlx::query_scalar("SELECT rights_version FROM users WHERE id = $1")
                .bind(id.to_string())
                .fetch_optional(&mut *connection)
                .await?;
            if found != Some(*version) {
                return Ok(false);
            }
        }
        if let Some((id, version)) = &self.token {
            // A token that was suspended has no rights.
            let found: Option<i64> = sqlx::query_scalar(
                "SELECT version FROM tokens WHERE id = $1 \
                 AND confirmed >= (SELECT COALESCE(MAX(id), 0) FROM suspensions)",
            )
            .bind(id.to_string())
            .fetch_optional(connection)
            .await?;
            if found != Some(*version) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
