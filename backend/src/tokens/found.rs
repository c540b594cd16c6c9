//! Finds a token, and checks what the caller may do with it.

use latchkey_shared::ids::TokenId;
use latchkey_shared::limits::Limits;
use latchkey_shared::tokens::Token;
use latchkey_shared::warning::Warning;
use sqlx::AnyConnection;

use super::store::{self, Found};
use super::targets::targets;
use crate::access::grants;
use crate::access::principal::Principal;
use crate::database::Database;
use crate::limits;
use crate::web::look_alikes;
use crate::web::problem::Problem;

pub(super) fn parse_id(path: &str) -> Result<TokenId, Problem> {
    path.parse().map_err(|_| Problem::not_found("token"))
}

pub(super) async fn existing(connection: &mut AnyConnection, id: &TokenId) -> Result<Found, Problem> {
    store::find(connection, id).await?.ok_or_else(|| Problem::not_found("token"))
}

/// A token that the caller may see: they manage it, or it is granted to them.
pub(super) async fn visible(
    connection: &mut AnyConnection,
    principal: &Principal,
    id: &TokenId,
) -> Result<Found, Problem> {
    let mut found = existing(connection, id).await?;
    let theirs = principal.user().is_some_and(|me| found.token.users.iter().any(|user| user.id == *me));
    found.token.manageable = principal.covers(&targets(connection, &found).await?);
    if theirs || found.token.manageable { Ok(found) } else { Err(Problem::not_found("token")) }
}

/// The warning that the name of this token looks like another one. It names the other token
/// only if the caller may see it.
pub(super) async fn look_alike(
    connection: &mut AnyConnection,
    principal: &Principal,
    token: &Token,
) -> Result<Option<Warning>, Problem> {
    let others = store::look_alikes(&mut *connection, &token.id, &token.name).await?;
    if others.is_empty() {
        return Ok(None);
    }
    for (id, name) in others {
        if visible(&mut *connection, principal, &parse_id(&id)?).await.is_ok() {
            return Ok(Some(look_alikes::warning("token", "name", Some(name))));
        }
    }
    Ok(Some(look_alikes::warning("token", "name", None)))
}

/// The warnings that a ceiling allows less than the limits of this token.
pub(super) async fn above_ceilings(
    connection: &mut AnyConnection,
    token: &Token,
) -> Result<Vec<Warning>, sqlx::Error> {
    let own = Limits { rate_limit: token.rate_limit, quota: token.quota.clone() };
    if own == Limits::default() {
        return Ok(Vec::new());
    }
    let in_force = limits::store::in_force(connection, &token.id).await?;
    Ok(in_force.get(&token.id).map(|effective| limits::warnings(&own, effective)).unwrap_or_default())
}

/// Checks that the caller may change the limits of this token. Its first limit replaces the default, so a
/// token must not set one above that.
pub(super) async fn may_set_limits(
    connection: &mut AnyConnection,
    principal: &Principal,
    before: &Found,
    after: &grants::Limits,
) -> Result<(), Problem> {
    if principal.token().is_none() {
        return Ok(());
    }
    let id = &before.token.id;
    let default = limits::store::in_force(connection, id).await?.remove(id).unwrap_or_default();
    let mut held = before.limits.clone();
    if after.rate_limit.is_some() {
        held.rate_limit = held.rate_limit.or(default.rate_limit);
    }
    if after.quota.is_some() {
        held.quota = held.quota.or(default.quotas.into_iter().next());
    }
    principal.may_set_limits(&held, after)
}

/// A token that the caller may manage. This is checked before the body is read, and again in
/// the transaction that changes the token.
pub(super) async fn managed(
    database: &Database,
    principal: &Principal,
    id: &TokenId,
) -> Result<Found, Problem> {
    let mut connection = database.reader().acquire().await?;
    let found = existing(&mut connection, id).await?;
    principal.may_manage(&targets(&mut connection, &found).await?)?;
    Ok(found)
}
