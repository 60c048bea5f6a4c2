//! The store objects that an evaluation makes: derivations, texts, and copies of files.
//!
//! Nothing is written anywhere; the host decides what to do with them.

use crate::loading::Kept;
use drvlab_store::{Derivation, DigestCache, StoreDir, StorePath};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Store objects by path.
#[derive(Debug)]
pub struct StoreObjects {
    /// The store directory.
    pub dir: StoreDir,
    /// Derivations.
    pub derivations: BTreeMap<StorePath, Rc<Derivation>>,
    /// Their paths in the order they were made: inputs before what uses them.
    pub order: Vec<StorePath>,
    /// Digests of derivations.
    pub digests: DigestCache,
    /// Texts made by `toFile`.
    pub texts: BTreeMap<StorePath, Text>,
    /// Copies of files and directories: what was copied from where.
    pub sources: BTreeMap<StorePath, Rc<[u8]>>,
    /// What has been kept of the copies that a filter was applied to: paths below the original.
    pub(crate) kept: FxHashMap<StorePath, Rc<Kept>>,
    /// Entries of the search path that are not there, and have been warned of.
    pub(crate) ignored_entries: BTreeSet<Box<[u8]>>,
    /// Store paths of files that have been copied, by their path.
    pub(crate) copied: FxHashMap<Rc<[u8]>, StorePath>,
}

/// A text in the store.
#[derive(Debug, Clone)]
pub struct Text {
    /// Its bytes.
    pub contents: Rc<[u8]>,
    /// The store paths it refers to.
    pub references: Vec<StorePath>,
}

impl StoreObjects {
    /// Makes an empty collection.
    pub fn new(dir: StoreDir) -> Self {
        StoreObjects {
            derivations: BTreeMap::new(),
            order: Vec::new(),
            digests: DigestCache::new(dir.clone()),
            texts: BTreeMap::new(),
            sources: BTreeMap::new(),
            kept: FxHashMap::default(),
            ignored_entries: BTreeSet::new(),
            copied: FxHashMap::default(),
            dir,
        }
    }
}
