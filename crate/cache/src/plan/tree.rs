//! A plan as a tree: what is wanted, and below each derivation what its build needs.

use std::fmt::Write as _;

use super::{Action, Plan};
use crate::explain;
use crate::graph::{DerivationGraph, NodeId};

/// Deepest indentation; without a limit the text of a deep graph would grow with the square of its depth.
const MAX_INDENT: usize = 40;

/// One line of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The derivation.
    pub node: NodeId,
    /// How deep it stands, 0 for what is wanted.
    pub depth: usize,
    /// Whether its inputs are left out because they are shown further up.
    pub repeated: bool,
}

/// Returns the lines of the tree from top to bottom.
///
/// Only what is built is followed, since nothing else looks at its inputs. Each derivation has its inputs below it
/// once, so the tree is at most as long as the graph has edges.
#[must_use]
pub fn lines(plan: &Plan, graph: &DerivationGraph) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut expanded = vec![false; graph.len()];
    let roots = graph.roots().iter().filter_map(|root| graph.find(root));
    let mut stack: Vec<(NodeId, usize)> = roots.map(|id| (id, 0)).collect();
    stack.reverse();
    while let Some((node, depth)) = stack.pop() {
        let builds = plan.derivations[node.index()].decision.action == Action::Build;
        let follow = builds && !graph[node].inputs.is_empty();
        let repeated = follow && std::mem::replace(&mut expanded[node.index()], true);
        lines.push(Line {
            node,
            depth,
            repeated,
        });
        if follow && !repeated {
            let inputs = graph[node].inputs.iter().rev();
            stack.extend(inputs.map(|&input| (input, depth + 1)));
        }
    }
    lines
}

/// Returns the tree as text: each line has what happens with a derivation, its name and why.
#[must_use]
pub fn text(plan: &Plan, graph: &DerivationGraph) -> String {
    let mut text = String::new();
    for Line {
        node,
        depth,
        repeated,
    } in lines(plan, graph)
    {
        let indent = "  ".repeat(depth.min(MAX_INDENT));
        let name = &graph[node].derivation.name;
        let action = explain::action(plan, node);
        let more = if repeated { " (see above)" } else { "" };
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{indent}{name} - {action}{more}");
    }
    text
}
