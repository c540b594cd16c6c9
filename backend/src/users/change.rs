//! `PATCH` and `DELETE /users/{user}`: a user is changed or disabled, never deleted.

use actix_web::{HttpResponse, delete, patch, web};
use latchkey_shared::fields::{self, Errors};
use latchkey_shared::users::{Role, User, UserPatch};
use serde_json::json;

use super::password::{Hasher, Lasting};
use super::store;
use crate::access::principal::Principal;
use crate::audit;
use crate::crypto::Secret;
use crate::database::{Change, Database, now};
use crate::revocations::{self, Of};
use crate::sessions;
use crate::web::extract::Body;
use crate::web::problem::{Kind, Problem};
use crate::withdrawals::Withdrawal;

/// Change a user
///
/// For system administrators with a session. Absent fields stay.
#[utoipa::path(
    operation_id = "change_user",
    tag = "users",
    request_body(content = UserPatch, example = json!({ "display_name": "Ada L.", "disabled": false })),
    security(("session" = [])),
    responses(
        (status = 200, description = "The user as it is now", body = User),
        (status = 409, description = "The last enabled system administrator cannot be disabled or demoted (`conflict`)."),
    )
)]
#[patch("/users/{user}")]
pub(super) async fn change(
    principal: Principal,
    database: web::Data<Database>,
    hasher: web::Data<Hasher>,
    path: web::Path<String>,
    body: Body<UserPatch>,
) -> Result<web::Json<User>, Problem> {
    principal.system_admin_in_person()?;
    let body = body.json().await?;
    apply(&principal, &database, &hasher, path.into_inner(), body).await.map(web::Json)
}

/// Disable a user
///
/// Users are never deleted. Their sessions end at once, and every call as this user is denied.
#[utoipa::path(
    operation_id = "disable_user",
    tag = "users",
    security(("session" = [])),
    responses(
        (status = 204, description = "Disabled"),
        (status = 409, description = "The last enabled system administrator cannot be disabled (`conflict`)."),
    )
)]
#[delete("/users/{user}")]
pub(super) async fn disable(
    principal: Principal,
    database: web::Data<Database>,
    hasher: web::Data<Hasher>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin_in_person()?;
    let body = UserPatch { disabled: Some(true), ..UserPatch::default() };
    apply(&principal, &database, &hasher, path.into_inner(), body).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn apply(
    principal: &Principal,
    database: &Database,
    hasher: &Hasher,
    named: String,
    body: UserPatch,
) -> Result<User, Problem> {
    let mut errors = Errors::new();
    let display_name =
        body.display_name.as_deref().and_then(|name| errors.take("display_name", fields::name(name)));
    let email = body.email.map(|email| email.and_then(|email| errors.take("email", fields::email(&email))));
    if let Some(password) = &body.password {
        errors.take("password", fields::password(password));
    }
    Problem::unless_empty(errors)?;
    let password_hash = match body.password {
        Some(password) => Some(hasher.hash(Secret::new(password)).await?),
        None => None,
    };
    let origin = principal.origin().clone();
    let user = store::user(database, &named).await?.ok_or_else(|| Problem::not_found("user"))?;
    let id = user.id.clone();
    let withdraws = body.disabled == Some(true) || body.role == Some(Role::User);
    database
        .by(principal.witness())
        .withdraw_if(withdraws, move |transaction| {
            Box::pin(async move {
                let id = &user.id;
                // Read again inside the transaction.
                let mut row = store::find(transaction.connection(), id.as_str())
                    .await?
                    .ok_or_else(|| Problem::not_found("user"))?;
                let mut changed = Vec::new();
                if let Some(name) = display_name {
                    row.display_name = name;
                    changed.push("display_name");
                }
                if let Some(email) = email {
                    row.email = email;
                    changed.push("email");
                }
                let is_switched_off = body.disabled == Some(true) && !row.disabled;
                let was_admin = row.role == Role::SystemAdmin;
                if let Some(role) = body.role {
                    row.role = role;
                    changed.push("role");
                }
                if let Some(disabled) = body.disabled {
                    row.disabled = disabled;
                    changed.push("disabled");
                }
                let is_admin = row.role == Role::SystemAdmin;
                let loss = (is_switched_off || (was_admin && !is_admin)).then(|| Withdrawal::User {
                    user: row.id.clone(),
                    disabled: row.disabled,
                    administers: is_admin,
                });
                store::update(transaction.takes_if(loss), &row, now()).await?;
                if !store::has_administrator(transaction.connection()).await? {
                    return Err(Problem::new(Kind::Conflict).with_detail(
                        "The last enabled system administrator cannot be disabled or demoted.",
                    ));
                }
                if let Some(hash) = &password_hash {
                    store::set_password(transaction, id, hash, Lasting::Temporary).await?;
                    changed.push("password");
                }
                if row.disabled || password_hash.is_some() {
                    sessions::end_all(transaction, id).await?;
                }
                if is_switched_off {
                    revocations::record(transaction, Of::User(id), "sub", id.as_str(), now()).await?;
                }
                transaction.changes(Change::User(id.clone()));
                Ok(audit::record(
                    transaction,
                    &origin,
                    "user.updated",
                    (id, row.username),
                    json!({ "changed": changed }),
                )
                .await?)
            })
        })
        .await?;
    store::user(database, id.as_str()).await?.ok_or_else(|| Problem::not_found("user"))
}
