//! The nodes of the installation.

use std::collections::BTreeSet;

use latchkey_shared::nodes::{Node, NodeState};
use leptos::prelude::*;

use crate::api;
use crate::components::reading::{Loaded, Reading};
use crate::text;
use crate::time::Moment;

/// What all live nodes together have. A node that differs from it is pointed out.
#[derive(Clone, Default)]
struct Common {
    /// The version of the node that answers.
    version: String,
    signing_keys: BTreeSet<String>,
}

impl Common {
    fn of(nodes: &[Node]) -> Self {
        let live = || nodes.iter().filter(|node| node.state == NodeState::Live);
        Self {
            version: live().find(|node| node.answers).map(|node| node.version.clone()).unwrap_or_default(),
            signing_keys: live().flat_map(|node| &node.signing_keys).map(ToString::to_string).collect(),
        }
    }

    fn differs(&self, node: &Node) -> bool {
        node.state == NodeState::Live && !self.version.is_empty() && node.version != self.version
    }
}

/// The panel with the nodes. Only system administrators may see it.
#[component]
pub(super) fn Nodes() -> impl IntoView {
    let nodes = Reading::new(api::installation::nodes);
    view! {
        <section class="panel" aria-labelledby="nodes">
            <header>
                <div>
                    <h2 id="nodes">{text::nodes::nodes()}</h2>
                    <p class="hint">{text::nodes::about()}</p>
                </div>
                <button
                    type="button"
                    class="quiet"
                    aria-disabled=move || nodes.is_loading().to_string()
                    on:click=move |_| nodes.again()
                >
                    {text::nodes::read_again()}
                </button>
            </header>
            <Loaded reading=nodes failed=text::nodes::failed() let:nodes>
                <Table nodes />
            </Loaded>
        </section>
    }
}

#[component]
fn Table(nodes: Vec<Node>) -> impl IntoView {
    if nodes.is_empty() {
        return view! {
            <div class="face">
                <h3>{text::nodes::nothing()}</h3>
                <p>{text::nodes::nothing_hint()}</p>
            </div>
        }
        .into_any();
    }
    let common = Common::of(&nodes);
    let versions_differ = nodes.iter().any(|node| common.differs(node));
    let rows: Vec<AnyView> = nodes.into_iter().map(|node| row(node, &common)).collect();
    view! {
        {versions_differ.then(|| view! { <p class="notice warn" role="status">{text::nodes::versions_differ()}</p> })}
        <div class="list">
        <table class="nodes stacked">
            <thead>
                <tr>
                    <th scope="col">{text::nodes::node()}</th>
                    <th scope="col">{text::nodes::version()}</th>
                    <th scope="col">{text::nodes::keys()}</th>
                    <th scope="col">{text::nodes::delays()}</th>
                    <th scope="col">{text::nodes::started()}</th>
                    <th scope="col">{text::nodes::heard()}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        </div>
    }
    .into_any()
}

fn row(node: Node, common: &Common) -> AnyView {
    let (state, class, hint) = match node.state {
        NodeState::Live => (text::nodes::live(), "badge active", ""),
        NodeState::Silent => (text::nodes::silent(), "badge disabled", text::nodes::silent_hint()),
    };
    let differs = common.differs(&node);
    let (held, all) = (node.signing_keys.len(), common.signing_keys.len());
    let missing = if node.state == NodeState::Live { all.saturating_sub(held) } else { 0 };
    let news = node.feed_lag_ms.map_or_else(|| text::nodes::no_news().to_owned(), text::nodes::lag);
    view! {
        <tr>
            <th scope="row">
                {node.name}
                " "
                <span class=class title=hint>{state}</span>
                {node
                    .answers
                    .then(|| view! {
                        " "
                        <span class="badge plain" title=text::nodes::answers_hint()>{text::nodes::answers()}</span>
                    })}
                <span class="sub">{node.id.to_string()}</span>
            </th>
            <td>
                {node.version}
                {differs.then(|| view! { " " <span class="badge expired">{text::nodes::other_version()}</span> })}
                <span class="sub">{text::nodes::schemas(node.schemas.lowest, node.schemas.highest)}</span>
            </td>
            <td>
                <span class="label">{text::nodes::keys()}" "</span>
                {text::nodes::held(held, all.max(held))}
                {(missing > 0)
                    .then(|| view! { " " <span class="badge expired">{text::nodes::missing(missing)}</span> })}
            </td>
            <td>
                {text::nodes::clock(node.clock_offset_ms)}
                <span class="sub">{news}</span>
            </td>
            <td class="minor"><Moment at=node.started_at /></td>
            <td><span class="label">{text::nodes::heard()}" "</span><Moment at=node.heard_at /></td>
        </tr>
    }
    .into_any()
}
