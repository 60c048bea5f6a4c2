//! Reading an archive into a tree, with the limits of the reference.

use crate::OrderedMap;
use std::fmt;

use bstr::BString;

use super::{MAGIC, padding};
use crate::file_tree::{FileTree, is_entry_name};

/// Deepest nesting of directories that is read.
pub const MAX_DEPTH: usize = 64;

/// Longest string in the place of a keyword in bytes.
const MAX_TAG_LEN: u64 = 32;

/// Longest name of a directory entry in bytes.
const MAX_NAME_LEN: u64 = 255;

/// Longest target of a symbolic link in bytes.
const MAX_TARGET_LEN: u64 = 4095;

/// Where and why bytes are no archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NarError {
    /// Offset in bytes from the start of the archive.
    pub offset: usize,
    /// What is wrong.
    pub kind: NarErrorKind,
}

/// Why bytes are no archive; the wording is the reference's where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NarErrorKind {
    /// The archive ends too early.
    UnexpectedEnd,
    /// Bytes follow the archive; the reference would leave them unread.
    TrailingBytes,
    /// The archive does not begin as one.
    Magic,
    /// Something else should have stood here.
    Tag {
        /// What should have stood here.
        expected: &'static str,
        /// What did.
        found: BString,
    },
    /// Neither an entry nor the end of a directory.
    EntryTag(BString),
    /// A type other than `regular`, `symlink` and `directory`.
    UnknownType(BString),
    /// The padding has bytes other than zero.
    Padding,
    /// A string is longer than its place allows.
    TooLong,
    /// No directory can have an entry of this name.
    InvalidName(BString),
    /// Names are repeated or not in order.
    NotSorted,
    /// The target of a symbolic link is empty or contains NUL.
    InvalidTarget,
    /// Directories are nested deeper than [`MAX_DEPTH`].
    TooDeep,
}

impl fmt::Display for NarErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnexpectedEnd => f.write_str("unexpected end-of-file"),
            Self::TrailingBytes => f.write_str("bad archive: bytes follow its end"),
            Self::Magic => f.write_str("bad archive: input doesn't look like a Nix archive"),
            Self::Tag { expected, found } => {
                write!(f, "bad archive: expected tag '{expected}', got '{found}'")
            }
            Self::EntryTag(found) => {
                write!(f, "bad archive: expected tag 'entry' or ')', got '{found}'")
            }
            Self::UnknownType(name) => write!(f, "bad archive: unknown file type '{name}'"),
            Self::Padding => f.write_str("non-zero padding"),
            Self::TooLong => f.write_str("string is too long"),
            Self::InvalidName(name) => {
                write!(f, "bad archive: NAR contains invalid file name '{name}'")
            }
            Self::NotSorted => f.write_str("bad archive: NAR directory is not sorted"),
            Self::InvalidTarget => f.write_str("bad archive: NAR contains invalid symlink target"),
            Self::TooDeep => write!(
                f,
                "bad archive: NAR directory nesting exceeds maximum depth of {MAX_DEPTH}"
            ),
        }
    }
}

impl fmt::Display for NarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.kind, self.offset)
    }
}

impl std::error::Error for NarError {}

/// Reads a whole archive; memory is bounded by a small multiple of its size.
///
/// # Errors
/// The first place where the bytes are no archive.
pub fn read(archive: &[u8]) -> Result<FileTree, NarError> {
    let mut reader = Reader {
        bytes: archive,
        position: 0,
    };
    match reader.string(MAX_TAG_LEN) {
        Ok(MAGIC) => {}
        // The length in front of the magic string is part of the magic.
        Ok(_)
        | Err(NarError {
            kind: NarErrorKind::TooLong,
            ..
        }) => return Err(error_at(0, NarErrorKind::Magic)),
        Err(error) => return Err(error),
    }
    let tree = reader.tree()?;
    if reader.position < archive.len() {
        return Err(error_at(reader.position, NarErrorKind::TrailingBytes));
    }
    Ok(tree)
}

/// A directory that is being read.
struct OpenDirectory {
    entries: OrderedMap<BString, FileTree>,
    /// Name of the entry whose node is being read.
    pending: BString,
}

struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    fn tree(&mut self) -> Result<FileTree, NarError> {
        let mut open: Vec<OpenDirectory> = Vec::new();
        loop {
            let start = self.position;
            // As in the reference, a file in the last directory is too deep, but that directory is not.
            if open.len() == MAX_DEPTH {
                return Err(error_at(start, NarErrorKind::TooDeep));
            }
            let mut finished = match self.node()? {
                Some(leaf) => leaf,
                None => {
                    let entries = OrderedMap::new();
                    match self.entry_or_end(&entries)? {
                        Some(pending) => {
                            open.push(OpenDirectory { entries, pending });
                            continue;
                        }
                        None => FileTree::Directory(entries),
                    }
                }
            };
            // Put the node into its directory; that may finish the directory, and so on outwards.
            loop {
                let Some(mut directory) = open.pop() else {
                    return Ok(finished);
                };
                self.expect(")")?;
                directory.entries.insert(directory.pending, finished);
                match self.entry_or_end(&directory.entries)? {
                    Some(pending) => {
                        directory.pending = pending;
                        open.push(directory);
                        break;
                    }
                    None => finished = FileTree::Directory(directory.entries),
                }
            }
        }
    }

    /// Reads a whole file or link, or the start of a directory, for which it returns `None`.
    fn node(&mut self) -> Result<Option<FileTree>, NarError> {
        self.expect("(")?;
        self.expect("type")?;
        let start = self.position;
        let leaf = match self.string(MAX_TAG_LEN)? {
            b"directory" => return Ok(None),
            b"symlink" => {
                self.expect("target")?;
                let start = self.position;
                let target = self.string(MAX_TARGET_LEN)?;
                if target.is_empty() || target.contains(&0) {
                    return Err(error_at(start, NarErrorKind::InvalidTarget));
                }
                FileTree::symlink(target)
            }
            b"regular" => self.regular()?,
            other => return Err(error_at(start, NarErrorKind::UnknownType(other.into()))),
        };
        self.expect(")")?;
        Ok(Some(leaf))
    }

    fn regular(&mut self) -> Result<FileTree, NarError> {
        let start = self.position;
        let mut tag = self.string(MAX_TAG_LEN)?;
        let executable = tag == b"executable";
        if executable {
            self.string(0)?;
            tag = self.string(MAX_TAG_LEN)?;
        }
        if tag != b"contents" {
            return Err(error_at(start, wrong_tag("contents", tag)));
        }
        Ok(FileTree::File {
            contents: self.string(u64::MAX)?.into(),
            executable,
        })
    }

    /// Reads the start of the next entry up to its node and returns its name, or `None` at the directory's end.
    fn entry_or_end(
        &mut self,
        entries: &OrderedMap<BString, FileTree>,
    ) -> Result<Option<BString>, NarError> {
        let start = self.position;
        match self.string(MAX_TAG_LEN)? {
            b")" => return Ok(None),
            b"entry" => {}
            other => return Err(error_at(start, NarErrorKind::EntryTag(other.into()))),
        }
        self.expect("(")?;
        self.expect("name")?;
        let start = self.position;
        let name = BString::from(self.string(MAX_NAME_LEN)?);
        if !is_entry_name(&name) {
            return Err(error_at(start, NarErrorKind::InvalidName(name)));
        }
        let last = entries.last_key_value();
        if last.is_some_and(|(last, _)| *last >= name) {
            return Err(error_at(start, NarErrorKind::NotSorted));
        }
        self.expect("node")?;
        Ok(Some(name))
    }

    fn expect(&mut self, tag: &'static str) -> Result<(), NarError> {
        let start = self.position;
        let found = self.string(MAX_TAG_LEN)?;
        if found == tag.as_bytes() {
            Ok(())
        } else {
            Err(error_at(start, wrong_tag(tag, found)))
        }
    }

    fn string(&mut self, limit: u64) -> Result<&'a [u8], NarError> {
        let start = self.position;
        let unexpected_end = error_at(start, NarErrorKind::UnexpectedEnd);
        let Some((length, rest)) = self.bytes[start..].split_first_chunk::<8>() else {
            return Err(unexpected_end);
        };
        let length = u64::from_le_bytes(*length);
        if length > limit {
            return Err(error_at(start, NarErrorKind::TooLong));
        }
        let split = usize::try_from(length)
            .ok()
            .and_then(|length| rest.split_at_checked(length));
        let Some((string, rest)) = split else {
            return Err(unexpected_end);
        };
        let Some(zeros) = rest.get(..padding(string.len())) else {
            return Err(unexpected_end);
        };
        if zeros.iter().any(|&byte| byte != 0) {
            return Err(error_at(start, NarErrorKind::Padding));
        }
        self.position += 8 + string.len() + zeros.len();
        Ok(string)
    }
}

fn wrong_tag(expected: &'static str, found: &[u8]) -> NarErrorKind {
    NarErrorKind::Tag {
        expected,
        found: found.into(),
    }
}

const fn error_at(offset: usize, kind: NarErrorKind) -> NarError {
    NarError { offset, kind }
}
