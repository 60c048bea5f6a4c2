//! File trees out of archives: tar, gzip and zip, from bytes to entries.
//!
//! It is not a writer of archives and opens no file. Owners and devices are not read, and of times only the last one: what comes out is what the store can hold,
//! regular files, symbolic links and directories. NAR, the store's own format, is in `drvlab-store`.

mod crc;
mod deflate;
mod entries;
mod error;
mod gzip;
mod limits;
mod tar;
mod zip;

use std::borrow::Cow;

pub use entries::{Contents, Entries, Kind};
pub use error::{ArchiveError, Problem};
pub use limits::Limits;

/// What the first bytes of a file say about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A tar archive: of POSIX, of GNU, or of the time before them.
    Tar,
    /// A compressed file, most often with a tar archive in it.
    Gzip,
    /// A zip archive.
    Zip,
}

/// Tells the format of an archive by its contents; `None` if it is none that can be read here.
#[must_use]
pub fn format(bytes: &[u8]) -> Option<Format> {
    if gzip::is(bytes) {
        Some(Format::Gzip)
    } else if zip::is(bytes) {
        Some(Format::Zip)
    } else if tar::is(bytes) {
        Some(Format::Tar)
    } else {
        None
    }
}

/// Reads a whole archive. One entry exists for every directory, also for those that the archive only implies.
///
/// What is in a tar archive is not copied if its bytes are given away.
///
/// # Errors
/// When the bytes are no archive, are damaged or cut off, exceed a limit, or hold something that is no file tree: a path that leads outside,
/// two entries of one name, an entry below a file, a device.
pub fn read<'a>(bytes: impl Into<Cow<'a, [u8]>>, limits: &Limits) -> Result<Entries, ArchiveError> {
    let bytes = bytes.into();
    match format(&bytes) {
        Some(Format::Tar) => tar::read(bytes.into_owned(), limits),
        Some(Format::Zip) => zip::read(&bytes, limits),
        Some(Format::Gzip) => {
            let unpacked = gzip::decompress(&bytes, limits)?;
            match format(&unpacked) {
                Some(Format::Tar) => tar::read(unpacked, limits),
                _ => Err(Problem::NotATarInside.at(0)),
            }
        }
        None => Err(Problem::UnknownFormat.at(0)),
    }
}

/// Returns the contents of a gzip file, and other bytes as they are.
///
/// # Errors
/// When they are damaged, cut off or exceed a limit.
pub fn decompress<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Cow<'a, [u8]>, ArchiveError> {
    if gzip::is(bytes) {
        gzip::decompress(bytes, limits).map(Cow::Owned)
    } else {
        Ok(Cow::Borrowed(bytes))
    }
}
