//! The id of the installation. Everything that is sealed is bound to it.

use sqlx::AnyConnection;

use crate::crypto::{random_bytes, to_base64url};
use crate::database::now;

/// The id of the installation, if it has one.
pub(super) async fn find(connection: &mut AnyConnection) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM installation").fetch_optional(connection).await
}

/// The id of the installation. Makes one if there is none.
pub(super) async fn ensure(connection: &mut AnyConnection) -> Result<String, sqlx::Error> {
    if let Some(id) = find(&mut *connection).await? {
        return Ok(id);
    }
    let id = to_base64url(random_bytes::<16>());
    sqlx::query("INSERT INTO installation (id, created_at) VALUES ($1, $2)")
        .bind(id.clone())
        .bind(now())
        .execute(connection)
        .await?;
    Ok(id)
}
