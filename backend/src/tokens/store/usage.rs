//! How a token was used, by day and by month.

use latchkey_shared::ids::TokenId;
use latchkey_shared::tokens::{UsageDay, UsageMonth};
use sqlx::AnyConnection;

/// The usage of a token since a day.
pub(crate) async fn usage(
    connection: &mut AnyConnection,
    id: &TokenId,
    since: &str,
) -> Result<Vec<UsageDay>, sqlx::Error> {
    let rows: Vec<(String, Option<String>, String, i64)> = sqlx::query_as(
        "SELECT u.day, a.key, u.outcome, u.count FROM token_usage u LEFT JOIN apis a ON a.id = u.api_id \
         WHERE u.token_id = $1 AND u.day >= $2 ORDER BY u.day DESC, a.key, u.outcome",
    )
    .bind(id.to_string())
    .bind(since.to_owned())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(day, api, outcome, count)| UsageDay { day, api, outcome, count }).collect())
}

/// The usage of a token in all months. The latest of them are still stored by day.
pub(crate) async fn usage_by_month(
    connection: &mut AnyConnection,
    id: &TokenId,
) -> Result<Vec<UsageMonth>, sqlx::Error> {
    let rows: Vec<(String, Option<String>, String, i64)> = sqlx::query_as(
        "SELECT u.month, a.key, u.outcome, u.count FROM (SELECT month, api_id, outcome, \
         CAST(SUM(count) AS BIGINT) AS count FROM (SELECT month, api_id, outcome, count FROM token_months \
         WHERE token_id = $1 UNION ALL SELECT substr(day, 1, 7), api_id, outcome, count FROM token_usage \
         WHERE token_id = $1) counted GROUP BY month, api_id, outcome) u LEFT JOIN apis a ON a.id = u.api_id \
         ORDER BY u.month DESC, a.key, u.outcome",
    )
    .bind(id.to_string())
    .fetch_all(connection)
    .await?;
    let read = |(month, api, outcome, count)| UsageMonth { month, api, outcome, count };
    Ok(rows.into_iter().map(read).collect())
}
