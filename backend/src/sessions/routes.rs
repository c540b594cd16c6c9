//! `/session`.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use latchkey_shared::fields::{self, Errors};
use latchkey_shared::session::{Login, PasswordChange, Session};
use serde_json::json;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{Resumed, Sessions, store};
use crate::access::origin::Origin;
use crate::access::origin::anonymous;
use crate::audit;
use crate::audit::Target;
use crate::crypto::Secret;
use crate::database::{Change, Database, now};
use crate::users;
use crate::users::Users;
use crate::users::password;
use crate::users::password::Hasher;
use crate::web::client_ip::client_ip;
use crate::web::extract::{Body, Json};
use crate::web::problem::{Kind, Problem};

/// Registers the routes of this capability.
pub fn routes(config: &mut ServiceConfig) {
    config.service(log_in).service(current).service(log_out).service(change_password);
}

async fn resumed(sessions: &Sessions, request: &HttpRequest) -> Result<Resumed, Problem> {
    sessions.resume(request).await?.ok_or_else(|| Problem::new(Kind::Unauthenticated))
}

fn origin(request: &HttpRequest, resumed: &Resumed) -> Origin {
    Origin {
        kind: "user",
        id: Some(resumed.user.id.to_string()),
        name: resumed.user.username.clone(),
        ..anonymous(request)
    }
}

/// Log in
///
/// Sets the session cookie. Name and password are told apart by nobody: an
/// unknown name, a disabled user and a wrong password are one answer.
#[utoipa::path(
    operation_id = "log_in",
    tag = "session",
    request_body(
        content = Login,
        example = json!({ "username": "ada", "password": "correct horse battery" })
    ),
    responses(
        (status = 200, description = "Logged in; the cookie is set.", body = Session),
        (status = 401, description = "Name and password do not match (`login-failed`).", body = latchkey_shared::problem::ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "The request came from another site (`cross-site`).", body = latchkey_shared::problem::ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many attempts; `Retry-After` says when to come back.", body = latchkey_shared::problem::ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/session")]
async fn log_in(
    request: HttpRequest,
    sessions: web::Data<Sessions>,
    users: web::Data<Users>,
    hasher: web::Data<Hasher>,
    database: web::Data<Database>,
    body: Json<Login>,
) -> Result<HttpResponse, Problem> {
    sessions.refuse_other_sites(&request)?;
    let Json(Login { username, password }) = body;
    // Whatever cannot be a name or a password is looked at no longer than one that can.
    let account: String = username.trim().to_lowercase().chars().take(64).collect();
    let address = client_ip(&request).map(|address| address.to_string()).unwrap_or_default();
    sessions.throttle.attempt(&account, &address).map_err(|seconds| {
        Problem::new(Kind::TooManyRequests)
            .with_header(actix_web::http::header::RETRY_AFTER, &seconds.to_string())
    })?;
    let known = users::store::credentials(&database, &account).await?;
    let hash = known.as_ref().and_then(|known| known.password_hash.clone());
    let matches = hasher.verify(Secret::new(password), hash).await?;
    let Some(known) = known.filter(|known| matches && known.disabled == 0) else {
        let detail = json!({ "username": account });
        let origin = anonymous(&request);
        let noted: Result<(), sqlx::Error> = database
            .write(move |transaction| {
                Box::pin(
                    async move { audit::record(transaction, &origin, "session.failed", None, &detail).await },
                )
            })
            .await;
        if let Err(error) = noted {
            tracing::error!(%error, "a failed login is not in the audit trail");
        }
        return Err(Problem::new(Kind::LoginFailed));
    };
    sessions.throttle.succeeded(&account, &address);
    let id: latchkey_shared::ids::UserId = known.id.parse().map_err(Problem::internal)?;
    let secret = Secret::random();
    let (digest, before) = (secret.digest(), sessions.digest(&request));
    let origin = Origin { kind: "user", id: Some(known.id), name: account.clone(), ..anonymous(&request) };
    let user = id.clone();
    database
        .withdraw(move |transaction| {
            Box::pin(async move {
                if let Some(before) = before {
                    store::end(transaction.connection(), &before).await?;
                }
                store::insert(transaction.connection(), &digest, &user, now()).await?;
                let target = Target::new("user", &user, account);
                audit::record(transaction, &origin, "session.created", Some(&target), &json!({})).await
            })
        })
        .await?;
    let session = users.session(&id).await?;
    Ok(HttpResponse::Ok()
        .cookie(sessions.set_cookie(&secret))
        .insert_header(("cache-control", "no-store"))
        .json(session))
}

/// Who is logged in
///
/// The person whose session cookie comes along.
#[utoipa::path(
    operation_id = "get_session",
    tag = "session",
    security(("session" = [])),
    responses((status = 200, description = "The person and their projects", body = Session))
)]
#[get("/session")]
async fn current(
    request: HttpRequest,
    sessions: web::Data<Sessions>,
    users: web::Data<Users>,
) -> Result<HttpResponse, Problem> {
    let resumed = resumed(&sessions, &request).await?;
    let session = users.session(&resumed.user.id).await?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(session))
}

/// Log out
///
/// Ends this session and removes its cookie; the person's other sessions go on.
#[utoipa::path(
    operation_id = "log_out",
    tag = "session",
    security(("session" = [])),
    responses((status = 204, description = "Logged out"))
)]
#[delete("/session")]
async fn log_out(
    request: HttpRequest,
    sessions: web::Data<Sessions>,
    database: web::Data<Database>,
) -> Result<HttpResponse, Problem> {
    let resumed = resumed(&sessions, &request).await?;
    let origin = origin(&request, &resumed);
    database
        .withdraw(move |transaction| {
            Box::pin(async move {
                store::end(transaction.connection(), &resumed.digest).await?;
                let target = Target::new("user", &resumed.user.id, resumed.user.username.clone());
                audit::record(transaction, &origin, "session.ended", Some(&target), &json!({})).await
            })
        })
        .await?;
    Ok(HttpResponse::NoContent().cookie(sessions.remove_cookie()).finish())
}

/// Change the password
///
/// Ends the person's other sessions.
#[utoipa::path(
    operation_id = "change_password",
    tag = "session",
    request_body(
        content = PasswordChange,
        example = json!({ "current_password": "correct horse battery", "new_password": "staple of another horse" })
    ),
    security(("session" = [])),
    responses(
        (status = 204, description = "Changed"),
        (status = 429, description = "Too many attempts.", body = latchkey_shared::problem::ProblemBody, content_type = "application/problem+json"),
    )
)]
#[put("/session/password")]
async fn change_password(
    request: HttpRequest,
    sessions: web::Data<Sessions>,
    hasher: web::Data<Hasher>,
    database: web::Data<Database>,
    body: Body<PasswordChange>,
) -> Result<HttpResponse, Problem> {
    let resumed = resumed(&sessions, &request).await?;
    let PasswordChange { current_password, new_password } = body.json().await?;
    let username = resumed.user.username.clone();
    let address = client_ip(&request).map(|address| address.to_string()).unwrap_or_default();
    let mut errors = Errors::new();
    errors.take("new_password", fields::password(&new_password));
    if new_password == current_password {
        errors.add("new_password", "unchanged", "Must differ from the current password.");
    }
    Problem::unless_empty(errors)?;
    sessions.throttle.attempt(&username, &address).map_err(|seconds| {
        Problem::new(Kind::TooManyRequests)
            .with_header(actix_web::http::header::RETRY_AFTER, &seconds.to_string())
    })?;
    let hash = users::store::credentials(&database, &username).await?.and_then(|known| known.password_hash);
    if !hasher.verify(Secret::new(current_password), hash).await? {
        let mut errors = Errors::new();
        errors.add("current_password", "wrong", "This is not the current password.");
        return Err(Problem::validation(errors.into_vec()));
    }
    sessions.throttle.succeeded(&username, &address);
    let hash = hasher.hash(Secret::new(new_password)).await?;
    let origin = origin(&request, &resumed);
    let secret = Secret::random();
    let digest = secret.digest();
    database
        .write(move |transaction| {
            Box::pin(async move {
                let id = &resumed.user.id;
                users::store::set_password(transaction.connection(), id, &hash, password::Lasting::Chosen)
                    .await?;
                store::end_all(transaction.connection(), id).await?;
                store::insert(transaction.connection(), &digest, id, now()).await?;
                transaction.changes(Change::User(id.clone()));
                let target = Target::new("user", id, username);
                audit::record(transaction, &origin, "user.password_changed", Some(&target), &json!({})).await
            })
        })
        .await?;
    Ok(HttpResponse::NoContent().cookie(sessions.set_cookie(&secret)).finish())
}
