//! The one trait through which the evaluator sees files, and a tree of files in memory.

use std::collections::BTreeMap;
use std::rc::Rc;

/// What a path is, without following a symbolic link at its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    /// A regular file.
    Regular {
        /// Whether the owner may execute it.
        executable: bool,
    },
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// Something that the store cannot hold, for example a socket.
    Unknown,
}

/// Why a file could not be read, in words that follow the path, for example `is a directory`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileError(pub String);

/// A file tree. Paths are absolute and canonical: no `.`, `..`, empty parts or trailing slash (`/` itself apart).
pub trait Files {
    /// Tells what a path is; `None` if there is nothing.
    ///
    /// # Errors
    /// When that can't be found out, for example for want of permission.
    fn kind(&self, path: &[u8]) -> Result<Option<FileKind>, FileError>;

    /// Reads a regular file.
    ///
    /// # Errors
    /// When it is none or can't be read.
    fn read(&self, path: &[u8]) -> Result<Rc<[u8]>, FileError>;

    /// Lists a directory, in any order.
    ///
    /// # Errors
    /// When it is none or can't be read.
    fn read_dir(&self, path: &[u8]) -> Result<Vec<(Vec<u8>, FileKind)>, FileError>;

    /// Reads the target of a symbolic link.
    ///
    /// # Errors
    /// When it is none or can't be read.
    fn read_link(&self, path: &[u8]) -> Result<Vec<u8>, FileError>;
}

/// A tree of regular files in memory; directories exist where files are below them.
#[derive(Clone, Default, Debug)]
pub struct MemoryFiles {
    files: BTreeMap<Vec<u8>, Rc<[u8]>>,
}

impl MemoryFiles {
    /// Adds or replaces a file.
    pub fn insert(&mut self, path: &[u8], contents: impl Into<Rc<[u8]>>) {
        self.files.insert(canonical(path), contents.into());
    }

    /// Removes a file; tells whether there was one.
    pub fn remove(&mut self, path: &[u8]) -> bool {
        self.files.remove(&canonical(path)).is_some()
    }

    /// Returns all files in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &Rc<[u8]>)> {
        self.files
            .iter()
            .map(|(path, contents)| (path.as_slice(), contents))
    }

    fn below<'a>(&'a self, prefix: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.files
            .range(prefix.to_vec()..)
            .map_while(move |(path, _)| path.strip_prefix(prefix))
    }
}

/// The paths below a directory start with this.
fn directory_prefix(path: &[u8]) -> Vec<u8> {
    let mut prefix = path.to_vec();
    if prefix.last() != Some(&b'/') {
        prefix.push(b'/');
    }
    prefix
}

impl Files for MemoryFiles {
    fn kind(&self, path: &[u8]) -> Result<Option<FileKind>, FileError> {
        if self.files.contains_key(path) {
            return Ok(Some(FileKind::Regular { executable: false }));
        }
        let is_directory = path == b"/" || self.below(&directory_prefix(path)).next().is_some();
        Ok(is_directory.then_some(FileKind::Directory))
    }

    fn read(&self, path: &[u8]) -> Result<Rc<[u8]>, FileError> {
        match self.files.get(path) {
            Some(contents) => Ok(contents.clone()),
            None => Err(FileError(match self.kind(path)? {
                Some(_) => "is a directory".into(),
                None => "does not exist".into(),
            })),
        }
    }

    fn read_dir(&self, path: &[u8]) -> Result<Vec<(Vec<u8>, FileKind)>, FileError> {
        match self.kind(path)? {
            Some(FileKind::Directory) => {}
            Some(_) => return Err(FileError("is not a directory".into())),
            None => return Err(FileError("does not exist".into())),
        }
        let prefix = directory_prefix(path);
        let mut entries: Vec<(Vec<u8>, FileKind)> = Vec::new();
        for rest in self.below(&prefix) {
            let (name, kind) = match rest.iter().position(|&byte| byte == b'/') {
                Some(slash) => (&rest[..slash], FileKind::Directory),
                None => (rest, FileKind::Regular { executable: false }),
            };
            if entries.last().is_none_or(|(last, _)| last != name) {
                entries.push((name.to_vec(), kind));
            }
        }
        Ok(entries)
    }

    fn read_link(&self, _: &[u8]) -> Result<Vec<u8>, FileError> {
        Err(FileError("is not a symbolic link".into()))
    }
}

/// Makes a path absolute-looking and canonical: squashes `.`, `..`, and repeated slashes, without looking at any file.
pub fn canonical(path: &[u8]) -> Vec<u8> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let mut result = Vec::with_capacity(path.len() + 1);
    for part in parts {
        result.push(b'/');
        result.extend_from_slice(part);
    }
    if result.is_empty() {
        result.push(b'/');
    }
    result
}

/// Returns the directory part of a canonical path.
pub fn parent(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|&byte| byte == b'/') {
        None | Some(0) => b"/",
        Some(slash) => &path[..slash],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_paths() {
        for (path, expected) in [
            ("/", "/"),
            ("", "/"),
            ("/a//b/./c/", "/a/b/c"),
            ("/a/../..", "/"),
            ("/a/b/../c", "/a/c"),
        ] {
            assert_eq!(canonical(path.as_bytes()), expected.as_bytes(), "{path}");
        }
    }

    #[test]
    fn directories_are_where_files_are() {
        let mut files = MemoryFiles::default();
        files.insert(b"/a/b/c.nix", *b"1");
        files.insert(b"/a/b.nix", *b"2");
        assert_eq!(files.kind(b"/a/b"), Ok(Some(FileKind::Directory)));
        assert_eq!(files.kind(b"/a/c"), Ok(None));
        let names: Vec<_> = files
            .read_dir(b"/a")
            .expect("a directory")
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, [b"b.nix".to_vec(), b"b".to_vec()]);
        assert!(files.read(b"/a").is_err());
    }
}
