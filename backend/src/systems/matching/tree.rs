//! An index of path templates: a tree with a node for each beginning of a template.
//!
//! Building it takes time in proportion to the templates. A look-up follows every branch that
//! the path can take. It skips a branch whose templates are all less specific than one that
//! already decides.

use std::collections::HashMap;
use std::iter::Chain;
use std::{option, vec};

use super::pattern::{Pattern, Side};
use super::template::{Segment, Template};

/// Positions in a sorted list of templates, by the paths that they match.
#[derive(Debug)]
pub(super) struct Tree {
    /// The first node is the root.
    nodes: Vec<Node>,
}

/// A beginning of templates.
#[derive(Debug, Default)]
struct Node {
    /// The most specific template with this beginning.
    first: usize,
    /// The template that ends here.
    end: Option<usize>,
    /// The nodes behind a literal segment, sorted by the literal.
    literals: Vec<(Box<str>, usize)>,
    /// The nodes behind a segment that mixes text and parameters.
    patterns: Vec<(Pattern, usize)>,
    /// The node behind a segment that is a parameter.
    parameter: Option<usize>,
    /// The templates whose next segment may stand for several segments.
    multi: Vec<usize>,
}

impl Tree {
    /// Indexes templates. They are sorted by [`Template::order`] and have different forms.
    pub(super) fn build<'t>(templates: impl IntoIterator<Item = &'t Template>) -> Self {
        let mut tree = Self { nodes: vec![Node::default()] };
        let mut literals: HashMap<(usize, &str), usize> = HashMap::new();
        let mut patterns: HashMap<(usize, &[String]), usize> = HashMap::new();
        'templates: for (at, template) in templates.into_iter().enumerate() {
            let mut node = 0;
            for segment in template.segments() {
                let next = tree.nodes.len();
                let known = match segment {
                    Segment::Literal(text) => *literals.entry((node, text)).or_insert(next),
                    Segment::Pattern(pattern) => *patterns.entry((node, &pattern.literals)).or_insert(next),
                    Segment::Parameter(_) => tree.nodes[node].parameter.unwrap_or(next),
                    Segment::Multi(_) => {
                        tree.nodes[node].multi.push(at);
                        continue 'templates;
                    }
                };
                if known == next {
                    let parent = &mut tree.nodes[node];
                    match segment {
                        Segment::Literal(text) => parent.literals.push((text.as_str().into(), next)),
                        Segment::Pattern(pattern) => parent.patterns.push((pattern.clone(), next)),
                        Segment::Parameter(_) | Segment::Multi(_) => parent.parameter = Some(next),
                    }
                    tree.nodes.push(Node { first: at, ..Node::default() });
                }
                node = known;
            }
            tree.nodes[node].end = Some(at);
        }
        for node in &mut tree.nodes {
            node.literals.sort_unstable();
            node.literals.shrink_to_fit();
        }
        tree
    }

    /// The templates that match a path, the most specific first, up to the first one that
    /// `decides`. `matches` tells whether a template with multi-segment parameters matches.
    pub(super) fn find(
        &self,
        path: &str,
        matches: impl Fn(usize) -> bool,
        decides: impl Fn(usize) -> bool,
    ) -> Chain<vec::IntoIter<usize>, option::IntoIter<usize>> {
        let mut last: Option<usize> = None;
        let mut others = Vec::new();
        let mut take = |at: usize, last: &mut Option<usize>| {
            if decides(at) {
                *last = Some(last.map_or(at, |last| last.min(at)));
            } else {
                others.push(at);
            }
        };
        // The branches that are left, each with the rest of the path: without its `/`, or
        // nothing at its end.
        let mut open = Vec::new();
        let mut current = path.strip_prefix('/').map(|rest| (0, Some(rest)));
        while let Some((at, rest)) = current.or_else(|| open.pop()) {
            current = None;
            let node = &self.nodes[at];
            if last.is_some_and(|last| last < node.first) {
                continue;
            }
            let Some(rest) = rest else {
                if let Some(end) = node.end {
                    take(end, &mut last);
                }
                continue;
            };
            for &several in &node.multi {
                if last.is_none_or(|last| several < last) && matches(several) {
                    take(several, &mut last);
                }
            }
            let (segment, rest) =
                rest.split_once('/').map_or((rest, None), |(segment, rest)| (segment, Some(rest)));
            if !segment.is_empty() {
                open.extend(node.parameter.map(|next| (next, rest)));
                let fits = |(pattern, _): &&(Pattern, usize)| pattern.place(segment, Side::Left).is_some();
                open.extend(node.patterns.iter().filter(fits).map(|&(_, next)| (next, rest)));
            }
            if let Ok(found) = node.literals.binary_search_by(|(literal, _)| (**literal).cmp(segment)) {
                current = Some((node.literals[found].1, rest));
            }
        }
        others.retain(|&other| last.is_none_or(|last| other < last));
        others.sort_unstable();
        others.into_iter().chain(last)
    }
}
