//! The local store: which store objects are valid, that is there and registered.
//!
//! `.drv` files are not among them: those of the graph count as there, for evaluation writes them. [`Sources`] that it makes are there, too,
//! until the next evaluation: what it copies is not what the client was given.

use std::rc::Rc;

use bstr::BString;
use drvlab_build::StoreObject;
use drvlab_store::{HashedMap, OrderedMap, OutputId, StorePath};

use crate::sources::Sources;

/// The set of valid paths, with what is known of them, and the known realisations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalStore {
    valid: HashedMap<StorePath, Option<Rc<StoreObject>>>,
    realisations: HashedMap<OutputId, StorePath>,
    /// Outputs of derivations, as far as these are outputs themselves or have such.
    outputs: HashedMap<StorePath, OrderedMap<BString, StorePath>>,
    /// What the evaluation has put there.
    sources: Rc<Sources>,
}

impl LocalStore {
    /// Makes an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells whether a path is valid.
    #[must_use]
    pub fn contains(&self, path: &StorePath) -> bool {
        self.valid.contains_key(path) || self.sources.contains_key(path)
    }

    /// Returns what is known of a valid path.
    #[must_use]
    pub fn object(&self, path: &StorePath) -> Option<&Rc<StoreObject>> {
        let own = self.valid.get(path).and_then(Option::as_ref);
        own.or_else(|| self.sources.get(path)?.as_ref())
    }

    /// Lets it have what an evaluation has put there, in place of what an earlier one had.
    pub fn set_sources(&mut self, sources: Rc<Sources>) {
        self.sources = sources;
    }

    /// Keeps what the evaluation has put there beyond the next one.
    pub fn keep_sources(&mut self) {
        for (path, object) in std::mem::take(&mut self.sources).iter() {
            self.valid
                .entry(path.clone())
                .or_insert_with(|| object.clone());
        }
    }

    /// Registers a path; tells whether it is new.
    pub fn insert(&mut self, path: StorePath) -> bool {
        let new = !self.valid.contains_key(&path);
        if new {
            self.valid.insert(path, None);
        }
        new
    }

    /// Registers a path with what it stands for.
    pub fn insert_object(&mut self, path: StorePath, object: Rc<StoreObject>) {
        self.valid.insert(path, Some(object));
    }

    /// Deletes a path; tells whether it was there.
    ///
    /// Dependents stay, as after `nix-store --delete --ignore-liveness`.
    pub fn remove(&mut self, path: &StorePath) -> bool {
        self.valid.remove(path).is_some()
    }

    /// Returns what an output is known to have turned out to be; the path need not be valid.
    #[must_use]
    pub fn realisation(&self, id: &OutputId) -> Option<&StorePath> {
        self.realisations.get(id)
    }

    /// Registers what an output turned out to be.
    pub fn insert_realisation(&mut self, id: OutputId, path: StorePath) {
        self.realisations.insert(id, path);
    }

    /// Returns the path of an output of a derivation, if it was noted.
    #[must_use]
    pub fn output(&self, derivation: &StorePath, output: &BString) -> Option<&StorePath> {
        self.outputs.get(derivation)?.get(output)
    }

    /// Notes the path of an output of a derivation.
    pub fn insert_output(&mut self, derivation: StorePath, output: BString, path: StorePath) {
        let outputs = self.outputs.entry(derivation).or_default();
        outputs.insert(output, path);
    }

    /// Returns the number of valid paths.
    #[must_use]
    pub fn len(&self) -> usize {
        self.valid.len()
    }

    /// Tells whether nothing is valid.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.valid.is_empty()
    }

    /// Returns the valid paths in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &StorePath> {
        self.valid.keys()
    }
}

impl FromIterator<StorePath> for LocalStore {
    fn from_iter<I: IntoIterator<Item = StorePath>>(paths: I) -> Self {
        Self {
            valid: paths.into_iter().map(|path| (path, None)).collect(),
            ..Self::default()
        }
    }
}
