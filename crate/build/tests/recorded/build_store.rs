//! Builds of whole closures, as the recorded builds need them: each derivation after its inputs, with resolution and early cutoff.
//!
//! What the program itself builds goes through `drvlab-cache`.

use drvlab_store::{OrderedMap, OrderedSet};

use bstr::BString;
use drvlab_build::{
    Failure, FailureKind, GiveUp, Host, Limits, Outcome, StoreObject, Task, build, cannot_build,
    needs_resolution, resolve,
};
use drvlab_store::derivation::DerivationKind;
use drvlab_store::{Derivation, DigestCache, DigestError, StoreDir, StorePath};

/// How an output came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Realised {
    /// All outputs existed before.
    Valid,
    /// The builder ran; the log.
    Built(BString),
    /// The derivation resolved to one whose outputs existed: nothing was built.
    Cutoff,
    /// It could not run.
    GivenUp(GiveUp),
    /// It failed.
    Failed(Failure),
}

/// A store in memory that builds what it does not have.
#[derive(Debug, Default)]
pub struct BuildStore {
    /// Store objects that are valid.
    pub objects: OrderedMap<StorePath, StoreObject>,
    /// Paths of content-addressed outputs by derivation and output.
    pub realisations: OrderedMap<(StorePath, BString), StorePath>,
    /// What each derivation that was wanted, or needed, led to.
    pub results: OrderedMap<StorePath, Realised>,
    /// What resolved derivations are, by the path of the derivation they come from.
    pub resolved: OrderedMap<StorePath, StorePath>,
    /// The machine that builds.
    pub host: Host,
    /// Bounds of each build.
    pub limits: Limits,
    derivations: OrderedMap<StorePath, Derivation>,
    digests: DigestCache,
}

impl BuildStore {
    /// Makes an empty store.
    #[must_use]
    pub fn new(store_dir: StoreDir) -> Self {
        Self {
            digests: DigestCache::new(store_dir),
            ..Self::default()
        }
    }

    /// Returns the store's directory.
    #[must_use]
    pub const fn store_dir(&self) -> &StoreDir {
        self.digests.store_dir()
    }

    /// Adds a derivation that can be built.
    pub fn add_derivation(&mut self, path: StorePath, derivation: Derivation) {
        self.derivations.insert(path, derivation);
    }

    /// Returns a derivation that was added, or is the resolved form of one.
    #[must_use]
    pub fn derivation(&self, path: &StorePath) -> Option<&Derivation> {
        self.derivations.get(path)
    }

    /// Returns the path of an output, if it is known.
    #[must_use]
    pub fn output_path(&self, derivation: &StorePath, output: &BString) -> Option<StorePath> {
        let known = self
            .derivations
            .get(derivation)?
            .outputs
            .get(output)?
            .path();
        known.cloned().or_else(|| {
            self.realisations
                .get(&(derivation.clone(), output.clone()))
                .cloned()
        })
    }

    /// Builds a derivation and all that it needs; [`BuildStore::results`] then says what became of each.
    ///
    /// Works on graphs of any depth. What was built once is not built again.
    ///
    /// # Errors
    /// [`DigestError::MissingInput`] if a derivation was not added, [`DigestError::Cycle`], and what else is wrong with one.
    pub fn realise(&mut self, wanted: &StorePath) -> Result<&Realised, DigestError> {
        let mut stack = vec![wanted.clone()];
        let mut open = OrderedSet::new();
        while let Some(path) = stack.last().cloned() {
            if self.results.contains_key(&path) {
                stack.pop();
                open.remove(&path);
                continue;
            }
            let Some(derivation) = self.derivations.get(&path) else {
                return Err(DigestError::MissingInput {
                    derivation: wanted.name().to_owned(),
                    input: path,
                });
            };
            open.insert(path.clone());
            // Valid outputs need no inputs.
            let all_valid = derivation.outputs.keys().all(|output| {
                self.output_path(&path, output)
                    .is_some_and(|path| self.objects.contains_key(&path))
            });
            if all_valid {
                self.results.insert(path, Realised::Valid);
                continue;
            }
            let missing: Vec<StorePath> = derivation
                .input_drvs
                .keys()
                .filter(|input| !self.results.contains_key(*input))
                .cloned()
                .collect();
            if missing.is_empty() {
                let result = self.build_one(&path)?;
                self.results.insert(path, result);
                continue;
            }
            for input in missing {
                if open.contains(&input) {
                    return Err(DigestError::Cycle(input));
                }
                stack.push(input);
            }
        }
        self.results
            .get(wanted)
            .ok_or_else(|| DigestError::Cycle(wanted.clone()))
    }

    /// Builds a derivation whose inputs have results.
    fn build_one(&mut self, path: &StorePath) -> Result<Realised, DigestError> {
        let derivation = self
            .derivations
            .get(path)
            .cloned()
            .unwrap_or_else(|| Derivation::new(""));
        let failed = derivation
            .input_drvs
            .keys()
            .any(|input| matches!(self.results.get(input), Some(Realised::Failed(_))));
        if failed {
            return Ok(Realised::Failed(self.dependency_failure(path, &derivation)));
        }
        let (path, derivation, origin) =
            if needs_resolution(&derivation) && !derivation.has_dynamic_inputs() {
                let mut digests = std::mem::take(&mut self.digests);
                let resolved = resolve(&derivation, &mut digests, |input, names| match names {
                    [output] => self.output_path(input, &BString::from(*output)),
                    _ => None,
                });
                self.digests = digests;
                let (resolved_path, resolved) = resolved?;
                self.resolved.insert(path.clone(), resolved_path.clone());
                self.derivations
                    .insert(resolved_path.clone(), resolved.clone());
                (resolved_path, resolved, path.clone())
            } else {
                (path.clone(), derivation, path.clone())
            };
        let known: Option<Vec<StorePath>> = derivation
            .outputs
            .keys()
            .map(|output| self.output_path(&path, output))
            .collect();
        let cutoff = path != origin
            && known.is_some_and(|paths| paths.iter().all(|it| self.objects.contains_key(it)));
        let result = if cutoff {
            Realised::Cutoff
        } else {
            self.run(&path, &derivation)
        };
        if path != origin {
            for output in derivation.outputs.keys() {
                if let Some(known) = self.output_path(&path, output) {
                    self.realisations
                        .insert((origin.clone(), output.clone()), known);
                }
            }
        }
        Ok(result)
    }

    /// The failure of a derivation that needs one which failed; without `--keep-going` the reference stops at the first.
    fn dependency_failure(&self, path: &StorePath, derivation: &Derivation) -> Failure {
        Failure {
            kind: FailureKind::Dependency,
            message: cannot_build(self.store_dir(), path, derivation, "1 dependency failed"),
            log: BString::default(),
            slept: 0,
        }
    }

    fn run(&mut self, path: &StorePath, derivation: &Derivation) -> Realised {
        let inputs: OrderedSet<StorePath> = derivation
            .input_drvs
            .iter()
            .flat_map(|(input, needed)| needed.outputs.iter().map(move |output| (input, output)))
            .filter_map(|(input, output)| self.output_path(input, output))
            .collect();
        let outcome = build(&Task {
            store_dir: self.digests.store_dir(),
            path,
            derivation,
            inputs: inputs.clone(),
            objects: &self.objects,
            host: &self.host,
            limits: &self.limits,
        });
        match outcome {
            Outcome::Built(built) => {
                for (name, (output, object)) in built.outputs {
                    self.register(path, derivation, &name, output, object);
                }
                Realised::Built(built.log)
            }
            Outcome::Failed(failure) => Realised::Failed(failure),
            Outcome::GivenUp(reason) => Realised::GivenUp(reason),
        }
    }

    fn register(
        &mut self,
        path: &StorePath,
        derivation: &Derivation,
        name: &BString,
        output: StorePath,
        object: StoreObject,
    ) {
        if matches!(derivation.kind(), Ok(DerivationKind::Floating)) {
            self.realisations
                .insert((path.clone(), name.clone()), output.clone());
        }
        self.objects.insert(output, object);
    }
}
