//! One binary cache: `nix-cache-info`, narinfos by hash part, realisations and archives, as in a real one.
//!
//! What it contains comes from files that a [`CacheSource`] reads on demand, or was put there by [`crate::farm`].
//! What goes wrong with it is said by its [`Conditions`]. Which of several caches is asked first is decided in
//! [`crate::substituters`].

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use bstr::BString;
use drvlab_store::order;
use drvlab_store::store_path::HASH_PART_BYTES;
use drvlab_store::{CacheInfo, NarInfo, OutputId, Realisation, StoreDir, StorePath};
use rustc_hash::FxHashMap;

use crate::conditions::{Conditions, PathFault};

/// The 20 bytes of a store path's hash part, by which a cache is asked.
type HashPart = [u8; HASH_PART_BYTES];

/// What a place that holds the files of a cache answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The bytes of the file.
    Text(Vec<u8>),
    /// There is no such file (HTTP status 404).
    NotFound,
    /// The file may not be read (HTTP status 403); it counts as absent.
    Forbidden,
}

/// Why a cache gave no usable answer; the text is complete and meant for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub Rc<str>);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

/// A place that holds the files of a cache, such as a folder.
pub trait CacheSource {
    /// Reads the file of this name, for example `00bgd045z0d4icpbc2yyz4gx48ak44la.narinfo` or `nar/….nar.xz`.
    ///
    /// Names come from narinfo files, so they can be anything; a source must not leave its place.
    ///
    /// # Errors
    /// The place cannot be read. A file that is not there is an [`Answer`].
    fn read(&self, file_name: &str) -> Result<Answer, Fault>;
}

/// What a cache says about a hash part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// It has a store object with this hash part.
    Present(Rc<NarInfo>),
    /// It has none.
    Absent,
    /// It does not let it be seen, which counts as absent.
    Forbidden,
    /// It failed.
    Failed(Fault),
}

/// The archive of a store object, as a cache hands it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Archive {
    /// There are no bytes, because the build was simulated; hash and size are as the narinfo says.
    Simulated,
    /// Its bytes, compressed as the narinfo says.
    File(Rc<[u8]>),
    /// There is no such file.
    Gone,
    /// It cannot be had, or is another one than the narinfo says.
    Failed(Fault),
}

/// A binary cache.
pub struct BinaryCache {
    name: Rc<str>,
    info: CacheInfo,
    conditions: Conditions,
    /// Whether store objects from it need no signature (`trusted=true` in its URL).
    trusted: bool,
    /// Realisations that are in memory.
    realisations: FxHashMap<OutputId, Realisation>,
    /// Archives that are in memory, by their URL within the cache.
    archives: FxHashMap<BString, Rc<[u8]>>,
    /// The store directory that paths in narinfo files begin with.
    store_dir: StoreDir,
    source: Option<Box<dyn CacheSource>>,
    /// What is known: all there is without a source, else what was asked before.
    entries: RefCell<FxHashMap<HashPart, Entry>>,
}

impl fmt::Debug for BinaryCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BinaryCache")
            .field("name", &self.name)
            .field("info", &self.info)
            .field("entries", &self.entries.borrow().len())
            .finish_non_exhaustive()
    }
}

impl BinaryCache {
    /// Makes an empty cache in memory; `name` is its URL or host, as people know it.
    #[must_use]
    pub fn new(name: &str, info: CacheInfo, store_dir: StoreDir) -> Self {
        Self {
            name: name.into(),
            info,
            conditions: Conditions::default(),
            trusted: false,
            realisations: FxHashMap::default(),
            archives: FxHashMap::default(),
            store_dir,
            source: None,
            entries: RefCell::default(),
        }
    }

    /// Makes a cache whose files are read on demand, narinfos at most once.
    #[must_use]
    pub fn with_source(
        name: &str,
        info: CacheInfo,
        store_dir: StoreDir,
        source: Box<dyn CacheSource>,
    ) -> Self {
        Self {
            source: Some(source),
            ..Self::new(name, info, store_dir)
        }
    }

    /// Returns its URL or host.
    #[must_use]
    pub const fn name(&self) -> &Rc<str> {
        &self.name
    }

    /// Returns what `nix-cache-info` says.
    #[must_use]
    pub const fn info(&self) -> &CacheInfo {
        &self.info
    }

    /// Sets the priority; lower is asked first.
    pub const fn set_priority(&mut self, priority: i32) {
        self.info.priority = Some(priority);
    }

    /// Sets the store directory that `nix-cache-info` states; none if it states none.
    pub fn set_stated_store_dir(&mut self, store_dir: Option<BString>) {
        self.info.store_dir = store_dir;
    }

    /// Returns the priority, stated or [`CacheInfo::DEFAULT_PRIORITY`]; lower is asked first.
    #[must_use]
    pub fn priority(&self) -> i32 {
        self.info.priority.unwrap_or(CacheInfo::DEFAULT_PRIORITY)
    }

    /// Returns the store directory that its paths begin with.
    #[must_use]
    pub const fn store_dir(&self) -> &StoreDir {
        &self.store_dir
    }

    /// Returns how it answers.
    #[must_use]
    pub const fn conditions(&self) -> &Conditions {
        &self.conditions
    }

    /// Returns how it answers, to be changed.
    pub const fn conditions_mut(&mut self) -> &mut Conditions {
        &mut self.conditions
    }

    /// Tells whether store objects from it need no signature.
    #[must_use]
    pub const fn is_trusted(&self) -> bool {
        self.trusted
    }

    /// Lets store objects from it need no signature, as `?trusted=true` does.
    pub const fn set_trusted(&mut self, trusted: bool) {
        self.trusted = trusted;
    }

    /// Tells whether it is reached over HTTP, so that answers are remembered and failures disable it for a while.
    #[must_use]
    pub fn is_http(&self) -> bool {
        self.name.starts_with("http://") || self.name.starts_with("https://")
    }

    /// Looks a hash part up, whatever name the store object has.
    #[must_use]
    pub fn entry(&self, path: &StorePath) -> Entry {
        let file = || format!("{}.narinfo", path.hash_part());
        if self.conditions.offline {
            return Entry::Failed(self.unreachable(&file()));
        }
        match self.conditions.fault(path) {
            Some(PathFault::NotFound) => Entry::Absent,
            Some(PathFault::Forbidden) => Entry::Forbidden,
            Some(PathFault::ServerError) => {
                let message = format!(
                    "unable to download '{}/{}': HTTP error 500",
                    self.name,
                    file()
                );
                Entry::Failed(Fault(message.into()))
            }
            _ => self.stored(path),
        }
    }

    /// Returns the failure of a cache that does not answer.
    #[must_use]
    pub fn unreachable(&self, file_name: &str) -> Fault {
        let message = format!(
            "unable to download '{}/{file_name}': Could not connect to server",
            self.name
        );
        Fault(message.into())
    }

    /// Looks a hash part up without regard to faults.
    fn stored(&self, path: &StorePath) -> Entry {
        let key = path.hash_bytes();
        if let Some(entry) = self.entries.borrow().get(&key) {
            return entry.clone();
        }
        let Some(source) = &self.source else {
            return Entry::Absent;
        };
        let file_name = format!("{}.narinfo", path.hash_part());
        let entry = match source.read(&file_name) {
            Ok(Answer::Text(text)) => match self.parse(&file_name, &text) {
                Ok(info) => Entry::Present(info),
                Err(fault) => Entry::Failed(fault),
            },
            Ok(Answer::NotFound) => Entry::Absent,
            Ok(Answer::Forbidden) => Entry::Forbidden,
            Err(fault) => Entry::Failed(fault),
        };
        self.entries.borrow_mut().insert(key, entry.clone());
        entry
    }

    /// Looks up what an output turned out to be.
    ///
    /// # Errors
    /// The cache does not answer, or its file is broken.
    pub fn realisation(&self, id: &OutputId) -> Result<Option<Realisation>, Fault> {
        let file_name = id.file_name();
        if self.conditions.offline {
            return Err(self.unreachable(&file_name));
        }
        if let Some(realisation) = self.realisations.get(id) {
            return Ok(Some(realisation.clone()));
        }
        let Some(source) = &self.source else {
            return Ok(None);
        };
        match source.read(&file_name)? {
            Answer::Text(text) => match Realisation::parse(&text) {
                Ok(realisation) => Ok(Some(realisation)),
                Err(error) => {
                    let message = format!("realisation '{file_name}' is corrupt: {error}");
                    Err(Fault(message.into()))
                }
            },
            Answer::NotFound | Answer::Forbidden => Ok(None),
        }
    }

    /// Puts in what an output turned out to be.
    pub fn insert_realisation(&mut self, realisation: Realisation) {
        self.realisations
            .insert(realisation.id.clone(), realisation);
    }

    /// Returns the realisations that are in memory, sorted.
    #[must_use]
    pub fn realisations(&self) -> Vec<&Realisation> {
        let mut all: Vec<_> = self.realisations.values().collect();
        order::sort_by(&mut all, |a, b| a.id.cmp(&b.id));
        all
    }

    /// Puts in the archive that a narinfo's URL names.
    pub fn insert_archive(&mut self, url: impl Into<BString>, bytes: impl Into<Rc<[u8]>>) {
        self.archives.insert(url.into(), bytes.into());
    }

    /// Hands out the archive of a store object.
    #[must_use]
    pub fn archive(&self, info: &NarInfo) -> Archive {
        if self.conditions.offline {
            return Archive::Failed(self.unreachable(&info.url.to_string()));
        }
        let failed = |what: &str| {
            // The wording is the reference's.
            let path = self.store_dir.display(&info.path);
            Archive::Failed(Fault(
                format!("{what} mismatch importing path '{path}'").into(),
            ))
        };
        match self.conditions.fault(&info.path) {
            Some(PathFault::NarMissing) => return Archive::Gone,
            Some(PathFault::WrongNarHash) => return failed("hash"),
            Some(PathFault::WrongNarSize) => return failed("size"),
            _ => {}
        }
        if let Some(bytes) = self.archives.get(&info.url) {
            return Archive::File(Rc::clone(bytes));
        }
        let Some(source) = &self.source else {
            return match self.stored(&info.path) {
                Entry::Present(_) => Archive::Simulated,
                // A remembered answer can be about something that is gone.
                _ => Archive::Gone,
            };
        };
        match source.read(&info.url.to_string()) {
            Ok(Answer::Text(bytes)) => Archive::File(bytes.into()),
            Ok(Answer::NotFound | Answer::Forbidden) => Archive::Gone,
            Err(fault) => Archive::Failed(fault),
        }
    }

    /// Tells whether it has exactly this store object, faults aside.
    #[must_use]
    pub fn contains(&self, path: &StorePath) -> bool {
        matches!(self.stored(path), Entry::Present(info) if info.path == *path)
    }

    /// Puts a store object in, in place of one with the same hash part.
    pub fn insert(&mut self, info: NarInfo) {
        let key = info.path.hash_bytes();
        let entries = self.entries.get_mut();
        entries.insert(key, Entry::Present(Rc::new(info)));
    }

    /// Puts in what the text of a narinfo file says.
    ///
    /// # Errors
    /// The text is no narinfo; the wording is the reference's.
    pub fn insert_text(&mut self, file_name: &str, text: &[u8]) -> Result<(), Fault> {
        let info = self.parse(file_name, text)?;
        let key = info.path.hash_bytes();
        self.entries.get_mut().insert(key, Entry::Present(info));
        Ok(())
    }

    /// Takes a store object out, as a cache's garbage collector does; tells whether it was there.
    pub fn evict(&mut self, path: &StorePath) -> bool {
        let was_there = self.contains(path);
        if was_there {
            let entries = self.entries.get_mut();
            entries.insert(path.hash_bytes(), Entry::Absent);
        }
        was_there
    }

    /// Takes out everything.
    pub fn clear(&mut self) {
        self.source = None;
        self.entries.get_mut().clear();
        self.realisations.clear();
        self.archives.clear();
    }

    /// Returns the narinfos that are in memory, sorted by path.
    #[must_use]
    pub fn narinfos(&self) -> Vec<Rc<NarInfo>> {
        let entries = self.entries.borrow();
        let mut infos: Vec<_> = entries
            .values()
            .filter_map(|entry| match entry {
                Entry::Present(info) => Some(Rc::clone(info)),
                _ => None,
            })
            .collect();
        order::sort_by(&mut infos, |a, b| a.path.cmp(&b.path));
        infos
    }

    fn parse(&self, file_name: &str, text: &[u8]) -> Result<Rc<NarInfo>, Fault> {
        match NarInfo::parse(text, &self.store_dir) {
            Ok(info) => Ok(Rc::new(info)),
            Err(error) => {
                let message = format!("NAR info file '{file_name}' is corrupt: {error}");
                Err(Fault(message.into()))
            }
        }
    }
}
