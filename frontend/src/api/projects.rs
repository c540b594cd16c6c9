//! Projects and their members.

use latchkey_shared::limits::{LimitRules, NewLimitRules};
use latchkey_shared::page::Page;
use latchkey_shared::projects::{Member, MemberRole, NewMember, NewProject, Project, ProjectPatch};
use latchkey_shared::systems::SystemRef;

use super::{Answer, delete, get, patch, post, put};

/// One page of the projects whose key or name contains `search`.
pub(crate) fn list(search: &str, cursor: Option<&str>) -> Answer<Page<Project>> {
    get(&["projects"]).query("q", search).page(cursor).read()
}

/// A project, by key or id.
pub(crate) fn find(project: &str) -> Answer<Project> {
    get(&["projects", project]).read()
}

/// Adds a project.
pub(crate) fn create(new: &NewProject) -> Answer<Project> {
    post(&["projects"]).json(new).read()
}

/// Changes a project.
pub(crate) fn change(project: &str, change: &ProjectPatch) -> Answer<Project> {
    patch(&["projects", project]).json(change).read()
}

/// Deletes a project. The server refuses while a token names it.
pub(crate) fn remove(project: &str) -> Answer<()> {
    delete(&["projects", project]).done()
}

/// The members of a project.
pub(crate) fn members(project: &str) -> Answer<Page<Member>> {
    get(&["projects", project, "members"]).read()
}

/// Adds a member, or changes the role of a member.
pub(crate) fn put_member(project: &str, user: &str, role: MemberRole) -> Answer<Member> {
    put(&["projects", project, "members", user]).json(&NewMember { role }).read()
}

/// Removes a member.
pub(crate) fn remove_member(project: &str, user: &str) -> Answer<()> {
    delete(&["projects", project, "members", user]).done()
}

/// The restricted systems that the project may use.
pub(crate) fn systems(project: &str) -> Answer<Page<SystemRef>> {
    get(&["projects", project, "systems"]).read()
}

/// Opens a restricted system to a project.
pub(crate) fn open_system(project: &str, system: &str) -> Answer<()> {
    put(&["projects", project, "systems", system]).done()
}

/// Closes a restricted system to a project.
pub(crate) fn close_system(project: &str, system: &str) -> Answer<()> {
    delete(&["projects", project, "systems", system]).done()
}

/// The default and the ceiling for the limits of the tokens of a project.
pub(crate) fn limits(project: &str) -> Answer<LimitRules> {
    get(&["projects", project, "limits"]).read()
}

/// Sets them. Only system administrators may do this.
pub(crate) fn set_limits(project: &str, rules: &NewLimitRules) -> Answer<LimitRules> {
    put(&["projects", project, "limits"]).json(rules).read()
}
