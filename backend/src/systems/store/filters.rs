//! SQL conditions for what the caller may see or grant.

use std::collections::BTreeSet;

use latchkey_shared::ids::{ProjectId, TokenId};
use latchkey_shared::problem::TokenRef;
use latchkey_shared::tokens::Kind;
use sqlx::AnyConnection;

use crate::access::principal::Principal;
use crate::access::reach::Reach;
use crate::database::Engine;
use crate::database::sql::Sql;
use crate::database::stored::stored;

/// Excludes restricted systems that are not open to a project of the caller.
pub(super) fn push_visible(sql: &mut Sql, engine: Engine, principal: &Principal) {
    if let Reach::Only(projects) = principal.sees() {
        sql.push(" AND (s.restricted = 0");
        if !projects.is_empty() {
            push_open_to(sql, engine, &projects);
        }
        sql.push(")");
    }
}

/// Excludes systems of which the caller may grant nothing to a token of this kind.
/// [`Principal::may_issue`] would refuse them.
pub(super) fn push_grantable(sql: &mut Sql, engine: Engine, principal: &Principal, kind: Kind) {
    if principal.is_system_admin() {
        return;
    }
    if kind == Kind::Jwt {
        sql.push(" AND s.builtin = 0");
    }
    match principal.administers() {
        Reach::All => {}
        Reach::Only(projects) if projects.is_empty() => {
            sql.push(" AND 1 = 0");
        }
        Reach::Only(projects) => {
            sql.push(" AND (s.restricted = 0");
            push_open_to(sql, engine, projects);
            sql.push(")");
        }
    }
}

fn push_open_to(sql: &mut Sql, engine: Engine, projects: &BTreeSet<ProjectId>) {
    sql.push(" OR s.id IN (SELECT system_id FROM project_systems WHERE project_id");
    engine.push_in(sql, projects);
    sql.push(")");
}

/// PostgreSQL refuses NUL in a text. No stored text has one.
pub(super) fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

pub(super) async fn token_refs(
    connection: &mut AnyConnection,
    sql: Sql,
) -> Result<Vec<TokenRef>, sqlx::Error> {
    let rows: Vec<(String, String)> = sql.query_as().fetch_all(connection).await?;
    rows.into_iter().map(|(id, name)| Ok(TokenRef { id: stored::<TokenId>(&id)?, name })).collect()
}

/// Excludes APIs that only system administrators may grant.
pub(super) fn push_grantable_api(sql: &mut Sql, principal: &Principal) {
    if !principal.is_system_admin() {
        sql.push(" AND a.scope = 'project'");
    }
}
