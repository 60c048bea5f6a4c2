//! Why something is not needed: what is there or fetched above it skips everything it is built from.

use bstr::BStr;
use drvlab_store::StorePath;

use super::{Action, Decision};
use crate::graph::{DerivationGraph, NodeId};
use crate::reason::Reason;

/// An output that makes the inputs of its derivation unnecessary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipper {
    path: StorePath,
    fetched: bool,
}

/// Returns an output that is there or fetched, `out` if possible.
pub fn at_hand<'a>(
    outputs: impl Iterator<Item = (&'a BStr, Option<&'a StorePath>, &'a Decision)>,
) -> Option<Skipper> {
    outputs
        .filter(|(.., it)| matches!(it.action, Action::Fetch | Action::Present))
        .filter_map(|(name, path, it)| Some((name != "out", path?, it.action)))
        .min_by_key(|(is_other, ..)| *is_other)
        .map(|(_, path, action)| Skipper {
            path: path.clone(),
            fetched: action == Action::Fetch,
        })
}

/// Tells the inputs of a derivation what skips them; call it for dependents first.
pub fn pass_on(
    graph: &DerivationGraph,
    id: NodeId,
    action: Action,
    at_hand: Option<Skipper>,
    skipped_by: &mut [Option<Skipper>],
) {
    let skipper = match action {
        Action::Present | Action::Fetch => at_hand,
        Action::NotNeeded => skipped_by[id.index()].clone(),
        Action::Build | Action::Impossible => None,
    };
    if let Some(skipper) = skipper {
        for input in &graph[id].inputs {
            skipped_by[input.index()].get_or_insert_with(|| skipper.clone());
        }
    }
}

/// Returns why a derivation is not needed.
#[must_use]
pub fn not_needed(skipped_by: Option<&Skipper>) -> Reason {
    match skipped_by {
        Some(by) => Reason::Skipped {
            by: by.path.clone(),
            fetched: by.fetched,
        },
        None => Reason::NotWanted,
    }
}
