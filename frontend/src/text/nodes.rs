//! The list of nodes.

use super::{pick, sentences};

sentences! {
    nodes: "Nodes", "节点";
    about: "The processes that serve this installation.", "为当前安装提供服务的进程。";
    read_again: "Refresh", "刷新";
    failed: "The nodes could not be loaded", "节点列表加载失败";
    nothing: "No node is in the list", "列表中没有节点";
    nothing_hint:
        "The server that answers has not joined yet. Its log gives the reason.",
        "当前应答的服务器尚未加入，原因见其日志。";
    versions_differ:
        "The live nodes have different versions. Complete the update.",
        "在线节点的版本不一致，请完成升级。";

    node: "Node", "节点";
    version: "Version", "版本";
    keys: "Keys", "密钥";
    delays: "Feed and clock", "同步与时钟";
    started: "Started", "启动时间";
    heard: "Last heard", "最近响应";

    live: "Live", "在线";
    silent: "Silent", "无响应";
    silent_hint:
        "It has not been heard of for eight seconds. The others do not wait for it.",
        "已超过 8 秒没有响应，其他节点不再等待它。";
    answers: "this node", "当前节点";
    answers_hint: "It has answered this page.", "本页由该节点应答。";
    other_version: "differs", "不一致";
    no_news: "no news of other nodes", "尚无其他节点的消息";
}

/// The schemas that a node works with.
pub(crate) fn schemas(lowest: u32, highest: u32) -> String {
    if lowest == highest {
        pick(format!("Schema {highest}"), format!("数据结构 {highest}"))
    } else {
        pick(format!("Schemas {lowest} to {highest}"), format!("数据结构 {lowest} 至 {highest}"))
    }
}

/// How many of all signing keys a node holds.
pub(crate) fn held(held: usize, all: usize) -> String {
    pick(format!("{held} of {all}"), format!("{held} / {all}"))
}

/// A node does not hold all signing keys.
pub(crate) fn missing(count: usize) -> String {
    pick(
        if count == 1 { "1 is missing".to_owned() } else { format!("{count} are missing") },
        format!("缺少 {count} 个"),
    )
}

/// How old the news of other nodes were.
pub(crate) fn lag(milliseconds: u64) -> String {
    pick(format!("News {milliseconds} ms old"), format!("同步延迟 {milliseconds} 毫秒"))
}

/// By how much the clock of a machine is off.
pub(crate) fn clock(milliseconds: i64) -> String {
    let sign = if milliseconds > 0 { "+" } else { "" };
    pick(format!("Clock {sign}{milliseconds} ms"), format!("时钟偏差 {sign}{milliseconds} 毫秒"))
}
