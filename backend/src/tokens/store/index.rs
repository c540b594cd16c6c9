//! What the search keeps in memory of tokens.

use sqlx::FromRow;

use crate::database::Database;
use crate::database::sql::Sql;

/// A token. Its lists are ids, separated by commas.
#[derive(FromRow)]
pub(crate) struct IndexRow {
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) suspended: i64,
    pub(crate) disabled: i64,
    pub(crate) expires_at: Option<i64>,
    pub(crate) name_key: String,
    pub(crate) apis: Option<String>,
    pub(crate) systems: Option<String>,
    pub(crate) projects: Option<String>,
    pub(crate) users: Option<String>,
}

/// Which tokens to read.
pub(crate) enum Indexed<'a> {
    /// Those with these ids.
    Ids(&'a [String]),
    /// Those with these `seq`.
    Seqs(&'a [String]),
    /// The next ones after a `seq`, in order, at most so many.
    After(i64, usize),
}

/// Reads what the search keeps of some tokens.
pub(crate) async fn indexed(database: &Database, which: Indexed<'_>) -> Result<Vec<IndexRow>, sqlx::Error> {
    let mut sql = Sql::new(
        "SELECT t.seq, t.id, t.kind, \
         CASE WHEN t.confirmed < (SELECT COALESCE(MAX(id), 0) FROM suspensions) THEN 1 ELSE 0 END AS suspended, t.disabled, t.expires_at, t.name_key, \
         (SELECT string_agg(l.api_id, ',') FROM token_apis l WHERE l.token_id = t.id) AS apis, \
         (SELECT string_agg(l.system_id, ',') FROM token_systems l WHERE l.token_id = t.id) AS systems, \
         (SELECT string_agg(l.project_id, ',') FROM token_projects l WHERE l.token_id = t.id) AS projects, \
         (SELECT string_agg(l.user_id, ',') FROM token_users l WHERE l.token_id = t.id) AS users FROM tokens t WHERE ",
    );
    match which {
        Indexed::Ids(ids) => {
            sql.push("t.id");
            database.engine().push_in(&mut sql, ids);
        }
        Indexed::Seqs(seqs) => {
            sql.push("t.seq IN (SELECT CAST(value AS BIGINT) FROM ");
            database.engine().push_texts(&mut sql, seqs);
            sql.push(")");
        }
        Indexed::After(seq, limit) => {
            sql.push("t.seq > ").bind(seq).push(" ORDER BY t.seq LIMIT ");
            sql.bind(i64::try_from(limit).unwrap_or(i64::MAX));
        }
    }
    sql.query_as().fetch_all(database.reader()).await
}

/// The memberships of some users: user and project.
pub(crate) async fn memberships(
    database: &Database,
    users: &[String],
) -> Result<Vec<(String, String)>, sqlx::Error> {
    let mut sql = Sql::new("SELECT m.user_id, m.project_id FROM members m WHERE m.user_id");
    database.engine().push_in(&mut sql, users);
    sql.query_as().fetch_all(database.reader()).await
}
