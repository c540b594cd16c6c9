//! `/projects`.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};
use latchkey_shared::fields::{self, Errors};
use latchkey_shared::ids::ProjectId;
use latchkey_shared::page::{self, Page};
use latchkey_shared::problem::ProblemBody;
use latchkey_shared::projects::{Member, NewMember, NewProject, Project, ProjectPatch};
use latchkey_shared::systems::SystemRef;
use latchkey_shared::time::Timestamp;
use latchkey_shared::users::UserRef;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::store;
use crate::access::principal::Principal;
use crate::audit;
use crate::audit::Target;
use crate::database::{Change, Database, now};
use crate::revocations;
use crate::revocations::Of;
use crate::web::extract::{Body, Query, read_cursor, write_cursor};
use crate::web::look_alikes;
use crate::web::problem::{Kind, Problem};
use crate::{systems, users};

/// Registers the routes of this capability.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(create)
        .service(find)
        .service(change)
        .service(remove)
        .service(list_members)
        .service(put_member)
        .service(remove_member)
        .service(list_systems)
        .service(open_system)
        .service(close_system);
}

/// Which projects to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Part of the key or the name.
    #[param(nullable = false)]
    q: Option<String>,
    /// How many at most: 1 to 200, 50 if absent.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

async fn visible(database: &Database, principal: &Principal, named: &str) -> Result<Project, Problem> {
    let mut connection = database.reader().acquire().await?;
    let project = store::project(&mut connection, named).await?;
    project
        .filter(|project| principal.may_see_project(&project.id))
        .ok_or_else(|| Problem::not_found("project"))
}

/// List projects
///
/// Those that the one who asks belongs to; all of them for system administrators.
#[utoipa::path(
    operation_id = "list_projects",
    tag = "projects",
    params(ListQuery),
    security(("session" = []), ("bearer" = [])),
    responses((status = 200, description = "Projects, by key", body = Page<Project>))
)]
#[get("/projects")]
async fn list(
    principal: Principal,
    database: web::Data<Database>,
    query: Query<ListQuery>,
) -> Result<web::Json<Page<Project>>, Problem> {
    let ListQuery { q, limit, cursor } = query.read()?;
    let limit = page::limit(limit).map_err(|refusal| Problem::field("limit", refusal))?;
    let q = q.as_deref().map(fields::name_key).unwrap_or_default();
    let after = cursor.as_deref().map(read_cursor).transpose()?.unwrap_or_default();
    let mut connection = database.reader().acquire().await?;
    let mut items = store::list(&mut connection, &principal.sees(), &q, &after, limit + 1).await?;
    let next_cursor = page::cut(&mut items, limit).map(|last| write_cursor(&last.key));
    Ok(web::Json(Page { items, next_cursor, total: None }))
}

/// Add a project
///
/// For system administrators. The key stays as it is given here.
#[utoipa::path(
    operation_id = "create_project",
    tag = "projects",
    request_body(
        content = NewProject,
        example = json!({ "key": "harbour", "name": "Harbour", "description": "Cranes and quays" })
    ),
    security(("session" = []), ("bearer" = [])),
    responses(
        (status = 201, description = "The project", body = Project, headers(("Location" = String))),
        (status = 409, description = "The key is taken (`taken`).", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/projects")]
async fn create(
    principal: Principal,
    database: web::Data<Database>,
    body: Body<NewProject>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin()?;
    let body = body.json().await?;
    let mut errors = Errors::new();
    let key = errors.take("key", fields::key(&body.key));
    let name = errors.take("name", fields::name(&body.name));
    let description =
        errors.take("description", fields::description(body.description.as_deref().unwrap_or_default()));
    Problem::unless_empty(errors)?;
    let (Some(key), Some(name), Some(description)) = (key, name, description) else {
        return Err(Problem::internal("a field without value and without fault"));
    };
    let at = Timestamp::from_millis(now());
    let project = Project {
        id: ProjectId::new(),
        key,
        name,
        description,
        disabled: false,
        created_at: at.clone(),
        updated_at: at,
        warnings: Vec::new(),
    };
    let (origin, mut answer) = (principal.origin().clone(), project.clone());
    database
        .write(move |transaction| {
            Box::pin(async move {
                if store::project(transaction.connection(), &project.key).await?.is_some() {
                    return Err(Problem::taken("key", "Another project has it."));
                }
                store::insert(transaction.connection(), &project).await?;
                transaction.changes(Change::Catalog);
                let target = Target::new("project", &project.id, project.key);
                Ok(audit::record(transaction, &origin, "project.created", Some(&target), &json!({})).await?)
            })
        })
        .await?;
    let (keys, names) = store::names_beside(&mut *database.reader().acquire().await?, &answer.id).await?;
    answer.warnings.extend(look_alikes::among(&keys, "project", "key", &answer.key));
    answer.warnings.extend(look_alikes::among(&names, "project", "name", &answer.name));
    Ok(HttpResponse::Created()
        .insert_header(("location", format!("/api/v1/projects/{}", answer.key)))
        .json(answer))
}

/// A project
///
/// By key or id. Its members see it, and system administrators.
#[utoipa::path(
    operation_id = "get_project",
    tag = "projects",
    params(("project" = String, Path, description = "The project's key or id.")),
    security(("session" = []), ("bearer" = [])),
    responses((status = 200, description = "The project", body = Project))
)]
#[get("/projects/{project}")]
async fn find(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<web::Json<Project>, Problem> {
    visible(&database, &principal, &path).await.map(web::Json)
}

/// Change a project
///
/// For system administrators. What is absent stays.
#[utoipa::path(
    operation_id = "change_project",
    tag = "projects",
    params(("project" = String, Path, description = "The project's key or id.")),
    request_body(content = ProjectPatch, example = json!({ "name": "Old harbour", "disabled": false })),
    security(("session" = []), ("bearer" = [])),
    responses((status = 200, description = "The project as it is now", body = Project))
)]
#[patch("/projects/{project}")]
async fn change(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
    body: Body<ProjectPatch>,
) -> Result<web::Json<Project>, Problem> {
    principal.system_admin()?;
    let body = body.json().await?;
    let mut errors = Errors::new();
    let name = body.name.as_deref().and_then(|name| errors.take("name", fields::name(name)));
    let description =
        body.description.as_deref().and_then(|one| errors.take("description", fields::description(one)));
    Problem::unless_empty(errors)?;
    let (origin, named) = (principal.origin().clone(), path.into_inner());
    let lookup = named.clone();
    let is_renamed = database
        .withdraw_if(body.disabled == Some(true), move |transaction| {
            Box::pin(async move {
                let project = store::project(transaction.connection(), &named).await?;
                let mut project = project.ok_or_else(|| Problem::not_found("project"))?;
                let is_renamed = name.as_ref().is_some_and(|name| *name != project.name);
                project.name = name.unwrap_or(project.name);
                project.description = description.unwrap_or(project.description);
                if body.disabled == Some(true) && !project.disabled {
                    revocations::record(transaction, Of::All, "projects", &project.key, now()).await?;
                }
                project.disabled = body.disabled.unwrap_or(project.disabled);
                store::update(transaction.connection(), &project).await?;
                transaction.changes(Change::Catalog);
                let target = Target::new("project", &project.id, project.key);
                let detail = json!({ "disabled": project.disabled });
                audit::record(transaction, &origin, "project.updated", Some(&target), &detail).await?;
                Ok::<_, Problem>(is_renamed)
            })
        })
        .await?;
    let mut project = visible(&database, &principal, &lookup).await?;
    if is_renamed {
        let (_, others) = store::names_beside(&mut *database.reader().acquire().await?, &project.id).await?;
        project.warnings.extend(look_alikes::among(&others, "project", "name", &project.name));
    }
    Ok(web::Json(project))
}

/// Delete a project
///
/// For system administrators. A project that tokens are held to stays; the answer
/// names them.
#[utoipa::path(
    operation_id = "delete_project",
    tag = "projects",
    params(("project" = String, Path, description = "The project's key or id.")),
    security(("session" = []), ("bearer" = [])),
    responses(
        (status = 204, description = "Deleted, with its memberships"),
        (status = 409, description = "Tokens still name it (`in-use`).", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[delete("/projects/{project}")]
async fn remove(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin()?;
    let (origin, named) = (principal.origin().clone(), path.into_inner());
    database
        .write(move |transaction| {
            Box::pin(async move {
                let project = store::project(transaction.connection(), &named).await?;
                let project = project.ok_or_else(|| Problem::not_found("project"))?;
                let tokens = store::tokens_of(transaction.connection(), &project.id).await?;
                if !tokens.is_empty() {
                    return Err(Problem::new(Kind::InUse).with_tokens(tokens));
                }
                for user in store::member_ids(transaction.connection(), &project.id).await? {
                    transaction.changes(Change::User(user));
                }
                store::delete(transaction.connection(), &project.id).await?;
                transaction.changes(Change::Catalog);
                let target = Target::new("project", &project.id, project.key);
                Ok(audit::record(transaction, &origin, "project.deleted", Some(&target), &json!({})).await?)
            })
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List the members of a project
///
/// Who belongs to it, and what they may do there. Its members see it, and system
/// administrators.
#[utoipa::path(
    operation_id = "list_members",
    tag = "projects",
    params(("project" = String, Path, description = "The project's key or id.")),
    security(("session" = []), ("bearer" = [])),
    responses((status = 200, description = "Members, by name", body = Page<Member>))
)]
#[get("/projects/{project}/members")]
async fn list_members(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<web::Json<Page<Member>>, Problem> {
    let project = visible(&database, &principal, &path).await?;
    let items = store::members(&mut *database.reader().acquire().await?, &project.id).await?;
    Ok(web::Json(Page { items, next_cursor: None, total: None }))
}

/// Add a member, or change what a member may do
///
/// System administrators, with a session.
#[utoipa::path(
    operation_id = "put_member",
    tag = "projects",
    params(
        ("project" = String, Path, description = "The project's key or id."),
        ("user" = String, Path, description = "The user's name or id."),
    ),
    request_body(content = NewMember, example = json!({ "role": "admin" })),
    security(("session" = [])),
    responses((status = 200, description = "The member", body = Member))
)]
#[put("/projects/{project}/members/{user}")]
async fn put_member(
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
        .write(move |transaction| {
            Box::pin(async move {
                store::put_member(transaction.connection(), &project.id, &user.id, role).await?;
                transaction.changes(Change::User(user.id.clone()));
                let target = Target::new("project", &project.id, project.key);
                let detail = json!({ "user": user.username, "role": role.as_str() });
                audit::record(transaction, &origin, "project.member_set", Some(&target), &detail).await
            })
        })
        .await?;
    Ok(web::Json(member))
}

/// End a membership
///
/// For system administrators in person.
#[utoipa::path(
    operation_id = "delete_member",
    tag = "projects",
    params(
        ("project" = String, Path, description = "The project's key or id."),
        ("user" = String, Path, description = "The user's name or id."),
    ),
    security(("session" = [])),
    responses((status = 204, description = "No longer a member"))
)]
#[delete("/projects/{project}/members/{user}")]
async fn remove_member(
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
        .withdraw(move |transaction| {
            Box::pin(async move {
                if !store::delete_member(transaction.connection(), &project.id, &user.id).await? {
                    return Err(Problem::not_found("member"));
                }
                revocations::record(transaction, Of::User(&user.id), "sub", user.id.as_str(), now()).await?;
                transaction.changes(Change::User(user.id.clone()));
                let target = Target::new("project", &project.id, project.key);
                let detail = json!({ "user": user.username });
                Ok(audit::record(transaction, &origin, "project.member_removed", Some(&target), &detail)
                    .await?)
            })
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List the systems that are opened to a project
///
/// Which matters for restricted systems; the others are open to all.
#[utoipa::path(
    operation_id = "list_project_systems",
    tag = "projects",
    params(("project" = String, Path, description = "The project's key or id.")),
    security(("session" = []), ("bearer" = [])),
    responses((status = 200, description = "Systems, by key", body = Page<SystemRef>))
)]
#[get("/projects/{project}/systems")]
async fn list_systems(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<web::Json<Page<SystemRef>>, Problem> {
    let project = visible(&database, &principal, &path).await?;
    let items = store::opened(&mut *database.reader().acquire().await?, &project.id).await?;
    Ok(web::Json(Page { items, next_cursor: None, total: None }))
}

async fn switch(
    principal: &Principal,
    database: &Database,
    (project, system): (String, String),
    opens: bool,
) -> Result<HttpResponse, Problem> {
    principal.system_admin()?;
    let origin = principal.origin().clone();
    let project = visible(database, principal, &project).await?;
    database
        .withdraw_if(!opens, move |transaction| {
            Box::pin(async move {
                let system = systems::store::system(transaction.connection(), None, &system).await?;
                let system = system.ok_or_else(|| Problem::not_found("system"))?;
                let action = if opens {
                    store::open(transaction.connection(), &project.id, &system.id).await?;
                    "project.system_opened"
                } else {
                    store::close(transaction.connection(), &project.id, &system.id).await?;
                    let of = Of::System(&system.id);
                    revocations::record(transaction, of, "projects", &project.key, now()).await?;
                    "project.system_closed"
                };
                transaction.changes(Change::Catalog);
                let target = Target::new("project", &project.id, project.key);
                let detail = json!({ "system": system.key });
                Ok::<_, Problem>(audit::record(transaction, &origin, action, Some(&target), &detail).await?)
            })
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Open a system to a project
///
/// For system administrators. Opening it again changes nothing.
#[utoipa::path(
    operation_id = "open_system",
    tag = "projects",
    params(
        ("project" = String, Path, description = "The project's key or id."),
        ("system" = String, Path, description = "The system's key or id."),
    ),
    security(("session" = []), ("bearer" = [])),
    responses((status = 204, description = "Opened"))
)]
#[put("/projects/{project}/systems/{system}")]
async fn open_system(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    switch(&principal, &database, path.into_inner(), true).await
}

/// Close a system to a project
///
/// While the system is restricted, this denies at the next decision.
#[utoipa::path(
    operation_id = "close_system",
    tag = "projects",
    params(
        ("project" = String, Path, description = "The project's key or id."),
        ("system" = String, Path, description = "The system's key or id."),
    ),
    security(("session" = []), ("bearer" = [])),
    responses((status = 204, description = "Closed"))
)]
#[delete("/projects/{project}/systems/{system}")]
async fn close_system(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    switch(&principal, &database, path.into_inner(), false).await
}
