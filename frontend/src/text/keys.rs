//! The keys that encrypt secrets at rest.

use super::{pick, sentences};

sentences! {
    keys: "Keys at rest", "静态加密密钥";
    about:
        "Data keys encrypt the secrets in the database. The master key wraps them, and is not in the database.",
        "数据密钥加密数据库中的机密内容；主密钥包裹数据密钥，不在数据库中。";
    failed: "The keys could not be loaded", "密钥加载失败";

    data_key: "Data key", "数据密钥";
    progress: "Progress", "进度";
    created: "Created", "创建时间";
    coming: "Coming", "待启用";
    current: "Current", "使用中";
    retiring: "Retiring", "退役中";
    encrypts: "It encrypts what is stored.", "用于加密新存储的内容。";
    counting: "The rows are counted.", "正在统计行数。";
    rotating: "Rotating …", "正在轮换…";
    rotate_data_key: "Rotate the data key", "轮换数据密钥";
    rotate_data_key_hint:
        "Everything is encrypted anew in the background. Then the old key is destroyed. The server goes on as usual.",
        "所有内容将在后台重新加密，随后销毁旧密钥。服务不受影响。";
    data_key_rotates: "A new data key is made", "已创建新的数据密钥";

    master_key: "Master key", "主密钥";
    other_master_key: "Other master key", "另一个主密钥";
    rotate_master_key: "Rotate the master key", "轮换主密钥";
    rotate_master_key_hint:
        "The data keys are wrapped by the other master key. Then take the old one away from all nodes, and keep it as long as backups that need it.",
        "数据密钥将改由另一个主密钥包裹。之后请从所有节点移除旧主密钥，并在需要它的备份保留期间妥善保存。";
    master_key_rotated: "The master key is rotated", "主密钥已轮换";
}

/// The master key of a data key.
pub(crate) fn wrapped_by(master: &str) -> String {
    pick(format!("Wrapped by {master}"), format!("由 {master} 包裹"))
}

/// The nodes that a key waits for.
pub(crate) fn waits_for(nodes: &[String]) -> String {
    pick(
        format!("Waits for nodes that do not hold it: {}", nodes.join(", ")),
        format!("等待尚未持有它的节点：{}", nodes.join("、")),
    )
}

/// How many rows are encrypted anew.
pub(crate) fn done(done: u64, all: u64) -> String {
    pick(format!("{done} of {all} rows are encrypted anew"), format!("已重新加密 {done} / {all} 行"))
}

/// How many backups need a key.
pub(crate) fn backups(count: usize) -> String {
    pick(
        if count == 1 { "1 backup needs it".to_owned() } else { format!("{count} backups need it") },
        format!("{count} 个备份需要它"),
    )
}
