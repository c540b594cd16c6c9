//! The list of tokens, the form for a token, and the actions.

use latchkey_shared::tokens::{Kind, Status, Switch};

use super::{pick, sentences};

sentences! {
    kind_of_token: "Kind of token", "令牌类型";
    search_by_name: "Search by name", "按名称搜索";
    beginnings_only: "The search finds only the beginnings of names: the server has just started, or it has too little memory for the search.",
        "当前只能按名称开头搜索：服务器刚刚启动，或搜索可用的内存不足。";
    expires: "Expires", "到期时间";
    last_used: "Last used", "最近使用";
    any_status: "Any status", "全部状态";
    show_all: "Show all tokens", "显示全部令牌";
    of_project: "Project", "项目";
    of_user: "User", "用户";
    of_api: "API", "API";
    with_a_taken_name: "Name used twice", "与其他令牌重名";
    all_with_a_taken_name: "Show all tokens with this problem", "查看所有这类令牌";

    apply: "Apply for a token", "申请令牌";
    details: "Details", "详情";
    duplicate: "Duplicate", "复制为新令牌";
    download: "Download", "下载";
    download_token_test: "Download token test", "下载令牌测试文件";
    copy_secret_id: "Copy secret id", "复制 Secret ID";
    return_list: "Return List", "返回列表";

    selected_tokens: "Selected tokens", "已选令牌";
    select_all: "Select all", "全选";
    select_none: "Select none", "取消选择";
    delete_several_means:
        "Their key material is destroyed, and every call with them is denied at once.",
        "其密钥材料将被销毁，使用它们的所有调用会立即被拒绝。";
    type_count: "Type the number of tokens to confirm", "请输入数量以确认";

    delete_means:
        "Its key material is destroyed, and every call with it is denied at once.",
        "其密钥材料将被销毁，使用它的所有调用会立即被拒绝。";
    calls_in_24_hours: "Calls in the last 24 hours", "最近 24 小时调用";
    type_name: "Type the token name to confirm", "请输入令牌名称以确认";

    modify_token: "Modify token", "修改令牌";
    token_name: "Token name", "令牌名称";
    token_name_hint: "Unique in the whole installation, regardless of case.", "在整个系统中唯一，不区分大小写。";
    name_taken: "Another token has this name.", "已有令牌使用此名称。";
    authorised_apis: "Authorised APIs", "授权 API";
    authorised_projects: "Authorised platform projects", "授权平台项目";
    authorised_users: "Authorised users", "授权用户";
    all_projects: "All projects, including later ones", "所有项目（包括以后新增的项目）";
    description_hint: "The purpose of the token, and a contact.", "用途，以及可以向谁询问。";
    more_settings: "Expiry, addresses and other settings", "有效期、IP 白名单等更多设置";
    expires_hint: "In your time zone. Leave empty for no expiry.", "以您所在时区为准；留空表示永不过期。";
    allowed_ips: "Allowed addresses", "IP 白名单";
    allowed_ips_hint:
        "IP addresses or CIDR ranges, one per line. Leave empty for any address.",
        "IP 地址或 CIDR 网段，每行一个；留空表示不限制。";
    key_size: "Key size", "密钥长度";
    key_size_hint: "2048 bits are enough for years. Longer keys make every call slower.", "2048 位足够使用多年；更长的密钥会增加每次调用的开销。";
    one_time_only: "Accept one-time requests only", "只接受一次性请求";
    one_time_only_hint:
        "Each request is sealed, or signed with the client’s own key, and is accepted once. An intercepted \
         request is worthless.",
        "每个请求都单独加密（或用客户端自己的私钥签名），且只能通过一次，截获后毫无用处。";
    public_key: "Public key of the client", "客户端公钥";
    public_key_hint:
        "PEM or JWK. The client then authenticates with its own private key, and no secret is shared: there is \
         no open token and no secret id.",
        "PEM 或 JWK 格式。客户端用自己的私钥证明身份，不共享任何密钥：既没有开放令牌，也没有 Secret ID。";
    submit: "Submit", "提交";
    submitting: "Submitting…", "提交中…";
    changed_meanwhile:
        "Someone else has changed this token. Reload it to see the change; what you typed will be lost.",
        "此令牌刚刚被他人修改。重新加载可查看其修改，但您填写的内容将丢失。";
    load_again: "Reload", "重新加载";
    nothing_changed: "You have not changed anything yet.", "尚未做任何修改。";
    choose_an_api: "Choose at least one API or system.", "请至少选择一个 API 或系统。";
    choose_a_project: "Choose at least one project.", "请至少选择一个项目。";
    choose_a_user: "Choose at least one user.", "请至少选择一个用户。";
    no_right_to_apply: "You cannot apply for tokens", "您不能申请令牌";
    no_right_to_apply_hint:
        "Project administrators manage the tokens of their projects, and you administer no project. Ask an \
         administrator of your project.",
        "令牌由其所属项目的项目管理员管理，而您不是任何项目的管理员。请联系您的项目管理员。";

    search_apis: "Search by name, key, path or tag", "按名称、标识、路径或标签搜索";
    no_apis: "There are no APIs to grant yet.", "还没有可授权的 API。";
    select_found: "Select all found", "选择全部结果";
    select_none_found: "Select none found", "取消选择全部结果";
    whole_system: "The whole system, including later APIs", "整个系统（包括以后新增的 API）";
    untagged: "Untagged", "无标签";
    deprecated: "deprecated", "已弃用";
    global: "global", "不属于项目";
    gone_apis: "Granted, but no longer exists", "已授权但已不存在";
    search_projects: "Search projects", "搜索项目";
    search_users: "Search users", "搜索用户";
    refine_search: "There are more. Refine the search to find them.", "还有更多，请搜索。";
    nothing_found: "Nothing found.", "没有找到。";

    issued: "The token is issued", "令牌已签发";
    modified: "The token is modified", "令牌已修改";
    client_id: "Client ID", "客户端 ID";
    token_endpoint: "Token endpoint", "令牌端点";
    show_once_hint: "It is shown only once.", "本系统中它只显示一次。";
}

/// The label of the button that enables or disables a token.
pub(crate) fn switch_to(switch: Switch) -> &'static str {
    match switch {
        Switch::Active => super::enable(),
        Switch::Disabled => super::disable(),
    }
}

/// What the client needs, and where to find it.
pub(crate) fn issued_hint(kind: Kind, has_client_key: bool, one_time_only: bool) -> &'static str {
    match kind {
        _ if has_client_key => pick(
            "No secret is shared: the client signs with its own private key. The token file explains how.",
            "不共享任何密钥：客户端用自己的私钥签名，具体方式见令牌文件。",
        ),
        Kind::Rsa if one_time_only => pick(
            "The token file contains the public key and the secret that a client needs to seal its requests. \
             Store it like a password.",
            "令牌文件包含客户端加密请求所需的公钥和密钥。请像保管密码一样保管它。",
        ),
        Kind::Rsa => pick(
            "The token file contains everything that a client needs: the open token, the key and a working curl \
             command. Store it like a password.",
            "令牌文件包含客户端所需的一切：开放令牌、密钥以及可直接运行的 curl 命令。请像保管密码一样保管它。",
        ),
        Kind::Jwt => pick(
            "Clients exchange the secret id for a JWT at the token endpoint. Store it like a password.",
            "用 Secret ID 可在令牌端点换取 JWT。请像保管密码一样保管它。",
        ),
    }
}

pub(crate) fn apply_for(kind: Kind) -> String {
    let kind = self::kind(kind);
    pick(format!("Apply for an {kind} token").replace("an JWT", "a JWT"), format!("申请 {kind} 令牌"))
}

pub(crate) fn downloaded(name: &str) -> String {
    pick(format!("The file of “{name}” is downloaded."), format!("“{name}”的令牌文件已下载。"))
}

pub(crate) fn enabled(name: &str) -> String {
    pick(format!("“{name}” is enabled."), format!("“{name}”已启用。"))
}

pub(crate) fn switched_off(name: &str) -> String {
    pick(format!("“{name}” is disabled: its calls are denied."), format!("“{name}”已停用，其调用会被拒绝。"))
}

pub(crate) fn deleted(name: &str) -> String {
    pick(format!("“{name}” is deleted."), format!("“{name}”已删除。"))
}

pub(crate) fn type_name_hint(name: &str) -> String {
    pick(
        format!("The token was used in the last 24 hours. Its name is {name}."),
        format!("它在最近 24 小时内被使用过：{name}"),
    )
}

/// The number of calls, and how many of them were denied.
pub(crate) fn calls(all: i64, denied: i64) -> String {
    if denied == 0 {
        return all.to_string();
    }
    pick(format!("{all}, {denied} of them denied"), format!("{all}，其中 {denied} 次被拒绝"))
}

pub(crate) fn select(name: &str) -> String {
    pick(format!("Select {name}"), format!("选择 {name}"))
}

pub(crate) fn more_for(name: &str) -> String {
    pick(format!("More for {name}"), format!("{name} 的更多操作"))
}

/// The number of selected entries.
pub(crate) fn selected(count: usize) -> String {
    pick(format!("{count} selected"), format!("已选 {count} 个"))
}

/// A number of tokens, in English.
fn tokens_in_english(count: usize) -> String {
    if count == 1 { "1 token".to_owned() } else { format!("{count} tokens") }
}

pub(crate) fn delete_several(count: usize) -> String {
    pick(format!("Delete {}?", tokens_in_english(count)), format!("删除 {count} 个令牌？"))
}

pub(crate) fn disable_several(count: usize) -> String {
    pick(format!("Disable {}?", tokens_in_english(count)), format!("停用 {count} 个令牌？"))
}

pub(crate) fn enable_several(count: usize) -> String {
    pick(format!("Enable {}?", tokens_in_english(count)), format!("启用 {count} 个令牌？"))
}

pub(crate) fn type_count_hint(count: usize) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    pick(format!("{} {verb} selected.", tokens_in_english(count)), format!("共 {count} 个。"))
}

pub(crate) fn several_on_the_way(seen: usize, total: usize) -> String {
    pick(format!("{seen} of {total}…"), format!("{seen} / {total}…"))
}

pub(crate) fn several_done(done: usize, total: usize) -> String {
    pick(format!("{done} of {total} done."), format!("已完成 {done} / {total}。"))
}

/// The number of grants and the number of targets.
pub(crate) fn reach(kind: Kind, grants: i64, targets: Option<i64>) -> String {
    let plural = |count: i64, one: &str, many: &str| {
        if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
    };
    let targets = match (kind, targets) {
        (_, None) => pick("all projects".to_owned(), "所有项目".to_owned()),
        (Kind::Rsa, Some(count)) => pick(plural(count, "project", "projects"), format!("{count} 个项目")),
        (Kind::Jwt, Some(count)) => pick(plural(count, "user", "users"), format!("{count} 个用户")),
    };
    pick(format!("{} · {targets}", plural(grants, "grant", "grants")), format!("{grants} 项授权 · {targets}"))
}

/// No token of this kind matches the filters.
pub(crate) fn none_like_this(kind: Kind) -> String {
    let kind = self::kind(kind);
    pick(format!("No {kind} token matches"), format!("没有符合条件的 {kind} 令牌"))
}

/// The number of selected APIs in a group.
pub(crate) fn of_group(selected: usize, all: usize) -> String {
    format!("{selected} / {all}")
}

/// The number of APIs that the search found.
pub(crate) fn found(count: usize) -> String {
    pick(format!("{count} found"), format!("找到 {count} 个"))
}

/// The label of the button that removes an entry from the choice.
pub(crate) fn take_away(name: &str) -> String {
    pick(format!("Remove {name}"), format!("移除 {name}"))
}

pub(crate) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Rsa => "RSA",
        Kind::Jwt => "JWT",
    }
}

pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::Active => pick("Active", "有效"),
        Status::Suspended => pick("Suspended", "待确认"),
        Status::Disabled => pick("Disabled", "已停用"),
        Status::Expired => pick("Expired", "已过期"),
    }
}

/// The title of the empty list, without a search.
pub(crate) fn no_tokens(kind: Kind) -> &'static str {
    match kind {
        Kind::Rsa => pick("No RSA tokens yet", "还没有 RSA 令牌"),
        Kind::Jwt => pick("No JWT tokens yet", "还没有 JWT 令牌"),
    }
}

/// The hint for the empty list.
pub(crate) fn no_tokens_hint(kind: Kind) -> &'static str {
    match kind {
        Kind::Rsa => pick(
            "A service uses an RSA token to call the granted APIs in the granted projects.",
            "RSA 令牌让服务在其授权的项目中调用授权的 API。",
        ),
        Kind::Jwt => pick(
            "A program uses a JWT token to call the granted APIs as one of the granted users.",
            "JWT 令牌让程序以授权用户的身份调用授权的 API。",
        ),
    }
}

/// The hint for the empty list if the user administers no project.
pub(crate) fn no_tokens_for_you(kind: Kind) -> &'static str {
    match kind {
        Kind::Rsa => pick(
            "Project administrators manage the RSA tokens of their projects, and you administer no project. \
             Ask an administrator of your project.",
            "RSA 令牌由其项目的项目管理员管理，而您不是任何项目的管理员。请联系您的项目管理员。",
        ),
        Kind::Jwt => pick(
            "This page lists the JWT tokens that are granted to you. There are none yet. \
             Ask an administrator of your project.",
            "这里会显示授权给您的 JWT 令牌，目前还没有。请联系您的项目管理员。",
        ),
    }
}

/// The search found no token.
pub(crate) fn no_match(kind: Kind, search: &str) -> String {
    let kind = self::kind(kind);
    pick(format!("No {kind} token matches “{search}”"), format!("没有名称类似“{search}”的 {kind} 令牌"))
}

/// The number of tokens. `more` says that there are others.
pub(crate) fn count(count: usize, more: bool) -> String {
    match (count, more) {
        (1, false) => pick("1 token".to_owned(), "1 个令牌".to_owned()),
        (count, false) => pick(format!("{count} tokens"), format!("{count} 个令牌")),
        (count, true) => pick(format!("The newest {count} tokens"), format!("最新的 {count} 个令牌")),
    }
}
