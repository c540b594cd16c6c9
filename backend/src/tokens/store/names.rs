//! Names of tokens: who has one, and which look alike.

use latchkey_shared::fields::skeleton;
use latchkey_shared::ids::TokenId;
use sqlx::AnyConnection;

use crate::database::sql::Sql;

/// The id of the token that has a name, by its folded form.
pub(crate) async fn holder_of_name(
    connection: &mut AnyConnection,
    name_key: &str,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM tokens WHERE name_key = $1")
        .bind(name_key.to_owned())
        .fetch_optional(connection)
        .await
}

/// Tokens with another name that looks like this one: id and name.
pub(crate) async fn look_alikes(
    connection: &mut AnyConnection,
    id: &TokenId,
    name: &str,
) -> Result<Vec<(String, String)>, sqlx::Error> {
    sqlx::query_as("SELECT id, name FROM tokens WHERE skeleton = $1 AND id <> $2 ORDER BY seq DESC LIMIT 5")
        .bind(skeleton(name))
        .bind(id.to_string())
        .fetch_all(connection)
        .await
}

/// The stored key of the name of a token.
pub(crate) async fn name_key(connection: &mut AnyConnection, id: &TokenId) -> Result<String, sqlx::Error> {
    sqlx::query_scalar("SELECT name_key FROM tokens WHERE id = $1")
        .bind(id.to_string())
        .fetch_one(connection)
        .await
}

/// Records that another token has the name of this one by the current rule.
pub(crate) async fn note_taken_key(
    connection: &mut AnyConnection,
    seq: i64,
    key: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE tokens SET taken_key = $1 WHERE seq = $2")
        .bind(key.to_owned())
        .bind(seq)
        .execute(connection)
        .await
        .map(drop)
}

/// The condition that another token has the name of `t` by the current rule.
pub(crate) const NAME_TAKEN: &str = " AND t.taken_key IS NOT NULL \
    AND EXISTS (SELECT 1 FROM tokens o WHERE o.name_key = t.taken_key)";

/// Whether another token has the name of this one by the current rule.
pub(crate) async fn is_name_taken(connection: &mut AnyConnection, id: &TokenId) -> Result<bool, sqlx::Error> {
    let mut sql = Sql::new("SELECT t.seq FROM tokens t WHERE t.id = ");
    sql.bind(id.to_string()).push(NAME_TAKEN);
    sql.query_as::<(i64,)>().fetch_optional(connection).await.map(|found| found.is_some())
}
