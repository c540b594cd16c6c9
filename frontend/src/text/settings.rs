//! The settings page.

use super::{pick, sentences};
use crate::preferences::Theme;

sentences! {
    this_browser: "This browser", "当前浏览器";
    language: "Language", "语言";
    theme: "Theme", "主题";
    system: "System", "跟随系统";
    light: "Light", "浅色";
    dark: "Dark", "深色";

    account: "Your account", "您的账号";
    logged_in_as: "Logged in as", "当前用户";

    installation: "This installation", "当前安装";
    version: "Version", "版本";
    address: "Address", "地址";
    address_hint: "Clients use this address. It is also the issuer of the JWTs.", "客户端访问的地址，也是 JWT 的签发者。";
    secrets: "Files and secrets", "文件与密钥";
    shown_once: "Available once", "仅在首次获取前可见";
    shown_any_time: "Available at any time; each access is recorded in the audit trail", "可随时查看，每次查看都会记入审计";
    jwt_lifetime: "Lifetime of a JWT", "JWT 有效期";
    algorithm: "Algorithm of new signing keys", "新签名密钥的算法";
    cache_size: "Memory for decisions, at most", "调用判定缓存上限";
    search_memory: "Memory for the search by name, at most", "按名称搜索的内存上限";
    usage_days: "Usage of tokens by day", "令牌按日统计的保留时间";
    usage_days_hint: "Older usage is kept by month, until its token is deleted.", "更早的统计按月保留，直到令牌被删除。";
    audit_retention: "Audit events", "审计记录的保留时间";
    cache_differences: "Differences between memory and database", "内存与数据库的差异数";
    cache_differences_hint: "Of this server since it started. It should be 0.", "本服务器自启动以来的数量，应为 0。";

    overview: "Overview", "概览";
    rsa_tokens: "Active RSA tokens", "有效的 RSA 令牌";
    jwt_tokens: "Active JWT tokens", "有效的 JWT 令牌";
    systems: "Systems", "核心系统";
    projects: "Projects", "项目";
    users: "Enabled users", "启用的用户";
    calls_allowed: "Calls allowed in 24 hours", "24 小时内放行的调用";
    calls_denied: "Calls denied in 24 hours", "24 小时内拒绝的调用";

    keyboard: "Keyboard", "键盘快捷键";
    slash_means: "Go to the search box of the page", "跳转到当前页面的搜索框";
    n_means: "Apply for a token, or add what the page lists", "申请令牌，或添加当前页面列出的内容";
    esc_means: "Close a dialog, a menu or suggestions", "关闭对话框、菜单或建议";
    arrows_mean: "Move through suggestions; Enter selects", "在建议中移动，按 Enter 选择";

    help: "For integrators", "集成参考";
    api_hint: "Programs can do everything that these screens do.", "界面上的所有操作均可通过程序完成。";
    openapi: "OpenAPI document", "OpenAPI 文档";
    jwks: "Public keys for verifying JWTs (JWKS)", "用于校验 JWT 的公钥（JWKS）";
    metadata: "OAuth authorization server metadata", "OAuth 授权服务器元数据";
}

/// The label of a theme.
pub(crate) fn theme_name(one: Theme) -> &'static str {
    match one {
        Theme::System => system(),
        Theme::Light => light(),
        Theme::Dark => dark(),
    }
}

/// The numbers of disabled and expired tokens, and of suspended ones if there are any.
pub(crate) fn others(suspended: i64, disabled: i64, expired: i64) -> String {
    let rest =
        pick(format!("{disabled} disabled, {expired} expired"), format!("停用 {disabled}，过期 {expired}"));
    if suspended == 0 {
        return rest;
    }
    pick(format!("{suspended} suspended, {rest}"), format!("待确认 {suspended}，{rest}"))
}

/// A duration, in minutes if it is a whole number of minutes.
pub(crate) fn duration(seconds: u32) -> String {
    if seconds >= 60 && seconds.is_multiple_of(60) {
        let minutes = seconds / 60;
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        pick(format!("{minutes} {unit}"), format!("{minutes} 分钟"))
    } else {
        let unit = if seconds == 1 { "second" } else { "seconds" };
        pick(format!("{seconds} {unit}"), format!("{seconds} 秒"))
    }
}

/// A number of days.
pub(crate) fn days(days: u32) -> String {
    pick(format!("{days} days"), format!("{days} 天"))
}

/// For how many days something is kept. 0 is for ever.
pub(crate) fn retention(kept: u32) -> String {
    match kept {
        0 => pick("Kept for ever".to_owned(), "永久保留".to_owned()),
        kept => days(kept),
    }
}
