//! `PUT /session/password`.

use actix_web::{HttpRequest, HttpResponse, put, web};
use latchkey_shared::fields::{self, Errors};
use latchkey_shared::session::PasswordChange;
use serde_json::json;

use super::resumed::person;
use crate::audit;
use crate::crypto::Secret;
use crate::database::{Change, Database, now};
use crate::sessions::{Sessions, store};
use crate::users::password::{self, Hasher};
use crate::users::{self, Users};
use crate::web::client_ip::client_ip;
use crate::web::extract::Body;
use crate::web::problem::{Kind, Problem};

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
        (status = 429, description = "Too many attempts."),
    )
)]
#[put("/session/password")]
pub(super) async fn change_password(
    request: HttpRequest,
    sessions: web::Data<Sessions>,
    users: web::Data<Users>,
    hasher: web::Data<Hasher>,
    database: web::Data<Database>,
    body: Body<PasswordChange>,
) -> Result<HttpResponse, Problem> {
    let resumed = person(&sessions, &users, &request).await?;
    let PasswordChange { current_password, new_password } = body.json().await?;
    let username = resumed.user.username.clone();
    let address = client_ip(&request);
    let mut errors = Errors::new();
    errors.take("new_password", fields::password(&new_password));
    if new_password == current_password {
        errors.add("new_password", "unchanged", "Must differ from the current password.");
    }
    Problem::unless_empty(errors)?;
    sessions.throttle.attempt(&username, address).map_err(|seconds| {
        Problem::new(Kind::TooManyRequests)
            .with_header(actix_web::http::header::RETRY_AFTER, &seconds.to_string())
    })?;
    let hash = users::store::credentials(&database, &username).await?.and_then(|known| known.password_hash);
    if !hasher.verify(Secret::new(current_password), hash).await? {
        let mut errors = Errors::new();
        errors.add("current_password", "wrong", "This is not the current password.");
        return Err(Problem::validation(errors.into_vec()));
    }
    sessions.throttle.succeeded(&username, address);
    let hash = hasher.hash(Secret::new(new_password)).await?;
    let origin = resumed.origin(&request);
    let secret = Secret::random();
    let digest = secret.digest();
    database
        .write(move |transaction| {
            Box::pin(async move {
                let id = &resumed.user.id;
                users::store::set_password(transaction, id, &hash, password::Lasting::Chosen).await?;
                store::end_all(transaction, id).await?;
                store::insert(transaction.connection(), &digest, id, now()).await?;
                transaction.changes(Change::User(id.clone()));
                audit::record(transaction, &origin, "user.password_changed", (id, username), json!({})).await
            })
        })
        .await?;
    Ok(HttpResponse::NoContent().cookie(sessions.set_cookie(&secret)).finish())
}
