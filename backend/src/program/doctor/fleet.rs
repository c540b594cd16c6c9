//! The nodes, as they tell of themselves.

use std::collections::BTreeSet;
use std::time::Duration;

use latchkey_shared::doctor::{Cause, Check, Finding};
use sqlx::AnyConnection;

use super::found::add;
use crate::nodes::fleet::{Fleet, Member};

/// Nodes promise to know a change after a second.
const LATE: Duration = Duration::from_secs(1);

/// What is wrong with the nodes.
pub(super) async fn examine(
    connection: &mut AnyConnection,
    findings: &mut Vec<Finding>,
) -> Result<(), sqlx::Error> {
    let fleet = Fleet::read(connection).await?;
    let live: Vec<&Member> = fleet.live().collect();
    let about = |cause: Cause, nodes: Vec<String>| {
        (!nodes.is_empty()).then(|| Finding::wrong(cause, Some(nodes.join(", "))))
    };
    let lag = |node: &&&Member| node.feed_lag.is_some_and(|lag| lag > LATE);
    let late = live.iter().filter(lag).map(|node| node.name.clone()).collect();
    add(findings, Check::Feed, about(Cause::FeedLate, late).into_iter().collect());

    let silent = fleet.members.iter().filter(|node| !node.is_live).map(|node| node.name.clone()).collect();
    let versions: BTreeSet<&str> = live.iter().map(|node| node.version.as_str()).collect();
    let differ = if versions.len() > 1 {
        live.iter().map(|node| format!("{} {}", node.name, node.version)).collect()
    } else {
        Vec::new()
    };
    let held: BTreeSet<&str> = live.iter().flat_map(|node| node.keys()).collect();
    let lacks = |node: &&&Member| node.keys().collect::<BTreeSet<_>>() != held;
    let lacking = live.iter().filter(lacks).map(|node| node.name.clone()).collect();
    let wrong = [
        about(Cause::NodesSilent, silent),
        about(Cause::NodesDiffer, differ),
        about(Cause::NodesWithoutKeys, lacking),
    ];
    add(findings, Check::Nodes, wrong.into_iter().flatten().collect());
    Ok(())
}
