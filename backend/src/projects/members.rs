//! `/projects/{project}/members`: who belongs to a project.

use actix_web::{HttpResponse, delete, get, put, web};
use latchkey_shared::page::Page;
use latchkey_shared::projects::{Member, MemberRole, NewMember};
use latchkey_shared::users::UserRef;
use serde_json::json;

use super::get::visible;
use super::store;
use crate::access::principal::Principal;
use crate::audit;
use crate::database::{Change, Database, now};
use crate::revocations::{self, Of};
use crate::users;
use crate::web::extract::Body;
use crate::web::problem::Problem;

/// List the members of a project
///
/// The members and their roles. For members and for system administrators.
#[utoipa::path(
    operation_id = "list_members",
    tag = "projects",
    responses((status = 200, description = "Members, by name", body = Page<Member>))
)]
#[get("/projects/{project}/members")]
pub(super) async fn list_members(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<web::Json<Page<Member>>, Problem> {
    let project = visible(&database, &principal, &path).await?;
    let items = store::members(&mut *database.reader().acquire().await?, &project.id).await?;
    Ok(web::Json(Page { items, next_cursor: None, total: None }))
}

/// Add a member or change their role
///
/// For system administrators with a session.
#[utoipa::path(
    operation_id = "put_member",
    tag = "projects",
    request_body(content = NewMember, example = json!({ "role": "admin" })),
    security(("session" = [])),
    responses((status = 200, description = "The member", body = Member))
)]
#[put("/projects/{project}/members/{user}")]
pub(super) async fn put_member(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<(String, String)>,
    body: Body<NewMember>,
) -> Result<web::Json<Member>, Problem> {
    principal.system_admin_in_person()?;
    let role = body.json().await?.role;
    let (project, user) = path.into_inner();
    let origin = principal.origin().clone();
    let project = visible(&database, &principal, &project).await?;
    let user = users::store::user(&database, &user).await?.ok_or_else(|| Problem::not_found("user"))?;
    let member = Member {
        user: UserRef {
            id: user.id.clone(),
            username: user.username.clone(),
            display_name: user.display_name,
        },
        role,
    };
    database
        .by(principal.witness())
        .withdraw_if(role == MemberRole::Member, move |transaction| {
            Box::pin(async move {
                store::put_member(transaction, &project.id, &user.id, role).await?;
                transaction.changes(Change::User(user.id.clone()));
                let detail = json!({ "user": user.username, "role": role.as_str() });
                audit::record(transaction, &origin, "project.member_set", (&project.id, project.key), detail)
                    .await
            })
        })
        .await?;
    Ok(web::Json(member))
}

/// Remove a member
///
/// For system administrators with a session.
#[utoipa::path(
    operation_id = "delete_member",
    tag = "projects",
    security(("session" = [])),
    responses((status = 204, description = "No longer a member"))
)]
#[delete("/projects/{project}/members/{user}")]
pub(super) async fn remove_member(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin_in_person()?;
    let (project, user) = path.into_inner();
    let origin = principal.origin().clone();
    let project = visible(&database, &principal, &project).await?;
    let user = users::store::user(&database, &user).await?.ok_or_else(|| Problem::not_found("user"))?;
    database
        .by(principal.witness())
        .withdraw(move |transaction| {
            Box::pin(async move {
                if !store::delete_member(transaction, &project.id, &user.id).await? {
                    return Err(Problem::not_found("member"));
                }
                revocations::record(transaction, Of::User(&user.id), "sub", user.id.as_str(), now()).await?;
                transaction.changes(Change::User(user.id.clone()));
                let detail = json!({ "user": user.username });
                Ok(audit::record(
                    transaction,
                    &origin,
                    "project.member_removed",
                    (&project.id, project.key),
                    detail,
                )
                .await?)
            })
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
