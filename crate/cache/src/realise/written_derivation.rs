//! What the store wants of a derivation that comes into it, built or downloaded: its outputs are what follows from it.
//!
//! Otherwise it is not registered. Source: `LocalStore::registerValidPaths` and `Derivation::checkInvariants` in `libstore`.

use std::rc::Rc;

use bstr::ByteSlice as _;
use drvlab_build::StoreObject;
use drvlab_store::digest::{DigestCache, DigestError};
use drvlab_store::{Derivation, DerivationOutput, StoreDir, StorePath};

use crate::derivation_texts::{self, TextError};
use crate::graph::DerivationGraph;
use crate::local_store::LocalStore;

/// Checks a store object if it has the name of a derivation; what is warned about, also before an error, goes to `warnings`.
///
/// Its inputs are looked for in the graph and in the store. What is not known, because the build was simulated, counts as right.
///
/// # Errors
/// Why it is not registered, in the reference's words.
pub fn check(
    path: &StorePath,
    object: &StoreObject,
    graph: &DerivationGraph,
    local: &LocalStore,
    store_dir: &StoreDir,
    warnings: &mut Vec<Rc<str>>,
) -> Result<(), Rc<str>> {
    match derivation_texts::parse(path, object, store_dir) {
        Ok(derivation) => {
            let mut cache = DigestCache::new(store_dir.clone());
            let load = |input: &StorePath| {
                let found = derivation_texts::find(input, graph, local, store_dir);
                Some((*found.ok()?).clone())
            };
            Ok(check_outputs(&derivation, &mut cache, load, warnings)?)
        }
        Err(TextError::Unknown(_)) => Ok(()),
        // What follows is worded in another way here.
        Err(TextError::Parse(_)) => {
            let shown = store_dir.display(path);
            Err(format!("error parsing derivation '{shown}'").into())
        }
    }
}

/// Compares the paths of outputs with those that follow from a derivation.
fn check_outputs(
    derivation: &Derivation,
    cache: &mut DigestCache,
    load: impl Fn(&StorePath) -> Option<Derivation>,
    warnings: &mut Vec<Rc<str>>,
) -> Result<(), String> {
    let store_dir = cache.store_dir().clone();
    let told = |error: DigestError| match error {
        DigestError::MissingInput { input, .. } => {
            format!("store path '{}' does not exist", store_dir.display(&input))
        }
        DigestError::MissingOutput { output, .. } => {
            format!(
                "no hash for output '{output}' of derivation '{}'",
                derivation.name
            )
        }
        error => error.to_string(),
    };
    derivation.kind().map_err(|error| error.to_string())?;
    for input in derivation.input_drvs.keys() {
        cache.insert_closure(input, &load).map_err(told)?;
    }
    let digest = cache.masked_digest(derivation).map_err(told)?;
    for (name, output) in &derivation.outputs {
        let expected = match output {
            DerivationOutput::InputAddressed { path } if digest.deferred => {
                let actual = store_dir.display(path);
                return Err(format!(
                    "derivation has incorrect output '{actual}', should be deferred"
                ));
            }
            DerivationOutput::Deferred if digest.deferred => continue,
            DerivationOutput::InputAddressed { .. } | DerivationOutput::Deferred => store_dir
                .output_path(&digest.digest, &derivation.name, name.as_bstr())
                .map_err(|error| error.to_string())?,
            DerivationOutput::Fixed { path, .. } => path.clone(),
            DerivationOutput::Floating { .. } | DerivationOutput::Impure { .. } => continue,
        };
        let shown = store_dir.display(&expected);
        match output {
            DerivationOutput::InputAddressed { path } if *path != expected => {
                let actual = store_dir.display(path);
                return Err(format!(
                    "derivation has incorrect output '{actual}', should be '{shown}'"
                ));
            }
            DerivationOutput::Deferred => warnings.push(
                format!("derivation has incorrect deferred output, should be '{shown}'.").into(),
            ),
            _ => {}
        }
        match derivation.env.get(name) {
            Some(actual) if *actual == shown => {}
            Some(actual) => {
                return Err(format!(
                    "derivation has incorrect environment variable '{name}', should be '{shown}' but is actually '{actual}'"
                ));
            }
            None => {
                return Err(format!(
                    "derivation has missing environment variable '{name}', should be '{shown}' but is not present"
                ));
            }
        }
    }
    Ok(())
}
