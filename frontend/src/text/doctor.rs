//! What is wrong with the installation, and what to do. The server writes it in English.

use latchkey_shared::doctor::{Cause, Check, Finding, State};

use super::sentences;
use crate::preferences::{Language, language};

sentences! {
    doctor: "Checkup", "体检";
    about: "What this server finds wrong with the installation, and what to do.", "当前服务器发现的问题及处理办法。";
    read_again: "Check again", "重新检查";
    failed: "The checkup failed", "体检失败";
    check: "Check", "检查项";
    found: "Found", "结果";
    ok: "OK", "正常";
    warning: "Warning", "注意";
    error: "Error", "错误";
    nothing_wrong: "Nothing is wrong.", "未发现问题。";
}

/// How bad it is.
pub(crate) fn state(state: State) -> &'static str {
    match state {
        State::Ok => ok(),
        State::Warning => warning(),
        State::Error => error(),
    }
}

/// What was found, and what to do.
pub(crate) fn said(finding: &Finding) -> (String, Option<String>) {
    if language() == Language::English {
        return (finding.message.clone(), finding.advice.clone());
    }
    match finding.cause {
        None => (fine(finding.check).to_owned(), None),
        Some(cause) => {
            let (message, advice) = wrong(cause);
            (message.to_owned(), Some(advice.to_owned()))
        }
    }
}

/// The name of a check.
pub(crate) fn name(check: Check) -> &'static str {
    let (english, chinese) = match check {
        Check::Configuration => ("Settings", "配置"),
        Check::Database => ("Database", "数据库"),
        Check::Migrations => ("Schema", "数据结构"),
        Check::MasterKey => ("Master key", "主密钥"),
        Check::Files => ("Files", "文件权限"),
        Check::Clock => ("Clock", "时钟"),
        Check::Addresses => ("Public URL and proxies", "公开地址与代理"),
        Check::DatabaseTls => ("TLS to the database", "数据库 TLS"),
        Check::Replication => ("Replication", "复制"),
        Check::Feed => ("Change feed", "变更同步"),
        Check::Nodes => ("Nodes", "节点"),
        Check::Space => ("Disk", "磁盘"),
        Check::Certificate => ("Certificate", "证书"),
    };
    super::pick(english, chinese)
}

fn fine(check: Check) -> &'static str {
    match check {
        Check::Configuration => "配置可以读取。",
        Check::Database => "数据库正常应答。",
        Check::Migrations => "数据结构与此版本相符。",
        Check::MasterKey => "主密钥可以打开所有数据密钥。",
        Check::Files => "其他账户无法读取密钥和数据。",
        Check::Clock => "本机时钟与数据库一致。",
        Check::Addresses => "公开地址与代理的配置相符。",
        Check::DatabaseTls => "数据库服务器的身份已验证，或位于本机。",
        Check::Replication => "没有备库落后于已应答的更改。",
        Check::Feed => "各节点及时获知变更。",
        Check::Nodes => "在线节点一致。",
        Check::Space => "磁盘空间充足。",
        Check::Certificate => "证书有效，或由代理提供 HTTPS。",
    }
}

fn wrong(cause: Cause) -> (&'static str, &'static str) {
    match cause {
        Cause::ConfigurationInvalid => ("配置无法使用。", "请更正，所有设置见 docs/configuration.md。"),
        Cause::DatabaseUnreachable => ("数据库没有应答。", "请启动数据库，并检查地址、账户和网络。"),
        Cause::DatabaseReadOnly => ("此服务器无法写入数据库。", "请为其磁盘腾出空间，并查看此服务器的日志。"),
        Cause::DatabaseMissing => ("尚无数据库。", "请启动一次服务器，数据库会自动创建。"),
        Cause::MigrationsPending => {
            ("有尚未执行的迁移。", "请执行 latchkey migrate，或启动此版本。运行中的节点可以继续。")
        }
        Cause::MigrationsBlocked => {
            ("有尚未执行的迁移，执行后以下节点无法继续运行。", "请先停止或升级这些节点。")
        }
        Cause::ProgramTooOld => ("此版本过旧，无法使用该数据库。", "请安装与其他节点相同的版本。"),
        Cause::MasterKeyUnusable => {
            ("主密钥无法打开数据密钥。", "请提供创建数据库时的主密钥，否则所有机密都将丢失。")
        }
        Cause::MasterKeyBesideData => (
            "密钥文件与数据库在同一目录中，复制该目录即同时得到两者。",
            "请将其移至别处，并设置 LATCHKEY_MASTER_KEY_FILE。",
        ),
        Cause::FilesOpen => ("本机其他账户可以读取以下文件。", "请收回权限：chmod go-rwx。"),
        Cause::ClockOff => ("本机时钟与数据库不一致。", "请用 NTP 校准时钟。判定以数据库时钟为准。"),
        Cause::PublicUrlMissing => (
            "未设置公开地址，JWT 和链接中的地址客户端可能无法访问。",
            "请将 LATCHKEY_PUBLIC_URL 设为客户端使用的地址。",
        ),
        Cause::PublicUrlPlain => (
            "公开地址未加密，网络上的他人可以读取凭据。",
            "请通过 --tls-certificate 或代理使用 HTTPS，并更改公开地址。",
        ),
        Cause::ProxiesUnlimited => (
            "任何地址都被视为可信代理，调用方可以冒充任意地址。",
            "请在 LATCHKEY_TRUSTED_PROXIES 中只列出您的代理地址。",
        ),
        Cause::ProxiesMissing => (
            "HTTPS 由代理提供，但没有可信代理，所有调用方都显示为代理的地址。",
            "请在 LATCHKEY_TRUSTED_PROXIES 中列出您的代理地址。",
        ),
        Cause::DatabaseUnverified => (
            "以下服务器的身份未经验证，网络上的他人可以冒充。",
            "请在 LATCHKEY_DATABASE_URL 中使用 sslmode=verify-full。",
        ),
        Cause::ReplicationAsynchronous => (
            "备库不是同步的，故障切换可能丢失最近的更改和撤销。",
            "请在主库上设置 synchronous_standby_names。",
        ),
        Cause::FeedLate => {
            ("节点获知变更较晚，因此更频繁地查询数据库，速度变慢。", "请查看其日志以及数据库的负载。")
        }
        Cause::NodesSilent => ("以下节点没有响应。", "请查看其日志。若已被终止，一小时后会从列表中移除。"),
        Cause::NodesDiffer => ("在线节点的版本不一致。", "请完成升级。"),
        Cause::NodesWithoutKeys => {
            ("以下节点缺少其他节点持有的密钥。", "请查看其日志。所有节点都持有后，新密钥才会启用。")
        }
        Cause::SpaceLow => ("磁盘空间不足。", "请腾出空间。"),
        Cause::SpaceNone => ("磁盘已满。在预留空间用完之前，只能写入撤销操作。", "请立即腾出空间。"),
        Cause::LogLarge => ("SQLite 的预写日志过大。", "请结束长时间读取数据库的程序。重启会将日志写回。"),
        Cause::CertificateUnusable => {
            ("证书无法使用。", "请更正文件。运行中的服务器继续使用上一对匹配的文件。")
        }
        Cause::CertificateExpired => ("证书已过期。", "请续期。"),
        Cause::CertificateExpires => ("证书即将过期。", "请续期。"),
        Cause::CertificateOfAnother => {
            ("证书不包含公开地址的主机名，客户端会拒绝它。", "请获取包含该名称的证书。")
        }
    }
}
