//! `GET /tokens`.

use actix_web::{get, web};
use latchkey_shared::fields::{self, Refusal};
use latchkey_shared::page;
use latchkey_shared::tokens::{Kind, Status, TokenPage};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::search::{self, Asked, TokenIndex};
use super::store::{Filter, Start};
use crate::access::principal::Principal;
use crate::database::Database;
use crate::web::extract::{Query, read_cursor, write_cursor};
use crate::web::problem::Problem;
use crate::{projects, systems, users};

/// The order of a list of tokens.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Sort {
    /// The newest first.
    Created,
    /// By name, regardless of case.
    Name,
}

/// Which tokens to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only this kind; both kinds if absent.
    #[param(nullable = false, inline)]
    kind: Option<Kind>,
    /// Part of the name. Typos are tolerated.
    #[param(nullable = false)]
    q: Option<String>,
    /// Only this status.
    #[param(nullable = false, inline)]
    status: Option<Status>,
    /// Only tokens for this project, by key or id.
    #[param(nullable = false)]
    project: Option<String>,
    /// Only tokens for this user, by name or id.
    #[param(nullable = false)]
    user: Option<String>,
    /// Only tokens that are granted this API, by key or id, alone or with its whole system.
    #[param(nullable = false)]
    api: Option<String>,
    /// `true`: only tokens whose name another token has by the current rules. Rename them
    /// before you change them.
    #[param(nullable = false)]
    name_taken: Option<bool>,
    /// `created` (the newest first) if absent.
    #[param(nullable = false, inline)]
    sort: Option<Sort>,
    /// Whether to count all tokens that match.
    #[param(nullable = false)]
    total: Option<bool>,
    /// How many at most: 1 to 200, 50 if absent.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// The prefix of cursors in lists by name.
const BY_NAME: &str = "name ";

/// Where the requested page begins.
fn start(sort: Sort, cursor: Option<&str>) -> Result<Start, Problem> {
    let position = cursor.map(read_cursor).transpose()?;
    let invalid = || {
        Problem::field(
            "cursor",
            Refusal::new("invalid_cursor", "Must be the `next_cursor` of an earlier page."),
        )
    };
    match (sort, position) {
        (Sort::Created, None) => Ok(Start::Newest(None)),
        (Sort::Created, Some(position)) => Ok(Start::Newest(Some(position.parse().map_err(|_| invalid())?))),
        (Sort::Name, None) => Ok(Start::Name(String::new())),
        (Sort::Name, Some(position)) => {
            let after = position.strip_prefix(BY_NAME).ok_or_else(invalid)?;
            Ok(Start::Name(after.to_owned()))
        }
    }
}

/// List tokens
///
/// A system administrator sees all tokens. A project administrator sees the tokens whose
/// projects are all theirs. Everybody sees the JWT tokens that are granted to them.
#[utoipa::path(
    operation_id = "list_tokens",
    tag = "tokens",
    params(ListQuery),
    responses(
        (status = 200, description = "Tokens", body = TokenPage),
        (status = 404, description = "There is no such project, user or API."),
    )
)]
#[get("/tokens")]
pub(super) async fn list(
    principal: Principal,
    database: web::Data<Database>,
    index: web::Data<TokenIndex>,
    query: Query<ListQuery>,
) -> Result<web::Json<TokenPage>, Problem> {
    let query = query.read()?;
    let limit = page::limit(query.limit).map_err(|refusal| Problem::field("limit", refusal))?;
    let q = fields::name_key(query.q.as_deref().unwrap_or_default()).replace('\0', "");
    let q: String = q.chars().take(100).collect();
    let start = start(query.sort.unwrap_or(Sort::Created), query.cursor.as_deref())?;
    let project = match &query.project {
        None => None,
        Some(named) => {
            let project = projects::store::project(&mut *database.reader().acquire().await?, named).await?;
            let project = project.filter(|project| principal.may_see_project(&project.id));
            Some(project.ok_or_else(|| Problem::not_found("project"))?.id)
        }
    };
    let user = match &query.user {
        None => None,
        Some(named) => {
            let user = users::store::user(&database, named).await?;
            Some(user.ok_or_else(|| Problem::not_found("user"))?.id)
        }
    };
    let api = match &query.api {
        None => None,
        Some(named) => {
            let found =
                systems::store::api_and_system(&mut *database.reader().acquire().await?, named).await?;
            Some(found.ok_or_else(|| Problem::not_found("API"))?)
        }
    };
    let name_taken = query.name_taken == Some(true);
    let filter = Filter { kind: query.kind, status: query.status, project, user, api, name_taken };
    let asked = Asked {
        principal: &principal,
        filter: &filter,
        q: &q,
        start: &start,
        limit: limit + 1,
        total: query.total == Some(true),
    };
    let mut found = search::list(&index, &asked).await?;
    let next_cursor = page::cut(&mut found.rows, limit).map(|last| match start {
        Start::Newest(_) => write_cursor(&last.seq.to_string()),
        Start::Name(_) => write_cursor(&format!("{BY_NAME}{}", last.name_key)),
    });
    let next_cursor = next_cursor.filter(|_| !found.alike);
    Ok(web::Json(TokenPage {
        items: found.rows.into_iter().map(|row| row.summary).collect(),
        next_cursor,
        total: found.total,
        beginnings_only: found.beginnings_only.then_some(true),
    }))
}
