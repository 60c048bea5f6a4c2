//! One binary cache: `nix-cache-info` and narinfo files by hash part, as in a real one.
//!
//! What it contains comes from texts that a [`CacheSource`] reads on demand, or was put there by [`crate::farm`].
//! Which of several caches is asked first is decided in [`crate::substituters`].

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use drvlab_store::store_path::HASH_PART_BYTES;
use drvlab_store::{CacheInfo, NarInfo, StoreDir, StorePath};
use rustc_hash::FxHashMap;

/// The 20 bytes of a store path's hash part, by which a cache is asked.
type HashPart = [u8; HASH_PART_BYTES];

/// What a place that holds narinfo files answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The text of the file.
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

/// A place that holds narinfo files, such as a folder.
pub trait CacheSource {
    /// Reads the file of this name, for example `00bgd045z0d4icpbc2yyz4gx48ak44la.narinfo`.
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

/// A binary cache.
pub struct BinaryCache {
    name: Rc<str>,
    info: CacheInfo,
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
            store_dir,
            source: None,
            entries: RefCell::default(),
        }
    }

    /// Makes a cache whose narinfo files are read on demand, each at most once.
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

    /// Returns the priority, stated or [`CacheInfo::DEFAULT_PRIORITY`]; lower is asked first.
    #[must_use]
    pub fn priority(&self) -> i32 {
        self.info.priority.unwrap_or(CacheInfo::DEFAULT_PRIORITY)
    }

    /// Looks a hash part up, whatever name the store object has.
    #[must_use]
    pub fn entry(&self, path: &StorePath) -> Entry {
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

    /// Tells whether it has exactly this store object.
    #[must_use]
    pub fn contains(&self, path: &StorePath) -> bool {
        matches!(self.entry(path), Entry::Present(info) if info.path == *path)
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
        infos.sort_by(|a, b| a.path.cmp(&b.path));
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
