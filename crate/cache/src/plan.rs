//! Plans: what happens with each derivation and output when some outputs are wanted.
//!
//! A plan predicts what `nix-build --dry-run` says. It never looks at signatures, as that does not either.
//! [`decide()`] makes it, [`dry_run`] prints it as the reference does, [`tree`] as what needs what.

pub mod decide;
pub mod dry_run;
pub mod skip;
pub mod tree;

use drvlab_store::OrderedSet;

use bstr::BString;
use drvlab_store::{DerivationInputs, StoreDir, StorePath};

use crate::binary_cache::Fault;
use crate::graph::NodeId;
use crate::reason::Reason;

pub use decide::{Decisions, decide, plan};

/// Something that should be in the local store in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Outputs of a derivation.
    Outputs {
        /// The path of the `.drv` file.
        derivation: StorePath,
        /// Which; names that it does not have are ignored, as in the reference.
        outputs: WantedOutputs,
    },
    /// A store object, which can only be fetched.
    Path(StorePath),
    /// Outputs of derivations that are themselves outputs of a derivation.
    Dynamic {
        /// The path of the `.drv` file.
        derivation: StorePath,
        /// What is needed of its outputs.
        needed: DerivationInputs,
    },
}

/// Which outputs of a derivation are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedOutputs {
    /// All of them.
    All,
    /// Those of these names.
    Names(OrderedSet<BString>),
}

impl Wanted {
    /// Wants all outputs, as `nix-store --realise` of a `.drv` file does.
    #[must_use]
    pub const fn all(derivation: StorePath) -> Self {
        Self::Outputs {
            derivation,
            outputs: WantedOutputs::All,
        }
    }

    /// Wants one output, as `nix-build` does.
    #[must_use]
    pub fn output(derivation: StorePath, output: impl Into<BString>) -> Self {
        Self::outputs(derivation, &[output.into()])
    }

    /// Wants what names of outputs lead to, one from the other: the path itself if there are none.
    #[must_use]
    pub fn chain(path: StorePath, outputs: &[BString]) -> Self {
        match outputs {
            [] => Self::Path(path),
            [output] => Self::output(path, output.clone()),
            [others @ .., last] => {
                let needed = others.iter().rev().fold(
                    DerivationInputs::of(last.clone()),
                    |needed, output| DerivationInputs {
                        outputs: OrderedSet::new(),
                        dynamic: [(output.clone(), needed)].into(),
                    },
                );
                Self::Dynamic {
                    derivation: path,
                    needed,
                }
            }
        }
    }

    /// Wants some outputs.
    #[must_use]
    pub fn outputs(derivation: StorePath, outputs: &[BString]) -> Self {
        Self::Outputs {
            derivation,
            outputs: WantedOutputs::Names(outputs.iter().cloned().collect()),
        }
    }
}

/// What happens with a derivation or an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Nothing, it is there.
    Present,
    /// It is fetched from a cache.
    Fetch,
    /// It is built.
    Build,
    /// It is wanted and can neither be fetched nor built.
    Impossible,
    /// Nothing, nobody needs it.
    NotNeeded,
}

impl Action {
    /// Returns how much it weighs: the weightiest of several is the one that counts for the whole.
    #[must_use]
    pub const fn weight(self) -> u8 {
        match self {
            Self::NotNeeded => 0,
            Self::Present => 1,
            Self::Fetch => 2,
            Self::Build => 3,
            Self::Impossible => 4,
        }
    }
}

/// What happens and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What happens.
    pub action: Action,
    /// Why.
    pub reason: Reason,
}

impl Decision {
    /// Lets nothing happen any more, since something else failed.
    fn give_up(&mut self) {
        self.action = match self.action {
            Action::Present | Action::Impossible => return,
            Action::Fetch | Action::Build => Action::Impossible,
            Action::NotNeeded => Action::NotNeeded,
        };
        self.reason = Reason::NotReached;
    }
}

/// What happens with a derivation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DerivationPlan {
    /// For the derivation as a whole: it is built if any request for its outputs leads to a build.
    pub decision: Decision,
    /// For each output, in the order of their names.
    pub outputs: Vec<Decision>,
    /// The dependent whose build needs it; `None` if it is wanted for itself or not at all.
    pub needed_by: Option<NodeId>,
}

/// A store object that is fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// The store object.
    pub path: StorePath,
    /// The output that it is, if a derivation of the graph makes it.
    pub output_of: Option<NodeId>,
    /// Why.
    pub reason: Reason,
    /// Size of the compressed archive in bytes; 0 if the cache does not say.
    pub download_size: u64,
    /// Size of the archive in bytes.
    pub nar_size: u64,
    /// What it refers to, without itself.
    pub references: Vec<StorePath>,
}

/// A path that is wanted, but can neither be fetched nor built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The path.
    pub path: StorePath,
    /// The output that it is, if a derivation of the graph makes it and that is not asked to.
    pub output_of: Option<NodeId>,
    /// Why.
    pub reason: Reason,
}

/// Something that the user should know about the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Rule 19: something is an output of an output, which the dry run leaves out.
    Dynamic {
        /// The derivation whose output is a derivation.
        derivation: StorePath,
        /// The names of outputs that lead from there to the derivation that is left out.
        outputs: Vec<BString>,
    },
}

impl Warning {
    /// Returns the reference's wording, without "warning: ".
    #[must_use]
    pub fn text(&self, store_dir: &StoreDir) -> String {
        let Self::Dynamic {
            derivation,
            outputs,
        } = self;
        let outputs: String = outputs.iter().map(|output| format!("^{output}")).collect();
        let path = store_dir.display(derivation);
        format!(
            "Ignoring dynamic derivation {path}{outputs} while querying missing paths; not yet implemented"
        )
    }
}

/// What happens with each derivation of a graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// By index in the graph.
    pub derivations: Vec<DerivationPlan>,
    /// What is fetched, sorted by name, then by path; nothing if there is a failure.
    pub fetches: Vec<Fetch>,
    /// What cannot be had, sorted by path.
    pub unknown: Vec<Unknown>,
    /// The first failure that makes the reference give up (rule 3).
    pub failure: Option<Fault>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
    /// How many derivations were looked at to decide: what a plan costs.
    pub looked_at: usize,
}

impl Plan {
    /// Returns the number of derivations that are built.
    #[must_use]
    pub fn build_count(&self) -> usize {
        self.builds().count()
    }

    /// Returns the number of bytes to download; it wraps around as in the reference.
    #[must_use]
    pub fn download_size(&self) -> u64 {
        let sizes = self.fetches.iter().map(|fetch| fetch.download_size);
        sizes.fold(0, u64::wrapping_add)
    }

    /// Returns the number of bytes that the downloads have when unpacked; it wraps around as in the reference.
    #[must_use]
    pub fn nar_size(&self) -> u64 {
        let sizes = self.fetches.iter().map(|fetch| fetch.nar_size);
        sizes.fold(0, u64::wrapping_add)
    }

    /// Returns the indices of derivations that are built, in the graph's order.
    pub fn builds(&self) -> impl Iterator<Item = usize> {
        let all = self.derivations.iter().enumerate();
        all.filter(|(_, it)| it.decision.action == Action::Build)
            .map(|(index, _)| index)
    }
}
