//! Writes, changes and deletes tokens.

use std::collections::BTreeSet;

use latchkey_shared::fields::skeleton;
use latchkey_shared::ids::{ProjectId, TokenId};
use latchkey_shared::tokens::Kind;
use sqlx::AnyConnection;

use crate::access::grants::{Grants, Limits, Targets};
use crate::access::principal::MayManage;
use crate::access::reach::Reach;
use crate::database::sql::Sql;
use crate::database::stored::stored;
use crate::database::{Database, Engine, Transaction};
use crate::limits::store::write_api_limits;
use crate::withdrawals::{TokenRights, Withdrawal};

/// What is written of a token.
pub(crate) struct Written<'a> {
    pub(crate) name: &'a str,
    pub(crate) name_key: &'a str,
    pub(crate) description: &'a str,
    pub(crate) disabled: bool,
    pub(crate) limits: &'a Limits,
    pub(crate) grants: &'a Grants,
    pub(crate) targets: &'a Targets,
    /// When it is written, in milliseconds since the epoch.
    pub(crate) at: i64,
    pub(crate) by: &'a str,
}

impl Written<'_> {
    fn ranges(&self) -> String {
        let texts: Vec<String> = self.limits.allowed_ips.iter().map(ToString::to_string).collect();
        serde_json::json!(texts).to_string()
    }

    /// What the token may do.
    fn rights(&self, id: &TokenId) -> TokenRights {
        let texts = |ids: &BTreeSet<ProjectId>| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        let (projects, users, bounds) = match self.targets {
            Targets::Projects(Reach::All) => (Vec::new(), Vec::new(), Vec::new()),
            Targets::Projects(Reach::Only(projects)) => (texts(projects), Vec::new(), Vec::new()),
            Targets::Users { users, bound } => {
                let users = users.iter().map(|user| user.id.to_string()).collect();
                (Vec::new(), users, if let Reach::Only(bound) = bound { texts(bound) } else { Vec::new() })
            }
        };
        TokenRights {
            token: id.clone(),
            disabled: self.disabled,
            expires_at: self.limits.expires_at,
            allowed_ips: self.ranges(),
            one_time_only: self.limits.one_time_only,
            all_projects: self.all_projects(),
            bounded: self.bounded(),
            apis: self.grants.apis.iter().map(|api| api.id.to_string()).collect(),
            systems: self.grants.whole.iter().map(ToString::to_string).collect(),
            projects,
            users,
            bounds,
        }
    }

    fn all_projects(&self) -> bool {
        matches!(self.targets, Targets::Projects(Reach::All))
    }

    fn bounded(&self) -> bool {
        matches!(self.targets, Targets::Users { bound: Reach::Only(_), .. })
    }
}

/// Adds a token, unless another one has its name. Returns whether it was added.
pub(crate) async fn insert(
    transaction: &mut Transaction,
    _: &MayManage,
    (id, kind, has_client_key): (&TokenId, Kind, bool),
    written: &Written<'_>,
    key_size: Option<u16>,
    parent: Option<&TokenId>,
) -> Result<bool, sqlx::Error> {
    let inserted = sqlx::query(
        "INSERT INTO tokens (id, kind, name, name_key, description, disabled, all_projects, bounded, expires_at, \
         allowed_ips, one_time_only, key_size, generation, version, parent_token, created_at, created_by, updated_at, \
         updated_by, client_key, skeleton, confirmed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, 1, $13, $14, $15, $14, $15, $16, $17, \
         (SELECT COALESCE(MAX(id), 0) FROM suspensions)) \
         ON CONFLICT (name_key) DO NOTHING",
    )
    .bind(id.to_string())
    .bind(kind.as_str())
    .bind(written.name.to_owned())
    .bind(written.name_key.to_owned())
    .bind(written.description.to_owned())
    .bind(i32::from(written.disabled))
    .bind(i32::from(written.all_projects()))
    .bind(i32::from(written.bounded()))
    .bind(written.limits.expires_at)
    .bind(written.ranges())
    .bind(i32::from(written.limits.one_time_only))
    .bind(key_size.map(i32::from))
    .bind(parent.map(ToString::to_string))
    .bind(written.at)
    .bind(written.by.to_owned())
    .bind(i32::from(has_client_key))
    .bind(skeleton(written.name))
    .execute(transaction.connection())
    .await?;
    if inserted.rows_affected() == 0 {
        return Ok(false);
    }
    insert_lists(transaction.connection(), id, written).await?;
    if written.limits.rate_limit.is_some() {
        write_rate_limit(transaction.connection(), id, written).await?;
    }
    if written.limits.quota.is_some() {
        write_quota(transaction.connection(), id, written).await?;
    }
    write_api_limits(transaction.connection(), id, &written.limits.of_apis).await?;
    if let Some(parent) = parent {
        insert_ancestors(transaction.connection(), id, parent).await?;
    }
    Ok(true)
}

/// Writes the next version of a token. `loses` says whether it may do less than before.
pub(crate) async fn update(
    transaction: &mut Transaction,
    _: &MayManage,
    id: &TokenId,
    written: &Written<'_>,
    loses: bool,
) -> Result<(), sqlx::Error> {
    let mut taking = transaction.takes_if(loses.then(|| Withdrawal::Token(written.rights(id))));
    let connection = taking.connection();
    sqlx::query(
        "UPDATE tokens SET name = $1, name_key = $2, description = $3, disabled = $4, all_projects = $5, bounded = $6, \
         expires_at = $7, allowed_ips = $8, one_time_only = $9, version = version + 1, updated_at = $10, \
         updated_by = $11, skeleton = $12, \
         taken_key = CASE WHEN name_key = $2 THEN taken_key END WHERE id = $13",
    )
    .bind(written.name.to_owned())
    .bind(written.name_key.to_owned())
    .bind(written.description.to_owned())
    .bind(i32::from(written.disabled))
    .bind(i32::from(written.all_projects()))
    .bind(i32::from(written.bounded()))
    .bind(written.limits.expires_at)
    .bind(written.ranges())
    .bind(i32::from(written.limits.one_time_only))
    .bind(written.at)
    .bind(written.by.to_owned())
    .bind(skeleton(written.name))
    .bind(id.to_string())
    .execute(&mut *connection)
    .await?;
    for statement in [
        "DELETE FROM token_apis WHERE token_id = $1",
        "DELETE FROM token_systems WHERE token_id = $1",
        "DELETE FROM token_projects WHERE token_id = $1",
        "DELETE FROM token_users WHERE token_id = $1",
        "DELETE FROM token_bounds WHERE token_id = $1",
        "DELETE FROM api_limits WHERE token_id = $1",
    ] {
        sqlx::query(statement).bind(id.to_string()).execute(&mut *connection).await?;
    }
    write_rate_limit(&mut *connection, id, written).await?;
    write_quota(&mut *connection, id, written).await?;
    write_api_limits(&mut *connection, id, &written.limits.of_apis).await?;
    insert_lists(connection, id, written).await
}

async fn write_rate_limit(
    connection: &mut AnyConnection,
    id: &TokenId,
    written: &Written<'_>,
) -> Result<(), sqlx::Error> {
    let query = match written.limits.rate_limit {
        None => sqlx::query("DELETE FROM rate_limits WHERE token_id = $1").bind(id.to_string()),
        Some(limit) => sqlx::query(
            "INSERT INTO rate_limits (token_id, requests, seconds, burst) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (token_id) DO UPDATE SET requests = excluded.requests, seconds = excluded.seconds, \
             burst = excluded.burst",
        )
        .bind(id.to_string())
        .bind(i64::from(limit.requests))
        .bind(i64::from(limit.seconds))
        .bind(i64::from(limit.burst)),
    };
    query.execute(connection).await.map(drop)
}

async fn write_quota(
    connection: &mut AnyConnection,
    id: &TokenId,
    written: &Written<'_>,
) -> Result<(), sqlx::Error> {
    let query = match &written.limits.quota {
        None => sqlx::query("DELETE FROM quotas WHERE token_id = $1").bind(id.to_string()),
        Some(quota) => sqlx::query(
            "INSERT INTO quotas (token_id, requests, period, time_zone) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (token_id) DO UPDATE SET requests = excluded.requests, period = excluded.period, \
             time_zone = excluded.time_zone",
        )
        .bind(id.to_string())
        .bind(i64::from(quota.requests))
        .bind(quota.period.as_str())
        .bind(quota.time_zone.clone()),
    };
    query.execute(connection).await.map(drop)
}

/// Notes the tokens that issued a token: `parent`, and those that issued it.
async fn insert_ancestors(
    connection: &mut AnyConnection,
    id: &TokenId,
    parent: &TokenId,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO token_ancestors (token_id, ancestor) SELECT $1, ancestor FROM token_ancestors \
         WHERE token_id = $2 UNION ALL SELECT $1, $2",
    )
    .bind(id.to_string())
    .bind(parent.to_string())
    .execute(connection)
    .await
    .map(drop)
}

/// The tokens that a token issued, directly or through others.
pub(crate) async fn descendants(
    connection: &mut AnyConnection,
    id: &TokenId,
) -> Result<Vec<TokenId>, sqlx::Error> {
    let found: Vec<String> = sqlx::query_scalar("SELECT token_id FROM token_ancestors WHERE ancestor = $1")
        .bind(id.to_string())
        .fetch_all(connection)
        .await?;
    found.iter().map(|id| stored(id)).collect()
}

/// Deletes the limits of deleted tokens that hold for no other token any more.
pub(crate) async fn forget_limits(database: &Database) -> Result<(), sqlx::Error> {
    database
        .purge(
            "DELETE FROM quotas WHERE token_id IN (SELECT q.token_id FROM quotas q \
             WHERE NOT EXISTS (SELECT 1 FROM tokens t WHERE t.id = q.token_id) \
             AND NOT EXISTS (SELECT 1 FROM token_ancestors a WHERE a.ancestor = q.token_id) LIMIT $1)",
            &[],
        )
        .await?;
    database
        .purge(
            "DELETE FROM api_limits WHERE (token_id, api_id) IN (SELECT l.token_id, l.api_id FROM api_limits l \
             WHERE NOT EXISTS (SELECT 1 FROM tokens t WHERE t.id = l.token_id) \
             AND NOT EXISTS (SELECT 1 FROM token_ancestors a WHERE a.ancestor = l.token_id) LIMIT $1)",
            &[],
        )
        .await?;
    database
        .purge(
            "DELETE FROM rate_limits WHERE token_id IN (SELECT l.token_id FROM rate_limits l \
             WHERE NOT EXISTS (SELECT 1 FROM tokens t WHERE t.id = l.token_id) \
             AND NOT EXISTS (SELECT 1 FROM token_ancestors a WHERE a.ancestor = l.token_id) LIMIT $1)",
            &[],
        )
        .await
}

async fn insert_lists(
    connection: &mut AnyConnection,
    id: &TokenId,
    written: &Written<'_>,
) -> Result<(), sqlx::Error> {
    let TokenRights { apis, systems, projects, users, bounds, .. } = written.rights(id);
    for (statement, ids) in [
        ("INSERT INTO token_apis (token_id, api_id) SELECT ", apis),
        ("INSERT INTO token_systems (token_id, system_id) SELECT ", systems),
        ("INSERT INTO token_projects (token_id, project_id) SELECT ", projects),
        ("INSERT INTO token_users (token_id, user_id) SELECT ", users),
        ("INSERT INTO token_bounds (token_id, project_id) SELECT ", bounds),
    ] {
        if ids.is_empty() {
            continue;
        }
        let mut sql = Sql::new(statement);
        sql.bind(id.to_string()).push(", value FROM ");
        Engine::of(connection).push_texts(&mut sql, &ids);
        sql.query().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Deletes a token with its keys.
pub(crate) async fn delete(
    transaction: &mut Transaction,
    _: &MayManage,
    id: &TokenId,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM tokens WHERE id = $1")
        .bind(id.to_string())
        .execute(transaction.takes(Withdrawal::TokenDeleted { token: id.clone() }).connection())
        .await
        .map(drop)
}
