//! What the store wants of a derivation that a build has written: its outputs are what follows from it.
//!
//! Otherwise it is not registered, which ends everything, whatever `keep-going` says. Source: `LocalStore::registerValidPaths` and
//! `Derivation::checkInvariants` in `libstore`.

use std::rc::Rc;

use bstr::ByteSlice as _;
use drvlab_build::StoreObject;
use drvlab_store::digest::{DigestCache, DigestError};
use drvlab_store::{Derivation, DerivationOutput, StorePath};

use super::goals::Worker;
use crate::derivation_texts::{self, TextError};

impl Worker<'_> {
    /// Says why an output is not registered, if it has the name of a derivation and is none that is right.
    ///
    /// What is not known, because the build was simulated, counts as right.
    pub(super) fn objection_to_text(
        &self,
        path: &StorePath,
        object: &StoreObject,
    ) -> Option<Rc<str>> {
        let store_dir = &self.world.settings.store_dir;
        match derivation_texts::parse(path, object, store_dir) {
            Ok(derivation) => self.check(&derivation).err().map(Rc::from),
            Err(TextError::Unknown(_)) => None,
            // What follows is worded in another way here.
            Err(TextError::Parse(_)) => {
                let shown = store_dir.display(path);
                Some(format!("error parsing derivation '{shown}'").into())
            }
        }
    }

    /// Compares the paths of outputs with those that follow from a derivation.
    fn check(&self, derivation: &Derivation) -> Result<(), String> {
        let store_dir = &self.world.settings.store_dir;
        let mut cache = DigestCache::new(store_dir.clone());
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
            DigestError::Kind { error, .. } => error.to_string(),
            error => error.to_string(),
        };
        derivation.kind().map_err(|error| error.to_string())?;
        for input in derivation.input_drvs.keys() {
            let load = |path: &StorePath| Some((*self.read(path).ok()?).clone());
            cache.insert_closure(input, load).map_err(told)?;
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
            if let DerivationOutput::InputAddressed { path } = output
                && *path != expected
            {
                let actual = store_dir.display(path);
                return Err(format!(
                    "derivation has incorrect output '{actual}', should be '{shown}'"
                ));
            }
            // The path of an output that could be known and is not there is only warned about.
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
}
