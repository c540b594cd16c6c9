//! Tokens: the list, applying for one, and what can be done with it.

use latchkey_shared::tokens::{Kind, Status};

use super::{pick, sentences};

sentences! {
    kind_of_token: "Kind of token", "令牌类型";
    search_by_name: "Search by name", "按名称搜索";
    expires: "Expires", "到期时间";
    last_used: "Last used", "最近使用";
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
        Status::Disabled => pick("Disabled", "已停用"),
        Status::Expired => pick("Expired", "已过期"),
    }
}

/// The list is empty, and nothing was searched.
pub(crate) fn no_tokens(kind: Kind) -> &'static str {
    match kind {
        Kind::Rsa => pick("No RSA tokens yet", "还没有 RSA 令牌"),
        Kind::Jwt => pick("No JWT tokens yet", "还没有 JWT 令牌"),
    }
}

/// What to do about it.
pub(crate) fn no_tokens_hint(kind: Kind) -> &'static str {
    match kind {
        Kind::Rsa => pick(
            "An RSA token lets a service call the APIs that it is granted, in the projects that it is for.",
            "RSA 令牌让服务在其授权的项目中调用授权的 API。",
        ),
        Kind::Jwt => pick(
            "A JWT token lets a program call the APIs that it is granted, as one of the users that it is for.",
            "JWT 令牌让程序以授权用户的身份调用授权的 API。",
        ),
    }
}

/// The list is empty because this person administers nothing.
pub(crate) fn no_tokens_for_you(kind: Kind) -> &'static str {
    match kind {
        Kind::Rsa => pick(
            "RSA tokens are managed by the administrators of their projects, and you administer none. \
             Ask an administrator of your project.",
            "RSA 令牌由其项目的项目管理员管理，而您不是任何项目的管理员。请联系您的项目管理员。",
        ),
        Kind::Jwt => pick(
            "You would see the JWT tokens that are granted to you. So far there are none; \
             ask an administrator of your project.",
            "这里会显示授权给您的 JWT 令牌，目前还没有。请联系您的项目管理员。",
        ),
    }
}

/// The search found nothing.
pub(crate) fn no_match(kind: Kind, search: &str) -> String {
    let kind = self::kind(kind);
    pick(format!("No {kind} token is named like “{search}”"), format!("没有名称类似“{search}”的 {kind} 令牌"))
}

/// How many tokens are shown; `more` when there are others.
pub(crate) fn count(count: usize, more: bool) -> String {
    match (count, more) {
        (1, false) => pick("1 token".to_owned(), "1 个令牌".to_owned()),
        (count, false) => pick(format!("{count} tokens"), format!("{count} 个令牌")),
        (count, true) => pick(format!("The newest {count} tokens"), format!("最新的 {count} 个令牌")),
    }
}
