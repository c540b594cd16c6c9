//! People.

pub mod password;
pub mod routes;
pub mod store;

use std::sync::Arc;

use latchkey_shared::ids::UserId;
use latchkey_shared::session::Session;
use latchkey_shared::users::Role;

use crate::access::origin::Origin;
use crate::access::principal::SystemAdmin;
use crate::access::reach::UserState;
use crate::audit;
use crate::audit::Target;
use crate::configuration::Configuration;
use crate::crypto::Secret;
use crate::database::{Change, Database, Fresh};
use crate::users::password::{Hasher, Lasting};
use crate::web::problem::Problem;

/// Users whose state is kept in memory.
const STATES: usize = 16_384;

/// What requests and decisions need to know of users.
pub struct Users {
    database: Database,
    states: Fresh<UserId, UserState>,
}

impl Users {
    /// Reads users when they are first asked for.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { states: Fresh::new(Arc::clone(database.epochs()), STATES), database }
    }

    /// What is known of a user now.
    pub async fn state(&self, id: &UserId) -> Result<Option<Arc<UserState>>, sqlx::Error> {
        self.states.get_or_read(id, || store::state(&self.database, id)).await
    }

    /// Whether this is what is known of a user now.
    pub(crate) fn still_counts(&self, user: &Arc<UserState>) -> bool {
        self.states.still_counts(&user.id, user)
    }

    /// The one of `ids` that has this name or id now.
    pub async fn one_of(
        &self,
        ids: impl IntoIterator<Item = &UserId>,
        named: &str,
    ) -> Result<Option<Arc<UserState>>, sqlx::Error> {
        let named = named.to_lowercase();
        for id in ids {
            let Some(user) = self.state(id).await? else { continue };
            if named == user.username || named == id.as_str() {
                return Ok(Some(user));
            }
        }
        Ok(None)
    }

    /// A user and their projects, as a session shows them.
    pub async fn session(&self, id: &UserId) -> Result<Session, Problem> {
        let user = store::user(&self.database, id.as_str()).await?;
        let user = user.ok_or_else(|| Problem::internal("a session without a user"))?;
        Ok(Session { user, projects: store::memberships(&self.database, id).await? })
    }
}

/// Makes the administrator `admin` if there is no user at all, with the
/// password that is configured or one made up. Returns the password if so.
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
                let target = Target::new("user", &row.id, row.username);
                let detail = serde_json::json!({ "role": row.role.as_str() });
                audit::record(transaction, &Origin::system(), "user.created", Some(&target), &detail).await?;
                Ok(true)
            })
        })
        .await?;
    Ok(made.then_some(password))
}
