//! What requests and decisions know of users.

use std::collections::HashMap;
use std::sync::Arc;

use latchkey_shared::ids::UserId;
use latchkey_shared::session::Session;

use super::store;
use crate::access::reach::UserState;
use crate::counting::Lookups;
use crate::database::{Database, Fact, Fresh, Sample, Weight};
use crate::web::problem::Problem;

/// The memory for users, in bytes.
const MEMORY: usize = 8 << 20;

/// About the size of a membership in its map.
const MEMBERSHIP: usize = 56;

impl Weight for UserState {
    fn heap(&self) -> usize {
        self.username.capacity() + self.memberships.capacity() * MEMBERSHIP
    }
}

/// The states of users, cached.
pub struct Users {
    database: Database,
    states: Fresh<UserId, UserState>,
}

impl Users {
    /// Reads users when they are first asked for.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { states: Fresh::new(Arc::clone(database.epochs()), MEMORY), database }
    }

    /// The state of a user now.
    pub async fn state(&self, id: &UserId) -> Result<Option<Arc<Fact<UserState>>>, sqlx::Error> {
        self.states.get_or_read(id, || store::state(&self.database, id)).await
    }

    /// Whether this is still the state of the user.
    pub(crate) fn still_counts(&self, user: &Arc<Fact<UserState>>) -> bool {
        self.states.still_counts(&user.id, user)
    }

    /// How often a user who counts was cached.
    pub(crate) fn lookups(&self) -> &Lookups {
        self.states.lookups()
    }

    /// The cached users, to compare them.
    pub(crate) fn sample(&self) -> Sample<'_, UserId, UserState> {
        Sample::of(&self.states)
    }

    /// Compares some cached users with the database. Returns how many differ.
    pub(crate) async fn compare(
        &self,
        sample: &mut Sample<'_, UserId, UserState>,
    ) -> Result<u64, sqlx::Error> {
        let read = async |ids: Vec<UserId>| {
            let mut found = HashMap::new();
            for id in ids {
                found.extend(store::state(&self.database, &id).await?.map(|state| (id, state)));
            }
            Ok(found)
        };
        sample.compare(&self.database, read, PartialEq::eq).await
    }

    /// The one of `ids` that has this name or id.
    pub async fn one_of(
        &self,
        ids: impl IntoIterator<Item = &UserId>,
        named: &str,
    ) -> Result<Option<Arc<Fact<UserState>>>, sqlx::Error> {
        let named = named.to_lowercase();
        for id in ids {
            let Some(user) = self.state(id).await? else { continue };
            if named == user.username || named == id.as_str() {
                return Ok(Some(user));
            }
        }
        Ok(None)
    }

    /// The session that the API shows: a user and their projects.
    pub async fn session(&self, id: &UserId) -> Result<Session, Problem> {
        let user = store::user(&self.database, id.as_str()).await?;
        let user = user.ok_or_else(|| Problem::internal("a session without a user"))?;
        Ok(Session { user, projects: store::memberships(&self.database, id).await? })
    }
}
