//! Tokens that are suspended since the database was restored.

use super::{pick, sentences};

sentences! {
    confirm: "Confirm", "确认";
    confirming: "Confirming…", "确认中…";
    confirm_all: "Confirm all suspended tokens", "确认全部待确认的令牌";
    confirm_all_question: "Confirm all suspended tokens?", "确认全部待确认的令牌？";
    confirm_all_means:
        "This concerns the tokens of both kinds, also those that are not in this list. Their calls are decided again at once.",
        "这包括两种类型的全部令牌，也包括未在此列表中显示的令牌。它们的调用会立即恢复判定。";
    delete_first:
        "A token that was deleted, disabled or narrowed in this time may be as it was before. Delete or modify those first.",
        "在此期间被删除、停用或收窄的令牌可能恢复成了之前的样子。请先删除或修改这些令牌。";
}

/// Why a token is suspended.
pub(crate) fn is_suspended(since: &str, until: &str) -> String {
    pick(
        format!(
            "This token is suspended: every call with it is denied. The database was restored, and changes from \
             {since} to {until} are lost. If the token was deleted or narrowed in this time, delete or modify it. \
             Otherwise confirm it."
        ),
        format!(
            "该令牌待确认：使用它的所有调用都会被拒绝。数据库曾被恢复，{since} 至 {until} 之间的更改已丢失。\
             如果该令牌在此期间已被删除或收窄，请删除或修改它；否则请确认它。"
        ),
    )
}

/// The time in which changes are lost.
pub(crate) fn lost(since: &str, until: &str) -> String {
    pick(
        format!("The database was restored. Changes from {since} to {until} are lost."),
        format!("数据库曾被恢复，{since} 至 {until} 之间的更改已丢失。"),
    )
}

pub(crate) fn confirmed(name: &str) -> String {
    pick(format!("“{name}” is confirmed."), format!("“{name}”已确认。"))
}

pub(crate) fn all_confirmed(count: u64) -> String {
    let tokens = if count == 1 { "1 token is".to_owned() } else { format!("{count} tokens are") };
    pick(format!("{tokens} confirmed."), format!("已确认 {count} 个令牌。"))
}

pub(crate) fn confirm_several(count: usize) -> String {
    let tokens = if count == 1 { "1 token".to_owned() } else { format!("{count} tokens") };
    pick(format!("Confirm {tokens}?"), format!("确认 {count} 个令牌？"))
}
