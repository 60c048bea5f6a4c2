//! One binary cache: `nix-cache-info`, narinfos by hash part, realisations and archives, as in a real one.
//!
//! What it contains comes from files that a [`CacheSource`] reads on demand, or was put there by [`crate::farm`].
//! What goes wrong with it is said by its [`Conditions`]. Which of several caches is asked first is decided in
//! [`crate::substituters`].

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use bstr::BString;
use drvlab_store::narinfo::NarInfoErrorKind;
use drvlab_store::order;
use drvlab_store::store_path::HASH_PART_BYTES;
use drvlab_store::{CacheInfo, HashedMap, NarInfo, OutputId, Realisation, StoreDir, StorePath};

use crate::conditions::{Conditions, Obstacle, PathFault, Patience};

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

/// Why a cache gave no usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// It is complete and meant for people.
    pub text: Rc<str>,
    /// Whether nothing came, rather than something that cannot be used; then the client leaves the cache alone for a while.
    pub unanswered: bool,
}

impl Fault {
    /// Makes a fault of an answer that cannot be used.
    #[must_use]
    pub fn new(text: impl Into<Rc<str>>) -> Self {
        Self {
            text: text.into(),
            unanswered: false,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
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
    realisations: HashedMap<OutputId, Realisation>,
    /// Archives that are in memory, by their URL within the cache.
    archives: HashedMap<BString, Rc<[u8]>>,
    /// What archives unpack to, by URL, or why they do not; for those that are compressed in a way that is not known here.
    unpacked: HashedMap<BString, Result<Rc<[u8]>, Rc<str>>>,
    /// The store directory that paths in narinfo files begin with.
    store_dir: StoreDir,
    source: Option<Box<dyn CacheSource>>,
    /// How many narinfo files of the source are known to make no sense.
    broken: usize,
    /// What is known: all there is without a source, else what was asked before.
    entries: RefCell<HashedMap<HashPart, Entry>>,
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
            realisations: HashedMap::new(),
            archives: HashedMap::new(),
            unpacked: HashedMap::new(),
            store_dir,
            source: None,
            broken: 0,
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

    /// Returns how many narinfo files of an archive make no sense.
    #[must_use]
    pub const fn broken(&self) -> usize {
        self.broken
    }

    /// Notes how many narinfo files make no sense.
    pub(crate) const fn set_broken(&mut self, broken: usize) {
        self.broken = broken;
    }

    /// Tells whether it is reached over HTTP, so that answers are remembered and failures disable it for a while.
    #[must_use]
    pub fn is_http(&self) -> bool {
        self.name.starts_with("http://") || self.name.starts_with("https://")
    }

    /// Looks a hash part up, whatever name the store object has.
    #[must_use]
    pub fn entry(&self, path: &StorePath, patience: &Patience) -> Entry {
        let faults = self.conditions.faults(path);
        match self.obstacle(path, patience) {
            Some(Obstacle::NotFound) => Entry::Absent,
            Some(Obstacle::Forbidden) => Entry::Forbidden,
            Some(obstacle) => Entry::Failed(self.no_answer(&narinfo_name(path), obstacle)),
            None if faults.contains(&PathFault::NarInfoCutOff) => match self.stored(path) {
                Entry::Present(info) => {
                    let mut text = info.to_bytes(&self.store_dir);
                    text.truncate(text.len() / 2);
                    match self.parse(&narinfo_name(path), &text) {
                        Ok(info) => Entry::Present(info),
                        Err(fault) => Entry::Failed(fault),
                    }
                }
                other => other,
            },
            None => self.stored(path),
        }
    }

    /// Returns what keeps a client from getting the narinfo of a path.
    #[must_use]
    pub fn obstacle(&self, path: &StorePath, patience: &Patience) -> Option<Obstacle> {
        self.obstacle_of(path, patience, |fault| match fault {
            PathFault::Status(status) => Some(status),
            _ => None,
        })
    }

    /// Returns what keeps a client from getting the archive of a path.
    #[must_use]
    pub fn archive_obstacle(&self, path: &StorePath, patience: &Patience) -> Option<Obstacle> {
        self.obstacle_of(path, patience, |fault| match fault {
            PathFault::ArchiveStatus(status) => Some(status),
            _ => None,
        })
    }

    /// Returns what keeps a client from getting a file of a path, which is answered with the status that `status` finds in a fault.
    fn obstacle_of(
        &self,
        path: &StorePath,
        patience: &Patience,
        status: fn(PathFault) -> Option<u16>,
    ) -> Option<Obstacle> {
        let mut faults = self.conditions.faults(path).iter().copied();
        self.conditions.obstacle(faults.find_map(status), patience)
    }

    /// Returns the milliseconds until a client knows what is said of a path.
    #[must_use]
    pub fn answer_time(&self, path: &StorePath, patience: &Patience) -> u64 {
        let obstacle = self.obstacle(path, patience);
        self.conditions.answer_time(obstacle, patience)
    }

    /// Returns the milliseconds that a download of an archive with so many bytes takes.
    #[must_use]
    pub fn download_time(&self, path: &StorePath, bytes: u64, patience: &Patience) -> u64 {
        let obstacle = self.archive_obstacle(path, patience);
        let answer = self.conditions.answer_time(obstacle, patience);
        answer.saturating_add(self.conditions.transfer_time(bytes))
    }

    /// Returns the failure of a cache that does not answer when it is opened.
    #[must_use]
    pub fn opening_fault(&self, patience: &Patience) -> Option<Fault> {
        let status = self.conditions.info_status;
        match self.conditions.obstacle(status, patience)? {
            Obstacle::NotFound => Some(Fault::new(format!(
                "'{}' does not appear to be a binary cache",
                self.name
            ))),
            Obstacle::Forbidden => {
                let obstacle = Obstacle::Status(status.unwrap_or(403));
                Some(self.no_answer("nix-cache-info", obstacle))
            }
            obstacle => Some(self.no_answer("nix-cache-info", obstacle)),
        }
    }

    /// Returns the failure to get a file.
    fn no_answer(&self, file_name: &str, obstacle: Obstacle) -> Fault {
        let text = format!("unable to download '{}/{file_name}': {obstacle}", self.name);
        Fault {
            text: text.into(),
            unanswered: true,
        }
    }

    /// Looks a hash part up without regard to faults.
    #[must_use]
    pub fn stored(&self, path: &StorePath) -> Entry {
        let key = path.hash_bytes();
        if let Some(entry) = self.entries.borrow().get(&key) {
            return entry.clone();
        }
        let Some(source) = &self.source else {
            return Entry::Absent;
        };
        let file_name = narinfo_name(path);
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
    pub fn realisation(
        &self,
        id: &OutputId,
        patience: &Patience,
    ) -> Result<Option<Realisation>, Fault> {
        let file_name = id.file_name();
        let status = self.conditions.realisation_status;
        match self.conditions.obstacle(status, patience) {
            Some(Obstacle::NotFound | Obstacle::Forbidden) => return Ok(None),
            Some(obstacle) => {
                // The reference shows the URL, in which this character is escaped.
                let file_name = file_name.replace('!', "%21");
                return Err(self.no_answer(&file_name, obstacle));
            }
            None => {}
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
                    Err(Fault::new(message))
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

    /// Hands over what the archive unpacks to that a narinfo's URL names, or why it does not.
    pub fn insert_unpacked(&mut self, url: impl Into<BString>, nar: Result<Rc<[u8]>, Rc<str>>) {
        self.unpacked.insert(url.into(), nar);
    }

    /// Returns what an archive unpacks to, if that was handed over, or why it does not.
    #[must_use]
    pub fn unpacked(&self, url: &BString) -> Option<&Result<Rc<[u8]>, Rc<str>>> {
        self.unpacked.get(url)
    }

    /// Hands out the archive of a store object.
    #[must_use]
    pub fn archive(&self, info: &NarInfo, patience: &Patience) -> Archive {
        match self.archive_obstacle(&info.path, patience) {
            Some(Obstacle::NotFound | Obstacle::Forbidden) => return Archive::Gone,
            Some(obstacle) => {
                return Archive::Failed(self.no_answer(&info.url.to_string(), obstacle));
            }
            None => {}
        }
        let path = self.store_dir.display(&info.path);
        let failed = |text: String| Archive::Failed(Fault::new(text));
        // The wording is the reference's.
        for fault in self.conditions.faults(&info.path) {
            match fault {
                PathFault::WrongNarHash => {
                    return failed(format!("hash mismatch importing path '{path}'"));
                }
                PathFault::WrongNarSize => {
                    return failed(format!("size mismatch importing path '{path}'"));
                }
                PathFault::ArchiveCutOff => {
                    let name = &self.name;
                    return failed(format!(
                        "NAR for '{path}' fetched from '{name}' is incomplete"
                    ));
                }
                _ => {}
            }
        }
        self.stored_archive(info)
    }

    /// Hands out the archive of a store object without regard to faults.
    #[must_use]
    pub fn stored_archive(&self, info: &NarInfo) -> Archive {
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
        self.unpacked.clear();
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
            // What a field consists of is not looked at where the reference adds the name of the file.
            Err(error) => Err(Fault::new(match &error.kind {
                NarInfoErrorKind::Corrupt(_) => {
                    format!("NAR info file '{file_name}' is corrupt: {error}")
                }
                kind => kind.to_string(),
            })),
        }
    }
}

/// Returns the name of the file that has the narinfo of a path.
pub(crate) fn narinfo_name(path: &StorePath) -> String {
    format!("{}.narinfo", path.hash_part())
}
