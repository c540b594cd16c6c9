//! A password for an administrator, when none has one any more.

use super::password::{Hasher, Lasting};
use super::store;
use crate::access::origin::Origin;
use crate::audit;
use crate::crypto::Secret;
use crate::database::{Change, Database};
use crate::web::problem::Problem;

/// Gives the first enabled system administrator a temporary password, if none of them has one. Returns the
/// name and the password.
pub async fn rescue_administrator(database: &Database) -> anyhow::Result<Option<(String, Secret)>> {
    let lost = store::administrator_without_password(&mut *database.reader().acquire().await?).await?;
    let Some((id, username)) = lost else { return Ok(None) };
    let password = Secret::random();
    let hash = Hasher::default().hash(password.clone()).await?;
    let name = username.clone();
    database
        .withdraw(move |transaction| {
            Box::pin(async move {
                store::set_password(transaction, &id, &hash, Lasting::Temporary).await?;
                transaction.changes(Change::User(id.clone()));
                let detail = serde_json::json!({ "changed": ["password"] });
                audit::record(transaction, &Origin::system(), "user.updated", (&id, username), detail)
                    .await?;
                Ok::<_, Problem>(())
            })
        })
        .await?;
    Ok(Some((name, password)))
}
