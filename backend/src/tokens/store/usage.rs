//! How a token was used, by day.

use latchkey_shared::ids::TokenId;
use latchkey_shared::tokens::UsageDay;
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
