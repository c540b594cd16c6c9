//! Rate limits and quotas, and their defaults and ceilings.

use latchkey_shared::tokens::{Period, Quota, RateLimit};

use super::{pick, sentences};

sentences! {
    rate_limit: "Rate limit", "速率限制";
    quota: "Quota", "配额";
    any_number: "None", "不限";
    quota_left: "Left of the quota", "剩余配额";

    rate_requests: "Rate limit: calls", "速率限制：调用次数";
    rate_requests_hint:
        "How many calls may be made in so many seconds. Leave empty for any number.",
        "在指定秒数内允许的调用次数；留空表示不限制。";
    rate_seconds: "Rate limit: in seconds", "速率限制：时间（秒）";
    rate_burst: "Rate limit: calls at once", "速率限制：突发次数";
    rate_burst_hint:
        "After a time without calls. Leave empty for the number of calls.",
        "空闲之后可一次性发出的调用次数；留空则与调用次数相同。";
    rate_fault: "Enter calls and seconds as whole numbers, or leave all empty.", "请用整数填写次数和秒数，或全部留空。";
    quota_requests: "Quota: calls", "配额：调用次数";
    quota_requests_hint:
        "How many calls may be made in a day or a month. Leave empty for any number.",
        "每天或每月允许的调用次数；留空表示不限制。";
    quota_period: "Quota: period", "配额：周期";
    quota_zone: "Quota: time zone", "配额：时区";
    quota_zone_hint:
        "Days and months begin at midnight there: Asia/Shanghai, for example. Leave empty for UTC.",
        "每天、每月从该时区的零点开始，例如 Asia/Shanghai；留空为 UTC。";
    quota_fault: "Enter a whole number, or leave it empty.", "请填写整数，或留空。";
    per_day: "Per day", "每天";
    per_month: "Per month", "每月";

    of_apis: "Limits for single APIs", "单个 API 的限制";
    of_apis_hint:
        "They hold for tokens that are granted the API. A call of it spends the limits above, too.",
        "适用于已获授权该 API 的令牌；调用该 API 时，同时计入上面的限制。";
    api: "API", "API";
    api_hint: "Its key, such as fleet:listDevices.", "API 的标识，例如 fleet:listDevices。";
    add_for_api: "Add limits for this API", "添加该 API 的限制";
    name_an_api: "Name the API.", "请填写 API。";
    no_limit_of_api: "Enter a rate limit or a quota for this API.", "请填写该 API 的速率限制或配额。";

    rules: "Limits of tokens", "令牌的限制";
    rules_of_installation:
        "They hold for all tokens of this installation, from their next call on. Of all ceilings, the lowest holds.",
        "适用于本系统的所有令牌，自下一次调用起生效；有多个上限时，以最低者为准。";
    rules_of_project:
        "They hold for the tokens of this project, but not for tokens for all projects. If a token is in several \
         projects, the lowest ceiling holds.",
        "适用于此项目的令牌，不含面向所有项目的令牌；令牌属于多个项目时，以最低的上限为准。";
    default: "Default", "默认值";
    default_hint: "Holds for tokens without a limit of their own.", "适用于未设置限制的令牌。";
    ceiling: "Ceiling", "上限";
    ceiling_hint: "Holds for every token, whatever limit it has.", "适用于所有令牌，无论其自身的限制是多少。";
    set_limits: "Set limits", "设置限制";
    set_rules: "Set the limits of tokens", "设置令牌的限制";
}

/// The period of a quota.
pub(crate) fn period(period: Period) -> &'static str {
    match period {
        Period::Day => per_day(),
        Period::Month => per_month(),
    }
}

/// How many calls may be made.
pub(crate) fn rate(limit: RateLimit) -> String {
    let RateLimit { requests, seconds, burst } = limit;
    pick(
        format!("{requests} calls in {seconds} s, {burst} at once"),
        format!("每 {seconds} 秒 {requests} 次，突发 {burst} 次"),
    )
}

/// How many calls may be made in a day or a month.
pub(crate) fn quota_of(quota: &Quota, requests: &str) -> String {
    let zone = &quota.time_zone;
    match quota.period {
        Period::Day => {
            pick(format!("{requests} calls a day ({zone})"), format!("每天 {requests} 次（{zone}）"))
        }
        Period::Month => {
            pick(format!("{requests} calls a month ({zone})"), format!("每月 {requests} 次（{zone}）"))
        }
    }
}

/// What is left of a quota.
pub(crate) fn left_of(left: &str, all: &str, when: &str) -> String {
    pick(format!("{left} of {all} calls, until {when}"), format!("剩余 {left} / {all} 次，{when} 重置"))
}

/// A limit. `api` if it is for the calls of one API, and `is_own` if it is that of the token, not of one
/// that issued it.
pub(crate) fn whose(limit: &str, api: Option<&str>, is_own: bool) -> String {
    let limit = api.map_or_else(|| limit.to_owned(), |api| format!("{api}: {limit}"));
    if is_own {
        return limit;
    }
    pick(format!("{limit} (of the token that issued it)"), format!("{limit}（签发它的令牌）"))
}
