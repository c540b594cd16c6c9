//! `/users`.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use latchkey_shared::fields::{self, Errors};
use latchkey_shared::page::{self, Page};
use latchkey_shared::problem::ProblemBody;
use latchkey_shared::users::{NewUser, Role, User, UserPatch};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::password::{Hasher, Lasting};
use super::store;
use super::store::NewRow;
use crate::access::principal::Principal;
use crate::audit;
use crate::audit::Target;
use crate::crypto::Secret;
use crate::database::{Change, Database, now};
use crate::revocations;
use crate::revocations::Of;
use crate::sessions;
use crate::web::extract::{Body, Query, read_cursor, write_cursor};
use crate::web::look_alikes;
use crate::web::problem::{Kind, Problem};

/// Registers the routes of this capability.
pub fn routes(config: &mut ServiceConfig) {
    config.service(list).service(create).service(find).service(change).service(disable);
}

/// Which users to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Part of the user's name at login or of the name that people read.
    #[param(nullable = false)]
    q: Option<String>,
    /// How many at most: 1 to 200, 50 if absent.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// List users
///
/// A system administrator sees all, a project administrator the members of
/// their projects, everybody themself.
#[utoipa::path(
    operation_id = "list_users",
    tag = "users",
    params(ListQuery),
    security(("session" = []), ("bearer" = [])),
    responses((status = 200, description = "Users, by name", body = Page<User>))
)]
#[get("/users")]
async fn list(
    principal: Principal,
    database: web::Data<Database>,
    query: Query<ListQuery>,
) -> Result<web::Json<Page<User>>, Problem> {
    let ListQuery { q, limit, cursor } = query.read()?;
    let limit = page::limit(limit).map_err(|refusal| Problem::field("limit", refusal))?;
    let q = q.as_deref().map(fields::name_key).unwrap_or_default();
    let after = cursor.as_deref().map(read_cursor).transpose()?.unwrap_or_default();
    let mut users = store::list(&database, &principal, &q, &after, limit + 1).await?;
    let next_cursor = page::cut(&mut users, limit).map(|last| write_cursor(&last.username));
    Ok(web::Json(Page { items: users, next_cursor, total: None }))
}

/// Add a user
///
/// A password given here is temporary: the first login must change it.
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
        (status = 409, description = "The name is taken (`taken`).", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/users")]
async fn create(
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
    Problem::unless_empty(errors)?;
    let (Some(username), Some(display_name)) = (username, display_name) else {
        return Err(Problem::internal("a field without value and without fault"));
    };
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
        .write(move |transaction| {
            Box::pin(async move {
                if store::id_of(transaction.connection(), &row.username).await?.is_some() {
                    return Err(Problem::taken("username", "This name is taken."));
                }
                store::insert(transaction.connection(), &admin, &row).await?;
                transaction.changes(Change::User(row.id.clone()));
                let target = Target::new("user", &row.id, row.username);
                let detail = json!({ "role": row.role.as_str() });
                Ok(audit::record(transaction, &origin, "user.created", Some(&target), &detail).await?)
            })
        })
        .await?;
    let mut user = store::user(&database, id.as_str()).await?.ok_or_else(|| Problem::not_found("user"))?;
    let others = store::names_beside(&database, &user.id).await?;
    user.warnings.extend(look_alikes::among(&others, "user", "username", &user.username));
    Ok(HttpResponse::Created().insert_header(("location", format!("/api/v1/users/{id}"))).json(user))
}

/// A user
///
/// By name or id, if the one who asks may see them.
#[utoipa::path(
    operation_id = "get_user",
    tag = "users",
    params(("user" = String, Path, description = "The user's id or name.")),
    security(("session" = []), ("bearer" = [])),
    responses((status = 200, description = "The user", body = User))
)]
#[get("/users/{user}")]
async fn find(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<web::Json<User>, Problem> {
    let user = store::user(&database, &path).await?.ok_or_else(|| Problem::not_found("user"))?;
    if store::may_see(&database, &principal, &user.id).await? {
        Ok(web::Json(user))
    } else {
        Err(Problem::not_found("user"))
    }
}

/// Change a user
///
/// For system administrators in person. What is absent stays.
#[utoipa::path(
    operation_id = "change_user",
    tag = "users",
    params(("user" = String, Path, description = "The user's id or name.")),
    request_body(content = UserPatch, example = json!({ "display_name": "Ada L.", "disabled": false })),
    security(("session" = [])),
    responses(
        (status = 200, description = "The user as it is now", body = User),
        (status = 409, description = "The last enabled system administrator stays one (`conflict`).", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[patch("/users/{user}")]
async fn change(
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
/// Users are never deleted. Their sessions end at once, and every call as them
/// is denied.
#[utoipa::path(
    operation_id = "disable_user",
    tag = "users",
    params(("user" = String, Path, description = "The user's id or name.")),
    security(("session" = [])),
    responses(
        (status = 204, description = "Disabled"),
        (status = 409, description = "The last enabled system administrator stays enabled (`conflict`).", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[delete("/users/{user}")]
async fn disable(
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
    database
        .withdraw_if(body.disabled == Some(true), move |transaction| {
            Box::pin(async move {
                let id = &user.id;
                let connection = transaction.connection();
                // As it is now, inside the transaction.
                let mut row = store::find(&mut *connection, id.as_str())
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
                if let Some(role) = body.role {
                    row.role = role;
                    changed.push("role");
                }
                let is_switched_off = body.disabled == Some(true) && !row.disabled;
                if let Some(disabled) = body.disabled {
                    row.disabled = disabled;
                    changed.push("disabled");
                }
                store::update(&mut *connection, &row, now()).await?;
                if !store::has_administrator(&mut *connection).await? {
                    return Err(Problem::new(Kind::Conflict).with_detail(
                        "The last enabled system administrator cannot be disabled or demoted.",
                    ));
                }
                if let Some(hash) = &password_hash {
                    store::set_password(&mut *connection, id, hash, Lasting::Temporary).await?;
                    changed.push("password");
                }
                if row.disabled || password_hash.is_some() {
                    sessions::end_all(&mut *connection, id).await?;
                }
                if is_switched_off {
                    revocations::record(transaction, Of::User(id), "sub", id.as_str(), now()).await?;
                }
                transaction.changes(Change::User(id.clone()));
                let target = Target::new("user", id, row.username);
                Ok(audit::record(
                    transaction,
                    &origin,
                    "user.updated",
                    Some(&target),
                    &json!({ "changed": changed }),
                )
                .await?)
            })
        })
        .await?;
    store::user(database, id.as_str()).await?.ok_or_else(|| Problem::not_found("user"))
}
