//! What is wrong with an archive.

use std::fmt;

/// A problem, and where it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ArchiveError {
    /// The path of the entry as the archive writes it, if it is about one.
    pub entry: Option<Vec<u8>>,
    /// Where it was noticed: the byte of the archive; of what is in it, where that is compressed.
    pub offset: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong with an archive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Problem {
    /// The bytes are neither tar nor gzip nor zip.
    UnknownFormat,
    /// There is something in a gzip file, but no tar archive.
    NotATarInside,
    /// The archive ends before what it announces.
    CutOff,
    /// Something is not as the format wants it, in words.
    Malformed(&'static str),
    /// Something the format allows and that is not read here, in words.
    Unsupported(&'static str),
    /// The contents are not those whose checksum the archive has.
    Checksum,
    /// The path is absolute, has a part `..`, or holds a NUL.
    UnsafePath,
    /// An earlier entry has the same path.
    Duplicate,
    /// The path leads through something that is no directory.
    BelowFile,
    /// A hard link to an entry that does not stand before it.
    MissingLinkTarget,
    /// More entries than the limit.
    TooMany(usize),
    /// More bytes than the limit.
    TooLarge(usize),
    /// More bytes out of one than the limit.
    Ratio(usize),
}

impl Problem {
    /// Makes the error that is not about one entry.
    pub(crate) fn at(self, offset: usize) -> ArchiveError {
        ArchiveError {
            entry: None,
            offset,
            problem: self,
        }
    }

    /// Makes the error about an entry.
    pub(crate) fn of(self, entry: &[u8], offset: usize) -> ArchiveError {
        ArchiveError {
            entry: Some(entry.to_vec()),
            offset,
            problem: self,
        }
    }
}

impl ArchiveError {
    /// Names the entry, unless another one is named.
    pub(crate) fn about(mut self, entry: &[u8]) -> Self {
        self.entry.get_or_insert_with(|| entry.to_vec());
        self
    }
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(entry) = &self.entry {
            write!(f, "entry '{}': ", String::from_utf8_lossy(entry))?;
        }
        self.problem.fmt(f)?;
        match self.problem {
            Problem::UnknownFormat | Problem::NotATarInside => Ok(()),
            _ => write!(f, ", at byte {}", self.offset),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownFormat => {
                f.write_str("not an archive: it is neither tar nor gzip nor zip")
            }
            Self::NotATarInside => f.write_str("no tar archive is in the gzip file"),
            Self::CutOff => f.write_str("the archive is cut off"),
            Self::Malformed(what) => write!(f, "malformed archive: {what}"),
            Self::Unsupported(what) => write!(f, "{what} cannot be read"),
            Self::Checksum => f.write_str("the contents do not match their checksum"),
            Self::UnsafePath => f.write_str("the path leads outside of the archive"),
            Self::Duplicate => f.write_str("there is another entry of this name"),
            Self::BelowFile => f.write_str("the path leads through something that is no directory"),
            Self::MissingLinkTarget => f.write_str("a hard link to nothing that stands before it"),
            Self::TooMany(limit) => write!(f, "more than {limit} entries"),
            Self::TooLarge(limit) => write!(f, "larger than {limit} bytes when unpacked"),
            Self::Ratio(limit) => write!(f, "unpacks to more than {limit} times its size"),
        }
    }
}

impl std::error::Error for ArchiveError {}
