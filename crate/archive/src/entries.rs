//! The entries of an archive: a sorted index over one buffer of contents.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::ops::Range;

use crate::error::{ArchiveError, Problem};
use crate::limits::Limits;

/// What an entry is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind<'a> {
    /// A regular file.
    File {
        /// Its bytes.
        contents: &'a [u8],
        /// Whether its owner may execute it.
        executable: bool,
    },
    /// A symbolic link; it may point anywhere.
    Symlink {
        /// Where it points.
        target: &'a [u8],
    },
    /// A directory.
    Directory,
}

/// All entries of an archive, sorted by their paths.
///
/// Paths are relative, with single slashes between parts that are neither empty nor `.` or `..`.
#[derive(Clone, Default, Debug)]
pub struct Entries {
    index: BTreeMap<Vec<u8>, Node>,
    buffer: Vec<u8>,
    /// Bytes of all paths: one long path implies many directories.
    path_bytes: usize,
}

/// An entry whose bytes are in the buffer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Node {
    File {
        contents: Range<usize>,
        executable: bool,
    },
    Symlink {
        target: Range<usize>,
    },
    Directory,
}

impl Entries {
    /// Returns the entries in the order of their paths, as bytes.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], Kind<'_>)> {
        self.index
            .iter()
            .map(|(path, node)| (path.as_slice(), self.kind(node)))
    }

    /// Returns the entry of a path.
    #[must_use]
    pub fn get(&self, path: &[u8]) -> Option<Kind<'_>> {
        self.index.get(path).map(|node| self.kind(node))
    }

    /// Returns how many entries there are, directories included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Tells whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Returns the directory in which everything is, if there is one: what `tar` makes of a folder.
    #[must_use]
    pub fn single_root(&self) -> Option<&[u8]> {
        let mut tops = self.iter().filter(|(path, _)| !path.contains(&b'/'));
        match (tops.next(), tops.next()) {
            (Some((path, Kind::Directory)), None) => Some(path),
            _ => None,
        }
    }

    fn kind(&self, node: &Node) -> Kind<'_> {
        match node {
            Node::File {
                contents,
                executable,
            } => Kind::File {
                contents: &self.buffer[contents.clone()],
                executable: *executable,
            },
            Node::Symlink { target } => Kind::Symlink {
                target: &self.buffer[target.clone()],
            },
            Node::Directory => Kind::Directory,
        }
    }

    /// Appends bytes to the buffer, within the limit.
    pub(crate) fn store(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        offset: usize,
    ) -> Result<Range<usize>, ArchiveError> {
        let start = self.buffer.len();
        let end = start + bytes.len();
        if end > limits.bytes {
            return Err(Problem::TooLarge(limits.bytes).at(offset));
        }
        self.buffer.extend_from_slice(bytes);
        Ok(start..end)
    }

    /// Returns the node of an entry that was added before, by the path that the archive writes.
    pub(crate) fn node(&self, written: &[u8]) -> Option<&Node> {
        self.index.get(&normalised(written)?)
    }

    /// Adds an entry and the directories that it implies.
    pub(crate) fn add(
        &mut self,
        written: &[u8],
        node: Node,
        limits: &Limits,
        offset: usize,
    ) -> Result<(), ArchiveError> {
        let path = normalised(written).ok_or_else(|| Problem::UnsafePath.of(written, offset))?;
        if path.is_empty() {
            // The folder itself.
            return match node {
                Node::Directory => Ok(()),
                _ => Err(Problem::UnsafePath.of(written, offset)),
            };
        }
        for end in (0..path.len()).filter(|&at| path[at] == b'/') {
            match self.index.entry(path[..end].to_vec()) {
                Slot::Vacant(slot) => {
                    self.path_bytes += end;
                    if self.path_bytes > limits.bytes {
                        return Err(Problem::TooLarge(limits.bytes).of(written, offset));
                    }
                    slot.insert(Node::Directory);
                }
                Slot::Occupied(slot) if *slot.get() == Node::Directory => {}
                Slot::Occupied(_) => return Err(Problem::BelowFile.of(written, offset)),
            }
        }
        match self.index.entry(path) {
            Slot::Vacant(slot) => {
                slot.insert(node);
            }
            Slot::Occupied(slot) if *slot.get() == Node::Directory && node == Node::Directory => {}
            Slot::Occupied(_) => return Err(Problem::Duplicate.of(written, offset)),
        }
        limits.check_entries(self.index.len(), offset)
    }
}

/// Takes empty parts and `.` out of a relative path; `None` if it is not safe.
fn normalised(written: &[u8]) -> Option<Vec<u8>> {
    if written.first() == Some(&b'/') || written.contains(&0) {
        return None;
    }
    let mut path = Vec::with_capacity(written.len());
    for part in written.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => return None,
            part => {
                if !path.is_empty() {
                    path.push(b'/');
                }
                path.extend_from_slice(part);
            }
        }
    }
    Some(path)
}
