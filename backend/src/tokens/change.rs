//! `PATCH /tokens/{token}`.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, patch, web};
use latchkey_shared::fields::{self, Errors};
use latchkey_shared::ids::TokenId;
use latchkey_shared::tokens::{Kind, Switch, Token, TokenPatch};
use serde_json::json;
use sqlx::AnyConnection;

use super::api_limits;
use super::asked::{expiry, ranges};
use super::found::{above_ceilings, existing, look_alike, managed, may_set_limits, parse_id};
use super::loss::{Loss, loss, narrows};
use super::named::Named;
use super::store::{self, Resolved, Written};
use super::targets::{bind, targets, with_bound};
use super::version::{answer, check_version, if_match};
use crate::access::grants::Limits;
use crate::access::principal::{MayManage, Principal};
use crate::audit;
use crate::database::{Change, Database, now};
use crate::limits::asked::{quota, rate_limit};
use crate::revocations::{self, Of};
use crate::web::extract::Body;
use crate::web::problem::Problem;

/// The key that a token's name is compared by. No other token may have it. A token that is only
/// disabled keeps its key, even if another token has it by a newer rule.
async fn key_of_name(
    connection: &mut AnyConnection,
    id: &TokenId,
    name: &str,
    is_kept: bool,
) -> Result<String, Problem> {
    if is_kept {
        return Ok(store::name_key(connection, id).await?);
    }
    let key = fields::name_key(name);
    match store::holder_of_name(connection, &key).await? {
        Some(holder) if holder != id.as_str() => Err(Problem::taken("name", "Another token has this name.")),
        _ => Ok(key),
    }
}

/// What a token names after the change. Absent fields stay.
fn patched(before: Named, body: &mut TokenPatch) -> Named {
    let all_projects = body.all_projects.unwrap_or(before.all_projects && body.projects.is_none());
    Named {
        apis: body.apis.take().unwrap_or(before.apis),
        systems: body.systems.take().unwrap_or(before.systems),
        projects: match body.projects.take() {
            Some(projects) => projects,
            None if all_projects => Vec::new(),
            None => before.projects,
        },
        all_projects,
        users: body.users.take().unwrap_or(before.users),
    }
}

/// The name and the description of a token after the change. Absent fields stay.
fn patched_texts(before: &Token, body: &TokenPatch, errors: &mut Errors) -> (String, String) {
    let name = body.name.as_deref();
    let name = name.map(|name| errors.take("name", fields::name(name)).unwrap_or_default());
    let description = body.description.as_deref();
    let description =
        description.map(|one| errors.take("description", fields::description(one)).unwrap_or_default());
    (name.unwrap_or_else(|| before.name.clone()), description.unwrap_or_else(|| before.description.clone()))
}

/// The limits of a token after the change, without those for single APIs. Absent fields stay.
fn patched_limits(before: &Limits, body: &TokenPatch, errors: &mut Errors) -> Limits {
    Limits {
        expires_at: match &body.expires_at {
            None => before.expires_at,
            Some(None) => None,
            Some(Some(end)) => expiry(end, now(), errors),
        },
        allowed_ips: match &body.allowed_ips {
            None => before.allowed_ips.clone(),
            Some(raw) => ranges(raw, errors),
        },
        one_time_only: body.one_time_only.unwrap_or(before.one_time_only),
        rate_limit: match &body.rate_limit {
            None => before.rate_limit,
            Some(None) => None,
            Some(Some(limit)) => rate_limit(limit, "", errors),
        },
        quota: match &body.quota {
            None => before.quota.clone(),
            Some(None) => None,
            Some(Some(limit)) => quota(limit, "", errors),
        },
        of_apis: BTreeMap::new(),
    }
}

/// Which limits of calls differ: the rate limit, the quota, those for single APIs.
fn others(before: &Limits, after: &Limits) -> [bool; 3] {
    [after.rate_limit != before.rate_limit, after.quota != before.quota, after.of_apis != before.of_apis]
}

/// Modify a token
///
/// Absent fields stay. With `If-Match`, the change fails if the token was changed in the
/// meantime.
#[utoipa::path(
    operation_id = "change_token",
    tag = "tokens",
    params(
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on."),
    ),
    request_body(
        content = TokenPatch,
        example = json!({ "description": "For the night shift", "status": "active" })
    ),
    responses(
        (status = 200, description = "The token as it is now", body = Token, headers(("ETag" = String))),
        (status = 409, description = "The name is taken (`taken`)."),
        (status = 412, description = "It was changed in the meantime."),
    )
)]
#[patch("/tokens/{token}")]
pub(super) async fn change(
    request: HttpRequest,
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
    body: Body<TokenPatch>,
) -> Result<HttpResponse, Problem> {
    let id = managed(&database, &principal, &parse_id(&path)?).await?.token.id;
    let (mut body, if_match) = (body.json().await?, if_match(&request));
    let switches_off = body.status == Some(Switch::Disabled);
    let database = database.by(principal.witness());
    let found = database.withdraw_if(switches_off, move |transaction| {
        Box::pin(async move {
            let before = existing(transaction.connection(), &id).await?;
            let targets_before = targets(transaction.connection(), &before).await?;
            let mut proof: MayManage = principal.may_manage(&targets_before)?;
            check_version(if_match.as_deref(), before.version)?;
            let kind = before.token.kind;
            let mut errors = Errors::new();
            let (name, description) = patched_texts(&before.token, &body, &mut errors);
            let widens = body.apis.is_some()
                || body.systems.is_some()
                || body.projects.is_some()
                || body.all_projects.is_some()
                || body.users.is_some();
            let named = patched(before.named(), &mut body);
            named.check(kind, &mut errors);
            if kind == Kind::Jwt && body.one_time_only == Some(true) {
                errors.add("one_time_only", "wrong_kind", "JWT tokens do not accept one-time requests.");
            }
            let mut limits = patched_limits(&before.limits, &body, &mut errors);
            let held = before.held();
            let Resolved { grants, targets, .. } =
                store::resolve(transaction.connection(), kind, &named, &held, &mut errors).await?;
            let (asked, held) = (body.api_limits.as_deref(), &before.limits.of_apis);
            limits.of_apis =
                api_limits::patched(transaction.connection(), held, asked, &grants, &mut errors).await?;
            Problem::unless_empty(errors)?;
            may_set_limits(transaction.connection(), &principal, &before, &limits).await?;
            let is_kept = switches_off && body.name.is_none();
            let name_key = key_of_name(transaction.connection(), &id, &name, is_kept).await?;
            let disabled = match body.status {
                None => before.disabled,
                Some(switch) => switch == Switch::Disabled,
            };
            let targets =
                if widens { bind(&principal, targets, &before.bound) } else { with_bound(targets, &before) };
            if widens || !narrows(&before.limits, &limits) || (before.disabled && !disabled) {
                proof = principal.may_issue(&grants, &targets, &limits)?;
            }
            let written = Written {
                name: &name,
                name_key: &name_key,
                description: &description,
                disabled,
                limits: &limits,
                grants: &grants,
                targets: &targets,
                at: now(),
                by: &principal.origin().name,
            };
            // Before the update: afterwards the old grants are gone.
            let from = match loss(&before, &targets_before, &written) {
                Some(Loss::Now) => Some(now()),
                Some(Loss::At(end)) => Some(end),
                None => None,
            };
            if let Some(from) = from {
                revocations::record(transaction, Of::Token(&id), "client_id", id.as_str(), from).await?;
            }
            store::update(transaction, &proof, &id, &written, from.is_some()).await?;
            transaction.changes(Change::Token(id.clone()));
            let other = others(&before.limits, &limits);
            if other.contains(&true) || widens {
                // Its limits, and the ceilings of its projects, also hold for the tokens that it issued.
                for descendant in store::descendants(transaction.connection(), &id).await? {
                    transaction.changes(Change::Token(descendant));
                }
            }
            let action = match (before.disabled, disabled) {
                (false, true) => "token.disabled",
                (true, false) => "token.enabled",
                _ => "token.updated",
            };
            let is_renamed = name != before.token.name;
            let detail = json!({
                "grants_or_targets": widens,
                "renamed": is_renamed,
                "rate_limit": other[0],
                "quota": other[1],
                "api_limits": other[2],
            });
            audit::record(transaction, principal.origin(), action, (&id, name.clone()), detail).await?;
            let mut found = existing(transaction.connection(), &id).await?;
            if other.contains(&true) {
                let above = above_ceilings(transaction.connection(), &found).await?;
                found.token.warnings.extend(above);
            }
            if is_renamed {
                let like = look_alike(transaction.connection(), &principal, &found.token).await?;
                found.token.warnings.extend(like);
            }
            Ok::<_, Problem>(found)
        })
    });
    Ok(answer(HttpResponse::Ok(), &found.await?))
}
