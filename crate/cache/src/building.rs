//! Builds: from a derivation and what a builder leaves behind to registered store objects.
//!
//! Who makes the products is a [`Builder`]: [`crate::toy`] runs small scripts, whose outputs [`drvlab_build`] registers, and
//! [`crate::simulation`] makes products up, for which that is done here, references and paths as if they were real.

use drvlab_store::{OrderedMap, OrderedSet};
use std::rc::Rc;

use bstr::{BString, ByteSlice as _};
use drvlab_build::{Built, StoreObject};
use drvlab_store::hash::sha256;
use drvlab_store::store_path::{PathType, output_path_name};
use drvlab_store::{ContentAddress, Derivation, DerivationOutput, Hash, StoreDir, StorePath};

use crate::local_store::LocalStore;

/// What a builder is asked for.
#[derive(Debug)]
pub struct Job<'a> {
    /// The derivation, with known inputs only.
    pub derivation: &'a Derivation,
    /// The path of its `.drv` file.
    pub path: &'a StorePath,
    /// The outputs of other derivations that it is built from.
    pub inputs: OrderedSet<StorePath>,
    /// Those of the inputs that are sources: outputs whose content was known beforehand.
    pub sources: OrderedSet<StorePath>,
    /// What is known of store objects.
    pub local: &'a LocalStore,
    /// The store directory.
    pub store_dir: &'a StoreDir,
}

/// What a build left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Products {
    /// What a build gave that really ran.
    Registered(Built),
    /// Nothing, because the build was simulated.
    MadeUp {
        /// What stands for the outputs.
        outputs: OrderedMap<BString, MadeUp>,
        /// Why the builder did not run.
        why: Rc<str>,
    },
}

/// What stands for an output of a simulated build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeUp {
    /// Size of the archive in bytes.
    pub nar_size: u64,
    /// What it refers to.
    pub references: OrderedSet<StorePath>,
    /// What stands for the contents: outputs with equal ones are equal.
    pub contents: Vec<u8>,
}

/// Why a build failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildFailure {
    /// The text follows "its build failed: ".
    pub reason: Rc<str>,
    /// What the builder wrote before; empty if the build was simulated.
    pub log: Rc<[u8]>,
    /// Milliseconds that its script slept.
    pub slept: u64,
}

impl BuildFailure {
    /// Says why something failed that wrote nothing.
    #[must_use]
    pub fn new(reason: impl Into<Rc<str>>) -> Self {
        Self {
            reason: reason.into(),
            log: Rc::default(),
            slept: 0,
        }
    }
}

/// A build that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The outputs with their paths.
    pub outputs: OrderedMap<BString, (StorePath, StoreObject)>,
    /// What the builder wrote to its standard output and standard error; empty if the build was simulated.
    pub log: Rc<[u8]>,
    /// Why the builder did not run and everything about the outputs was made up; `None` if it ran.
    pub simulated: Option<Rc<str>>,
    /// Milliseconds that the script slept.
    pub slept: u64,
}

/// Something that builds.
pub trait Builder {
    /// Builds all outputs.
    ///
    /// # Errors
    /// The build failed.
    fn build(&self, job: &Job<'_>) -> Result<Products, BuildFailure>;

    /// Returns the milliseconds that a build takes, what its script sleeps aside.
    fn duration(&self, derivation: &Derivation) -> u64;
}

impl Job<'_> {
    /// Returns the path that stands for an output while the build is made up.
    ///
    /// The final path, or while that is not known a bogus one that depends on the derivation, as in the reference.
    ///
    /// # Errors
    /// The name is not allowed in a store path.
    fn scratch_path(&self, output: &BString) -> Result<StorePath, BuildFailure> {
        let outputs = &self.derivation.outputs;
        if let Some(path) = outputs.get(output).and_then(DerivationOutput::path) {
            return Ok(path.clone());
        }
        let name = output_path_name(&self.derivation.name, output.as_bstr());
        let kind = PathType::Scratch {
            derivation: self.path,
            output: output.as_bstr(),
        };
        let path = self.store_dir.make_store_path(kind, &[0; 32], &name);
        path.map_err(|error| BuildFailure::new(error.to_string()))
    }
}

/// Builds a derivation with known inputs and returns its outputs with their paths.
///
/// # Errors
/// The build failed, or its products are not what the derivation promises.
pub fn build(builder: &dyn Builder, job: &Job<'_>) -> Result<Finished, BuildFailure> {
    match builder.build(job)? {
        Products::Registered(built) => Ok(Finished {
            outputs: built.outputs,
            log: Rc::from(built.log.as_slice()),
            simulated: None,
            slept: built.slept,
        }),
        Products::MadeUp { outputs, why } => Ok(Finished {
            outputs: register(job, &outputs)?,
            log: Rc::default(),
            simulated: Some(why),
            slept: 0,
        }),
    }
}

/// Makes store objects of made-up outputs; none refers to another output of the same derivation.
fn register(
    job: &Job<'_>,
    outputs: &OrderedMap<BString, MadeUp>,
) -> Result<OrderedMap<BString, (StorePath, StoreObject)>, BuildFailure> {
    let mut registered = OrderedMap::new();
    for (name, output) in &job.derivation.outputs {
        let scratch = job.scratch_path(name)?;
        let Some(made_up) = outputs.get(name) else {
            let path = job.store_dir.display(&scratch);
            return Err(BuildFailure::new(format!(
                "builder failed to produce output path for output '{name}' at \"{path}\""
            )));
        };
        let mut object = StoreObject {
            nar_hash: Hash::from_sha256(sha256(&made_up.contents)),
            nar_size: made_up.nar_size,
            references: made_up.references.clone(),
            content_address: None,
            tree: None,
        };
        let path = match output {
            DerivationOutput::InputAddressed { path } => path.clone(),
            DerivationOutput::Fixed { address, path } => {
                object.content_address = Some(*address);
                path.clone()
            }
            DerivationOutput::Floating { method, algorithm }
            | DerivationOutput::Impure { method, algorithm } => {
                let address = ContentAddress {
                    method: *method,
                    hash: Hash::of(*algorithm, object.nar_hash.digest()),
                };
                object.content_address = Some(address);
                address
                    .path_with_references(
                        job.store_dir,
                        scratch.name().as_bytes(),
                        &object.references,
                        false,
                    )
                    .map_err(|error| BuildFailure::new(error.to_string()))?
            }
            DerivationOutput::Deferred => {
                return Err(BuildFailure::new("its inputs are not resolved"));
            }
        };
        registered.insert(name.clone(), (path, object));
    }
    Ok(registered)
}
