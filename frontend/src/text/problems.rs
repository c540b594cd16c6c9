//! The problems that the server reports. The server writes them in English. Frequent problems have a Chinese
//! sentence here, found by their stable code.

use latchkey_shared::problem::ProblemBody;
use latchkey_shared::warning::{ABOVE_CEILING, LOOKS_LIKE, NAME_TAKEN, SHARES_CALLS, Warning};

use crate::preferences::{Language, language};

/// The detail of the server when the last administrator would be disabled or demoted. It is compared as text,
/// because a conflict has no code of its own.
const LAST_ADMINISTRATOR: &str = "The last enabled system administrator cannot be disabled or demoted.";

/// The sentence for a problem.
pub(crate) fn sentence(problem: &ProblemBody) -> String {
    let own = || problem.detail.clone().unwrap_or_else(|| problem.title.clone());
    if language() == Language::English {
        return own();
    }
    let translated = match problem.kind.rsplit('/').next().unwrap_or_default() {
        "validation" => "部分字段有误。",
        "unauthenticated" => "请先登录。",
        "login-failed" => "用户名与密码不匹配。",
        "password-change-required" => "必须先更换临时密码。",
        "forbidden" => "您没有执行此操作的权限。",
        "session-required" => "此操作只能由已登录的人员执行。",
        "not-found" => "该内容不存在，或您无权查看。",
        "taken" => "填写的内容中有一项已被使用。",
        "in-use" => "仍有令牌在使用它。",
        "conflict" if problem.detail.as_deref() == Some(LAST_ADMINISTRATOR) => {
            "不能停用最后一个启用的系统管理员，也不能更改其角色。"
        }
        "precondition-failed" => "内容已被他人修改。",
        "shown-already" => "只能获取一次，且已有人获取过。",
        "too-many-requests" => "请求过于频繁，请稍后再试。",
        "too-large" => "内容过大。",
        "unavailable" => "服务暂不可用，请稍后再试。",
        "not-written" => "数据库暂时无法写入，未作任何更改。",
        "outcome-unknown" => "写入时与数据库的连接中断，更改可能已生效。请先确认，再决定是否重试。",
        "database-went-back" => "数据库回到了过去的状态。在管理员核对之前，不作任何判定。",
        "internal" => "服务器出错了。",
        _ => return own(),
    };
    match &problem.detail {
        // The detail often contains the name of the object.
        Some(detail) if matches!(problem.kind.rsplit('/').next(), Some("forbidden" | "in-use")) => {
            format!("{translated}（{detail}）")
        }
        _ => translated.to_owned(),
    }
}

/// The sentence for an error of a field.
pub(crate) fn at_field(code: &str, message: &str) -> String {
    if language() == Language::English {
        return message.to_owned();
    }
    match code {
        "required" => "不能为空。",
        "too_long" => "内容过长。",
        "too_short" => "内容过短。",
        "too_many" => "数量过多。",
        "taken" => "已被使用，请换一个。",
        "unknown" => "不存在，或您无权使用。",
        "not_granted" => "令牌未获授权此 API。",
        "removed" => "该 API 已被移除。",
        "wrong" => "当前密码不正确。",
        "unchanged" => "必须与当前密码不同。",
        "in_the_past" => "必须晚于现在。",
        "invalid_time" => "不是有效的时间。",
        "invalid_time_zone" => "不是有效的时区名称。",
        "invalid_address" => "不是 IP 地址或 CIDR 网段。",
        "invalid_email" => "不是有效的电子邮件地址。",
        "invalid_certificate" => "不是 DNS 名称，也不是 spiffe://… 之类的 URI。",
        "invalid_key" => "只能使用小写字母、数字和中间的连字符（a-z、0-9、-）。",
        "invalid_username" => "只能使用字母、数字和 . _ - @，并以字母或数字开头。",
        "invalid_operation_id" => "只能使用不含空格、引号和反斜杠的可见 ASCII 字符。",
        "invalid_method" => "不是有效的 HTTP 方法。",
        "invalid_path" => "不是有效的路径模板。",
        "invalid_audience" => "必须是不带片段的绝对 URI。",
        "invalid_parameter" => "不是有效的路径参数名。",
        "control_character" => "不能包含控制字符。",
        "bidirectional_control" => "不能包含改变文字方向的字符。",
        "out_of_range" => "超出允许的范围。",
        _ => message,
    }
    .to_owned()
}

/// The sentence for a warning.
pub(crate) fn warning(warning: &Warning) -> String {
    match (language(), warning.code.as_str()) {
        (Language::Chinese, NAME_TAKEN) => {
            return "按现行规则，该令牌与另一个令牌重名。修改前请先为它改名。".to_owned();
        }
        (Language::Chinese, SHARES_CALLS) => {
            let other = warning.like.as_deref().unwrap_or_default();
            return format!("任何调用都无法区分该 API 与“{other}”：授权其一即同时授权两者。");
        }
        (Language::Chinese, ABOVE_CEILING) => {
            return "限制高于上限：以较低的上限为准。生效的限制见令牌页面的用量。".to_owned();
        }
        (Language::Chinese, LOOKS_LIKE) => {}
        _ => return warning.message.clone(),
    }
    let what = match warning.field.as_str() {
        "key" => "标识",
        "username" => "用户名",
        "operation_id" => "操作标识",
        _ => "名称",
    };
    match &warning.like {
        Some(like) => format!("该{what}与已有的“{like}”看起来十分相似，请注意区分。"),
        None => format!("该{what}与另一个已有的{what}看起来十分相似，请注意区分。"),
    }
}
