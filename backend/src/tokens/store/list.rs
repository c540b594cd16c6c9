//! Lists of tokens: filtered, searched, sorted and counted.

use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::{Kind, Status, TokenSummary};
use sqlx::{AnyConnection, FromRow};

use super::find::{kind, status};
use super::names::NAME_TAKEN;
use crate::access::principal::Principal;
use crate::access::reach::Reach;
use crate::database::sql::Sql;
use crate::database::stored::stored;
use crate::database::{Engine, now};
use crate::tokens::search::grams;

/// Which tokens to list.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) kind: Option<Kind>,
    pub(crate) status: Option<Status>,
    pub(crate) project: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) api: Option<String>,
    pub(crate) name_taken: bool,
}

/// How to search names.
pub(crate) enum Search<'a> {
    /// All names.
    None,
    /// Names that contain this folded text.
    Holding(&'a str),
    /// Names that share grams with this folded text.
    Like(&'a str),
}

#[derive(FromRow)]
struct SummaryRow {
    seq: i64,
    id: String,
    kind: String,
    name: String,
    name_key: String,
    disabled: i64,
    all_projects: i64,
    expires_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
    last_used_at: Option<i64>,
    client_key: i64,
    grant_count: i64,
    target_count: i64,
    manageable: i64,
}

/// A token in a list, with its position and its folded name.
pub(crate) struct Listed {
    pub(crate) seq: i64,
    pub(crate) name_key: String,
    pub(crate) summary: TokenSummary,
}

/// Adds the condition that a JWT token is granted to the caller.
fn push_granted_to(sql: &mut Sql, principal: &Principal) {
    sql.push("t.id IN (SELECT token_id FROM token_users WHERE user_id = ");
    sql.bind(principal.user().map(ToString::to_string).unwrap_or_default()).push(")");
}

/// Adds the condition that the caller may manage a token.
fn push_manageable(sql: &mut Sql, principal: &Principal) {
    let mine: Vec<String> = match principal.administers() {
        Reach::All => {
            sql.push("(1 = 1)");
            return;
        }
        Reach::Only(mine) => mine.iter().map(ToString::to_string).collect(),
    };
    if mine.is_empty() {
        sql.push("(1 = 0)");
        return;
    }
    // RSA tokens: all their projects are administered by the caller.
    sql.push("(t.id IN (SELECT p.token_id FROM token_projects p WHERE p.project_id IN (")
        .bind_all(mine.clone());
    sql.push(") AND NOT EXISTS (SELECT 1 FROM token_projects o WHERE o.token_id = p.token_id AND o.project_id NOT IN (");
    sql.bind_all(mine.clone()).push(")))");
    // JWT tokens: all their users are members of projects that the caller administers.
    sql.push(" OR t.id IN (SELECT u.token_id FROM token_users u JOIN members m ON m.user_id = u.user_id WHERE m.project_id IN (");
    sql.bind_all(mine.clone());
    sql.push(") AND NOT EXISTS (SELECT 1 FROM token_users o WHERE o.token_id = u.token_id AND o.user_id NOT IN (SELECT n.user_id FROM members n WHERE n.project_id IN (");
    sql.bind_all(mine).push(")))))");
}

fn push_where(sql: &mut Sql, engine: Engine, principal: &Principal, filter: &Filter, search: &Search<'_>) {
    if let Some(kind) = filter.kind {
        sql.push(" AND t.kind = ").bind(kind.as_str().to_owned());
    }
    match filter.status {
        None => {}
        Some(Status::Disabled) => {
            sql.push(" AND t.disabled = 1");
        }
        Some(Status::Active) => {
            sql.push(" AND t.disabled = 0 AND (t.expires_at IS NULL OR t.expires_at > ")
                .bind(now())
                .push(")");
        }
        Some(Status::Expired) => {
            sql.push(" AND t.disabled = 0 AND t.expires_at <= ").bind(now());
        }
    }
    if let Some(project) = &filter.project {
        sql.push(" AND t.id IN (SELECT token_id FROM token_projects WHERE project_id = ")
            .bind(project.clone())
            .push(")");
    }
    if let Some(user) = &filter.user {
        sql.push(" AND t.id IN (SELECT token_id FROM token_users WHERE user_id = ")
            .bind(user.clone())
            .push(")");
    }
    if let Some(api) = &filter.api {
        sql.push(" AND (t.id IN (SELECT token_id FROM token_apis WHERE api_id = ").bind(api.clone());
        sql.push(") OR t.id IN (SELECT ts.token_id FROM token_systems ts JOIN apis a ON a.system_id = ts.system_id WHERE a.id = ");
        sql.bind(api.clone()).push("))");
    }
    if filter.name_taken {
        sql.push(NAME_TAKEN);
    }
    if let Reach::Only(_) = principal.administers() {
        sql.push(" AND (");
        push_granted_to(sql, principal);
        sql.push(" OR ");
        push_manageable(sql, principal);
        sql.push(")");
    }
    let (text, every) = match search {
        Search::None => return,
        Search::Holding(text) => (*text, true),
        Search::Like(text) => (*text, false),
    };
    let grams: Vec<String> = grams(text).into_iter().collect();
    if !grams.is_empty() {
        sql.push(" AND t.seq IN (SELECT g.seq FROM (");
        engine.push_gram_match(sql, &grams, every);
        sql.push(") g)");
    }
    if every {
        // Grams have no position, so the text itself is compared, too.
        let like = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        sql.push(" AND t.name_key LIKE ").bind(format!("%{like}%")).push(" ESCAPE '!'");
    }
}

/// Where a page begins. This also sets the order of the list.
pub(crate) enum Start {
    /// The newest first, after the token with this `seq`.
    Newest(Option<i64>),
    /// By name, after this folded name.
    Name(String),
}

/// The tokens that the caller may see.
pub(crate) async fn list(
    connection: &mut AnyConnection,
    engine: Engine,
    principal: &Principal,
    filter: &Filter,
    search: &Search<'_>,
    start: &Start,
    limit: usize,
) -> Result<Vec<Listed>, sqlx::Error> {
    let mut sql = Sql::new(
        "SELECT t.seq, t.id, t.kind, t.name, t.name_key, t.disabled, \
         t.all_projects, t.expires_at, t.created_at, t.updated_at, t.client_key, \
         (SELECT x.last_used_at FROM token_uses x WHERE x.token_id = t.id) AS last_used_at, \
         (SELECT CAST(COUNT(*) AS BIGINT) FROM token_apis x WHERE x.token_id = t.id) \
         + (SELECT CAST(COUNT(*) AS BIGINT) FROM token_systems x WHERE x.token_id = t.id) AS grant_count, \
         (SELECT CAST(COUNT(*) AS BIGINT) FROM token_projects x WHERE x.token_id = t.id) \
         + (SELECT CAST(COUNT(*) AS BIGINT) FROM token_users x WHERE x.token_id = t.id) AS target_count, \
         CAST(CASE WHEN ",
    );
    // The caller manages every token in the list that is not just granted to them.
    push_granted_to(&mut sql, principal);
    sql.push(" AND NOT ");
    push_manageable(&mut sql, principal);
    sql.push(" THEN 0 ELSE 1 END AS BIGINT) AS manageable FROM tokens t WHERE ");
    match start {
        Start::Newest(before) => sql.push("t.seq < ").bind(before.unwrap_or(i64::MAX)),
        Start::Name(after) => sql.push("t.name_key > ").bind(after.clone()),
    };
    push_where(&mut sql, engine, principal, filter, search);
    sql.push(match start {
        Start::Newest(_) => " ORDER BY t.seq DESC LIMIT ",
        Start::Name(_) => " ORDER BY t.name_key LIMIT ",
    });
    sql.bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows: Vec<SummaryRow> = sql.query_as().fetch_all(connection).await?;
    let read = |row: SummaryRow| {
        Ok(Listed {
            seq: row.seq,
            name_key: row.name_key,
            summary: TokenSummary {
                id: stored(&row.id)?,
                kind: kind(&row.kind),
                name: row.name,
                status: status(row.disabled, row.expires_at),
                grant_count: row.grant_count,
                has_client_key: row.client_key != 0,
                target_count: (row.all_projects == 0).then_some(row.target_count),
                expires_at: row.expires_at.map(Timestamp::from_millis),
                created_at: Timestamp::from_millis(row.created_at),
                updated_at: Timestamp::from_millis(row.updated_at),
                manageable: row.manageable != 0,
                last_used_at: row.last_used_at.map(Timestamp::from_millis),
            },
        })
    };
    rows.into_iter().map(read).collect()
}

/// The number of tokens that match.
pub(crate) async fn count(
    connection: &mut AnyConnection,
    engine: Engine,
    principal: &Principal,
    filter: &Filter,
    search: &Search<'_>,
) -> Result<i64, sqlx::Error> {
    let mut sql = Sql::new("SELECT CAST(COUNT(*) AS BIGINT) FROM tokens t WHERE 1 = 1");
    push_where(&mut sql, engine, principal, filter, search);
    sql.query_as::<(i64,)>().fetch_one(connection).await.map(|(count,)| count)
}
