//! File trees in memory: what a store object consists of.
//!
//! As in a store, of the permissions only the executable bit counts, and there are no owners and times.

use crate::OrderedMap;
use std::rc::Rc;

use bstr::{BStr, BString};

/// A file, a symbolic link or a directory.
///
/// Trees made by hand should not be nested deeper than [`crate::nar::MAX_DEPTH`]: comparing and dropping recurse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileTree {
    /// A regular file.
    File {
        /// Its bytes, shared with whoever else holds them.
        contents: Rc<[u8]>,
        /// Whether it is a program.
        executable: bool,
    },
    /// A symbolic link.
    Symlink {
        /// Where it points.
        target: BString,
    },
    /// A directory and its entries by name.
    Directory(OrderedMap<BString, FileTree>),
}

impl FileTree {
    /// Makes a file that is not executable.
    #[must_use]
    pub fn file(contents: impl Into<Rc<[u8]>>) -> Self {
        Self::File {
            contents: contents.into(),
            executable: false,
        }
    }

    /// Returns the bytes of a regular file.
    #[must_use]
    pub fn contents(&self) -> Option<&[u8]> {
        match self {
            Self::File { contents, .. } => Some(contents),
            Self::Symlink { .. } | Self::Directory(_) => None,
        }
    }

    /// Makes an executable file.
    #[must_use]
    pub fn executable(contents: impl Into<Rc<[u8]>>) -> Self {
        Self::File {
            contents: contents.into(),
            executable: true,
        }
    }

    /// Makes a symbolic link.
    #[must_use]
    pub fn symlink(target: impl Into<BString>) -> Self {
        Self::Symlink {
            target: target.into(),
        }
    }

    /// Makes a directory.
    #[must_use]
    pub fn directory<N: Into<BString>>(entries: impl IntoIterator<Item = (N, Self)>) -> Self {
        let entries = entries.into_iter();
        Self::Directory(OrderedMap::from_iter(
            entries.map(|(name, tree)| (name.into(), tree)),
        ))
    }

    /// Returns the entry of a directory.
    #[must_use]
    pub fn entry(&self, name: &BStr) -> Option<&Self> {
        match self {
            Self::Directory(entries) => entries.get(name),
            Self::File { .. } | Self::Symlink { .. } => None,
        }
    }
}

/// Tells whether a directory can have an entry of this name: not empty, `.` or `..`, without `/` and NUL.
#[must_use]
pub fn is_entry_name(name: &[u8]) -> bool {
    !matches!(name, b"" | b"." | b"..") && !name.contains(&b'/') && !name.contains(&0)
}
