//! The page of a token: details, grants, usage and the trial of a call.

use latchkey_shared::tokens::Kind;

use super::{pick, sentences};

sentences! {
    more: "More", "更多";
    download_file: "Download the token file", "下载令牌文件";
    is_disabled: "This token is disabled: every call with it is denied.", "该令牌已停用：使用它的所有调用都会被拒绝。";
    is_expired: "This token has expired: every call with it is denied.", "该令牌已过期：使用它的所有调用都会被拒绝。";

    facts: "Details", "基本信息";
    id: "Id", "ID";
    no_end: "Never", "永不过期";
    updated: "Changed", "更新时间";
    by: "by", "操作人";
    allowed_addresses: "Allowed addresses", "IP 白名单";
    any_address: "Any", "不限";
    one_time_only: "Accepts", "接受的凭证";
    key_size: "RSA key", "RSA 密钥";
    client_key: "Key of the client", "客户端公钥";
    generation: "Generation", "凭证代次";
    parent: "Created by token", "由令牌创建";

    grants: "Authorised APIs", "授权的 API";
    no_grants: "No grants are left: every call is denied.", "已没有任何授权：所有调用都会被拒绝。";
    whole_system: "Whole system: all APIs, including later ones", "整个系统：全部 API，包括以后新增的";
    removed: "Removed", "已移除";
    removed_hint: "No call matches it.", "没有调用会匹配它。";

    projects: "Authorised projects", "授权的项目";
    all_projects: "All projects, including later ones", "所有项目，包括以后新增的";
    users: "Authorised users", "授权的用户";
    bound_to: "Limited to these projects", "限定在以下项目";
    bound_to_hint:
        "A project administrator created it. Calls in other projects are denied, whatever rights its users have.",
        "由项目管理员创建：无论其用户有何权限，其他项目中的调用都会被拒绝。";
    no_targets: "None are left: every call is denied.", "已全部不存在：所有调用都会被拒绝。";

    rotate: "Rotate", "轮换";
    rotating: "Rotating…", "轮换中…";
    rotate_title: "Rotate the credentials?", "轮换凭证？";
    rotated: "The token has new credentials.", "令牌已换用新凭证。";
    overlap: "Overlap with the old credentials", "旧凭证继续有效";
    overlap_none: "None", "立即失效";
    overlap_none_hint:
        "For a credential that may have leaked: calls with it, and with its JWTs, are denied at once.",
        "适用于可能已泄露的凭证：使用旧凭证及其 JWT 的调用立即被拒绝。";
    overlap_hour: "1 hour", "1 小时";
    overlap_day: "1 day", "1 天";
    overlap_week: "7 days", "7 天";
    overlap_hint:
        "Old and new credentials both work for this time, so that you can distribute the new ones.",
        "在此期间新旧凭证均可使用，请及时分发新凭证。";

    usage: "Usage", "使用情况";
    last_24_hours: "Last 24 hours", "最近 24 小时";
    last_30_days: "Last 30 days", "最近 30 天";
    calls_per_day: "Calls per day, last 30 days (UTC)", "最近 30 天每日调用次数（UTC）";
    calls_per_month: "Calls per month, last 24 months (UTC)", "最近 24 个月每月调用次数（UTC）";
    allowed: "Allowed", "放行";
    denied: "Denied", "拒绝";
    day: "Day", "日期";
    month: "Month", "月份";
    as_table: "Show as a table", "以表格显示";
    not_used: "Not used in the last 30 days.", "最近 30 天未使用。";
    denials: "Why calls were denied", "拒绝原因";
    reason: "Reason", "原因";
    calls: "Calls", "调用次数";

    try_it: "Try it", "试一试";
    try_it_hint:
        "Check whether a call would be allowed, and if not, why. Nothing is called, and nothing is counted.",
        "此调用是否会放行？若不会，原因是什么？不会真正发起调用，也不计入统计。";
    system: "System", "核心系统";
    path_hint: "The path as the gateway receives it, with the base path.", "实际到达的路径，包含基础路径。";
    fill_in_parameters: "Replace each {parameter} with a value.", "请将每个 {参数} 替换为实际值。";
    project: "Project", "项目";
    project_hint: "The value of X-Project, if the path does not name the project.", "路径中未包含时，由 X-Project 指明。";
    subject: "As user", "以用户身份";
    client_address: "Source address", "来源地址";
    ask: "Check", "查询";
    asking: "Checking…", "查询中…";
    would_be_allowed: "The call would be allowed", "该调用会被放行";
    would_be_denied: "The call would be denied", "该调用会被拒绝";
    matched_api: "API", "匹配的 API";
    made_as: "Caller", "调用身份";
    the_token: "the token itself", "令牌本身";
    no_systems: "There is no system to try.", "没有可供尝试的核心系统。";
}

/// What a rotation replaces, and what the clients then need.
pub(crate) fn rotate_hint(kind: Kind, has_client_key: bool) -> &'static str {
    match kind {
        _ if has_client_key => pick(
            "The new public key of the client replaces the current one.",
            "客户端的新公钥将取代当前公钥。",
        ),
        Kind::Rsa => pick(
            "The token gets a new key pair and new secrets. Its clients need the new token file.",
            "令牌将获得新的密钥对及相应凭证，使用方需要换用新的令牌文件。",
        ),
        Kind::Jwt => pick(
            "The token gets a new secret id. Its clients need the new one.",
            "令牌将获得新的 Secret ID，使用方需要换用。",
        ),
    }
}

/// The hint after a rotation.
pub(crate) fn rotated_hint(kind: Kind, has_client_key: bool) -> &'static str {
    match kind {
        _ if has_client_key => pick(
            "The client’s public key is replaced. From now on, the client must sign with the new key.",
            "客户端公钥刚刚更换：此后请使用新密钥签名。",
        ),
        Kind::Rsa => pick(
            "The credentials are new. Download the token file again and distribute it.",
            "凭证刚刚轮换：请重新下载令牌文件并分发。",
        ),
        Kind::Jwt => pick(
            "The credentials are new. Copy the secret id again and distribute it.",
            "凭证刚刚轮换：请重新复制 Secret ID 并分发。",
        ),
    }
}

/// The credentials that an RSA token accepts.
pub(crate) fn accepts(one_time_only: bool, has_client_key: bool) -> &'static str {
    match (one_time_only, has_client_key) {
        (true, false) => pick("Sealed one-time requests only", "仅一次性加密请求"),
        (true, true) => pick("Signed one-time requests only", "仅一次性签名请求"),
        (false, false) => pick(
            "Open token, sealed one-time requests and client credentials",
            "开放令牌、一次性加密请求和客户端凭证",
        ),
        (false, true) => pick(
            "Signed one-time requests, and JWTs exchanged with the key",
            "一次性签名请求，以及用密钥换取的 JWT",
        ),
    }
}

/// The size of a key.
pub(crate) fn bits(bits: u16) -> String {
    pick(format!("{bits} bits"), format!("{bits} 位"))
}

/// The generation of the credentials, and how often they were rotated.
pub(crate) fn generation_number(generation: i64) -> String {
    match generation {
        1 => pick("1, never rotated".to_owned(), "1，未轮换过".to_owned()),
        2 => pick("2, rotated once".to_owned(), "2，已轮换 1 次".to_owned()),
        _ => pick(
            format!("{generation}, rotated {} times", generation - 1),
            format!("{generation}，已轮换 {} 次", generation - 1),
        ),
    }
}

/// The numbers of allowed and denied calls.
pub(crate) fn allowed_and_denied(allowed: &str, denied: &str) -> String {
    pick(format!("{allowed} allowed, {denied} denied"), format!("放行 {allowed} 次，拒绝 {denied} 次"))
}

/// The label of a bar in the chart.
pub(crate) fn on_day(day: &str, calls: &str) -> String {
    pick(format!("{day}: {calls}"), format!("{day}：{calls}"))
}

/// The number of APIs of a system that are granted individually.
pub(crate) fn granted(count: usize) -> String {
    super::systems::apis_in_words(count)
}

/// A heading with a number.
pub(crate) fn counted(what: &str, count: usize) -> String {
    pick(format!("{what} ({count})"), format!("{what}（{count}）"))
}
