//! The pages of users.

use latchkey_shared::users::Role;

use super::{pick, sentences};

sentences! {
    search_by_name: "Search by name", "按姓名或用户名搜索";
    user: "User", "用户";
    display_name: "Display name", "姓名";
    display_name_hint: "The name shown on the screens.", "供人阅读的名称。";
    email: "E-mail", "电子邮件";
    role: "Role", "角色";
    username_hint:
        "For logging in. It cannot be changed later. Letters, digits and . _ - @",
        "用于登录，创建后不可修改。可使用字母、数字和 . _ - @";
    no_users: "No users", "没有用户";

    must_change_password: "Temporary password", "临时密码";
    must_change_password_hint:
        "The user must choose a new password at the next login.",
        "下次登录时必须设置新密码。";
    you: "You", "您自己";

    add_user: "Add a user", "添加用户";
    user_added: "The user is added", "用户已添加";
    modify_user: "Modify the user", "修改用户";
    role_hint:
        "System administrators may do everything. Users have the rights of their project memberships.",
        "系统管理员可执行所有操作；普通用户拥有其所属项目赋予的权限。";
    own_role:
        "You cannot change your own role. Another system administrator can.",
        "这是您自己：只有其他系统管理员可以修改您的角色。";

    temporary_password: "Temporary password", "临时密码";
    generated_hint:
        "Latchkey generates a temporary password and shows it once.",
        "系统将生成临时密码，设置后仅显示一次。";
    choose_it_myself: "Choose the temporary password myself", "自行设置临时密码";
    at_least_12: "At least 12 characters.", "至少 12 个字符。";
    shown_once:
        "The password is shown only now. Pass it on in a secure way. The user must change it at the next login.",
        "密码仅在此时显示。请通过可信的方式转交，下次登录时必须修改。";
    done: "Done", "完成";

    set_password: "Set a temporary password", "设置临时密码";
    set: "Set password", "设置密码";
    setting: "Setting…", "设置中…";
    password_set: "The temporary password is set", "临时密码已设置";
    no_randomness:
        "This browser cannot generate random numbers. Choose the temporary password yourself.",
        "此浏览器无法提供随机数，请自行设置临时密码。";

    disabling: "Disabling…", "停用中…";
    enabling: "Enabling…", "启用中…";
}

pub(crate) fn role_name(role: Role) -> &'static str {
    match role {
        Role::SystemAdmin => pick("System administrator", "系统管理员"),
        Role::User => pick("User", "普通用户"),
    }
}

/// The label of the menu for a user.
pub(crate) fn more_for(name: &str) -> String {
    pick(format!("More for {name}"), format!("{name} 的更多操作"))
}

/// The label of the button that modifies a user.
pub(crate) fn modify_one(name: &str) -> String {
    pick(format!("Modify {name}"), format!("修改 {name}"))
}

/// What setting a password causes.
pub(crate) fn set_password_means(name: &str) -> String {
    pick(
        format!(
            "All sessions of {name} end at once. {name} logs in with the temporary password and must then \
             choose a new one."
        ),
        format!("{name} 的所有会话将立即结束，需用临时密码登录并设置新密码。"),
    )
}

/// The caption of the temporary password.
pub(crate) fn password_of(username: &str) -> String {
    pick(format!("Temporary password of {username}"), format!("{username} 的临时密码"))
}

pub(crate) fn disable_user(name: &str) -> String {
    pick(format!("Disable {name}?"), format!("停用 {name}？"))
}

pub(crate) fn disable_means(name: &str) -> String {
    pick(
        format!(
            "All sessions of {name} end at once, and every call as {name} is denied, with any token. Memberships \
             and tokens do not change, and you can enable {name} again at any time."
        ),
        format!(
            "{name} 的会话将立即结束，以 {name} 身份发起的所有调用都会被拒绝，无论使用哪个令牌。成员关系和令牌保持不变，可随时重新启用。"
        ),
    )
}

pub(crate) fn enable_user(name: &str) -> String {
    pick(format!("Enable {name}?"), format!("启用 {name}？"))
}

pub(crate) fn enable_means(name: &str) -> String {
    pick(
        format!("{name} can log in again, and calls as {name} are allowed again, where a token grants them."),
        format!("{name} 可以重新登录，以 {name} 身份发起的调用恢复按令牌判定。"),
    )
}

pub(crate) fn user_disabled(name: &str) -> String {
    pick(format!("{name} is disabled."), format!("{name} 已停用。"))
}

pub(crate) fn user_enabled(name: &str) -> String {
    pick(format!("{name} is enabled."), format!("{name} 已启用。"))
}

/// The number of users. `more` says that there are others.
pub(crate) fn count(count: usize, more: bool) -> String {
    match (count, more) {
        (1, false) => pick("1 user".to_owned(), "1 个用户".to_owned()),
        (count, false) => pick(format!("{count} users"), format!("{count} 个用户")),
        (count, true) => pick(format!("The first {count} users"), format!("前 {count} 个用户")),
    }
}
