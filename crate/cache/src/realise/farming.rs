//! What is built where no cache is asked and nothing ends everything: on a build farm, whose jobs know nothing of each other.

use drvlab_store::{Derivation, OutputId, StoreDir, StorePath};

use super::goals::Worker;
use super::{Done, World};
use crate::building::{BuildFailure, Builder, Job, Products};
use crate::graph::DerivationGraph;
use crate::identity::Identities;
use crate::local_store::LocalStore;
use crate::plan::{Decision, Wanted};
use crate::settings::Settings;
use crate::substituters::Substituters;

/// What a farm did.
#[derive(Debug)]
pub struct Farmed {
    /// The builds in their order, failures included.
    pub steps: Vec<Done>,
    /// What outputs turned out to be.
    pub learned: Vec<(OutputId, StorePath)>,
    /// What was decided about derivations, by index in the graph.
    pub decided: Vec<Option<Decision>>,
    /// The store afterwards.
    pub local: LocalStore,
}

/// Builds what is wanted and not in the store, but for derivations that are left out and what needs them.
#[must_use]
pub fn farm(
    graph: &DerivationGraph,
    wanted: &[Wanted],
    local: LocalStore,
    store_dir: &StoreDir,
    builder: &dyn Builder,
    leave_out: &dyn Fn(&Derivation) -> bool,
) -> Farmed {
    let settings = Settings {
        store_dir: store_dir.clone(),
        keep_going: true,
        all_machines: true,
        ..Settings::default()
    };
    let world = World {
        graph,
        identities: &Identities::new(graph, store_dir),
        substituters: &Substituters::new([], &settings, None),
        settings: &settings,
        builder: &Choosing { builder, leave_out },
    };
    let mut worker = Worker::new(&world, local);
    worker.work(wanted);
    worker.go_on();
    Farmed {
        steps: worker.log.steps,
        learned: worker.learned,
        decided: worker.decided,
        local: worker.local,
    }
}

/// A builder that does not take everything.
struct Choosing<'a> {
    builder: &'a dyn Builder,
    leave_out: &'a dyn Fn(&Derivation) -> bool,
}

impl Builder for Choosing<'_> {
    fn build(&self, job: &Job<'_>) -> Result<Products, BuildFailure> {
        if (self.leave_out)(job.derivation) {
            return Err(BuildFailure::new("it is left out"));
        }
        self.builder.build(job)
    }

    fn duration(&self, derivation: &Derivation) -> u64 {
        self.builder.duration(derivation)
    }
}
