//! What Nix really does to get what is wanted: what it fetches, builds and fails at, in order, and why.
//!
//! The dry run predicts, see [`mod@crate::plan`]; a build looks closer, at signatures and archives, and output by output.
//! Builds are left to a [`Builder`]. [`goals`] works through derivations, [`substitution`] through paths, [`schedule`]
//! puts the steps on a time line. Source: `libstore/build/*-goal.cc`.
//!
//! The reference works in parallel; here one goal follows the other, and a failure ends everything unless the client wants to
//! `keep-going`. What happens with each path does not depend on the order unless something fails.

mod builds;
mod dynamic;
mod early_cutoff;
mod farming;
pub mod goals;
pub mod schedule;
pub mod substitution;
mod written_derivation;

use std::rc::Rc;

use drvlab_store::{NarInfo, OutputId, StorePath};

use crate::building::Builder;
use crate::graph::{DerivationGraph, NodeId};
use crate::identity::Identities;
use crate::local_store::LocalStore;
use crate::plan::{Decision, Plan, Wanted};
use crate::reason::CacheMiss;
use crate::settings::Settings;
use crate::substituters::Substituters;

/// Everything that decides.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// What could be built.
    pub graph: &'a DerivationGraph,
    /// What output paths follow from.
    pub identities: &'a Identities,
    /// What exists in caches.
    pub substituters: &'a Substituters<'a>,
    /// What the client wants of them.
    pub settings: &'a Settings,
    /// Who builds.
    pub builder: &'a dyn Builder,
}

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A store object was fetched.
    Fetch {
        /// The store object.
        path: StorePath,
        /// The cache's name.
        cache: Rc<str>,
        /// What the cache says.
        info: Rc<NarInfo>,
        /// Milliseconds that it takes.
        duration: u64,
    },
    /// A derivation was built.
    Build {
        /// The derivation's place in the graph; nothing if the derivation was itself built.
        node: Option<NodeId>,
        /// The path of its `.drv` file.
        derivation: StorePath,
        /// What was built in its place, if its inputs had to be replaced first.
        resolved: Option<StorePath>,
        /// The outputs, whether wanted or not.
        outputs: Vec<StorePath>,
        /// What the builder wrote; empty if the build was simulated.
        log: Rc<[u8]>,
        /// Why the build was simulated, so that its outputs are made up; `None` if the builder really ran.
        simulated: Option<Rc<str>>,
        /// Milliseconds that it takes.
        duration: u64,
        /// Why the build failed, if it did.
        failure: Option<Rc<str>>,
    },
}

/// A step with what must come before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The step.
    pub step: Step,
    /// The steps that it waits for, by index.
    pub after: Vec<usize>,
    /// Milliseconds until it is known that it must be done: caches were asked, one after the other.
    pub known_at: u64,
}

/// What happened with a derivation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// For the derivation as a whole.
    pub decision: Decision,
    /// For each output, in the order of their names.
    pub outputs: Vec<Decision>,
    /// The paths of the outputs, where they are known in the end.
    pub paths: Vec<Option<StorePath>>,
}

/// What Nix did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Realised {
    /// By index in the graph.
    pub derivations: Vec<Outcome>,
    /// What was done, in order.
    pub steps: Vec<Done>,
    /// Why not all that is wanted is there, in the reference's words where it has short ones.
    pub failure: Option<Rc<str>>,
    /// Whether the failure ended everything, whatever `keep-going` says.
    pub aborted: bool,
    /// What was warned about, in the reference's words without "warning: ".
    pub warnings: Vec<Rc<str>>,
    /// Downloads that came to nothing: the path, and what was wrong with the cache.
    pub broken: Vec<(StorePath, CacheMiss)>,
    /// The local store afterwards.
    pub local: LocalStore,
    /// Realisations that are new.
    pub learned: Vec<(OutputId, StorePath)>,
}

impl Realised {
    /// Returns the derivations of the graph that were built, failures aside.
    pub fn builds(&self) -> impl Iterator<Item = NodeId> {
        self.steps.iter().filter_map(|done| match &done.step {
            Step::Build {
                node,
                failure: None,
                ..
            } => *node,
            _ => None,
        })
    }

    /// Returns the store objects that were fetched.
    pub fn fetches(&self) -> impl Iterator<Item = &NarInfo> {
        self.steps.iter().filter_map(|done| match &done.step {
            Step::Fetch { info, .. } => Some(&**info),
            Step::Build { .. } => None,
        })
    }
}

pub use farming::{Farmed, farm};

/// Gets `wanted`, as `nix-build` does: `plan` is its dry run, which it makes first, and whose failure ends it.
#[must_use]
pub fn realise(world: &World<'_>, wanted: &[Wanted], local: LocalStore, plan: &Plan) -> Realised {
    goals::run(world, wanted, local, plan)
}
