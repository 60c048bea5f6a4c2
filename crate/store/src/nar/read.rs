//! Reading an archive into a tree.

use std::collections::BTreeMap;
use std::fmt;

use bstr::BString;

use super::{MAGIC, padding};
use crate::file_tree::{FileTree, is_entry_name};

/// Deepest nesting of directories that is read; a path of Linux cannot be longer than 4096 bytes anyway.
pub const MAX_DEPTH: usize = 2048;

/// Longest name of a directory entry and longest target of a symbolic link in bytes.
const MAX_NAME_LEN: u64 = 4096;

/// Where and why bytes are no archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NarError {
    /// Offset in bytes from the start of the archive.
    pub offset: usize,
    /// What is wrong.
    pub kind: NarErrorKind,
}

/// Why bytes are no archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NarErrorKind {
    /// The archive ends too early.
    UnexpectedEnd,
    /// Bytes follow the archive.
    TrailingBytes,
    /// Something else should have stood here.
    Expected(&'static str),
    /// The padding has bytes other than zero.
    Padding,
    /// A name or a target is too long.
    TooLong,
    /// No directory can have an entry of this name.
    InvalidName(BString),
    /// Names are repeated or not in order.
    NotSorted(BString),
    /// The target of a symbolic link is empty or contains NUL.
    InvalidTarget(BString),
    /// Directories are nested deeper than [`MAX_DEPTH`].
    TooDeep,
}

impl fmt::Display for NarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bad archive at byte {}: ", self.offset)?;
        match &self.kind {
            NarErrorKind::UnexpectedEnd => f.write_str("it ends too early"),
            NarErrorKind::TrailingBytes => f.write_str("bytes follow its end"),
            NarErrorKind::Expected(what) => write!(f, "expected {what}"),
            NarErrorKind::Padding => f.write_str("the padding is not zero"),
            NarErrorKind::TooLong => {
                write!(f, "a name or target is longer than {MAX_NAME_LEN} bytes")
            }
            NarErrorKind::InvalidName(name) => write!(
                f,
                "NAR contains invalid file name '{}'",
                name.escape_ascii()
            ),
            NarErrorKind::NotSorted(_) => f.write_str("NAR directory is not sorted"),
            NarErrorKind::InvalidTarget(target) => {
                write!(f, "invalid symlink target '{}'", target.escape_ascii())
            }
            NarErrorKind::TooDeep => {
                write!(f, "directories are nested deeper than {MAX_DEPTH}")
            }
        }
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
    reader.expect(MAGIC, "nix-archive-1")?;
    let tree = reader.tree()?;
    if reader.position < archive.len() {
        return Err(reader.error(NarErrorKind::TrailingBytes));
    }
    Ok(tree)
}

/// A directory that is being read.
struct OpenDirectory {
    entries: BTreeMap<BString, FileTree>,
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
            let mut finished = match self.node_start()? {
                Some(leaf) => leaf,
                None if open.len() == MAX_DEPTH => {
                    return Err(self.error(NarErrorKind::TooDeep));
                }
                None => {
                    let entries = BTreeMap::new();
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
                self.expect(b")", "')' behind an entry")?;
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

    /// Reads a node: a whole file or link, or `None` for a directory whose entries follow.
    fn node_start(&mut self) -> Result<Option<FileTree>, NarError> {
        self.expect(b"(", "'('")?;
        self.expect(b"type", "'type'")?;
        let start = self.position;
        match self.name()? {
            b"directory" => Ok(None),
            b"symlink" => {
                self.expect(b"target", "'target'")?;
                let start = self.position;
                let target = self.name()?;
                if target.is_empty() || target.contains(&0) {
                    return Err(NarError {
                        offset: start,
                        kind: NarErrorKind::InvalidTarget(target.into()),
                    });
                }
                self.expect(b")", "')'")?;
                Ok(Some(FileTree::symlink(target)))
            }
            b"regular" => self.regular().map(Some),
            _ => Err(NarError {
                offset: start,
                kind: NarErrorKind::Expected("'regular', 'symlink' or 'directory'"),
            }),
        }
    }

    /// Reads a regular file; as in the reference, one without `contents` is empty.
    fn regular(&mut self) -> Result<FileTree, NarError> {
        let expected = "'contents', 'executable' or ')'";
        let mut executable = false;
        let mut tag = self.name()?;
        if tag == b"executable" {
            executable = true;
            self.expect(b"", "an empty string behind 'executable'")?;
            tag = self.name()?;
        }
        let mut contents: &[u8] = &[];
        if tag == b"contents" {
            contents = self.string(u64::MAX)?;
            tag = self.name()?;
        }
        if tag != b")" {
            return Err(self.error(NarErrorKind::Expected(expected)));
        }
        Ok(FileTree::File {
            contents: contents.into(),
            executable,
        })
    }

    /// Reads the start of the next entry up to its node and returns its name, or `None` at the directory's end.
    fn entry_or_end(
        &mut self,
        entries: &BTreeMap<BString, FileTree>,
    ) -> Result<Option<BString>, NarError> {
        let start = self.position;
        match self.name()? {
            b")" => return Ok(None),
            b"entry" => {}
            _ => {
                return Err(NarError {
                    offset: start,
                    kind: NarErrorKind::Expected("'entry' or ')'"),
                });
            }
        }
        self.expect(b"(", "'('")?;
        self.expect(b"name", "'name'")?;
        let start = self.position;
        let name = BString::from(self.name()?);
        let last = entries.last_key_value().map(|(last, _)| last);
        let kind = if !is_entry_name(&name) {
            Some(NarErrorKind::InvalidName(name.clone()))
        } else if last.is_some_and(|last| *last >= name) {
            Some(NarErrorKind::NotSorted(name.clone()))
        } else {
            None
        };
        if let Some(kind) = kind {
            return Err(NarError {
                offset: start,
                kind,
            });
        }
        self.expect(b"node", "'node'")?;
        Ok(Some(name))
    }

    fn expect(&mut self, token: &[u8], what: &'static str) -> Result<(), NarError> {
        let start = self.position;
        if self.string(MAX_NAME_LEN)? == token {
            return Ok(());
        }
        Err(NarError {
            offset: start,
            kind: NarErrorKind::Expected(what),
        })
    }

    fn name(&mut self) -> Result<&'a [u8], NarError> {
        self.string(MAX_NAME_LEN)
    }

    fn string(&mut self, limit: u64) -> Result<&'a [u8], NarError> {
        let rest = &self.bytes[self.position..];
        let Some((length, rest)) = rest.split_first_chunk::<8>() else {
            return Err(self.error(NarErrorKind::UnexpectedEnd));
        };
        let length = u64::from_le_bytes(*length);
        if length > limit {
            return Err(self.error(NarErrorKind::TooLong));
        }
        let ends = usize::try_from(length).ok().and_then(|length| {
            let string = rest.get(..length)?;
            let zeros = rest[length..].get(..padding(length))?;
            Some((string, zeros))
        });
        let Some((string, zeros)) = ends else {
            return Err(self.error(NarErrorKind::UnexpectedEnd));
        };
        if zeros.iter().any(|&byte| byte != 0) {
            return Err(self.error(NarErrorKind::Padding));
        }
        self.position += 8 + string.len() + zeros.len();
        Ok(string)
    }

    const fn error(&self, kind: NarErrorKind) -> NarError {
        NarError {
            offset: self.position,
            kind,
        }
    }
}
