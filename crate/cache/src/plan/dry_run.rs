//! The text that `nix-build --dry-run` prints for a plan.
//!
//! Source: `printMissing` in `libmain/shared.cc`; what it prints for many plans was recorded.

use std::borrow::Cow;
use std::fmt::Write as _;

use drvlab_store::StoreDir;
use drvlab_store::order;

use super::Plan;
use crate::binary_cache::Fault;
use crate::graph::{DerivationGraph, NodeId};
use crate::size;
use crate::substituters::Dropped;

/// Returns what the reference prints to standard error for a plan; nothing if there is nothing to do.
///
/// # Errors
/// The failure of a cache that makes the reference give up; it prints `error: ` and the failure.
pub fn text(plan: &Plan, graph: &DerivationGraph, store_dir: &StoreDir) -> Result<String, Fault> {
    if let Some(failure) = &plan.failure {
        return Err(failure.clone());
    }
    let mut text = String::new();
    let builds = build_order(plan, graph);
    match builds.len() {
        0 => {}
        1 => text.push_str("this derivation will be built:\n"),
        // Writing into a string cannot fail, here and below.
        count => {
            let _ = writeln!(text, "these {count} derivations will be built:");
        }
    }
    for id in builds {
        let _ = writeln!(text, "  {}", store_dir.display(&graph[id].path));
    }
    let download = size::render(plan.download_size());
    let unpacked = size::render(plan.nar_size());
    let sizes = format!("({download} download, {unpacked} unpacked)");
    match plan.fetches.len() {
        0 => {}
        1 => {
            let _ = writeln!(text, "this path will be fetched {sizes}:");
        }
        count => {
            let _ = writeln!(text, "these {count} paths will be fetched {sizes}:");
        }
    }
    for fetch in &plan.fetches {
        let _ = writeln!(text, "  {}", store_dir.display(&fetch.path));
    }
    if !plan.unknown.is_empty() {
        text.push_str("don't know how to build these paths:\n");
    }
    for unknown in &plan.unknown {
        let _ = writeln!(text, "  {}", store_dir.display(&unknown.path));
    }
    Ok(text)
}

/// Returns the reference's warnings: about caches that are not asked, and about what the plan leaves out.
#[must_use]
pub fn warnings(plan: &Plan, dropped: &[Dropped], store_dir: &StoreDir) -> Vec<String> {
    let dropped = dropped
        .iter()
        .filter(|dropped| !matches!(dropped, Dropped::Duplicate { .. }))
        .map(ToString::to_string);
    let left_out = plan.warnings.iter();
    let left_out = left_out.map(|warning| warning.text(store_dir));
    dropped.chain(left_out).collect()
}

/// Returns the derivations that are built in the reference's order.
///
/// That is a depth-first walk over the built derivations in the order of their paths, each after its inputs; ways
/// through derivations that are not built do not count, but a text that is a source does.
#[must_use]
pub fn build_order(plan: &Plan, graph: &DerivationGraph) -> Vec<NodeId> {
    let mut pending = vec![false; graph.len()];
    for index in plan.builds() {
        pending[index] = true;
    }
    let mut sorted: Vec<_> = graph.ids().filter(|id| pending[id.index()]).collect();
    order::sort_by(&mut sorted, |a, b| graph[*a].path.cmp(&graph[*b].path));
    let mut order = Vec::with_capacity(sorted.len());
    let mut stack: Vec<(NodeId, Cow<'_, [NodeId]>, usize)> = Vec::new();
    for root in sorted {
        if std::mem::take(&mut pending[root.index()]) {
            stack.push((root, references(graph, root), 0));
        }
        while let Some((id, references_of_it, next)) = stack.last_mut() {
            let Some(&input) = references_of_it.get(*next) else {
                order.push(*id);
                stack.pop();
                continue;
            };
            *next += 1;
            if std::mem::take(&mut pending[input.index()]) {
                stack.push((input, references(graph, input), 0));
            }
        }
    }
    order
}

/// Returns the derivations of a graph that the text of one refers to, in the order of their paths: its inputs, and those whose texts are sources.
fn references(graph: &DerivationGraph, id: NodeId) -> Cow<'_, [NodeId]> {
    let node = &graph[id];
    let sources = node.derivation.input_srcs.iter();
    let texts = sources.filter(|path| path.derivation_name().is_some());
    let mut texts = texts.filter_map(|path| graph.find(path)).peekable();
    if texts.peek().is_none() {
        // They are in the order of their paths.
        return Cow::Borrowed(&node.inputs);
    }
    let mut all: Vec<NodeId> = node.inputs.iter().copied().chain(texts).collect();
    order::sort_by(&mut all, |a, b| graph[*a].path.cmp(&graph[*b].path));
    Cow::Owned(all)
}
