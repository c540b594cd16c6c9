//! Every sentence of the screens, in every language. A sentence without one of the languages does not
//! compile. (A translation library would add 19 KB to the bundle, for a choice between two languages.)

pub(crate) mod audit;
pub(crate) mod doctor;
pub(crate) mod keys;
pub(crate) mod limits;
pub(crate) mod nodes;
pub(crate) mod problems;
pub(crate) mod projects;
pub(crate) mod reasons;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod suspended;
pub(crate) mod systems;
pub(crate) mod token;
pub(crate) mod tokens;
pub(crate) mod users;

use crate::preferences::{Language, language};

/// Returns the value for the current language.
pub(crate) fn pick<T>(english: T, chinese: T) -> T {
    match language() {
        Language::English => english,
        Language::Chinese => chinese,
    }
}

/// Defines functions that return sentences: `name: "English", "简体中文";`.
macro_rules! sentences {
    ($($(#[$attribute:meta])* $name:ident: $english:literal, $chinese:literal;)*) => {
        $($(#[$attribute])* pub(crate) fn $name() -> &'static str {
            $crate::text::pick($english, $chinese)
        })*
    };
}
pub(crate) use sentences;

/// The name of the product. It is the same in every language.
pub(crate) const PRODUCT: &str = "Latchkey";

sentences! {
    skip_to_content: "Skip to content", "跳到正文";
    sections: "Sections", "导航";
    tokens: "Tokens", "令牌";
    systems: "Systems", "核心系统";
    projects: "Projects", "项目";
    users: "Users", "用户";
    audit: "Audit", "审计";
    settings: "Settings", "设置";
    api_documentation: "API documentation", "API 文档";

    name: "Name", "名称";
    key: "Key", "标识";
    description: "Description", "说明";
    status: "Status", "状态";
    created: "Created", "创建时间";
    actions: "Actions", "操作";
    optional: "optional", "选填";

    search: "Search", "搜索";
    clear_search: "Clear search", "清除搜索";
    show_more: "Show more", "显示更多";
    loading: "Loading…", "加载中…";
    try_again: "Try again", "重试";
    list_failed: "The list could not be loaded", "列表加载失败";
    page_failed: "This could not be loaded", "内容加载失败";
    cancel: "Cancel", "取消";
    close: "Close", "关闭";
    save: "Save", "保存";
    saving: "Saving…", "保存中…";
    saved: "Saved.", "已保存。";
    delete: "Delete", "删除";
    deleting: "Deleting…", "删除中…";
    remove: "Remove", "移除";
    modify: "Modify", "修改";
    disable: "Disable", "停用";
    enable: "Enable", "启用";
    disabled: "Disabled", "已停用";
    add: "Add", "添加";
    adding: "Adding…", "添加中…";
    cannot_be_undone: "This cannot be undone.", "此操作不可撤销。";
    never_used: "never", "从未";
    never_expires: "never", "永不过期";
    list_separator: ", ", "、";
    none: "none", "无";
    tokens_in_the_way: "These tokens use it:", "以下令牌仍在引用它：";
    nothing_to_choose: "There is nothing to choose from.", "没有可选项。";

    copy: "Copy", "复制";
    copied: "Copied to the clipboard.", "已复制到剪贴板。";
    copy_by_hand: "Copy manually", "请手动复制";
    copy_by_hand_hint:
        "The browser blocks access to the clipboard. The text is selected: press Ctrl+C or ⌘C.",
        "浏览器不允许本页使用剪贴板。文本已选中，请按 Ctrl+C 或 ⌘C。";
    dismiss: "Dismiss", "知道了";
    notifications: "Notifications", "通知";

    not_found: "Page not found", "页面不存在";
    not_found_hint: "Check the address. The page may have been removed.", "地址可能有误，或者所指内容已被删除。";
    go_to_tokens: "Go to the tokens", "前往令牌列表";
    unreachable:
        "The server cannot be reached. Check the connection and try again. Nothing is lost.",
        "无法连接服务器。请检查网络后重试，内容不会丢失。";
}

/// The question before a deletion.
pub(crate) fn delete_question(name: &str) -> String {
    pick(format!("Delete “{name}”?"), format!("删除“{name}”？"))
}

/// The question before something is disabled.
pub(crate) fn disable_question(name: &str) -> String {
    pick(format!("Disable “{name}”?"), format!("停用“{name}”？"))
}

/// The question before something is enabled.
pub(crate) fn enable_question(name: &str) -> String {
    pick(format!("Enable “{name}”?"), format!("启用“{name}”？"))
}

/// The response does not have the format of the API.
pub(crate) fn unexpected(status: u16) -> String {
    pick(
        format!("The server sent an unexpected response (HTTP {status}). Try again in a moment."),
        format!("服务器的答复无法识别（HTTP {status}）。请稍后再试。"),
    )
}

/// A search in a list found nothing.
pub(crate) fn nothing_like(search: &str) -> String {
    pick(format!("Nothing matches “{search}”"), format!("没有与“{search}”匹配的内容"))
}

/// The number of suggestions, for screen readers.
pub(crate) fn suggestions(count: usize) -> String {
    pick(
        if count == 1 { "1 suggestion".to_owned() } else { format!("{count} suggestions") },
        format!("{count} 个建议"),
    )
}
