//! The pages of projects.

use latchkey_shared::projects::MemberRole;

use super::{pick, sentences};

sentences! {
    search_by_name: "Search by name or key", "按名称或标识搜索";
    no_projects: "No projects yet", "还没有项目";
    no_projects_hint:
        "A project is a part of the platform. Calls are made in a project, RSA tokens are granted to \
         projects, and users are members of them. Add the first project.",
        "项目是平台中接收调用的单元：RSA 令牌面向项目发放，人员归属于项目。请添加第一个项目。";
    no_projects_for_you: "You belong to no project", "您不属于任何项目";
    no_projects_for_you_hint:
        "This page lists the projects that you are a member of. Ask a system administrator to add you to one.",
        "这里会显示您所属的项目。请联系系统管理员将您加入项目。";

    add_project: "Add a project", "添加项目";
    name_hint: "The name shown on the screens.", "供人阅读的名称。";
    key_hint:
        "Calls name the project by its key. It cannot be changed later. Lower-case letters, digits and inner hyphens.",
        "调用时用它指明项目，创建后不可修改。可使用小写字母、数字和中间的连字符。";
    project_added: "The project is added.", "项目已添加。";
    modify_project: "Modify the project", "修改项目";

    about: "Details", "基本信息";
    no_description: "No description", "无说明";
    tokens_of_it: "RSA tokens for this project", "面向此项目的 RSA 令牌";
    updated: "Last changed", "最近修改";

    disable_means:
        "Every call in this project is denied at once, with any token. Tokens, members and opened \
         systems do not change, and you can enable the project again at any time.",
        "此项目中的所有调用将立即被拒绝，无论使用哪个令牌。令牌、成员和已开放的系统保持不变，可随时重新启用。";
    enable_means:
        "Calls in this project are allowed again at once, where a token grants them.",
        "此项目中的调用将恢复判定，令牌允许的调用会立即放行。";
    disabling: "Disabling…", "停用中…";
    enabling: "Enabling…", "启用中…";
    project_disabled: "The project is disabled.", "项目已停用。";
    project_enabled: "The project is enabled.", "项目已启用。";
    is_disabled: "This project is disabled: every call in it is denied.", "此项目已停用：其中的所有调用都会被拒绝。";

    delete_means:
        "Its memberships end, and the systems opened to it are closed. The audit trail is kept. A project \
         cannot be deleted while tokens use it; disable it instead.",
        "成员关系将终止，已开放的系统将关闭，审计记录会保留。仍有令牌引用的项目不能删除，可改为停用。";
    project_deleted: "The project is deleted.", "项目已删除。";

    members: "Members", "成员";
    members_hint:
        "Project administrators manage its tokens. Members can be users of JWT tokens.",
        "项目管理员管理该项目的令牌；成员可作为 JWT 令牌的用户。";
    role: "Role", "角色";
    no_members: "Nobody belongs to this project yet", "此项目还没有成员";
    no_members_hint:
        "Add people who manage its tokens, or who are to be the users of JWT tokens.",
        "请添加管理令牌的人员，或要作为 JWT 令牌用户的人员。";
    ask_system_admin: "System administrators can change that.", "系统管理员可以修改此设置。";
    add_member: "Add a member", "添加成员";
    person: "Person", "人员";
    person_hint: "Type part of a name.", "输入姓名或用户名的一部分。";
    choose_person: "Choose a person from the suggestions.", "请从建议中选择人员。";
    member_role_hint:
        "An administrator manages the tokens that are granted to this project alone.",
        "项目管理员可管理仅面向此项目的所有令牌。";
    remove_member: "Remove this member?", "移除此成员？";
    removing: "Removing…", "移除中…";

    systems: "Restricted systems", "受限系统";
    systems_hint:
        "Only tokens of the projects that a restricted system is opened to can be granted its APIs. All \
         other systems are open to every project.",
        "受限系统只能授权给已开放项目的令牌。其他系统对所有项目开放。";
    no_systems: "No system is restricted", "没有受限系统";
    no_systems_for_you: "No restricted system is opened to this project", "没有受限系统对此项目开放";
    no_systems_hint:
        "All systems are open to every project. To restrict a system, open its page.",
        "所有系统对所有项目开放。可在系统页面将其设为受限。";
    opened: "Opened", "已开放";
    closed: "Closed", "未开放";
    open_to_all: "Open to all", "对所有项目开放";
    open: "Open", "开放";
    shut: "Close", "关闭";
    closing: "Closing…", "关闭中…";
    close_system: "Close this system to the project?", "对此项目关闭该系统？";
}

pub(crate) fn member_role(role: MemberRole) -> &'static str {
    match role {
        MemberRole::Admin => pick("Administrator", "项目管理员"),
        MemberRole::Member => pick("Member", "成员"),
    }
}

/// The label of the button that gives a member this role.
pub(crate) fn make(role: MemberRole) -> &'static str {
    match role {
        MemberRole::Admin => pick("Make administrator", "设为管理员"),
        MemberRole::Member => pick("Make member", "设为成员"),
    }
}

pub(crate) fn member_added(name: &str) -> String {
    pick(format!("{name} is now a member of the project."), format!("{name} 已加入项目。"))
}

/// The role of a member was changed.
pub(crate) fn role_given(name: &str, role: MemberRole) -> String {
    match role {
        MemberRole::Admin => {
            pick(format!("{name} is now a project administrator."), format!("{name} 已成为项目管理员。"))
        }
        MemberRole::Member => {
            pick(format!("{name} is now an ordinary member."), format!("{name} 已改为普通成员。"))
        }
    }
}

pub(crate) fn remove_means(name: &str) -> String {
    pick(
        format!(
            "{name} loses the rights of this project at the next request. JWT tokens can no longer make \
             calls in it as {name}."
        ),
        format!(
            "{name} 通过此项目获得的权限将在下一次请求时失效，JWT 令牌也不能再以 {name} 的身份在此项目中调用。"
        ),
    )
}

pub(crate) fn member_removed(name: &str) -> String {
    pick(format!("{name} is no longer a member of the project."), format!("{name} 已移出项目。"))
}

pub(crate) fn close_means(name: &str) -> String {
    pick(
        format!(
            "While {name} is restricted, calls to it in this project are denied at once, and its APIs can \
             no longer be granted here."
        ),
        format!("在 {name} 受限期间，此项目中对它的调用将立即被拒绝，也不能再在此授权其 API。"),
    )
}

pub(crate) fn system_opened(name: &str) -> String {
    pick(format!("{name} is opened to the project."), format!("{name} 已对项目开放。"))
}

pub(crate) fn system_closed(name: &str) -> String {
    pick(format!("{name} is closed to the project."), format!("{name} 已对项目关闭。"))
}

/// The number of projects. `more` says that there are others.
pub(crate) fn count(count: usize, more: bool) -> String {
    match (count, more) {
        (1, false) => pick("1 project".to_owned(), "1 个项目".to_owned()),
        (count, false) => pick(format!("{count} projects"), format!("{count} 个项目")),
        (count, true) => pick(format!("The first {count} projects"), format!("前 {count} 个项目")),
    }
}

/// The number of members.
pub(crate) fn member_count(count: usize, _: bool) -> String {
    pick(
        if count == 1 { "1 member".to_owned() } else { format!("{count} members") },
        format!("{count} 名成员"),
    )
}
