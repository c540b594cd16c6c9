//! The first administrator.

use latchkey_shared::users::Role;

use super::password::{Hasher, Lasting};
use super::store;
use crate::access::origin::Origin;
use crate::access::principal::SystemAdmin;
use crate::audit;
use crate::configuration::Configuration;
use crate::crypto::Secret;
use crate::database::{Change, Database};
use crate::web::problem::Problem;

/// Adds the administrator `admin` if there is no user yet. The password is the configured one,
/// or a generated one. Returns the password if it added the user.
pub async fn ensure_first_administrator(
    database: &Database,
    configuration: &Configuration,
) -> anyhow::Result<Option<Secret>> {
    if !store::is_empty(&mut *database.reader().acquire().await?).await? {
        return Ok(None);
    }
    let password = configuration.admin_password.clone().unwrap_or_else(Secret::random);
    let hash = Hasher::default().hash(password.clone()).await?;
    let row = store::NewRow::new(
        "admin".to_owned(),
        "Administrator".to_owned(),
        None,
        Role::SystemAdmin,
        Some(hash),
        Lasting::Chosen,
    );
    let made = database
        .write(move |transaction| {
            Box::pin(async move {
                // Another node may have been faster.
                if !store::is_empty(transaction.connection()).await? {
                    return Ok::<_, Problem>(false);
                }
                store::insert(transaction.connection(), &SystemAdmin::at_first_start(), &row).await?;
                transaction.changes(Change::User(row.id.clone()));
                let detail = serde_json::json!({ "role": row.role.as_str() });
                audit::record(
                    transaction,
                    &Origin::system(),
                    "user.created",
                    (&row.id, row.username),
                    detail,
                )
                .await?;
                Ok(true)
            })
        })
        .await?;
    Ok(made.then_some(password))
}
