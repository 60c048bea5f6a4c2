//! The file system that a toy build sees: a build folder, its outputs, and the store objects that it may read.

use std::collections::BTreeMap;
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};
use drvlab_store::FileTree;

use super::BUILD_TOP;
use crate::building::Job;
use crate::store_object::StoreObject;

/// Bytes that a build may write in all, deleted ones included.
const MAX_WRITTEN: usize = 16 << 20;

/// Symbolic links on the way to a file.
const MAX_LINKS: usize = 40;

/// Levels of folders.
const MAX_DEPTH: usize = 100;

/// A file, a link or a folder that can be changed.
#[derive(Clone, Debug)]
pub enum Node {
    /// A regular file.
    File {
        /// Its bytes.
        contents: Vec<u8>,
        /// Whether it is a program.
        executable: bool,
    },
    /// A symbolic link.
    Link(BString),
    /// A folder.
    Folder(BTreeMap<BString, Node>),
}

/// Why something cannot be done with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// As a real system says it.
    Plain(&'static str),
    /// What would really happen is not known here.
    Unknown(String),
}

/// The file system of a build.
#[derive(Debug)]
pub struct Files<'a> {
    root: Node,
    /// Store objects that may be read, by their full path; those without files are `None`.
    readable: BTreeMap<Vec<u8>, Option<Rc<StoreObject>>>,
    store_dir: &'a str,
    /// Paths below which may be written.
    writable: Vec<Vec<u8>>,
    written: usize,
}

/// An absolute path without `.`, `..` and links, in parts.
pub type Location = Vec<BString>;

const MISSING: FileError = FileError::Plain("No such file or directory");
const NOT_A_FOLDER: FileError = FileError::Plain("Not a directory");
const IS_A_FOLDER: FileError = FileError::Plain("Is a directory");

impl<'a> Files<'a> {
    /// Makes the file system at the start of a build.
    #[must_use]
    pub fn new(job: &Job<'a>) -> Self {
        let readable = job.readable().into_iter().map(|path| {
            let object = job.local.object(&path).filter(|object| object.is_real());
            (job.store_dir.display(&path).into_bytes(), object.cloned())
        });
        let mut files = Self {
            root: Node::Folder(BTreeMap::new()),
            readable: readable.collect(),
            store_dir: job.store_dir.as_str(),
            writable: Vec::new(),
            written: 0,
        };
        for folder in ["/tmp", BUILD_TOP, files.store_dir] {
            files.make_folders(folder.as_bytes());
        }
        for folder in ["/tmp", BUILD_TOP] {
            files.allow(folder.as_bytes());
        }
        files.mount();
        files
    }

    /// Puts the readable store objects into the tree.
    fn mount(&mut self) {
        for (path, object) in std::mem::take(&mut self.readable) {
            if let Some(tree) = object.as_ref().and_then(|object| object.tree.as_ref()) {
                let node = Node::from_tree(tree);
                let location = parts(&path);
                if let Some((name, folder)) = location.split_last()
                    && let Some(Node::Folder(entries)) = self.node_mut(folder)
                {
                    entries.insert(name.clone(), node);
                }
            }
            self.readable.insert(path, object);
        }
    }

    /// Lets a path and everything below it be written.
    pub fn allow(&mut self, path: &[u8]) {
        self.writable.push(path.to_vec());
    }

    fn make_folders(&mut self, path: &[u8]) {
        let mut node = &mut self.root;
        for part in parts(path) {
            let Node::Folder(entries) = node else { return };
            node = entries
                .entry(part)
                .or_insert_with(|| Node::Folder(BTreeMap::new()));
        }
    }

    /// Writes a file into a folder that is there, without asking.
    pub fn write(&mut self, path: &[u8], contents: &[u8], executable: bool) {
        let location = parts(path);
        if let Some((name, folder)) = location.split_last()
            && let Some(Node::Folder(entries)) = self.node_mut(folder)
        {
            let contents = contents.to_vec();
            entries.insert(
                name.clone(),
                Node::File {
                    contents,
                    executable,
                },
            );
        }
    }

    /// Takes out what is at a path.
    pub fn take_tree(&mut self, path: &[u8]) -> Option<FileTree> {
        let location = parts(path);
        let (name, folder) = location.split_last()?;
        match self.node_mut(folder)? {
            Node::Folder(entries) => Some(entries.remove(name)?.into_tree()),
            _ => None,
        }
    }

    /// Returns what is at a location.
    #[must_use]
    pub fn node(&self, location: &[BString]) -> Option<&Node> {
        let mut node = &self.root;
        for part in location {
            let Node::Folder(entries) = node else {
                return None;
            };
            node = entries.get(part)?;
        }
        Some(node)
    }

    fn node_mut(&mut self, location: &[BString]) -> Option<&mut Node> {
        let mut node = &mut self.root;
        for part in location {
            let Node::Folder(entries) = node else {
                return None;
            };
            node = entries.get_mut(part)?;
        }
        Some(node)
    }

    /// Finds the location of a path seen from a folder; the last part need not be there.
    ///
    /// # Errors
    /// A folder on the way is not there, or its contents are not known.
    pub fn locate(&self, folder: &[u8], path: &[u8], follow: bool) -> Result<Location, FileError> {
        if path.is_empty() {
            return Err(MISSING);
        }
        let mut pending: Vec<BString> = parts(path);
        pending.reverse();
        let mut location = if path.starts_with(b"/") {
            Vec::new()
        } else {
            parts(folder)
        };
        let mut links = 0;
        while let Some(part) = pending.pop() {
            if location.len() > MAX_DEPTH {
                return Err(FileError::Unknown("folders in folders without end".into()));
            }
            match &**part {
                b"." => continue,
                b".." => {
                    location.pop();
                    continue;
                }
                _ => location.push(part),
            }
            self.known(&location)?;
            let last = pending.is_empty();
            match self.node(&location) {
                Some(Node::Link(target)) if follow || !last => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(FileError::Plain("Too many levels of symbolic links"));
                    }
                    location.pop();
                    if target.starts_with(b"/") {
                        location.clear();
                    }
                    pending.extend(parts(target).into_iter().rev());
                }
                Some(Node::File { .. }) if !last => return Err(NOT_A_FOLDER),
                None if !last => return Err(MISSING),
                _ => {}
            }
        }
        Ok(location)
    }

    /// Makes sure that what is at a location is what a real build would find there.
    fn known(&self, location: &[BString]) -> Result<(), FileError> {
        let path = text(location);
        let in_store = path.strip_prefix(self.store_dir.as_bytes());
        if let Some(rest) = in_store {
            let object = rest
                .strip_prefix(b"/")
                .and_then(|rest| rest.split_str("/").next());
            let Some(object) = object else { return Ok(()) };
            let full = [self.store_dir.as_bytes(), b"/", object].concat();
            if self.is_writable(&full) || self.readable.get(&full).is_some_and(Option::is_some) {
                return Ok(());
            }
            let what = if self.readable.contains_key(&full) {
                "the files of a simulated build"
            } else {
                "a store object that is no input"
            };
            return Err(FileError::Unknown(what.into()));
        }
        let above_store = self.store_dir.as_bytes().starts_with(&path);
        if above_store || self.is_writable(&path) || path == b"/dev/null" || path == b"/dev" {
            return Ok(());
        }
        Err(FileError::Unknown(format!("the file {}", path.as_bstr())))
    }

    fn is_writable(&self, path: &[u8]) -> bool {
        self.writable.iter().any(|allowed| {
            path.strip_prefix(&allowed[..])
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        })
    }

    /// Returns the folder of a location that may be written to, and the name in it.
    fn writable_entry<'l>(
        &mut self,
        location: &'l [BString],
    ) -> Result<(&mut BTreeMap<BString, Node>, &'l BString), FileError> {
        if !self.is_writable(&text(location)) {
            return Err(FileError::Unknown(
                "writing elsewhere than to the outputs".into(),
            ));
        }
        let Some((name, folder)) = location.split_last() else {
            return Err(IS_A_FOLDER);
        };
        match self.node_mut(folder) {
            Some(Node::Folder(entries)) => Ok((entries, name)),
            Some(_) => Err(NOT_A_FOLDER),
            None => Err(MISSING),
        }
    }

    fn charge(&mut self, bytes: usize) -> Result<(), FileError> {
        self.written = self.written.saturating_add(bytes);
        if self.written > MAX_WRITTEN {
            return Err(FileError::Unknown("so much data".into()));
        }
        Ok(())
    }

    /// Makes a file empty, or makes it.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn truncate(&mut self, location: &[BString], keep: bool) -> Result<(), FileError> {
        self.charge(64)?;
        let (entries, name) = self.writable_entry(location)?;
        match entries.get_mut(name) {
            Some(Node::File { contents, .. }) => {
                if !keep {
                    contents.clear();
                }
                Ok(())
            }
            Some(_) => Err(IS_A_FOLDER),
            None => {
                let contents = Vec::new();
                entries.insert(
                    name.clone(),
                    Node::File {
                        contents,
                        executable: false,
                    },
                );
                Ok(())
            }
        }
    }

    /// Adds bytes to a file.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn append(&mut self, location: &[BString], bytes: &[u8]) -> Result<(), FileError> {
        self.charge(bytes.len())?;
        let (entries, name) = self.writable_entry(location)?;
        match entries.get_mut(name) {
            Some(Node::File { contents, .. }) => {
                contents.extend_from_slice(bytes);
                Ok(())
            }
            _ => Err(FileError::Unknown(
                "writing to a file that was deleted".into(),
            )),
        }
    }

    /// Puts a node where nothing is, or replaces what is there.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn put(&mut self, location: &[BString], node: Node) -> Result<(), FileError> {
        self.charge(node.size())?;
        let (entries, name) = self.writable_entry(location)?;
        entries.insert(name.clone(), node);
        Ok(())
    }

    /// Takes a node out.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn remove(&mut self, location: &[BString]) -> Result<Option<Node>, FileError> {
        let (entries, name) = self.writable_entry(location)?;
        Ok(entries.remove(name))
    }

    /// Makes a file a program, or no program.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn set_executable(&mut self, location: &[BString], value: bool) -> Result<(), FileError> {
        let (entries, name) = self.writable_entry(location)?;
        match entries.get_mut(name) {
            Some(Node::File { executable, .. }) => *executable = value,
            Some(_) => {}
            None => return Err(MISSING),
        }
        Ok(())
    }

    /// Reads a file.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn read(&self, location: &[BString]) -> Result<&[u8], FileError> {
        match self.node(location) {
            Some(Node::File { contents, .. }) => Ok(contents),
            Some(_) => Err(IS_A_FOLDER),
            None if text(location) == b"/dev/null" => Ok(b""),
            None => Err(MISSING),
        }
    }
}

impl Node {
    fn from_tree(tree: &FileTree) -> Self {
        match tree {
            FileTree::File {
                contents,
                executable,
            } => Self::File {
                contents: contents.to_vec(),
                executable: *executable,
            },
            FileTree::Symlink { target } => Self::Link(target.clone()),
            FileTree::Directory(entries) => Self::Folder(
                entries
                    .iter()
                    .map(|(name, entry)| (name.clone(), Self::from_tree(entry)))
                    .collect(),
            ),
        }
    }

    fn into_tree(self) -> FileTree {
        match self {
            Self::File {
                contents,
                executable,
            } => FileTree::File {
                contents: contents.into(),
                executable,
            },
            Self::Link(target) => FileTree::symlink(target),
            Self::Folder(entries) => FileTree::directory(
                entries
                    .into_iter()
                    .map(|(name, node)| (name, node.into_tree())),
            ),
        }
    }

    fn size(&self) -> usize {
        64 + match self {
            Self::File { contents, .. } => contents.len(),
            Self::Link(target) => target.len(),
            Self::Folder(entries) => entries
                .iter()
                .map(|(name, node)| name.len() + node.size())
                .sum(),
        }
    }
}

/// Splits a path at its slashes.
#[must_use]
pub fn parts(path: &[u8]) -> Location {
    let parts = path.split_str("/").filter(|part| !part.is_empty());
    parts.map(BString::from).collect()
}

/// Writes a location as a path.
#[must_use]
pub fn text(location: &[BString]) -> Vec<u8> {
    let mut path = Vec::new();
    for part in location {
        path.push(b'/');
        path.extend_from_slice(part);
    }
    if path.is_empty() {
        path.push(b'/');
    }
    path
}

/// Returns the last part of a path.
#[must_use]
pub fn base_name(path: &[u8]) -> &BStr {
    let trimmed = path.trim_end_with(|c| c == '/');
    let start = trimmed.rfind_byte(b'/').map_or(0, |slash| slash + 1);
    BStr::new(&trimmed[start..])
}
