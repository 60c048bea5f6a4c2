//! What the page has been told about derivations, so that an edit tells it only what it changes.
//!
//! It decides which descriptions would come out as they were without making them. What a description says is up to [`crate::report`].

use std::rc::Rc;

use drvlab_cache::compare::Difference;
use drvlab_cache::plan::Plan;
use drvlab_cache::{DerivationGraph, NodeId};

use crate::model::DerivationSummary;
use crate::report::Picture;

/// The derivations of the last update, with what their descriptions were made from.
#[derive(Default)]
pub(crate) struct Told {
    graph: Rc<DerivationGraph>,
    plan: Rc<Plan>,
    /// By index in the graph.
    comparisons: Vec<Compared>,
}

/// How a derivation was compared, as far as its description need not be made to know what that says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compared {
    /// With nothing.
    Not,
    /// With itself: it has not changed.
    Same,
    /// It changed, and other derivations say how.
    Changed,
}

impl Told {
    /// Describes the derivations that are not as they were told, and finds the places of the others: see [`crate::model::ReportUpdate`].
    pub fn update(
        &mut self,
        picture: &Picture<'_>,
        graph: &Rc<DerivationGraph>,
        plan: &Rc<Plan>,
    ) -> (Vec<DerivationSummary>, Vec<i32>) {
        let comparisons: Vec<_> = graph.ids().map(|id| compared(picture, id)).collect();
        let mut changed = Vec::new();
        let places = graph.ids().map(|id| {
            let place = self.place(graph, plan, &comparisons, id);
            // Graphs have fewer than 2^31 derivations, which would not fit into the module's memory.
            place.map_or_else(
                || {
                    changed.push(picture.derivation(id));
                    -1
                },
                |place| place.index() as i32,
            )
        });
        let places = places.collect();
        *self = Self {
            graph: Rc::clone(graph),
            plan: Rc::clone(plan),
            comparisons,
        };
        (changed, places)
    }

    /// Finds a derivation of which everything that its description is made from is as it was.
    fn place(
        &self,
        graph: &DerivationGraph,
        plan: &Plan,
        comparisons: &[Compared],
        id: NodeId,
    ) -> Option<NodeId> {
        let comparison = comparisons[id.index()];
        // The path stands for the whole text, and so for its outputs.
        let old = self.graph.find(&graph[id].path)?;
        if comparison == Compared::Changed || self.comparisons[old.index()] != comparison {
            return None;
        }
        if self.plan.derivations[old.index()].decision != plan.derivations[id.index()].decision {
            return None;
        }
        // Which inputs are in the graph, and how deep they are, does not follow from the path alone.
        let (before, after) = (&self.graph[old], &graph[id]);
        let old_inputs = before.inputs.iter().map(|&id| &self.graph[id].path);
        let inputs = after.inputs.iter().map(|&id| &graph[id].path);
        (before.level == after.level && old_inputs.eq(inputs)).then_some(old)
    }
}

fn compared(picture: &Picture<'_>, id: NodeId) -> Compared {
    let Some((_, comparison)) = picture.baseline else {
        return Compared::Not;
    };
    match comparison.derivations[id.index()].difference {
        Difference::Same => Compared::Same,
        Difference::New | Difference::RecipeOnly | Difference::Outputs => Compared::Changed,
    }
}
