//! The local store: which store objects are valid, that is there and registered.
//!
//! `.drv` files are not among them: those of the graph count as there, for evaluation writes them.

use drvlab_store::StorePath;
use rustc_hash::FxHashSet;

/// The set of valid paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalStore {
    valid: FxHashSet<StorePath>,
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
        self.valid.contains(path)
    }

    /// Registers a path; tells whether it is new.
    pub fn insert(&mut self, path: StorePath) -> bool {
        self.valid.insert(path)
    }

    /// Deletes a path; tells whether it was there.
    ///
    /// Dependents stay, as after `nix-store --delete --ignore-liveness`.
    pub fn remove(&mut self, path: &StorePath) -> bool {
        self.valid.remove(path)
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
        self.valid.iter()
    }
}

impl FromIterator<StorePath> for LocalStore {
    fn from_iter<I: IntoIterator<Item = StorePath>>(paths: I) -> Self {
        Self {
            valid: paths.into_iter().collect(),
        }
    }
}
