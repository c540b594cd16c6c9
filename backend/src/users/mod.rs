//! People.

mod store;

use std::sync::Arc;

use latchkey_shared::ids::UserId;

use crate::access::UserState;
use crate::database::{Database, Fresh};

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
}
