//! Migrations of the schema.

use std::ops::RangeInclusive;

use sqlx::AnyPool;
use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::engine::Engine;

/// The first schema that this version works with: it chains audit events.
const LOWEST: i64 = 30;

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
        ],
    }
}

/// Applies missing migrations, one node at a time.
pub(super) async fn migrate(engine: Engine, pool: &AnyPool) -> Result<(), sqlx::migrate::MigrateError> {
    let migrations = texts(engine)
        .into_iter()
        .map(|(version, text)| {
            let description = format!("{version:04}").into();
            Migration::new(version, description, MigrationType::Simple, text.into_sql_str(), false)
        })
        .collect();
    Migrator::with_migrations(migrations).run(pool).await
}
