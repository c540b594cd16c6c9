//! `POST /users`.

use actix_web::{HttpResponse, post, web};
use latchkey_shared::fields::{self, Errors};
use latchkey_shared::users::{NewUser, Role, User};
use serde_json::json;

use super::password::{Hasher, Lasting};
use super::store::{self, NewRow};
use crate::access::principal::Principal;
use crate::audit;
use crate::crypto::Secret;
use crate::database::looks::look_alike;
use crate::database::{Change, Database};
use crate::web::extract::Body;
use crate::web::look_alikes;
use crate::web::problem::Problem;

/// Add a user
///
/// A password in the request is temporary: the user must change it at the first login.
#[utoipa::path(
    operation_id = "create_user",
    tag = "users",
    request_body(
        content = NewUser,
        example = json!({ "username": "ada", "display_name": "Ada", "email": "ada@example.com", "role": "user" })
    ),
    security(("session" = [])),
    responses(
        (status = 201, description = "The user", body = User, headers(("Location" = String))),
        (status = 409, description = "The name is taken (`taken`)."),
    )
)]
#[post("/users")]
pub(super) async fn create(
    principal: Principal,
    database: web::Data<Database>,
    hasher: web::Data<Hasher>,
    body: Body<NewUser>,
) -> Result<HttpResponse, Problem> {
    let admin = principal.system_admin_in_person()?;
    let body = body.json().await?;
    let mut errors = Errors::new();
    let username = errors.take("username", fields::username(&body.username));
    let display_name = errors.take("display_name", fields::name(&body.display_name));
    let email = body.email.as_deref().and_then(|email| errors.take("email", fields::email(email)));
    if let Some(password) = &body.password {
        errors.take("password", fields::password(password));
    }
    let (username, display_name) = Problem::checked(errors, || Some((username?, display_name?)))?;
    let password_hash = match body.password {
        Some(password) => Some(hasher.hash(Secret::new(password)).await?),
        None => None,
    };
    let row = NewRow::new(
        username,
        display_name,
        email,
        body.role.unwrap_or(Role::User),
        password_hash,
        Lasting::Temporary,
    );
    let (origin, id) = (principal.origin().clone(), row.id.clone());
    database
        .by(principal.witness())
        .write(move |transaction| {
            Box::pin(async move {
                if store::id_of(transaction.connection(), &row.username).await?.is_some() {
                    return Err(Problem::taken("username", "This name is taken."));
                }
                store::insert(transaction.connection(), &admin, &row).await?;
                transaction.changes(Change::User(row.id.clone()));
                let detail = json!({ "role": row.role.as_str() });
                Ok(audit::record(transaction, &origin, "user.created", (&row.id, row.username), detail)
                    .await?)
            })
        })
        .await?;
    let mut user = store::user(&database, id.as_str()).await?.ok_or_else(|| Problem::not_found("user"))?;
    let mut connection = database.reader().acquire().await?;
    let like = look_alike(&mut connection, "users", "username", "username_looks", &user.username).await?;
    user.warnings.extend(like.map(|like| look_alikes::warning("user", "username", Some(like))));
    Ok(HttpResponse::Created().insert_header(("location", format!("/api/v1/users/{id}"))).json(user))
}
