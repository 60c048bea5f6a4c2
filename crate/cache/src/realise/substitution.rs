//! Goals that fetch one path with all that it refers to.
//!
//! Rules 9–15; source: `libstore/build/substitution-goal.cc`.

use std::borrow::Cow;
use std::rc::Rc;

use drvlab_build::StoreObject;
use drvlab_store::{
    ContentAddress, ContentAddressMethod, Hash, HashedMap, HashedSet, NarInfo, OrderedSet,
    StorePath, nar,
};

use super::{Done, Step, World, written_derivation};
use crate::binary_cache::{Archive, BinaryCache, Fault};
use crate::compression::{CompressionError, decompress};
use crate::conditions::Patience;
use crate::local_store::LocalStore;
use crate::reason::{CacheMiss, MissKind};
use crate::settings::Settings;
use crate::substituters::disabled;

/// Largest archive that is unpacked, in bytes.
pub const MAX_ARCHIVE: usize = 256 << 20;

/// Why a path was not fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFetched {
    /// What each cache answered.
    pub misses: Vec<CacheMiss>,
    /// Whether a cache that has it failed, so that without `fallback` nothing is built instead.
    pub failed: bool,
}

/// Why everything ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abort(pub Fault);

/// Steps so far, and which made which path.
#[derive(Debug, Default)]
pub struct Log {
    /// In order.
    pub steps: Vec<Done>,
    /// The step that made a path.
    pub made_by: HashedMap<StorePath, usize>,
    /// Downloads that came to nothing.
    pub broken: Vec<(StorePath, CacheMiss)>,
    /// The steps without which nobody would ask for what is fetched now.
    pub waits_for: OrderedSet<usize>,
    /// What was warned about, without "warning: ".
    pub warnings: Vec<Rc<str>>,
}

/// Fetches paths.
pub struct Fetcher<'a> {
    world: &'a World<'a>,
    /// Paths that were looked for in vain.
    missing: HashedMap<StorePath, NotFetched>,
    open: HashedSet<StorePath>,
}

/// A path that is being looked for.
struct Goal {
    path: StorePath,
    address: Option<ContentAddress>,
    /// The cache that is next.
    cache: usize,
    /// What the present cache says.
    found: Option<Found>,
    misses: Vec<CacheMiss>,
    /// The failure of the last cache.
    last_failure: Option<Fault>,
    /// Milliseconds that the questions took so far.
    known_at: u64,
}

/// What a cache says of a path, while the paths that it refers to are looked for.
struct Found {
    info: Rc<NarInfo>,
    /// References that are still to be looked for.
    left: std::vec::IntoIter<StorePath>,
    /// The one that is being looked for.
    current: Option<StorePath>,
    /// The first one that is not to be had, and whether a cache failed.
    without: Option<(StorePath, bool)>,
}

/// What became of a path.
enum End {
    Valid,
    Missing(NotFetched),
}

impl<'a> Fetcher<'a> {
    /// Makes a fetcher that has looked for nothing yet.
    #[must_use]
    pub fn new(world: &'a World<'a>) -> Self {
        Self {
            world,
            missing: HashedMap::new(),
            open: HashedSet::new(),
        }
    }

    /// Forgets what was looked for in vain, since more is there now.
    pub fn forget(&mut self) {
        self.missing.clear();
    }

    /// Makes a path valid by fetching it and all that it refers to; works at any depth.
    ///
    /// # Errors
    /// [`Abort`] if a cache failure ends everything. That the path is not to be had is a result.
    pub fn fetch(
        &mut self,
        path: &StorePath,
        address: Option<ContentAddress>,
        known_at: u64,
        local: &mut LocalStore,
        log: &mut Log,
    ) -> Result<Result<(), NotFetched>, Abort> {
        self.open.clear();
        let mut stack = Vec::new();
        let mut end = self.start(path.clone(), address, known_at, local, &mut stack);
        while let Some(goal) = stack.last_mut() {
            if let (Some(ended), Some(found)) = (end.take(), &mut goal.found) {
                // It was a reference of the goal on top.
                let reference = found.current.take();
                if let (End::Missing(why), Some(reference)) = (ended, reference) {
                    // The others are fetched all the same: the reference has begun with all of them.
                    found.without.get_or_insert((reference, why.failed));
                }
            }
            let Some(found) = &mut goal.found else {
                if let Some(failed) = self.ask(goal)? {
                    end = self.finish(&mut stack, failed);
                }
                continue;
            };
            if let Some(reference) = found.left.next() {
                if self.open.contains(&reference) {
                    let message = format!("the references of '{}' form a cycle", goal.path);
                    return Err(Abort(Fault::new(message)));
                }
                found.current = Some(reference.clone());
                let known_at = goal.known_at;
                end = self.start(reference, None, known_at, local, &mut stack);
                continue;
            }
            if let Some((reference, failed)) = found.without.take() {
                goal.misses.push(CacheMiss {
                    cache: Rc::clone(self.world.substituters.caches()[goal.cache - 1].name()),
                    kind: MissKind::ReferenceMissing { reference, failed },
                });
                // The next cache is not tried.
                end = self.finish(&mut stack, failed);
                continue;
            }
            if self.download(goal, local, log) {
                self.open.remove(&goal.path);
                stack.pop();
                end = Some(End::Valid);
            }
        }
        Ok(match end {
            Some(End::Missing(why)) => Err(why),
            Some(End::Valid) | None => Ok(()),
        })
    }

    /// Looks at a path, and opens a goal unless it is known what becomes of it.
    fn start(
        &mut self,
        path: StorePath,
        address: Option<ContentAddress>,
        known_at: u64,
        local: &LocalStore,
        stack: &mut Vec<Goal>,
    ) -> Option<End> {
        if local.contains(&path) {
            return Some(End::Valid);
        }
        if let Some(why) = self.missing.get(&path) {
            return Some(End::Missing(why.clone()));
        }
        self.open.insert(path.clone());
        stack.push(Goal {
            path,
            address,
            cache: 0,
            found: None,
            misses: Vec::new(),
            last_failure: None,
            known_at,
        });
        None
    }

    /// Ends the goal on top in vain.
    fn finish(&mut self, stack: &mut Vec<Goal>, failed: bool) -> Option<End> {
        let goal = stack.pop()?;
        self.open.remove(&goal.path);
        let why = NotFetched {
            misses: goal.misses,
            failed,
        };
        self.missing.insert(goal.path, why.clone());
        Some(End::Missing(why))
    }

    /// Asks the next cache; if there is none, tells whether one failed that has it.
    fn ask(&self, goal: &mut Goal) -> Result<Option<bool>, Abort> {
        let Some(&cache) = self.world.substituters.caches().get(goal.cache) else {
            if let (Some(fault), false) = (goal.last_failure.take(), self.world.settings.fallback) {
                return Err(Abort(fault));
            }
            let broken = |miss: &CacheMiss| matches!(miss.kind, MissKind::NarBroken(_));
            return Ok(Some(goal.misses.iter().any(broken)));
        };
        let index = goal.cache;
        goal.cache += 1;
        goal.last_failure = None;
        goal.known_at = goal
            .known_at
            .saturating_add(cache.answer_time(&goal.path, &self.world.settings.patience));
        match self.answer(index, cache, goal)? {
            Ok(info) => {
                let others = info.references.iter().filter(|it| **it != goal.path);
                goal.found = Some(Found {
                    left: others.cloned().collect::<Vec<_>>().into_iter(),
                    current: None,
                    without: None,
                    info,
                });
            }
            Err(kind) => {
                if let MissKind::Failed(fault) = &kind {
                    goal.last_failure = Some(fault.clone());
                }
                let cache = Rc::clone(cache.name());
                goal.misses.push(CacheMiss { cache, kind });
            }
        }
        Ok(None)
    }

    /// Fails at signatures as the reference does that it cannot even look at.
    fn check_signatures(&self, cache: &BinaryCache, info: &NarInfo) -> Result<(), Abort> {
        let Settings {
            require_sigs,
            trusted_public_keys,
            store_dir,
            ..
        } = self.world.settings;
        let looked_at =
            *require_sigs && !cache.is_trusted() && !info.is_content_addressed(store_dir);
        let mut signatures = info.signatures.iter();
        if looked_at && signatures.any(|it| trusted_public_keys.chokes_on(it)) {
            return Err(Abort(Fault::new("signature is not valid")));
        }
        Ok(())
    }

    /// Returns what a cache says of a path, if that can be used.
    fn answer(
        &self,
        index: usize,
        cache: &BinaryCache,
        goal: &Goal,
    ) -> Result<Result<Rc<NarInfo>, MissKind>, Abort> {
        let info = match self.unchecked_answer(index, cache, goal) {
            Ok(info) => info,
            Err(kind) => return Ok(Err(kind)),
        };
        self.check_signatures(cache, &info)?;
        Ok(self.trusted(cache, info))
    }

    /// Returns what a cache says of a path, whoever signed it.
    fn unchecked_answer(
        &self,
        index: usize,
        cache: &BinaryCache,
        goal: &Goal,
    ) -> Result<Rc<NarInfo>, MissKind> {
        let sub_path = self
            .world
            .substituters
            .path_in(cache, &goal.path, goal.address.as_ref());
        let sub_path = sub_path.ok_or(MissKind::OtherStoreDir)?;
        let mut info = self.world.substituters.ask(index, &sub_path)?;
        if info.path != goal.path {
            if !info.references.is_empty() || !info.is_content_addressed(cache.store_dir()) {
                return Err(MissKind::OtherStoreDir);
            }
            let mut renamed = (*info).clone();
            renamed.path = goal.path.clone();
            info = Rc::new(renamed);
        }
        Ok(info)
    }

    /// Returns what a cache says if it is trusted.
    fn trusted(&self, cache: &BinaryCache, info: Rc<NarInfo>) -> Result<Rc<NarInfo>, MissKind> {
        let settings = self.world.settings;
        let must_be_signed = settings.require_sigs && !cache.is_trusted();
        if must_be_signed && !info.is_content_addressed(&settings.store_dir) {
            let keys = &settings.trusted_public_keys;
            if info
                .good_signatures(&settings.store_dir, keys)
                .next()
                .is_none()
            {
                let signed_by = info.signatures.iter().map(|it| it.key_name.clone());
                return Err(MissKind::NotSigned {
                    signed_by: signed_by.collect(),
                });
            }
        }
        Ok(info)
    }

    /// Downloads what was found; if that fails, the next cache is next.
    fn download(&self, goal: &mut Goal, local: &mut LocalStore, log: &mut Log) -> bool {
        let Some(Found { info, .. }) = goal.found.take() else {
            return false;
        };
        let patience = &self.world.settings.patience;
        let cache = self.world.substituters.caches()[goal.cache - 1];
        let name = Rc::clone(cache.name());
        let unpacked = if self.world.substituters.is_disabled(goal.cache - 1) {
            Err(MissKind::NarBroken(disabled(&name)))
        } else {
            unpack(cache, &info, patience)
        };
        let checked = unpacked.and_then(|object| {
            let World {
                graph, settings, ..
            } = *self.world;
            let (path, store_dir) = (&goal.path, &settings.store_dir);
            let warnings = &mut log.warnings;
            match written_derivation::check(path, &object, graph, local, store_dir, warnings) {
                Ok(()) => Ok(object),
                Err(why) => Err(MissKind::NarBroken(Fault::new(why))),
            }
        });
        match checked {
            Ok(object) => {
                let size = if info.file_size > 0 {
                    info.file_size
                } else {
                    info.nar_size
                };
                let references = info.references.iter();
                let references = references.filter_map(|path| log.made_by.get(path));
                let after: OrderedSet<usize> = references.chain(&log.waits_for).copied().collect();
                let done = Done {
                    after: after.into_iter().collect(),
                    known_at: goal.known_at,
                    step: Step::Fetch {
                        path: goal.path.clone(),
                        cache: name,
                        info,
                        duration: cache.download_time(&goal.path, size, patience),
                    },
                };
                log.made_by.insert(goal.path.clone(), log.steps.len());
                log.steps.push(done);
                local.insert_object(goal.path.clone(), Rc::new(object));
                true
            }
            Err(kind) => {
                if let MissKind::NarBroken(fault) = &kind {
                    self.world.substituters.note_fault(goal.cache - 1, fault);
                }
                let miss = CacheMiss { cache: name, kind };
                log.broken.push((goal.path.clone(), miss.clone()));
                goal.misses.push(miss);
                false
            }
        }
    }
}

/// Reads the archive of a store object and compares it with what the narinfo says.
fn unpack(
    cache: &BinaryCache,
    info: &NarInfo,
    patience: &Patience,
) -> Result<StoreObject, MissKind> {
    let broken = |text: String| MissKind::NarBroken(Fault::new(text));
    let file = match cache.archive(info, patience) {
        Archive::Simulated => return Ok(StoreObject::of_narinfo(info)),
        Archive::Gone => return Err(MissKind::NarGone),
        Archive::Failed(fault) => return Err(MissKind::NarBroken(fault)),
        Archive::File(file) => file,
    };
    let unpacked = match cache.unpacked(&info.url) {
        Some(Ok(nar)) => Ok(Cow::Borrowed(&**nar)),
        Some(Err(why)) => return Err(broken(why.to_string())),
        None => decompress(info.compression.as_ref(), &file, MAX_ARCHIVE),
    };
    let bytes = match unpacked {
        Ok(bytes) => bytes,
        // Here the word of the narinfo is taken for it, so that the plan is right at least.
        Err(CompressionError::NotHere(_)) => return Ok(StoreObject::of_narinfo(info)),
        Err(error) => return Err(broken(error.to_string())),
    };
    let tree = nar::read(&bytes).map_err(|error| broken(error.to_string()))?;
    let algorithm = info.nar_hash.algorithm();
    // The wording is the reference's, up to where it goes on in further lines.
    if Hash::of(algorithm, &bytes) != info.nar_hash {
        return Err(broken(format!(
            "hash mismatch importing path '{}'",
            info.path
        )));
    }
    if bytes.len() as u64 != info.nar_size {
        return Err(broken(format!(
            "size mismatch importing path '{}'",
            info.path
        )));
    }
    if let Some(ContentAddress { method, hash }) = info.content_address {
        let own = info.path.hash_part();
        let found = drvlab_build::content_hash(&bytes, method, hash.algorithm(), &own);
        if found != Some(hash) && method != ContentAddressMethod::Git {
            return Err(broken(format!(
                "ca hash mismatch importing path '{}'",
                info.path
            )));
        }
    }
    Ok(StoreObject {
        tree: Some(Rc::new(tree)),
        ..StoreObject::of_narinfo(info)
    })
}
