//! Housekeeping: what is due from time to time. `docs/retention.md` says what is deleted when.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::Trail;
use crate::configuration::Configuration;
use crate::database::Database;
use crate::engine::quota;
use crate::engine::usage::{self, Months};
use crate::keys::keyring::Keyring;
use crate::keys::{backups, rotate, signing};
use crate::{nodes, oauth, revocations, sessions, systems, tokens};

/// How often expired rows are deleted. Nothing that has expired is ever honoured.
const INTERVAL: Duration = Duration::from_hours(1);

/// What housekeeping needs.
pub(super) struct House {
    database: Database,
    keyring: Arc<Keyring>,
    trail: Arc<Trail>,
    /// How old a signing key becomes, in milliseconds; 0 if it is never rotated.
    signing_key_lifetime: i64,
    /// For how many days audit events are kept.
    audit_retention: u32,
    months: Months,
}

impl House {
    pub(super) fn new(
        database: &Database,
        keyring: &Arc<Keyring>,
        trail: &Arc<Trail>,
        configuration: &Configuration,
    ) -> Self {
        Self {
            database: database.clone(),
            keyring: Arc::clone(keyring),
            trail: Arc::clone(trail),
            signing_key_lifetime: i64::from(configuration.signing_key_lifetime) * 24 * 60 * 60 * 1_000,
            audit_retention: configuration.audit_retention,
            months: Months::after(configuration.usage_days),
        }
    }

    /// Rotates the signing key when it is due, and deletes expired rows, now and from time to time.
    pub(super) async fn keep(mut self) {
        let mut tick = tokio::time::interval(INTERVAL);
        loop {
            tick.tick().await;
            let lifetime = self.signing_key_lifetime;
            if lifetime > 0
                && let Err(error) = rotate::rotate_if_due(&self.database, &self.keyring, lifetime).await
            {
                tracing::error!(%error, "the signing key is due and is not rotated; it is tried again");
            }
            if let Err(error) = self.forget().await {
                tracing::warn!(%error, "what has expired is not cleared away; it is tried again");
            }
        }
    }

    async fn forget(&mut self) -> Result<(), sqlx::Error> {
        let database = &self.database;
        sessions::forget_expired(database).await?;
        oauth::forget_expired(database).await?;
        revocations::forget_expired(database).await?;
        signing::forget_retired(database).await?;
        usage::forget_hours(database).await?;
        systems::clear_imports(database).await?;
        nodes::forget_silent(database).await?;
        backups::forget_old(database).await?;
        tokens::store::forget_limits(database).await?;
        quota::forget(database).await?;
        tokens::store::forget_answers(database).await?;
        self.trail.forget_old(self.audit_retention).await?;
        self.months.turn(database).await
    }
}
