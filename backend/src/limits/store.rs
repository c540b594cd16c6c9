//! The SQL of limits.

use std::collections::BTreeMap;

use latchkey_shared::ids::TokenId;
use latchkey_shared::limits::{LimitRules, Limits};
use latchkey_shared::tokens::{Period, Quota, RateLimit};
use sqlx::{AnyConnection, FromRow};

use super::effective::Effective;
use crate::database::stored::stored;

/// The id in place of a project's in the row of the installation.
pub(super) const INSTALLATION: &str = "";

/// The rules of a project or of the installation.
pub(super) async fn rules(connection: &mut AnyConnection, of: &str) -> Result<LimitRules, sqlx::Error> {
    let rules: Option<String> = sqlx::query_scalar("SELECT rules FROM limit_rules WHERE project_id = $1")
        .bind(of.to_owned())
        .fetch_optional(connection)
        .await?;
    rules.as_deref().map_or_else(|| Ok(LimitRules::default()), read)
}

fn read(rules: &str) -> Result<LimitRules, sqlx::Error> {
    serde_json::from_str(rules).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Writes the rules of a project or of the installation.
pub(super) async fn write(
    connection: &mut AnyConnection,
    of: &str,
    rules: &LimitRules,
) -> Result<(), sqlx::Error> {
    if *rules == LimitRules::default() {
        return forget(connection, of).await;
    }
    let rules = serde_json::to_string(rules).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query(
        "INSERT INTO limit_rules (project_id, rules) VALUES ($1, $2) \
         ON CONFLICT (project_id) DO UPDATE SET rules = excluded.rules",
    )
    .bind(of.to_owned())
    .bind(rules)
    .execute(connection)
    .await
    .map(drop)
}

async fn forget(connection: &mut AnyConnection, of: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM limit_rules WHERE project_id = $1")
        .bind(of.to_owned())
        .execute(connection)
        .await
        .map(drop)
}

/// A limit or a rule of a token, of one that issued it, or of the installation.
#[derive(FromRow)]
struct Row {
    token: String,
    requests: Option<i64>,
    seconds: Option<i64>,
    burst: Option<i64>,
    period: Option<String>,
    time_zone: Option<String>,
    rules: Option<String>,
}

impl Row {
    fn number(column: Option<i64>) -> Option<u32> {
        u32::try_from(column?).ok()
    }

    fn rate_limit(&self) -> Option<RateLimit> {
        let requests = Self::number(self.requests)?;
        Some(RateLimit { requests, seconds: Self::number(self.seconds)?, burst: Self::number(self.burst)? })
    }

    fn quota(&self) -> Option<Quota> {
        let is_month = self.period.as_deref()? == Period::Month.as_str();
        Some(Quota {
            requests: Self::number(self.requests)?,
            period: if is_month { Period::Month } else { Period::Day },
            time_zone: self.time_zone.clone()?,
        })
    }
}

/// The limits that hold for a token, and for those that issued it, by token. A deleted one is in no
/// project.
pub async fn in_force(
    connection: &mut AnyConnection,
    token: &TokenId,
) -> Result<BTreeMap<TokenId, Effective>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "WITH line (id) AS (SELECT CAST($1 AS TEXT) UNION ALL SELECT ancestor FROM token_ancestors WHERE token_id = $1) \
         SELECT l.id AS token, r.requests, r.seconds, r.burst, NULL AS period, NULL AS time_zone, NULL AS rules \
         FROM line l LEFT JOIN rate_limits r ON r.token_id = l.id \
         UNION ALL SELECT l.id, q.requests, NULL, NULL, q.period, q.time_zone, NULL \
         FROM line l JOIN quotas q ON q.token_id = l.id \
         UNION ALL SELECT l.id, NULL, NULL, NULL, NULL, NULL, r.rules FROM line l \
         JOIN token_projects p ON p.token_id = l.id JOIN limit_rules r ON r.project_id = p.project_id \
         UNION ALL SELECT l.id, NULL, NULL, NULL, NULL, NULL, r.rules FROM line l \
         JOIN token_bounds p ON p.token_id = l.id JOIN limit_rules r ON r.project_id = p.project_id \
         UNION ALL SELECT '', NULL, NULL, NULL, NULL, NULL, rules FROM limit_rules WHERE project_id = '' \
         ORDER BY 1, 7",
    )
    .bind(token.to_string())
    .fetch_all(connection)
    .await?;
    let mut installation = LimitRules::default();
    let mut tokens: BTreeMap<TokenId, (Limits, Vec<LimitRules>)> = BTreeMap::new();
    for row in rows {
        let rules = row.rules.as_deref().map(read).transpose()?;
        if row.token == INSTALLATION {
            installation = rules.unwrap_or_default();
            continue;
        }
        let (own, projects) = tokens.entry(stored(&row.token)?).or_default();
        projects.extend(rules);
        own.rate_limit = own.rate_limit.or(row.rate_limit());
        own.quota = own.quota.take().or(row.quota());
    }
    let effective = tokens.into_iter().map(|(token, (own, projects))| {
        let effective = Effective::of(&own, &projects, &installation);
        (token, effective)
    });
    Ok(effective.collect())
}
