//! The store objects that an evaluation makes: derivations, texts, and copies of files.
//!
//! Nothing is written anywhere; the host decides what to do with them.

use crate::loading::Kept;
use crate::value::Addr;
use drvlab_store::{Derivation, DigestCache, HashedMap, HashedSet, StoreDir, StorePath};
use drvlab_store::{OrderedMap, OrderedSet};
use std::rc::Rc;

/// Store objects by path.
#[derive(Debug)]
pub struct StoreObjects {
    /// The store directory.
    pub dir: StoreDir,
    /// Derivations.
    pub derivations: HashedMap<StorePath, Rc<Derivation>>,
    /// Their paths in the order they were made: inputs before what uses them.
    pub order: Vec<StorePath>,
    /// The flat sets that derivations were made of, in the heap of this evaluation.
    pub(crate) attributes: HashedMap<StorePath, Addr>,
    /// Those of earlier evaluations in whose place this one has put its own.
    pub(crate) replaced_attributes: Vec<(StorePath, Addr)>,
    /// Digests of derivations.
    pub digests: DigestCache,
    /// Texts made by `toFile`.
    pub texts: OrderedMap<StorePath, Text>,
    /// Copies of files and directories: what was copied from where.
    pub sources: OrderedMap<StorePath, Rc<[u8]>>,
    /// What has been kept of the copies that a filter was applied to: paths below the original.
    pub(crate) kept: HashedMap<StorePath, Rc<Kept>>,
    /// Copies that are no programs though what was copied is one: those whose path follows from their bytes alone, and copies of these.
    pub(crate) not_executable: HashedSet<StorePath>,
    /// What copies refer to, if they refer to anything: those of paths whose context said that they are the store's.
    pub(crate) references: HashedMap<StorePath, Rc<[StorePath]>>,
    /// Entries of the search path that are not there, and have been warned of.
    pub(crate) ignored_entries: OrderedSet<Box<[u8]>>,
    /// URLs of archives that have been unpacked, which is said once of each.
    pub(crate) unpacked: OrderedSet<Box<[u8]>>,
    /// Store paths of files that have been copied, by their path.
    pub(crate) copied: HashedMap<Rc<[u8]>, Copied>,
}

/// The copy of a file or directory.
#[derive(Debug, Clone)]
pub(crate) struct Copied {
    pub object: StorePath,
    /// Whether a volatile file is part of it.
    pub is_tainted: bool,
}

/// What there is at some time: how many derivations, and the other objects themselves, of which there are few.
#[derive(Debug)]
pub(crate) struct Extent {
    derivations: usize,
    texts: OrderedMap<StorePath, Text>,
    sources: OrderedMap<StorePath, Rc<[u8]>>,
    kept: HashedMap<StorePath, Rc<Kept>>,
    not_executable: HashedSet<StorePath>,
    references: HashedMap<StorePath, Rc<[StorePath]>>,
    copied: HashedMap<Rc<[u8]>, Copied>,
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
    #[inline]
    pub fn new(dir: StoreDir) -> Self {
        StoreObjects {
            derivations: HashedMap::new(),
            order: Vec::new(),
            attributes: HashedMap::new(),
            replaced_attributes: Vec::new(),
            digests: DigestCache::new(dir.clone()),
            texts: OrderedMap::new(),
            sources: OrderedMap::new(),
            kept: HashedMap::new(),
            not_executable: HashedSet::new(),
            references: HashedMap::new(),
            ignored_entries: OrderedSet::new(),
            unpacked: OrderedSet::new(),
            copied: HashedMap::new(),
            dir,
        }
    }

    /// Forgets copies that volatile files are part of, and returns what there is then.
    #[inline]
    pub(crate) fn keep(&mut self) -> Extent {
        self.copied.retain(|_, copied| !copied.is_tainted);
        self.replaced_attributes.clear();
        Extent {
            derivations: self.order.len(),
            texts: self.texts.clone(),
            sources: self.sources.clone(),
            kept: self.kept.clone(),
            not_executable: self.not_executable.clone(),
            references: self.references.clone(),
            copied: self.copied.clone(),
        }
    }

    /// Forgets what has been added since there was that much.
    #[inline]
    pub(crate) fn truncate(&mut self, to: &Extent) {
        for (path, attributes) in self.replaced_attributes.drain(..) {
            self.attributes.insert(path, attributes);
        }
        for path in self.order.drain(to.derivations..) {
            self.derivations.remove(&path);
            self.digests.forget(&path);
            self.attributes.remove(&path);
        }
        // Nothing is ever taken out, so that equal numbers mean equal contents.
        if self.texts.len() != to.texts.len() {
            self.texts.clone_from(&to.texts);
        }
        if self.sources.len() != to.sources.len() || self.kept.len() != to.kept.len() {
            self.sources.clone_from(&to.sources);
            self.kept.clone_from(&to.kept);
            self.not_executable.clone_from(&to.not_executable);
        }
        if self.references.len() != to.references.len() {
            self.references.clone_from(&to.references);
        }
        if self.copied.len() != to.copied.len() {
            self.copied.clone_from(&to.copied);
        }
    }
}
