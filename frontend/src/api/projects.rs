//! Projects and who belongs to them.

use latchkey_shared::page::Page;
use latchkey_shared::projects::{Member, MemberRole, NewMember, NewProject, Project, ProjectPatch};
use latchkey_shared::systems::SystemRef;

use super::{Error, delete, get, patch, post, put};

/// One page of the projects whose key or name holds `search`.
pub(crate) async fn list(search: &str, cursor: Option<&str>) -> Result<Page<Project>, Error> {
    get(&["projects"]).query("q", search).page(cursor).read().await
}

/// A project, by key or id.
pub(crate) async fn find(project: &str) -> Result<Project, Error> {
    get(&["projects", project]).read().await
}

/// Adds a project.
pub(crate) async fn create(new: &NewProject) -> Result<Project, Error> {
    post(&["projects"]).json(new).read().await
}

/// Changes a project.
pub(crate) async fn change(project: &str, change: &ProjectPatch) -> Result<Project, Error> {
    patch(&["projects", project]).json(change).read().await
}

/// Deletes a project that no token names.
pub(crate) async fn remove(project: &str) -> Result<(), Error> {
    delete(&["projects", project]).done().await
}

/// The members of a project.
pub(crate) async fn members(project: &str) -> Result<Page<Member>, Error> {
    get(&["projects", project, "members"]).read().await
}

/// Makes somebody a member, or gives a member another role.
pub(crate) async fn put_member(project: &str, user: &str, role: MemberRole) -> Result<Member, Error> {
    put(&["projects", project, "members", user]).json(&NewMember { role }).read().await
}

/// Ends a membership.
pub(crate) async fn remove_member(project: &str, user: &str) -> Result<(), Error> {
    delete(&["projects", project, "members", user]).done().await
}

/// The restricted systems that are opened to a project.
pub(crate) async fn systems(project: &str) -> Result<Page<SystemRef>, Error> {
    get(&["projects", project, "systems"]).read().await
}

/// Opens a system to a project.
pub(crate) async fn open_system(project: &str, system: &str) -> Result<(), Error> {
    put(&["projects", project, "systems", system]).done().await
}

/// Closes a system to a project.
pub(crate) async fn close_system(project: &str, system: &str) -> Result<(), Error> {
    delete(&["projects", project, "systems", system]).done().await
}
