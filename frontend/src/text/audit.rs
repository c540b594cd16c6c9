//! The page of the audit trail: the actions as sentences.

use super::{pick, sentences};

sentences! {
    only_for_admins: "The audit trail is for system administrators", "审计记录仅限系统管理员查看";
    only_for_admins_hint:
        "It shows the actions of all users. Ask a system administrator for the entries that you need.",
        "审计记录包含所有人的操作。如需了解其中内容，请联系系统管理员。";
    actor: "Actor", "操作人";
    target: "Target", "操作对象";
    name_hint: "Beginning of a name or id", "名称或 ID 的开头";
    beginning_hint: "Its beginning", "开头部分";
    action: "Action", "操作";
    since: "Period", "时间范围";
    anything: "All actions", "全部操作";
    today: "Today", "今天";
    seven_days: "7 days", "最近 7 天";
    thirty_days: "30 days", "最近 30 天";
    all_time: "All time", "全部时间";
    between: "Between two days", "指定日期";
    from: "From", "起始日期";
    to: "To", "截止日期";
    filter: "Filter", "筛选";
    clear: "Clear the filters", "清除筛选条件";
    filters: "Filters", "筛选条件";

    nothing_found: "No event matches these filters", "没有符合筛选条件的记录";
    nothing_found_hint:
        "Names and ids are found by their beginnings. Choose a longer period, or clear the filters.",
        "名称和 ID 按开头匹配。请放宽时间范围，或清除筛选条件。";
    no_events: "No events yet", "还没有任何记录";

    event: "Event", "事件";
    time: "Time", "时间";
    address: "Source address", "来源地址";
    details: "Details", "详情";
    action_code: "Action", "操作代码";
    exact_time: "Exact time", "准确时间";
    actor_id: "Actor id", "操作人 ID";
    target_id: "Target id", "操作对象 ID";
    request: "Request id", "请求 ID";
    sequence: "Number in the chain", "链中序号";
    link: "Link", "链接值";

    proof: "Proof and export", "证明与导出";
    proof_hint:
        "Each event has a link in a chain. Keep the public key and checkpoints outside of this installation. Then \
         “latchkey audit verify” proves that nobody has changed an export.",
        "每条记录都链接在一条链上。请将公钥和检查点保存在本系统之外，即可用 “latchkey audit verify” 证明导出内容未被改动。";
    proof_failed: "The chain could not be read", "无法读取链的状态";
    export_lines: "Export as JSON Lines", "导出为 JSON Lines";
    export_table: "Export as CSV", "导出为 CSV";
    chained: "Chained", "已链接";
    catching_up: "Events from before the last update are still being chained.", "升级前的记录仍在链接中。";
    public_key: "Public key", "公钥";
    checkpoint: "Last checkpoint", "最近的检查点";
    somebody: "Unknown", "未知人员";
    itself: "Latchkey itself", "Latchkey 自身";
    the_token: "the token", "令牌";
}

/// A kind of target, and the actions for it.
pub(crate) struct Group {
    /// The name in the API.
    pub(crate) kind: &'static str,
    /// The label of the kind, and the label of the option for all its actions.
    pub(crate) name: fn() -> &'static str,
    pub(crate) all: fn() -> &'static str,
    /// The actions.
    pub(crate) actions: &'static [Act],
}

/// An action.
pub(crate) struct Act {
    /// The part of the API name after the kind and a dot.
    verb: &'static str,
    /// The phrase between the actor and the target.
    phrases: (&'static str, &'static str),
    /// The label of the option in the filter.
    names: (&'static str, &'static str),
}

impl Act {
    /// The name in the API: `token.created`.
    pub(crate) fn action(&self, group: &Group) -> String {
        format!("{}.{}", group.kind, self.verb)
    }

    /// The label of the option in the filter.
    pub(crate) fn name(&self) -> &'static str {
        pick(self.names.0, self.names.1)
    }
}

const fn act(
    verb: &'static str,
    phrases: (&'static str, &'static str),
    names: (&'static str, &'static str),
) -> Act {
    Act { verb, phrases, names }
}

/// All actions that the audit trail records.
pub(crate) const GROUPS: [Group; 12] = [
    Group {
        kind: "token",
        name: || pick("Tokens", "令牌"),
        all: || pick("All token actions", "所有令牌操作"),
        actions: &[
            act("created", ("issued the token", "签发了令牌"), ("Issued", "签发")),
            act("updated", ("modified the token", "修改了令牌"), ("Modified", "修改")),
            act("disabled", ("disabled the token", "停用了令牌"), ("Disabled", "停用")),
            act("enabled", ("enabled the token", "启用了令牌"), ("Enabled", "启用")),
            act("confirmed", ("confirmed the token", "确认了令牌"), ("Confirmed", "确认")),
            act(
                "rotated",
                ("rotated the credentials of the token", "轮换了令牌凭证："),
                ("Rotated", "轮换凭证"),
            ),
            act(
                "file_downloaded",
                ("downloaded the file of the token", "下载了令牌文件："),
                ("File downloaded", "下载文件"),
            ),
            act(
                "secret_copied",
                ("copied the secret id of the token", "复制了令牌的 Secret ID："),
                ("Secret id copied", "复制 Secret ID"),
            ),
            act(
                "credential_revoked",
                ("revoked a credential of the token", "吊销了令牌的凭证："),
                ("Credential revoked", "吊销凭证"),
            ),
            act("deleted", ("deleted the token", "删除了令牌"), ("Deleted", "删除")),
        ],
    },
    Group {
        kind: "session",
        name: || pick("Logins", "登录"),
        all: || pick("All login actions", "所有登录操作"),
        actions: &[
            act("created", ("logged in", "登录了系统"), ("Logged in", "登录")),
            act("ended", ("logged out", "退出了登录"), ("Logged out", "退出登录")),
            act(
                "failed",
                ("failed to log in as", "尝试登录失败，用户名："),
                ("Failed to log in", "登录失败"),
            ),
        ],
    },
    Group {
        kind: "user",
        name: || pick("Users", "用户"),
        all: || pick("All user actions", "所有用户操作"),
        actions: &[
            act("created", ("added the user", "添加了用户"), ("Added", "添加")),
            act("updated", ("changed the user", "修改了用户"), ("Changed", "修改")),
            act(
                "password_changed",
                ("chose a new password", "修改了自己的密码"),
                ("Password chosen", "修改密码"),
            ),
        ],
    },
    Group {
        kind: "project",
        name: || pick("Projects", "项目"),
        all: || pick("All project actions", "所有项目操作"),
        actions: &[
            act("created", ("added the project", "添加了项目"), ("Added", "添加")),
            act("updated", ("changed the project", "修改了项目"), ("Changed", "修改")),
            act("deleted", ("deleted the project", "删除了项目"), ("Deleted", "删除")),
            act(
                "member_set",
                ("set a member of the project", "设置了项目成员："),
                ("Member set", "设置成员"),
            ),
            act(
                "member_removed",
                ("removed a member of the project", "移除了项目成员："),
                ("Member removed", "移除成员"),
            ),
            act(
                "limits_set",
                ("set the limits for tokens of the project", "设置了项目的令牌限制："),
                ("Limits set", "设置限制"),
            ),
            act(
                "system_opened",
                ("opened a system to the project", "向项目开放了系统："),
                ("System opened", "开放系统"),
            ),
            act(
                "system_closed",
                ("closed a system to the project", "对项目关闭了系统："),
                ("System closed", "关闭系统"),
            ),
        ],
    },
    Group {
        kind: "system",
        name: || pick("Systems", "核心系统"),
        all: || pick("All system actions", "所有核心系统操作"),
        actions: &[
            act("created", ("added the system", "添加了核心系统"), ("Added", "添加")),
            act("updated", ("changed the system", "修改了核心系统"), ("Changed", "修改")),
            act(
                "imported",
                ("imported a document into the system", "导入了 API 文档到核心系统"),
                ("Document imported", "导入文档"),
            ),
            act("deleted", ("deleted the system", "删除了核心系统"), ("Deleted", "删除")),
        ],
    },
    Group {
        kind: "api",
        name: || pick("APIs", "API"),
        all: || pick("All API actions", "所有 API 操作"),
        actions: &[
            act("created", ("added the API", "添加了 API"), ("Added", "添加")),
            act("updated", ("changed the API", "修改了 API"), ("Changed", "修改")),
            act("deleted", ("deleted the API", "删除了 API"), ("Deleted", "删除")),
        ],
    },
    Group {
        kind: "verifier_key",
        name: || pick("Verifier keys", "验证密钥"),
        all: || pick("All verifier key actions", "所有验证密钥操作"),
        actions: &[
            act("created", ("created the verifier key", "创建了验证密钥"), ("Created", "创建")),
            act("deleted", ("deleted the verifier key", "删除了验证密钥"), ("Deleted", "删除")),
        ],
    },
    Group {
        kind: "installation",
        name: || pick("Installation", "本系统"),
        all: || pick("All installation actions", "所有系统操作"),
        actions: &[
            act(
                "limits_set",
                ("set the limits for tokens of", "设置了令牌限制："),
                ("Limits set", "设置限制"),
            ),
            act(
                "suspended",
                ("suspended all tokens, after a restore, of", "因数据库恢复而暂停了全部令牌："),
                ("Tokens suspended", "暂停全部令牌"),
            ),
            act(
                "reconciled",
                ("reconciled, with the withdrawal log, the database of", "对照撤销日志核对了数据库："),
                ("Database reconciled", "核对数据库"),
            ),
            act(
                "confirmed",
                ("confirmed all suspended tokens of", "确认了全部待确认的令牌："),
                ("Tokens confirmed", "确认全部令牌"),
            ),
        ],
    },
    Group {
        kind: "withdrawal",
        name: || pick("Withdrawals", "撤销"),
        all: || pick("All withdrawals made again", "所有重新执行的撤销"),
        actions: &[act(
            "replayed",
            ("made the withdrawal again that was at position", "重新执行了撤销，位置："),
            ("Made again", "重新执行"),
        )],
    },
    Group {
        kind: "signing_key",
        name: || pick("Signing keys", "签名密钥"),
        all: || pick("All signing key actions", "所有签名密钥操作"),
        actions: &[act(
            "rotated",
            ("rotated the signing keys to", "轮换了签名密钥，新密钥："),
            ("Rotated", "轮换"),
        )],
    },
    Group {
        kind: "data_key",
        name: || pick("Data keys", "数据密钥"),
        all: || pick("All data key actions", "所有数据密钥操作"),
        actions: &[
            act("rotated", ("made the new data key", "创建了新的数据密钥："), ("Rotated", "轮换")),
            act("taken", ("encrypts with the data key", "启用了数据密钥："), ("Taken", "启用")),
            act("destroyed", ("destroyed the data key", "销毁了数据密钥："), ("Destroyed", "销毁")),
        ],
    },
    Group {
        kind: "master_key",
        name: || pick("Master keys", "主密钥"),
        all: || pick("All master key actions", "所有主密钥操作"),
        actions: &[act(
            "rotated",
            ("rotated the master key to", "轮换了主密钥，新密钥："),
            ("Rotated", "轮换"),
        )],
    },
];

/// The phrase after the actor: `issued the token`. Returns the name of an unknown action unchanged.
pub(crate) fn phrase(action: &str) -> &str {
    let found = action.split_once('.').and_then(|(kind, verb)| {
        let group = GROUPS.iter().find(|group| group.kind == kind)?;
        group.actions.iter().find(|one| one.verb == verb)
    });
    found.map_or(action, |act| pick(act.phrases.0, act.phrases.1))
}

/// The number of events. `more` says that there are others.
pub(crate) fn count(count: usize, more: bool) -> String {
    match (count, more) {
        (1, false) => pick("1 event".to_owned(), "1 条记录".to_owned()),
        (count, false) => pick(format!("{count} events"), format!("{count} 条记录")),
        (count, true) => pick(format!("The newest {count} events"), format!("最新的 {count} 条记录")),
    }
}

/// From when on the trail is complete.
pub(crate) fn complete_since(since: &str) -> String {
    pick(
        format!("The trail is complete from {since} on. Older events were deleted, as configured."),
        format!("审计记录自 {since} 起完整。更早的记录已按保留设置删除。"),
    )
}

/// How far the chain reaches.
pub(crate) fn up_to(sequence: i64) -> String {
    pick(format!("Up to event {sequence}"), format!("至第 {sequence} 条记录"))
}

/// What a checkpoint covers.
pub(crate) fn covers(sequence: i64, at: &str) -> String {
    pick(format!("Event {sequence}, {at}"), format!("第 {sequence} 条记录，{at}"))
}
