//! What a server of PostgreSQL is, and what it does with changes.

use serde::Serialize;
use sqlx::AnyConnection;
use utoipa::ToSchema;

/// The database and its timeline, which changes with each failover. Numbers of transactions mean
/// nothing in another history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct History {
    pub(super) system: String,
    pub(super) timeline: i64,
}

impl History {
    /// Whether a standby was promoted since.
    pub(super) fn precedes(&self, other: &Self) -> bool {
        self.system == other.system && self.timeline < other.timeline
    }
}

/// What a server of PostgreSQL is.
pub(super) struct Standing {
    pub(super) history: History,
    pub(super) is_read_only: bool,
}

/// Asks a server what it is. After a promotion, the timeline of the last checkpoint is the old one
/// for minutes; until the next checkpoint, the end of the recovery has the new one.
pub(super) async fn standing(connection: &mut AnyConnection) -> Result<Standing, sqlx::Error> {
    let (system, timeline, read_only): (String, i64, String) = sqlx::query_as(
        "SELECT CAST(system_identifier AS TEXT), \
         CAST(GREATEST(timeline_id, min_recovery_end_timeline) AS BIGINT), \
         current_setting('transaction_read_only') \
         FROM pg_control_system(), pg_control_checkpoint(), pg_control_recovery()",
    )
    .fetch_one(connection)
    .await?;
    Ok(Standing { history: History { system, timeline }, is_read_only: read_only == "on" })
}

/// What happens to a change of PostgreSQL before it is answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Replication {
    /// It is on the disk of the server. There is no standby.
    #[default]
    None,
    /// It is also on the disk of a standby. A failover loses nothing.
    Synchronous,
    /// It is on the disk of the server. A standby gets it later, so a failover may lose it.
    Asynchronous,
}

/// Asks how changes are replicated. Subscribers of logical replication are no standbys.
pub async fn replication(connection: &mut AnyConnection) -> Result<Replication, sqlx::Error> {
    let (is_synchronous, standbys): (i64, i64) = sqlx::query_as(
        "SELECT CAST(CASE WHEN current_setting('synchronous_standby_names') <> '' THEN 1 ELSE 0 END AS BIGINT), \
         (SELECT COUNT(*) FROM pg_stat_replication r WHERE coalesce(r.state, 'streaming') = 'streaming' \
         AND r.pid NOT IN (SELECT s.active_pid FROM pg_replication_slots s \
         WHERE s.slot_type = 'logical' AND s.active_pid IS NOT NULL))",
    )
    .fetch_one(connection)
    .await?;
    Ok(match (is_synchronous, standbys) {
        (1, _) => Replication::Synchronous,
        (_, 0) => Replication::None,
        _ => Replication::Asynchronous,
    })
}
