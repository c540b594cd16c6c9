//! The reasons for denied calls. Each sentence says what is wrong and what to do.

use latchkey_shared::verify::Reason;

use super::pick;

/// The text for an outcome in the usage: `allowed` or the name of a reason.
pub(crate) fn outcome(outcome: &str) -> String {
    match Reason::ALL.into_iter().find(|reason| reason.as_str() == outcome) {
        Some(reason) => sentence(reason).to_owned(),
        None => outcome.to_owned(),
    }
}

/// The sentence for a reason.
pub(crate) fn sentence(reason: Reason) -> &'static str {
    match reason {
        Reason::Malformed => {
            pick("This is not a credential that Latchkey knows.", "所提供的内容不符合任何凭证的格式。")
        }
        Reason::UnknownToken => {
            pick("The token or key does not exist, or it was deleted.", "令牌或密钥不存在，或已被删除。")
        }
        Reason::BadProof => pick(
            "The secret, the encryption or the signature is wrong.",
            "凭证校验未通过：密钥、加密内容或签名不正确。",
        ),
        Reason::ProofMismatch => pick(
            "The credential is for another method, path or system, or the token accepts one-time requests only.",
            "凭证属于其他方法、路径或核心系统，或该令牌只接受一次性请求。",
        ),
        Reason::Replayed => pick("The one-time request was already used.", "该一次性请求已被使用过。"),
        Reason::Stale => pick(
            "The one-time request is too old. It is valid for one minute.",
            "该一次性请求生成已久：有效期只有一分钟。",
        ),
        Reason::Suspended => pick(
            "The database was restored, and no administrator has confirmed the token since.",
            "数据库曾被恢复，此后还没有管理员确认该令牌。",
        ),
        Reason::Disabled => pick("The token or the system is disabled.", "令牌或核心系统已停用。"),
        Reason::Expired => pick("The token has expired.", "令牌已过期。"),
        Reason::NotYetValid => pick(
            "The credential is not valid yet. Check the clocks on both sides.",
            "凭证的生效时间在将来，请检查两端的时钟。",
        ),
        Reason::IpDenied => pick(
            "The caller’s address is unknown, or not among the token’s allowed addresses.",
            "调用方地址不在令牌的 IP 白名单内，或无法得知。",
        ),
        Reason::NoSuchApi => pick(
            "No API of the system has this method and path.",
            "该核心系统中没有与此方法和路径匹配的 API。",
        ),
        Reason::ApiNotGranted => pick("The token is not granted this API.", "令牌未获得此 API 的授权。"),
        Reason::ProjectRequired => pick(
            "The API needs a project, and the call names none. Put the project into the path or into X-Project.",
            "此 API 属于项目范围，但调用未指明项目：请在路径或 X-Project 中指明。",
        ),
        Reason::ProjectNotGranted => pick(
            "The token may not make calls in this project: the project is not granted to the token, is disabled or \
             does not exist, the system is not opened to it, or the path and X-Project differ.",
            "令牌不能访问此项目：不在令牌的授权项目中、项目已停用或不存在、核心系统未向其开放，\
             或路径与 X-Project 不一致。",
        ),
        Reason::UserNotGranted => pick(
            "The user may not make this call: the user is not granted to the token, is disabled, or is not a member of the project.",
            "该用户不能进行此调用：不在令牌的授权用户中、已停用，或不是项目成员。",
        ),
        Reason::RateLimited => pick(
            "More calls than a rate limit or a quota of the token allows, or that of a token that issued it.",
            "调用次数超过了此令牌或签发它的令牌的速率限制或配额。",
        ),
        Reason::Unavailable => pick(
            "Latchkey could not decide at that moment, so it denied the call.",
            "Latchkey 当时无法作出判定，因此拒绝。",
        ),
    }
}
