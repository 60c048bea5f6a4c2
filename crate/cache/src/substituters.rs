//! The caches that are asked, in their order, and what they say together about a path.
//!
//! Rules 3, 7, 9, 10 and 12; source: `getDefaultSubstituters` and `Store::querySubstitutablePathInfos` in `libstore`.

use std::fmt;
use std::rc::Rc;

use drvlab_store::{NarInfo, StoreDir, StorePath};

use crate::binary_cache::{BinaryCache, Entry, Fault};
use crate::reason::{CacheMiss, MissKind};

/// Why a cache is not asked at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// Its paths are for another store directory.
    StoreDir {
        /// The cache.
        cache: Rc<str>,
        /// Its store directory.
        theirs: String,
        /// The client's.
        ours: StoreDir,
    },
    /// It is listed twice; no warning in the reference.
    Duplicate {
        /// The cache.
        cache: Rc<str>,
    },
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The wording is the reference's.
            Self::StoreDir {
                cache,
                theirs,
                ours,
            } => write!(
                f,
                "binary cache '{cache}' is for Nix stores with prefix '{theirs}', not '{ours}'"
            ),
            Self::Duplicate { cache } => write!(f, "binary cache '{cache}' is listed twice"),
        }
    }
}

/// The caches that are asked, in their order.
#[derive(Debug, Default)]
pub struct Substituters<'a> {
    caches: Vec<&'a BinaryCache>,
    dropped: Vec<Dropped>,
}

/// What the caches say together about one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The first cache that has the path, with what it says.
    pub hit: Option<Hit>,
    /// What was wrong with the caches that were asked in vain.
    pub misses: Vec<CacheMiss>,
    /// Set if nobody has the path and the last cache failed: rule 3 decides what follows.
    pub failed: Option<Fault>,
}

/// A cache has the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The cache's name.
    pub cache: Rc<str>,
    /// What it says.
    pub info: Rc<NarInfo>,
}

impl<'a> Substituters<'a> {
    /// Sorts caches into the order in which they are asked and drops those that are not.
    ///
    /// Of two with one name the first counts; equal priorities keep their order.
    #[must_use]
    pub fn new(caches: impl IntoIterator<Item = &'a BinaryCache>, store_dir: &StoreDir) -> Self {
        let mut all = Self::default();
        for cache in caches {
            let name = Rc::clone(cache.name());
            if all.caches.iter().any(|other| *other.name() == name) {
                all.dropped.push(Dropped::Duplicate { cache: name });
                continue;
            }
            match &cache.info().store_dir {
                Some(theirs) if theirs != store_dir.as_str() => {
                    all.dropped.push(Dropped::StoreDir {
                        cache: name,
                        theirs: theirs.to_string(),
                        ours: store_dir.clone(),
                    });
                }
                _ => all.caches.push(cache),
            }
        }
        all.caches.sort_by_key(|cache| cache.priority());
        all
    }

    /// Returns the caches in the order in which they are asked.
    #[must_use]
    pub fn caches(&self) -> &[&'a BinaryCache] {
        &self.caches
    }

    /// Returns the caches that are not asked.
    #[must_use]
    pub fn dropped(&self) -> &[Dropped] {
        &self.dropped
    }

    /// Asks one cache after the other until one has the path.
    #[must_use]
    pub fn look_up(&self, path: &StorePath) -> Lookup {
        let mut lookup = Lookup {
            hit: None,
            misses: Vec::new(),
            failed: None,
        };
        for cache in &self.caches {
            // Only a failure of the last cache counts: the reference logs earlier ones and goes on.
            lookup.failed = None;
            let kind = match cache.entry(path) {
                Entry::Present(info) if info.path == *path => {
                    lookup.hit = Some(Hit {
                        cache: Rc::clone(cache.name()),
                        info,
                    });
                    break;
                }
                Entry::Present(info) => MissKind::OtherName(info.path.clone()),
                Entry::Absent => MissKind::NotFound,
                Entry::Forbidden => MissKind::Forbidden,
                Entry::Failed(fault) => {
                    lookup.failed = Some(fault.clone());
                    MissKind::Failed(fault)
                }
            };
            lookup.misses.push(CacheMiss {
                cache: Rc::clone(cache.name()),
                kind,
            });
        }
        lookup
    }
}
