//! Lists of tokens: filtered, searched, sorted and counted.

use latchkey_shared::ids::{ApiId, ProjectId, SystemId, UserId};
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::{Kind, Status, TokenSummary};
use sqlx::FromRow;

use super::find::{kind, status};
use super::names::NAME_TAKEN;
use super::suspended::SuspendedColumns;
use crate::access::principal::Principal;
use crate::access::reach::Reach;
use crate::database::sql::Sql;
use crate::database::stored::stored;
use crate::database::{Database, Engine, now};

/// Which tokens to list.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) kind: Option<Kind>,
    pub(crate) status: Option<Status>,
    pub(crate) project: Option<ProjectId>,
    pub(crate) user: Option<UserId>,
    /// An API and its system. Tokens that are granted the system have the API, too.
    pub(crate) api: Option<(ApiId, SystemId)>,
    pub(crate) name_taken: bool,
}

/// Which names to list.
pub(crate) enum Text<'a> {
    /// All.
    Any,
    /// Those that contain this folded text.
    Containing(&'a str),
    /// Those that begin with this folded text.
    Beginning(&'a str),
}

impl<'a> Text<'a> {
    /// Names that contain `q`; all of them if it is empty.
    pub(crate) fn containing(q: &'a str) -> Self {
        if q.is_empty() { Self::Any } else { Self::Containing(q) }
    }

    /// Names that begin with `q`; all of them if it is empty.
    pub(crate) fn beginning(q: &'a str) -> Self {
        if q.is_empty() { Self::Any } else { Self::Beginning(q) }
    }
}

/// Where a page begins. This also sets the order of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Start {
    /// The newest first, after the token with this `seq`.
    Newest(Option<i64>),
    /// By name, after this folded name.
    Name(String),
}

/// Among which tokens to look.
pub(crate) enum Among<'a> {
    /// These, by `seq`, in no order.
    Seqs(&'a [i64]),
    /// All, from a start on.
    All(&'a Start),
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
    #[sqlx(flatten)]
    suspended: SuspendedColumns,
}

/// A token in a list, with its position and its folded name.
pub(crate) struct Listed {
    pub(crate) seq: i64,
    pub(crate) name_key: String,
    pub(crate) summary: TokenSummary,
}

impl SummaryRow {
    fn read(self) -> Result<Listed, sqlx::Error> {
        let suspended = self.suspended.read();
        Ok(Listed {
            seq: self.seq,
            name_key: self.name_key,
            summary: TokenSummary {
                id: stored(&self.id)?,
                kind: kind(&self.kind),
                name: self.name,
                status: status(suspended.is_some(), self.disabled, self.expires_at),
                suspended,
                grant_count: self.grant_count,
                has_client_key: self.client_key != 0,
                target_count: (self.all_projects == 0).then_some(self.target_count),
                expires_at: self.expires_at.map(Timestamp::from_millis),
                created_at: Timestamp::from_millis(self.created_at),
                updated_at: Timestamp::from_millis(self.updated_at),
                manageable: self.manageable != 0,
                last_used_at: self.last_used_at.map(Timestamp::from_millis),
            },
        })
    }
}

/// Adds the condition that the caller administers the project in `column`.
fn push_mine(sql: &mut Sql, engine: Engine, principal: &Principal, column: &'static str) {
    if *principal.administers() == Reach::All {
        sql.push("1 = 1");
    } else if let Ok(person) = principal.in_person() {
        // A person administers the projects in which they have that role. This is one look-up,
        // however many there are.
        sql.push("EXISTS (SELECT 1 FROM members i WHERE i.role = 'admin' AND i.project_id = ").push(column);
        sql.push(" AND i.user_id = ").bind(person.to_string()).push(")");
    } else {
        let mine: Vec<String> = principal.administers().listed().map(ToString::to_string).collect();
        sql.push(column);
        engine.push_in(sql, &mine);
    }
}

/// Adds two columns: whether the caller may manage the token (the same rule as
/// `Principal::covers`), and whether it is a JWT token for the caller.
fn push_rights(sql: &mut Sql, engine: Engine, principal: &Principal) {
    if principal.is_system_admin() {
        sql.push("1 AS manageable, 1 AS granted");
    } else {
        sql.push("CAST(CASE ");
        if *principal.administers() == Reach::All {
            sql.push("WHEN t.all_projects = 1 THEN 1 ");
        }
        // RSA tokens: all their projects are administered by the caller.
        sql.push("WHEN EXISTS (SELECT 1 FROM token_projects p WHERE p.token_id = t.id) ");
        sql.push("AND NOT EXISTS (SELECT 1 FROM token_projects p WHERE p.token_id = t.id AND NOT ");
        push_mine(sql, engine, principal, "p.project_id");
        // JWT tokens: all their users are members of projects that the caller administers.
        sql.push(") THEN 1 WHEN EXISTS (SELECT 1 FROM token_users u WHERE u.token_id = t.id) ");
        sql.push("AND NOT EXISTS (SELECT 1 FROM token_users u WHERE u.token_id = t.id AND NOT EXISTS ");
        sql.push("(SELECT 1 FROM members m WHERE m.user_id = u.user_id AND ");
        push_mine(sql, engine, principal, "m.project_id");
        sql.push(")) THEN 1 ELSE 0 END AS BIGINT) AS manageable, ");
        sql.push(
            "CAST(CASE WHEN EXISTS (SELECT 1 FROM token_users u WHERE u.token_id = t.id AND u.user_id = ",
        );
        sql.bind(principal.user().map(ToString::to_string).unwrap_or_default());
        sql.push(") THEN 1 ELSE 0 END AS BIGINT) AS granted");
    }
}

/// Adds the condition that a token names something. Of few tokens PostgreSQL must look at each:
/// with `EXISTS` it may walk all tokens that name it.
fn push_named(sql: &mut Sql, among: &Among<'_>, rows: &'static str, id: String) {
    match among {
        Among::Seqs(_) => {
            sql.push("(SELECT 1 FROM ").push(rows).bind(id).push(" AND f.token_id = t.id) = 1");
        }
        Among::All(_) => {
            sql.push("EXISTS (SELECT 1 FROM ").push(rows).bind(id).push(" AND f.token_id = t.id)");
        }
    }
}

fn push_where(sql: &mut Sql, engine: Engine, filter: &Filter, among: &Among<'_>, text: &Text<'_>) {
    if let Some(kind) = filter.kind {
        sql.push(" AND t.kind = ").bind(kind.as_str().to_owned());
    }
    match filter.status {
        None => {}
        Some(Status::Suspended) => {
            sql.push(" AND t.confirmed < (SELECT COALESCE(MAX(id), 0) FROM suspensions)");
        }
        Some(Status::Active | Status::Disabled | Status::Expired) => {
            sql.push(" AND t.confirmed >= (SELECT COALESCE(MAX(id), 0) FROM suspensions)");
        }
    }
    match filter.status {
        None | Some(Status::Suspended) => {}
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
        sql.push(" AND ");
        push_named(sql, among, "token_projects f WHERE f.project_id = ", project.to_string());
    }
    if let Some(user) = &filter.user {
        sql.push(" AND ");
        push_named(sql, among, "token_users f WHERE f.user_id = ", user.to_string());
    }
    if let Some((api, system)) = &filter.api {
        sql.push(" AND (");
        push_named(sql, among, "token_apis f WHERE f.api_id = ", api.to_string());
        sql.push(" OR ");
        push_named(sql, among, "token_systems f WHERE f.system_id = ", system.to_string());
        sql.push(")");
    }
    if filter.name_taken {
        sql.push(NAME_TAKEN);
    }
    match text {
        Text::Any => {}
        Text::Containing(text) => engine.push_contains(sql, "t.name_key", text),
        Text::Beginning(text) => {
            sql.push(" AND t.name_key >= ").bind((*text).to_owned());
            sql.push(" AND t.name_key < ").bind(format!("{text}{}", char::MAX));
        }
    }
}

/// Adds where the tokens begin.
fn push_start(sql: &mut Sql, start: &Start) {
    match start {
        Start::Newest(before) => sql.push(" AND t.seq < ").bind(before.unwrap_or(i64::MAX)),
        Start::Name(after) => sql.push(" AND t.name_key > ").bind(after.clone()),
    };
}

/// The tokens that the caller may see. All of [`Among::Seqs`], of others at most `limit`.
pub(crate) async fn list(
    database: &Database,
    principal: &Principal,
    filter: &Filter,
    among: &Among<'_>,
    text: &Text<'_>,
    limit: usize,
) -> Result<Vec<Listed>, sqlx::Error> {
    let engine = database.engine();
    let mut sql = Sql::new(
        "SELECT * FROM (SELECT t.seq, t.id, t.kind, t.name, t.name_key, t.disabled, \
         t.all_projects, t.expires_at, t.created_at, t.updated_at, t.client_key, \
         (SELECT MIN(s.since) FROM suspensions s WHERE s.id > t.confirmed) AS suspended_since, \
         (SELECT MAX(s.until) FROM suspensions s WHERE s.id > t.confirmed) AS suspended_until, \
         (SELECT x.last_used_at FROM token_uses x WHERE x.token_id = t.id) AS last_used_at, \
         (SELECT CAST(COUNT(*) AS BIGINT) FROM token_apis x WHERE x.token_id = t.id) \
         + (SELECT CAST(COUNT(*) AS BIGINT) FROM token_systems x WHERE x.token_id = t.id) AS grant_count, \
         (SELECT CAST(COUNT(*) AS BIGINT) FROM token_projects x WHERE x.token_id = t.id) \
         + (SELECT CAST(COUNT(*) AS BIGINT) FROM token_users x WHERE x.token_id = t.id) AS target_count, ",
    );
    push_rights(&mut sql, engine, principal);
    sql.push(" FROM tokens t WHERE 1 = 1");
    let start = match among {
        Among::Seqs(seqs) => {
            sql.push(" AND t.seq IN (SELECT CAST(value AS BIGINT) FROM ");
            let seqs: Vec<String> = seqs.iter().map(ToString::to_string).collect();
            engine.push_texts(&mut sql, &seqs);
            sql.push(")");
            None
        }
        Among::All(start) => Some(*start),
    };
    if let Some(start) = start {
        push_start(&mut sql, start);
    }
    push_where(&mut sql, engine, filter, among, text);
    sql.push(") AS t WHERE manageable = 1 OR granted = 1");
    if let Some(start) = start {
        sql.push(match start {
            Start::Newest(_) => " ORDER BY seq DESC",
            Start::Name(_) => " ORDER BY name_key",
        });
        sql.push(" LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
    }
    let rows: Vec<SummaryRow> = sql.query_as().fetch_all(database.reader()).await?;
    rows.into_iter().map(SummaryRow::read).collect()
}

/// The number of tokens that match.
pub(crate) async fn count(
    database: &Database,
    principal: &Principal,
    filter: &Filter,
    text: &Text<'_>,
) -> Result<i64, sqlx::Error> {
    let mut sql = Sql::new("SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT ");
    let engine = database.engine();
    push_rights(&mut sql, engine, principal);
    sql.push(" FROM tokens t WHERE 1 = 1");
    push_where(&mut sql, engine, filter, &Among::All(&Start::Newest(None)), text);
    sql.push(") AS t WHERE manageable = 1 OR granted = 1");
    sql.query_as::<(i64,)>().fetch_one(database.reader()).await.map(|(count,)| count)
}
