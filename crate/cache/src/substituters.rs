//! The caches that are asked, in their order, and what they say together about a path.
//!
//! Rules 3, 7–10, 12 and 16; source: `getDefaultSubstituters` and `Store::querySubstitutablePathInfos` in `libstore`.

use std::cell::{Cell, Ref, RefCell};
use std::fmt;
use std::rc::Rc;

use drvlab_store::order;
use drvlab_store::{
    ContentAddress, HashedMap, NarInfo, OutputId, Realisation, StoreDir, StorePath,
};

use crate::binary_cache::{BinaryCache, Entry, Fault};
use crate::memory::{Memory, Recollection};
use crate::reason::{CacheMiss, MissKind, Reason};
use crate::settings::Settings;

/// Why a cache is not asked at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// Rule 7: its paths are for another store directory.
    StoreDir {
        /// The cache.
        cache: Rc<str>,
        /// Its store directory.
        theirs: String,
        /// The one that it was opened for.
        ours: StoreDir,
    },
    /// Rule 7: it is listed twice; no warning in the reference.
    Duplicate {
        /// The cache.
        cache: Rc<str>,
    },
    /// Rule 7: its URL is none of a store.
    NoStore {
        /// The cache.
        cache: Rc<str>,
        /// What the reference says.
        why: String,
    },
    /// Rule 7: it cannot be opened.
    Unreachable {
        /// The cache.
        cache: Rc<str>,
        /// Why.
        fault: Fault,
    },
    /// Rule 8: a user who is not trusted may not add it.
    Untrusted {
        /// The cache.
        cache: Rc<str>,
    },
}

impl Dropped {
    /// Returns the number of the rule that decided.
    #[must_use]
    pub const fn rule(&self) -> u8 {
        match self {
            Self::StoreDir { .. }
            | Self::Duplicate { .. }
            | Self::NoStore { .. }
            | Self::Unreachable { .. } => 7,
            Self::Untrusted { .. } => 8,
        }
    }

    /// Returns the cache's name.
    #[must_use]
    pub const fn cache(&self) -> &Rc<str> {
        match self {
            Self::StoreDir { cache, .. }
            | Self::Duplicate { cache }
            | Self::NoStore { cache, .. }
            | Self::Unreachable { cache, .. }
            | Self::Untrusted { cache } => cache,
        }
    }

    /// Says what would let the cache be asked; nothing for a duplicate.
    #[must_use]
    pub const fn fix(&self) -> Option<&'static str> {
        match self {
            Self::StoreDir { .. } => Some(
                "use a cache of this store directory, since paths of another one are other paths",
            ),
            Self::Duplicate { .. } => None,
            Self::NoStore { .. } => Some("write a whole URL, such as https://cache.example.org"),
            Self::Unreachable { .. } => {
                Some("bring the cache back, or take it from 'substituters'")
            }
            Self::Untrusted { .. } => Some(
                "let the administrator add it to 'trusted-substituters', or the user to 'trusted-users'",
            ),
        }
    }
}

impl fmt::Display for Dropped {
    /// Writes the reference's wording, where it has one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StoreDir {
                cache,
                theirs,
                ours,
            } => write!(
                f,
                "binary cache '{cache}' is for Nix stores with prefix '{theirs}', not '{ours}'"
            ),
            Self::Duplicate { cache } => write!(f, "binary cache '{cache}' is listed twice"),
            Self::NoStore { why, .. } => f.write_str(why),
            Self::Unreachable { fault, .. } => fault.fmt(f),
            Self::Untrusted { cache } => write!(
                f,
                "ignoring untrusted substituter '{cache}', you are not a trusted user"
            ),
        }
    }
}

/// The caches that are asked, in their order.
#[derive(Debug, Default)]
pub struct Substituters<'a> {
    caches: Vec<&'a BinaryCache>,
    dropped: Vec<Dropped>,
    settings: Settings,
    memory: Option<&'a Memory>,
    /// Caches that did not answer and are left alone for a minute, by index.
    disabled: RefCell<HashedMap<usize, Disabled>>,
    /// Milliseconds since the client began.
    now: Cell<u64>,
    /// What was asked and answered, to be remembered.
    asked: RefCell<Vec<Asked>>,
}

/// A cache that did not answer.
#[derive(Debug)]
struct Disabled {
    /// Milliseconds after the client's beginning at which it is asked again.
    until: u64,
    /// What it had said of paths before.
    said: HashedMap<StorePath, Option<Rc<NarInfo>>>,
}

/// Milliseconds for which a cache that did not answer is left alone. Source: `libstore/http-binary-cache-store.cc`.
const LEFT_ALONE: u64 = 60_000;

/// A question that went to a cache, and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The cache.
    pub cache: Rc<str>,
    /// What it was asked, and what it says.
    pub about: About,
}

/// What a cache was asked about, and what it says if it has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A store path.
    Path(StorePath, Option<Rc<NarInfo>>),
    /// A floating output.
    Output(OutputId, Option<Realisation>),
}

/// What the caches say together about one path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Of two with one name the first counts; equal priorities keep their order. Without `memory` nothing was asked before.
    #[must_use]
    pub fn new(
        caches: impl IntoIterator<Item = &'a BinaryCache>,
        settings: &Settings,
        memory: Option<&'a Memory>,
    ) -> Self {
        let mut all = Self {
            settings: settings.clone(),
            memory,
            ..Self::default()
        };
        for cache in caches {
            match all.objection(cache) {
                Some(dropped) => all.dropped.push(dropped),
                None => all.caches.push(cache),
            }
        }
        order::sort_by_key(&mut all.caches, |cache| cache.priority());
        all
    }

    /// Returns why a cache is not asked, if it is not.
    fn objection(&self, cache: &BinaryCache) -> Option<Dropped> {
        let name = Rc::clone(cache.name());
        let allowed = self.settings.allowed_caches.as_ref();
        if allowed.is_some_and(|allowed| !allowed.contains(&*name)) {
            return Some(Dropped::Untrusted { cache: name });
        }
        if self.caches.iter().any(|other| *other.name() == name) {
            return Some(Dropped::Duplicate { cache: name });
        }
        if let Some(why) = cache.conditions().no_store.clone() {
            return Some(Dropped::NoStore { cache: name, why });
        }
        let ttl = &self.settings.times_to_live;
        let known = cache.is_http() && self.memory.is_some_and(|memory| memory.knows(&name, ttl));
        let fault = cache.opening_fault(&self.settings.patience);
        if let Some(fault) = fault.filter(|_| !known) {
            return Some(Dropped::Unreachable { cache: name, fault });
        }
        match &cache.info().store_dir {
            Some(theirs) if theirs != cache.store_dir().as_str() => Some(Dropped::StoreDir {
                cache: name,
                theirs: theirs.to_string(),
                ours: cache.store_dir().clone(),
            }),
            _ => None,
        }
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

    /// Takes the list of questions that were asked since the last time; remembering them is up to the caller.
    #[must_use]
    pub fn take_asked(&self) -> Vec<Asked> {
        self.asked.take()
    }

    /// Returns the path under which a cache would have it; none if it cannot have it (rule 9).
    ///
    /// A store object with a content address and without references is the same under each store directory.
    #[must_use]
    pub fn path_in(
        &self,
        cache: &BinaryCache,
        path: &StorePath,
        address: Option<&ContentAddress>,
    ) -> Option<StorePath> {
        if *cache.store_dir() == self.settings.store_dir {
            return Some(path.clone());
        }
        let name = path.name().as_bytes();
        address?.path(cache.store_dir(), name).ok()
    }

    /// Asks one cache for a path, or finds that there is no need to ask.
    ///
    /// # Errors
    /// What the cache answered if it does not have the path.
    pub fn ask(&self, index: usize, path: &StorePath) -> Result<Rc<NarInfo>, MissKind> {
        let cache = self.caches[index];
        let ttl = &self.settings.times_to_live;
        let memory = self.memory.filter(|_| cache.is_http());
        let recollection = memory.map(|memory| memory.recall(cache.name(), path, ttl));
        match recollection {
            Some(Recollection::Miss { expires_in }) => {
                return Err(MissKind::Remembered { expires_in });
            }
            Some(Recollection::Hit(info)) => return named(info, path),
            Some(Recollection::Nothing) | None => {}
        }
        if let Some(disabled) = self.left_alone(index) {
            return match disabled.said.get(path) {
                Some(Some(info)) => named(Rc::clone(info), path),
                Some(None) => Err(MissKind::NotFound),
                None => Err(MissKind::Disabled),
            };
        }
        let entry = cache.entry(path, &self.settings.patience);
        if !matches!(entry, Entry::Failed(_)) {
            let info = match &entry {
                Entry::Present(info) => Some(Rc::clone(info)),
                _ => None,
            };
            self.note(cache, About::Path(path.clone(), info));
        }
        match entry {
            Entry::Present(info) => named(info, path),
            Entry::Absent => Err(MissKind::NotFound),
            Entry::Forbidden => Err(MissKind::Forbidden),
            Entry::Failed(fault) => {
                self.note_fault(index, &fault);
                Err(MissKind::Failed(fault))
            }
        }
    }

    /// Notes what a cache answered, if that is remembered.
    fn note(&self, cache: &BinaryCache, about: About) {
        if cache.is_http() {
            let cache = Rc::clone(cache.name());
            self.asked.borrow_mut().push(Asked { cache, about });
        }
    }

    /// Returns why nothing can be fetched if there is no cache to ask.
    #[must_use]
    pub fn no_caches(&self) -> Reason {
        let mut dropped = self.dropped.iter();
        let dropped = dropped.find(|it| !matches!(it, Dropped::Duplicate { .. }));
        Reason::NoCaches {
            dropped: dropped.cloned().map(Box::new),
        }
    }

    /// Lets a cache be left alone from now on if it did not answer and that is what the client does then.
    pub fn note_fault(&self, index: usize, fault: &Fault) {
        let cache = self.caches[index];
        if !fault.unanswered || !self.settings.fallback || !cache.is_http() {
            return;
        }
        if self.is_disabled(index) {
            return;
        }
        let asked = self.asked.borrow();
        let own = asked.iter().filter(|asked| asked.cache == *cache.name());
        let said = own.filter_map(|asked| match &asked.about {
            About::Path(path, info) => Some((path.clone(), info.clone())),
            About::Output(..) => None,
        });
        let disabled = Disabled {
            until: self.now.get().saturating_add(LEFT_ALONE),
            said: said.collect(),
        };
        self.disabled.borrow_mut().insert(index, disabled);
    }

    /// Tells whether a cache is left alone because it did not answer before.
    #[must_use]
    pub fn is_disabled(&self, index: usize) -> bool {
        self.left_alone(index).is_some()
    }

    /// Tells whether a cache did not answer, so that it matters how late it is.
    #[must_use]
    pub fn any_failed(&self) -> bool {
        !self.disabled.borrow().is_empty()
    }

    /// Says how late it is, in milliseconds since the client began: builds take time, after which caches are asked again.
    pub fn set_time(&self, now: u64) {
        self.now.set(now);
    }

    fn left_alone(&self, index: usize) -> Option<Ref<'_, Disabled>> {
        let disabled = Ref::filter_map(self.disabled.borrow(), |all| all.get(&index));
        disabled.ok().filter(|it| it.until > self.now.get())
    }

    /// Asks one cache after the other until one has the path, as the dry run does.
    #[must_use]
    pub fn look_up(&self, path: &StorePath, address: Option<&ContentAddress>) -> Lookup {
        let mut lookup = Lookup::default();
        for (index, cache) in self.caches.iter().enumerate() {
            // Only a failure of the last cache counts: the reference logs earlier ones and goes on.
            lookup.failed = None;
            // The dry run looks for the path of its own store directory even in a cache for another one.
            let foreign = *cache.store_dir() != self.settings.store_dir;
            let kind = if foreign && address.is_none() {
                MissKind::OtherStoreDir
            } else {
                match self.ask(index, path) {
                    Ok(info) => {
                        lookup.hit = Some(Hit {
                            cache: Rc::clone(cache.name()),
                            info,
                        });
                        break;
                    }
                    Err(MissKind::Failed(fault)) => {
                        lookup.failed = Some(fault.clone());
                        MissKind::Failed(fault)
                    }
                    Err(_) if foreign => MissKind::OtherStoreDir,
                    Err(miss) => miss,
                }
            };
            lookup.misses.push(CacheMiss {
                cache: Rc::clone(cache.name()),
                kind,
            });
        }
        lookup
    }

    /// Asks one cache after the other what an output turned out to be.
    ///
    /// The answer is believed whoever signed it: 2.34 does not look.
    #[must_use]
    pub fn realisation(&self, id: &OutputId) -> RealisationLookup {
        let mut lookup = RealisationLookup::default();
        for (index, cache) in self.caches.iter().enumerate() {
            let name = Rc::clone(cache.name());
            let kind = match self.ask_realisation(index, cache, id) {
                Ok(found) => {
                    lookup.found = Some((name, found));
                    break;
                }
                Err(kind) => kind,
            };
            let fault = match &kind {
                MissKind::Failed(fault) => Some(fault.clone()),
                MissKind::Disabled => Some(disabled(&name)),
                _ => None,
            };
            if lookup.failed.is_none() {
                lookup.failed = fault;
            }
            lookup.misses.push(CacheMiss { cache: name, kind });
        }
        lookup
    }

    /// Asks one cache what an output turned out to be, or finds that there is no need to ask.
    fn ask_realisation(
        &self,
        index: usize,
        cache: &BinaryCache,
        id: &OutputId,
    ) -> Result<Realisation, MissKind> {
        let ttl = &self.settings.times_to_live;
        let memory = self.memory.filter(|_| cache.is_http());
        match memory.map(|memory| memory.recall_realisation(cache.name(), id, ttl)) {
            Some(Recollection::Miss { expires_in }) => {
                return Err(MissKind::Remembered { expires_in });
            }
            Some(Recollection::Hit(found)) => return Ok(found),
            Some(Recollection::Nothing) | None => {}
        }
        if self.is_disabled(index) {
            return Err(MissKind::Disabled);
        }
        match cache.realisation(id, &self.settings.patience) {
            Ok(found) => {
                self.note(cache, About::Output(id.clone(), found.clone()));
                found.ok_or(MissKind::NoRealisation)
            }
            Err(fault) => {
                self.note_fault(index, &fault);
                Err(MissKind::Failed(fault))
            }
        }
    }
}

/// What the caches say together about a realisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RealisationLookup {
    /// The first cache that has it, and what it says.
    pub found: Option<(Rc<str>, Realisation)>,
    /// What was wrong with the caches that were asked in vain.
    pub misses: Vec<CacheMiss>,
    /// The failure of the first cache that failed before one had it.
    pub failed: Option<Fault>,
}

/// Compares the name that was asked for with the one that was found.
fn named(info: Rc<NarInfo>, path: &StorePath) -> Result<Rc<NarInfo>, MissKind> {
    if info.path == *path {
        Ok(info)
    } else {
        Err(MissKind::OtherName(info.path.clone()))
    }
}

/// Returns what the reference says when it would need a cache that it leaves alone.
#[must_use]
pub fn disabled(cache: &str) -> Fault {
    Fault::new(format!("substituter '{cache}' is disabled"))
}
