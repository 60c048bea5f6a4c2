//! Comparisons: what an edit changed, which derivations are the cause and which only follow.
//!
//! Derivations of two graphs are paired across changed paths ([`matching`]). In a pair, texts are compared with the
//! paths of inputs replaced by who they stand for ([`mentions`]), so that a dependent whose text differs only by an
//! input's new path is no cause ([`fields`]). It says nothing about caches.

pub mod fields;
pub mod matching;
pub mod mentions;
pub mod text;

use bstr::BString;
use drvlab_store::{StoreDir, StorePath};

use crate::graph::{DerivationGraph, NodeId};

/// What differs between the fields of two derivations that are the same one before and after an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The name.
    Name {
        /// Before the edit.
        before: String,
        /// After it.
        after: String,
    },
    /// The system.
    System {
        /// Before the edit.
        before: BString,
        /// After it.
        after: BString,
    },
    /// The builder.
    Builder {
        /// Before the edit.
        before: BString,
        /// After it.
        after: BString,
    },
    /// One argument, counted from 0.
    Argument {
        /// Its position.
        index: usize,
        /// Before the edit; `None` if there were fewer.
        before: Option<BString>,
        /// After it; `None` if there are fewer.
        after: Option<BString>,
    },
    /// One variable of the environment.
    Environment {
        /// Its name.
        name: BString,
        /// Before the edit; `None` if it was not set.
        before: Option<BString>,
        /// After it; `None` if it is not set.
        after: Option<BString>,
    },
    /// A store object that exists before the build, such as a copied file.
    Source {
        /// Before the edit; `None` if it is new.
        before: Option<StorePath>,
        /// After it; `None` if it is gone.
        after: Option<StorePath>,
    },
    /// An output that was not there.
    OutputAdded(BString),
    /// An output that is no longer there.
    OutputRemoved(BString),
    /// How the path of an output is determined: its kind, method, or expected hash.
    OutputAddress(BString),
    /// An input that was none.
    InputAdded(NodeId),
    /// An input (an index in the graph before the edit) that is none any more.
    InputRemoved(NodeId),
    /// Which outputs of an input are needed.
    InputOutputs(NodeId),
}

/// Whether a derivation's paths differ from those before the edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Difference {
    /// Not even the `.drv` file has another path.
    Same,
    /// Only the `.drv` file has another path, so nothing must be built again.
    RecipeOnly,
    /// Outputs have other paths.
    Outputs,
    /// There was no such derivation.
    New,
}

/// What became of one derivation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Its index before the edit, if it was there.
    pub before: Option<NodeId>,
    /// Whether its paths differ.
    pub difference: Difference,
    /// What differs in its own fields; not empty means that it is a cause.
    pub changes: Vec<Change>,
    /// The input through which the nearest cause reaches it, if there is one.
    pub via: Option<NodeId>,
}

/// The role of a derivation in a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// It is the same as before.
    Unchanged,
    /// Its own fields changed.
    Cause,
    /// Only its inputs changed.
    Cascade,
    /// There was no such derivation.
    New,
}

impl Compared {
    /// Returns the role in the change.
    #[must_use]
    pub fn role(&self) -> Role {
        match self.difference {
            Difference::Same => Role::Unchanged,
            Difference::New => Role::New,
            _ if self.changes.is_empty() => Role::Cascade,
            _ => Role::Cause,
        }
    }
}

/// What became of each derivation of a graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// By index in the graph after the edit.
    pub derivations: Vec<Compared>,
    /// Indices in the graph before the edit of what is gone.
    pub removed: Vec<NodeId>,
}

impl Comparison {
    /// Returns the chain from a derivation over its inputs to the nearest cause, both included.
    ///
    /// It has one element if the derivation is a cause itself or nothing reaches it.
    #[must_use]
    pub fn chain(&self, id: NodeId) -> Vec<NodeId> {
        let mut chain = vec![id];
        let mut at = &self.derivations[id.index()];
        // Inputs have lower indices, so this ends.
        while let (Some(via), Role::Cascade) = (at.via, at.role()) {
            chain.push(via);
            at = &self.derivations[via.index()];
        }
        chain
    }

    /// Returns the number of derivations whose own fields changed.
    #[must_use]
    pub fn cause_count(&self) -> usize {
        self.count(|it| it.role() == Role::Cause)
    }

    /// Returns the number of derivations that are new or have outputs with other paths.
    #[must_use]
    pub fn changed_output_count(&self) -> usize {
        self.count(|it| it.difference >= Difference::Outputs)
    }

    /// Returns the number of derivations for which `condition` holds.
    #[must_use]
    pub fn count(&self, condition: impl Fn(&Compared) -> bool) -> usize {
        self.derivations.iter().filter(|it| condition(it)).count()
    }
}

/// Compares two graphs; roots with the same position are taken for the same thing.
///
/// The time is nearly linear in the size of what changed; works at any depth.
#[must_use]
pub fn compare(
    before: &DerivationGraph,
    after: &DerivationGraph,
    store_dir: &StoreDir,
) -> Comparison {
    let matching = matching::pair(before, after);
    let fields = fields::FieldComparison::new(before, after, &matching, store_dir);
    let mut derivations: Vec<Compared> = Vec::with_capacity(after.len());
    // Number of steps to the nearest cause, by index.
    let mut distances: Vec<Option<u32>> = Vec::with_capacity(after.len());
    for id in after.ids() {
        let old = matching.before(id);
        let difference = difference(before, after, old, id);
        let changes = match (old, difference) {
            (Some(old), Difference::RecipeOnly | Difference::Outputs) => fields.changes(old, id),
            _ => Vec::new(),
        };
        let nearest = nearest_cause(after, id, difference, &derivations, &distances);
        let is_source = !changes.is_empty() || difference == Difference::New;
        distances.push(match (difference, is_source) {
            (Difference::Same, _) => None,
            (_, true) => Some(0),
            (_, false) => nearest.map(|(distance, _)| distance + 1),
        });
        derivations.push(Compared {
            before: old,
            difference,
            changes,
            via: nearest.map(|(_, via)| via),
        });
    }
    let removed = before
        .ids()
        .filter(|id| matching.after(*id).is_none())
        .collect();
    Comparison {
        derivations,
        removed,
    }
}

fn difference(
    before: &DerivationGraph,
    after: &DerivationGraph,
    old: Option<NodeId>,
    new: NodeId,
) -> Difference {
    let Some(old) = old else {
        return Difference::New;
    };
    let (old, new) = (&before[old], &after[new]);
    if old.path == new.path {
        return Difference::Same;
    }
    // Paths that are not known yet may be others.
    let known = new.outputs().all(|(_, path)| path.is_some());
    if known && old.outputs().eq(new.outputs()) {
        Difference::RecipeOnly
    } else {
        Difference::Outputs
    }
}

/// Finds the changed input that is nearest to a cause, with its distance.
///
/// Inputs with other output paths come first if the derivation itself has other output paths, for an input of which
/// only the recipe changed cannot be to blame for that.
fn nearest_cause(
    after: &DerivationGraph,
    id: NodeId,
    difference: Difference,
    derivations: &[Compared],
    distances: &[Option<u32>],
) -> Option<(u32, NodeId)> {
    if matches!(difference, Difference::Same | Difference::New) {
        return None;
    }
    let to_blame = |input: &NodeId| {
        difference == Difference::RecipeOnly
            || derivations[input.index()].difference >= Difference::Outputs
    };
    let inputs = after[id].inputs.iter();
    inputs
        .filter(|input| to_blame(input))
        .filter_map(|&input| Some((distances[input.index()]?, input)))
        .min()
}
