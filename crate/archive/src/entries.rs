//! The entries of an archive: an index over one buffer of contents.

use std::borrow::Cow;
use std::ops::{Deref, Range};
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::error::{ArchiveError, Problem};
use crate::limits::Limits;

/// What an entry is, with its bytes in some form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind<B> {
    /// A regular file.
    File {
        /// Its bytes.
        contents: B,
        /// Whether its owner may execute it.
        executable: bool,
    },
    /// A symbolic link; it may point anywhere.
    Symlink {
        /// Where it points.
        target: B,
    },
    /// A directory.
    Directory,
}

impl<B> Kind<B> {
    fn map<'a, C>(&'a self, change: impl FnOnce(&'a B) -> C) -> Kind<C> {
        match self {
            Self::File {
                contents,
                executable,
            } => Kind::File {
                contents: change(contents),
                executable: *executable,
            },
            Self::Symlink { target } => Kind::Symlink {
                target: change(target),
            },
            Self::Directory => Kind::Directory,
        }
    }
}

/// An entry whose bytes are in the buffer.
pub(crate) type Node = Kind<Range<usize>>;

/// All entries of an archive, in its order, but for directories, which come before what is in them.
///
/// Paths are relative, with single slashes between parts that are neither empty nor `.` or `..`.
#[derive(Clone, Default, Debug)]
pub struct Entries {
    list: Vec<(Rc<[u8]>, Node)>,
    /// Where in the list a path is.
    places: FxHashMap<Rc<[u8]>, usize>,
    /// The contents; of a tar archive its bytes as they are, so that nothing is copied.
    buffer: Rc<Vec<u8>>,
    /// Bytes of all contents.
    content_bytes: usize,
    /// Bytes of all paths: one long path implies many directories.
    path_bytes: usize,
    /// When the entry that was changed last was, in seconds since 1970; 0 if no entry says.
    modified: u64,
}

/// Bytes of an entry. It keeps those of the whole archive, so that it can outlive the entries without being copied.
#[derive(Clone, Debug)]
pub struct Contents {
    buffer: Rc<Vec<u8>>,
    range: Range<usize>,
}

impl Deref for Contents {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.buffer[self.range.clone()]
    }
}

impl Entries {
    /// Returns the entries with the buffer that their bytes are in.
    pub(crate) fn over(self, buffer: Vec<u8>) -> Self {
        let buffer = Rc::new(buffer);
        Self { buffer, ..self }
    }

    /// Returns the entries, a directory before what is in it.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], Kind<&[u8]>)> {
        let entries = self.list.iter();
        entries.map(|(path, node)| (&**path, self.kind(node)))
    }

    /// Returns the entries with contents that can outlive them.
    pub fn shared(&self) -> impl Iterator<Item = (&[u8], Kind<Contents>)> {
        let share = |range: &Range<usize>| Contents {
            buffer: Rc::clone(&self.buffer),
            range: range.clone(),
        };
        let entries = self.list.iter();
        entries.map(move |(path, node)| (&**path, node.map(share)))
    }

    /// Returns the entry of a path.
    #[must_use]
    pub fn get(&self, path: &[u8]) -> Option<Kind<&[u8]>> {
        self.place(path).map(|node| self.kind(node))
    }

    /// Returns when the entry that was changed last was, in seconds since 1970, if there is one that says.
    #[must_use]
    pub fn modified(&self) -> Option<u64> {
        Some(self.modified).filter(|&seconds| seconds > 0)
    }

    /// Notes when an entry was changed last.
    pub(crate) fn note_modified(&mut self, seconds: u64) {
        self.modified = self.modified.max(seconds);
    }

    /// Returns how many entries there are, directories included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Tells whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns the directory in which everything is, if there is one: what `tar` makes of a folder. What macOS adds to archives beside
    /// it does not count.
    #[must_use]
    pub fn single_root(&self) -> Option<&[u8]> {
        let tops = self.iter().filter(|(path, _)| !path.contains(&b'/'));
        let is_added = |path: &[u8]| path == b"__MACOSX" || path.starts_with(b"._");
        let mut tops = tops.filter(|(path, _)| !is_added(path));
        match (tops.next(), tops.next()) {
            (Some((path, Kind::Directory)), None) => Some(path),
            _ => None,
        }
    }

    fn kind(&self, node: &Node) -> Kind<&[u8]> {
        node.map(|range| &self.buffer[range.clone()])
    }

    fn place(&self, path: &[u8]) -> Option<&Node> {
        let place = *self.places.get(path)?;
        Some(&self.list[place].1)
    }

    fn push(&mut self, path: Rc<[u8]>, node: Node) {
        self.places.insert(Rc::clone(&path), self.list.len());
        self.list.push((path, node));
    }

    /// Counts contents, within the limit.
    pub(crate) fn count(
        &mut self,
        bytes: usize,
        limits: &Limits,
        offset: usize,
    ) -> Result<(), ArchiveError> {
        self.content_bytes = self.content_bytes.saturating_add(bytes);
        if self.content_bytes > limits.bytes {
            return Err(Problem::TooLarge(limits.bytes).at(offset));
        }
        Ok(())
    }

    /// Returns the node of an entry that was added before, by the path that the archive writes.
    pub(crate) fn node(&self, written: &[u8]) -> Option<&Node> {
        self.place(&normalised(written)?)
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
        // The innermost directory that is there has all those around it.
        let mut known = path.len();
        let mut missing = Vec::new();
        while let Some(end) = path[..known].iter().rposition(|&byte| byte == b'/') {
            match self.place(&path[..end]) {
                Some(Node::Directory) => break,
                Some(_) => return Err(Problem::BelowFile.of(written, offset)),
                None => missing.push(end),
            }
            known = end;
        }
        for &end in missing.iter().rev() {
            self.path_bytes += end;
            if self.path_bytes > limits.bytes {
                return Err(Problem::TooLarge(limits.bytes).of(written, offset));
            }
            self.push(path[..end].into(), Node::Directory);
        }
        match self.place(&path) {
            None => self.push(Rc::from(&*path), node),
            Some(Node::Directory) if node == Node::Directory => {}
            Some(_) => return Err(Problem::Duplicate.of(written, offset)),
        }
        limits.check_entries(self.list.len(), offset)
    }
}

/// Takes empty parts and `.` out of a relative path; `None` if it is not safe.
fn normalised(written: &[u8]) -> Option<Cow<'_, [u8]>> {
    if written.first() == Some(&b'/') || written.contains(&0) {
        return None;
    }
    let parts = || written.split(|&byte| byte == b'/');
    if parts().any(|part| part == b"..") {
        return None;
    }
    let superfluous = |part: &[u8]| matches!(part, b"" | b".");
    if !parts().any(superfluous) {
        return Some(Cow::Borrowed(written));
    }
    let mut path = Vec::with_capacity(written.len());
    for part in parts().filter(|part| !superfluous(part)) {
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(part);
    }
    Some(Cow::Owned(path))
}
