//! The SQL of users.

use std::collections::HashMap;

use latchkey_shared::ids::UserId;
use latchkey_shared::projects::MemberRole;
use latchkey_shared::users::Role;

use crate::access::UserState;
use crate::database::Database;
use crate::systems::catalog::stored;

/// A user's state and memberships at one moment.
pub(super) async fn state(database: &Database, id: &UserId) -> Result<Option<UserState>, sqlx::Error> {
    let mut transaction = database.read_at_one_moment().await?;
    let row: Option<(String, String, i64)> =
        sqlx::query_as("SELECT username, role, disabled FROM users WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(&mut *transaction)
            .await?;
    let memberships: Vec<(String, String)> =
        sqlx::query_as("SELECT project_id, role FROM members WHERE user_id = $1")
            .bind(id.to_string())
            .fetch_all(&mut *transaction)
            .await?;
    transaction.commit().await?;
    let Some((username, role, disabled)) = row else { return Ok(None) };
    let role = if role == Role::SystemAdmin.as_str() { Role::SystemAdmin } else { Role::User };
    let membership = |(project, role): (String, String)| {
        let role = if role == MemberRole::Admin.as_str() { MemberRole::Admin } else { MemberRole::Member };
        Ok((stored(&project)?, role))
    };
    let memberships: Result<HashMap<_, _>, sqlx::Error> = memberships.into_iter().map(membership).collect();
    Ok(Some(UserState { id: id.clone(), username, role, disabled: disabled != 0, memberships: memberships? }))
}
