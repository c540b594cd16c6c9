//! Finds a token, and checks what the caller may do with it.

use latchkey_shared::ids::{ApiId, TokenId};
use latchkey_shared::limits::Limits;
use latchkey_shared::tokens::Token;
use latchkey_shared::warning::Warning;
use sqlx::AnyConnection;

use super::store::{self, Found};
use super::targets::targets;
use crate::access::grants;
use crate::access::principal::Principal;
use crate::database::Database;
use crate::limits::store::{in_force, keys_of_apis};
use crate::limits::{LimitKey, warnings};
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
    found: &Found,
) -> Result<Vec<Warning>, sqlx::Error> {
    let (token, of_apis) = (&found.token, &found.limits.of_apis);
    let own = Limits { rate_limit: token.rate_limit, quota: token.quota.clone() };
    if own == Limits::default() && of_apis.is_empty() {
        return Ok(Vec::new());
    }
    let in_force = in_force(connection, &token.id).await?;
    let keys = keys_of_apis(connection, of_apis.keys().collect()).await?;
    let holds = |api: Option<&ApiId>| in_force.get(&LimitKey { token: token.id.clone(), api: api.cloned() });
    let mut above = Vec::new();
    above.extend(holds(None).map(|holds| warnings(&own, holds, None)));
    for (api, own) in of_apis {
        let key = keys.get(api).map(String::as_str);
        above.extend(holds(Some(api)).map(|holds| warnings(own, holds, key)));
    }
    Ok(above.into_iter().flatten().collect())
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
    let token = &before.token.id;
    let mut defaults = in_force(connection, token).await?;
    let mut default = |api: Option<&ApiId>| {
        let found =
            defaults.remove(&LimitKey { token: token.clone(), api: api.cloned() }).unwrap_or_default();
        Limits { rate_limit: found.rate_limit, quota: found.quotas.into_iter().next() }
    };
    let mut held = before.limits.clone();
    let (default_of_all, none) = (default(None), Limits::default());
    if after.rate_limit.is_some() {
        held.rate_limit = held.rate_limit.or(default_of_all.rate_limit);
    }
    if after.quota.is_some() {
        held.quota = held.quota.or(default_of_all.quota);
    }
    for (api, after) in &after.of_apis {
        let (default, own) = (default(Some(api)), held.of_apis.get(api).unwrap_or(&none));
        let rate_limit = own.rate_limit.or(default.rate_limit.filter(|_| after.rate_limit.is_some()));
        let quota = own.quota.clone().or(default.quota.filter(|_| after.quota.is_some()));
        held.of_apis.insert(api.clone(), Limits { rate_limit, quota });
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
