//! Migrations of the schema.

use std::ops::RangeInclusive;

use sqlx::migrate::{Migrate as _, Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, AnyPool, SqlSafeStr as _};

use super::engine::Engine;
use super::failure::OpenError;
use super::needed::{needed_schema, nodes_older_than};

/// The first schema that this version works with: it states what a program must know.
const LOWEST: i64 = 34;
/// The lowest schema that a program must know to use a database that this version has migrated. Only a
/// migration that takes something away raises it, and states the same number in `needed_schema`.
const NEEDED: i64 = 28;
/// The migration since which the database states what it needs.
const STATED_SINCE: i64 = 34;
/// The migration since which nodes tell what they know.
const NODES_SINCE: i64 = 19;

/// The schemas that this version works with, by the numbers of their last migrations.
#[must_use]
pub fn schemas(engine: Engine) -> RangeInclusive<i64> {
    LOWEST..=texts(engine).last().map_or(LOWEST, |(number, _)| *number)
}

/// The migrations, in their order. Never change a number: databases remember which ones they have.
fn texts(engine: Engine) -> Vec<(i64, &'static str)> {
    match engine {
        Engine::Sqlite => vec![
            (1, include_str!("../../../migrations/sqlite/0001_first.sql")),
            (2, include_str!("../../../migrations/sqlite/0002_gateways.sql")),
            (3, include_str!("../../../migrations/sqlite/0003_clients.sql")),
            (4, include_str!("../../../migrations/sqlite/0004_screens.sql")),
            (5, include_str!("../../../migrations/sqlite/0005_clock.sql")),
            (6, include_str!("../../../migrations/sqlite/0006_names.sql")),
            (7, include_str!("../../../migrations/sqlite/0007_look_alikes.sql")),
            (8, include_str!("../../../migrations/sqlite/0008_servers.sql")),
            (9, include_str!("../../../migrations/sqlite/0009_catalog.sql")),
            (10, include_str!("../../../migrations/sqlite/0010_usage.sql")),
            (11, include_str!("../../../migrations/sqlite/0011_search.sql")),
            (13, include_str!("../../../migrations/sqlite/0013_imports.sql")),
            (14, include_str!("../../../migrations/sqlite/0014_used_requests.sql")),
            (15, include_str!("../../../migrations/sqlite/0015_rights.sql")),
            (16, include_str!("../../../migrations/sqlite/0016_folded.sql")),
            (17, include_str!("../../../migrations/sqlite/0017_counted_apis.sql")),
            (18, include_str!("../../../migrations/sqlite/0018_rate_limits.sql")),
            (19, include_str!("../../../migrations/sqlite/0019_nodes.sql")),
            (20, include_str!("../../../migrations/sqlite/0020_quotas.sql")),
            (21, include_str!("../../../migrations/sqlite/0021_limit_rules.sql")),
            (22, include_str!("../../../migrations/sqlite/0022_retention.sql")),
            (25, include_str!("../../../migrations/sqlite/0025_api_limits.sql")),
            (26, include_str!("../../../migrations/sqlite/0026_looks.sql")),
            (27, include_str!("../../../migrations/sqlite/0027_api_looks.sql")),
            (28, include_str!("../../../migrations/sqlite/0028_certificates.sql")),
            (29, include_str!("../../../migrations/sqlite/0029_data_keys.sql")),
            (30, include_str!("../../../migrations/sqlite/0030_chain.sql")),
            (31, include_str!("../../../migrations/sqlite/0031_suspensions.sql")),
            (32, include_str!("../../../migrations/sqlite/0032_withdrawals.sql")),
            (34, include_str!("../../../migrations/sqlite/0034_needed_schema.sql")),
        ],
        Engine::Postgres => vec![
            (1, include_str!("../../../migrations/postgres/0001_first.sql")),
            (2, include_str!("../../../migrations/postgres/0002_gateways.sql")),
            (3, include_str!("../../../migrations/postgres/0003_clients.sql")),
            (4, include_str!("../../../migrations/postgres/0004_screens.sql")),
            (5, include_str!("../../../migrations/postgres/0005_clock.sql")),
            (6, include_str!("../../../migrations/postgres/0006_names.sql")),
            (7, include_str!("../../../migrations/postgres/0007_look_alikes.sql")),
            (8, include_str!("../../../migrations/postgres/0008_servers.sql")),
            (9, include_str!("../../../migrations/postgres/0009_catalog.sql")),
            (10, include_str!("../../../migrations/postgres/0010_usage.sql")),
            (11, include_str!("../../../migrations/postgres/0011_search.sql")),
            (12, include_str!("../../../migrations/postgres/0012_changes.sql")),
            (13, include_str!("../../../migrations/postgres/0013_imports.sql")),
            (14, include_str!("../../../migrations/postgres/0014_used_requests.sql")),
            (15, include_str!("../../../migrations/postgres/0015_rights.sql")),
            (16, include_str!("../../../migrations/postgres/0016_folded.sql")),
            (17, include_str!("../../../migrations/postgres/0017_counted_apis.sql")),
            (18, include_str!("../../../migrations/postgres/0018_rate_limits.sql")),
            (19, include_str!("../../../migrations/postgres/0019_nodes.sql")),
            (20, include_str!("../../../migrations/postgres/0020_quotas.sql")),
            (21, include_str!("../../../migrations/postgres/0021_limit_rules.sql")),
            (22, include_str!("../../../migrations/postgres/0022_retention.sql")),
            (24, include_str!("../../../migrations/postgres/0024_beats.sql")),
            (25, include_str!("../../../migrations/postgres/0025_api_limits.sql")),
            (26, include_str!("../../../migrations/postgres/0026_looks.sql")),
            (27, include_str!("../../../migrations/postgres/0027_api_looks.sql")),
            (28, include_str!("../../../migrations/postgres/0028_certificates.sql")),
            (29, include_str!("../../../migrations/postgres/0029_data_keys.sql")),
            (30, include_str!("../../../migrations/postgres/0030_chain.sql")),
            (31, include_str!("../../../migrations/postgres/0031_suspensions.sql")),
            (32, include_str!("../../../migrations/postgres/0032_withdrawals.sql")),
            (34, include_str!("../../../migrations/postgres/0034_needed_schema.sql")),
        ],
    }
}

/// The table of sqlx with the migrations that were applied.
const TABLE: &str = "_sqlx_migrations";

/// What an update of the schema would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The numbers of the migrations that would be applied.
    pub migrations: Vec<i64>,
    /// Live nodes that would have to stop before, since their programs are too old for what comes.
    pub in_the_way: Vec<String>,
}

impl Pending {
    /// That of an empty database.
    pub(super) fn of_nothing(engine: Engine) -> Self {
        let migrations = texts(engine).into_iter().map(|(number, _)| number).collect();
        Self { migrations, in_the_way: Vec::new() }
    }

    /// Compares the migrations of this program with those of the database.
    async fn of(engine: Engine, connection: &mut AnyConnection) -> Result<Self, OpenError> {
        let applied = connection.list_applied_migrations(TABLE).await?;
        let is_applied = |number: i64| applied.iter().any(|one| one.version == number);
        let own = *schemas(engine).end();
        let needed = if is_applied(STATED_SINCE) { needed_schema(connection).await? } else { 0 };
        if needed > own {
            return Err(OpenError::TooOld { own, needed });
        }
        let migrations: Vec<i64> = texts(engine)
            .into_iter()
            .map(|(number, _)| number)
            .filter(|number| !is_applied(*number))
            .collect();
        let takes_away = needed < NEEDED && is_applied(NODES_SINCE) && !migrations.is_empty();
        let in_the_way = if takes_away { nodes_older_than(connection, NEEDED).await? } else { Vec::new() };
        Ok(Self { migrations, in_the_way })
    }
}

/// What [`migrate`] would do. It changes nothing.
///
/// # Errors
/// The program is too old for the database, or the database does not answer.
pub async fn pending(connection: &mut AnyConnection) -> Result<Pending, OpenError> {
    let engine = Engine::of(connection);
    if engine.has_migrations(connection).await? {
        return Pending::of(engine, connection).await;
    }
    Ok(Pending::of_nothing(engine))
}

/// Applies missing migrations, one node at a time. Migrations of later versions may be there already, unless
/// the database says that this program is too old for them. Returns what was done.
pub(super) async fn migrate(engine: Engine, pool: &AnyPool) -> Result<Pending, OpenError> {
    let mut connection = pool.acquire().await?;
    // A connection that is closed holds no lock, whatever happens.
    connection.close_on_drop();
    connection.lock().await?;
    connection.ensure_migrations_table(TABLE).await?;
    let pending = Pending::of(engine, &mut connection).await?;
    if !pending.in_the_way.is_empty() {
        return Err(OpenError::InUse(pending.in_the_way.join(", ")));
    }
    let migrations = texts(engine)
        .into_iter()
        .map(|(version, text)| {
            let description = format!("{version:04}").into();
            Migration::new(version, description, MigrationType::Simple, text.into_sql_str(), false)
        })
        .collect();
    let mut migrator = Migrator::with_migrations(migrations);
    migrator.set_ignore_missing(true).set_locking(false);
    migrator.run_direct(None, &mut *connection, false).await?;
    connection.unlock().await?;
    Ok(pending)
}
