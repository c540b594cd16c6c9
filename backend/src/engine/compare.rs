//! Compares facts in memory with the database, slowly and in the background. The number of those
//! that differ is 0, unless the server has a fault or somebody changes the database by hand.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use latchkey_shared::ids::TokenId;
use tokio::time::MissedTickBehavior;

use super::state::{self, TokenState};
use super::verifier::Verifier;
use crate::database::Sample;

/// How often some facts of each kind are compared.
const INTERVAL: Duration = Duration::from_secs(5);

impl Verifier {
    /// How many facts in the memory of this node differed from the database so far.
    #[must_use]
    pub fn differences(&self) -> u64 {
        self.differences.load(Ordering::Relaxed)
    }

    /// Compares while the process runs.
    pub async fn keep_comparing(&self) {
        let mut tokens = Sample::of(&self.states);
        let (mut projects, mut users) = (self.projects.sample(), self.users.sample());
        let mut tick = tokio::time::interval(INTERVAL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            for differ in [
                tokens.compare(&self.database, |ids| self.read_tokens(ids), TokenState::is_as).await,
                self.projects.compare(&mut projects).await,
                self.users.compare(&mut users).await,
                self.catalog.compare().await,
            ] {
                match differ {
                    Ok(count) => drop(self.differences.fetch_add(count, Ordering::Relaxed)),
                    Err(error) => tracing::debug!(%error, "facts are not compared now"),
                }
            }
        }
    }

    async fn read_tokens(&self, ids: Vec<TokenId>) -> Result<HashMap<TokenId, TokenState>, sqlx::Error> {
        let mut found = HashMap::new();
        for id in ids {
            found.extend(
                state::read_token(&self.database, &self.limiter, &id).await?.map(|state| (id, state)),
            );
        }
        Ok(found)
    }
}
