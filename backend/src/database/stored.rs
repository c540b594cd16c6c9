//! What tables have in common: ids as text, keys and names.

use sqlx::AnyConnection;

use super::sql::Sql;

/// Parses a stored id. It fails only if somebody tampered with the database.
pub(crate) fn stored<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    text: &str,
) -> Result<T, sqlx::Error> {
    text.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// The keys and the names of the other rows of a table.
pub(crate) async fn names_beside(
    connection: &mut AnyConnection,
    table: &'static str,
    id: &str,
) -> Result<(Vec<String>, Vec<String>), sqlx::Error> {
    let mut sql = Sql::new("SELECT key, name FROM ");
    sql.push(table).push(" WHERE id <> ").bind(id.to_owned()).push(" ORDER BY key");
    Ok(sql.query_as::<(String, String)>().fetch_all(connection).await?.into_iter().unzip())
}
