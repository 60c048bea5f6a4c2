//! The one trait through which the evaluator sees files, and a tree of files in memory.

mod fetched;
mod memory;

use std::rc::Rc;

use drvlab_store::Hash;

pub use fetched::FetchedFiles;
pub use memory::{MemoryFiles, Node};

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

    /// Returns when a file or directory itself was changed last, in seconds since 1970, if that is known.
    fn modified(&self, _path: &[u8]) -> Option<u64> {
        None
    }

    /// Unpacks bytes that are compressed with something other than gzip, to at most `limit` bytes; `None` if they are not, or the host cannot.
    fn decompressed(&self, _bytes: &[u8], _limit: usize) -> Option<Vec<u8>> {
        None
    }

    /// Returns what [`Files::remember_nar_hash`] was last told of a path, if nothing at or below it has changed since.
    fn known_nar_hash(&self, _path: &[u8]) -> Option<Hash> {
        None
    }

    /// Is told the hash of the archive of all that is at a path, for the next evaluation that copies it to the store.
    fn remember_nar_hash(&self, _path: &[u8], _hash: Hash) {}
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

/// Tells whether a canonical path is that of a directory, or of something in it.
#[inline]
pub(crate) fn is_at_or_below(path: &[u8], directory: &[u8]) -> bool {
    path.strip_prefix(directory)
        .is_some_and(|rest| rest.is_empty() || rest[0] == b'/' || directory == b"/")
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
}
