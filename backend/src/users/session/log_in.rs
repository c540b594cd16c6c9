//! `POST /session`.

use actix_web::{HttpRequest, HttpResponse, post, web};
use latchkey_shared::session::{Login, Session};
use serde_json::json;

use crate::access::origin::{Origin, anonymous};
use crate::audit;
use crate::crypto::Secret;
use crate::database::{Database, now};
use crate::sessions::{Sessions, store};
use crate::users::password::Hasher;
use crate::users::{self, Users};
use crate::web::client_ip::client_ip;
use crate::web::extract::Json;
use crate::web::problem::{Kind, Problem};
use crate::withdrawals::Withdrawal;

/// Log in
///
/// Sets the session cookie. An unknown name, a disabled user and a wrong password get the same
/// answer.
#[utoipa::path(
    operation_id = "log_in",
    tag = "session",
    request_body(
        content = Login,
        example = json!({ "username": "ada", "password": "correct horse battery" })
    ),
    responses(
        (status = 200, description = "Logged in; the cookie is set.", body = Session),
        (status = 401, description = "Name and password do not match (`login-failed`)."),
        (status = 403, description = "The request came from another site (`cross-site`)."),
        (status = 429, description = "Too many attempts. `Retry-After` has the waiting time in seconds."),
    )
)]
#[post("/session")]
pub(super) async fn log_in(
    request: HttpRequest,
    sessions: web::Data<Sessions>,
    users: web::Data<Users>,
    hasher: web::Data<Hasher>,
    database: web::Data<Database>,
    body: Json<Login>,
) -> Result<HttpResponse, Problem> {
    sessions.refuse_other_sites(&request)?;
    let Json(Login { username, password }) = body;
    // The name is cut, so that a long one costs no more time.
    let account: String = username.trim().to_lowercase().chars().take(64).collect();
    let address = client_ip(&request);
    sessions.throttle.attempt(&account, address).map_err(|seconds| {
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
                Box::pin(async move { audit::record_failed_login(transaction, &origin, detail).await })
            })
            .await;
        if let Err(error) = noted {
            tracing::error!(%error, "a failed login is not in the audit trail");
        }
        return Err(Problem::new(Kind::LoginFailed));
    };
    sessions.throttle.succeeded(&account, address);
    let id: latchkey_shared::ids::UserId = known.id.parse().map_err(Problem::internal)?;
    let secret = Secret::random();
    let (digest, before) = (secret.digest(), sessions.digest(&request));
    let origin = Origin { kind: "user", id: Some(known.id), name: account.clone(), ..anonymous(&request) };
    let user = id.clone();
    database
        .withdraw(move |transaction| {
            Box::pin(async move {
                if let Some(before) = before {
                    store::end(transaction.takes(Withdrawal::Sessions { user: None }), &before).await?;
                }
                store::insert(transaction.connection(), &digest, &user, now()).await?;
                audit::record(transaction, &origin, "session.created", (&user, account), json!({})).await
            })
        })
        .await?;
    let session = users.session(&id).await?;
    Ok(HttpResponse::Ok()
        .cookie(sessions.set_cookie(&secret))
        .insert_header(("cache-control", "no-store"))
        .json(session))
}
