//! Toy builds: small `/bin/sh` scripts that really run, in the interpreter of [`drvlab_build`], and leave real files.
//!
//! What a script uses beyond that makes the build a simulated one ([`crate::simulation`]), never a wrong one. Here is only
//! what connects the two: where inputs are found, and how an outcome is told.

use drvlab_store::OrderedSet;

use drvlab_build::{Failure, FailureKind, Host, Limits, Outcome, StoreObject, StoreObjects, Task};
use drvlab_store::hash::sha256;
use drvlab_store::{Derivation, Hash, StorePath};

use crate::building::{BuildFailure, Builder, Job, Products};
use crate::local_store::LocalStore;
use crate::simulation::Simulation;

/// Milliseconds that a toy build is said to take.
const DURATION: u64 = 1_000;

/// Runs small scripts and simulates everything else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToyBuilder {
    /// What is said about simulated builds.
    pub simulation: Simulation,
}

impl Builder for ToyBuilder {
    fn build(&self, job: &Job<'_>) -> Result<Products, BuildFailure> {
        if self.simulation.says(job.derivation) {
            return self.simulation.build(job);
        }
        match run(job) {
            Outcome::GivenUp(reason) => {
                let mut products = self.simulation.build(job)?;
                if let Products::MadeUp { why, .. } = &mut products {
                    *why = reason.to_string().into();
                }
                Ok(products)
            }
            Outcome::Failed(failure) => Err(told(failure)),
            Outcome::Built(built) => Ok(Products::Registered(built)),
        }
    }

    fn duration(&self, derivation: &Derivation) -> u64 {
        if self.simulation.says(derivation) || !is_shell(derivation) {
            return self.simulation.duration(derivation);
        }
        DURATION
    }
}

/// Tells whether the builder is the shell that is known here.
#[must_use]
pub fn is_shell(derivation: &Derivation) -> bool {
    matches!(&**derivation.builder, b"/bin/sh" | b"/bin/dash")
}

/// Runs the script of a derivation; [`Outcome::GivenUp`] if it uses something that is not known here.
#[must_use]
pub fn run(job: &Job<'_>) -> Outcome {
    drvlab_build::build(&Task {
        store_dir: job.store_dir,
        path: job.path,
        derivation: job.derivation,
        inputs: job.inputs.clone(),
        objects: &Inputs::new(job.local),
        host: &Host::default(),
        limits: &Limits::default(),
    })
}

/// Says why a build failed, without what [`Builder::build`]'s caller puts around it.
fn told(failure: Failure) -> BuildFailure {
    let reason = match failure.kind {
        FailureKind::ExitCode(status) => format!("builder failed with exit code {status}"),
        _ => failure.message,
    };
    BuildFailure {
        reason: reason.into(),
        log: failure.log.as_slice().into(),
        slept: failure.slept,
    }
}

/// The store objects that builds read. Sources that evaluation copies are valid, too, with unknown contents.
#[derive(Debug)]
struct Inputs<'a> {
    local: &'a LocalStore,
    unknown: StoreObject,
}

impl<'a> Inputs<'a> {
    fn new(local: &'a LocalStore) -> Self {
        let unknown = StoreObject {
            tree: None,
            nar_hash: Hash::from_sha256(sha256(b"")),
            nar_size: 0,
            references: OrderedSet::new(),
            content_address: None,
        };
        Self { local, unknown }
    }
}

impl StoreObjects for Inputs<'_> {
    fn object(&self, path: &StorePath) -> Option<&StoreObject> {
        let known = self.local.object(path).map(|object| &**object);
        Some(known.unwrap_or(&self.unknown))
    }
}
