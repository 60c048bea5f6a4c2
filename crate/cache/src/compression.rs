//! Compressed archives: how the files below `nar/` of a cache are packed.
//!
//! Reading only; what is written here is not compressed. Methods beyond gzip need the feature `decompressors`.

use std::borrow::Cow;
use std::fmt;

use bstr::{BStr, BString};
use drvlab_archive::Problem;

/// What gzip files begin with.
const GZIP: &[u8] = b"\x1f\x8b";

/// Methods beyond gzip, and what their files begin with.
const BEGINNINGS: [(&str, &[u8]); 3] = [
    ("xz", b"\xfd7zXZ\0"),
    ("bzip2", b"BZh"),
    ("zstd", b"\x28\xb5\x2f\xfd"),
];

/// Why an archive cannot be unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompressionError {
    /// Nobody knows the method.
    Unknown(BString),
    /// The reference knows the method, but it is not read here.
    NotHere(BString),
    /// The bytes are not what the method makes.
    Corrupt(BString),
    /// The archive is larger than the limit, in bytes.
    TooLarge(usize),
}

impl fmt::Display for CompressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(method) => write!(f, "unknown compression method '{method}'"),
            Self::NotHere(method) => {
                write!(f, "archives compressed with {method} are not read here")
            }
            Self::Corrupt(method) => write!(f, "its {method} data is corrupt"),
            Self::TooLarge(limit) => write!(f, "it is larger than {} MiB", limit >> 20),
        }
    }
}

impl std::error::Error for CompressionError {}

/// Tells by what bytes begin with which method beyond gzip they are compressed with, if it is one that can be read.
pub fn method_of(bytes: &[u8]) -> Option<&'static BStr> {
    let known = BEGINNINGS
        .iter()
        .find(|(_, beginning)| bytes.starts_with(beginning));
    known.map(|&(method, _)| method.into())
}

/// Unpacks bytes by the method that a narinfo names, to at most `limit` bytes.
///
/// # Errors
/// See [`CompressionError`].
pub fn decompress<'a>(
    method: &BStr,
    bytes: &'a [u8],
    limit: usize,
) -> Result<Cow<'a, [u8]>, CompressionError> {
    match &**method {
        b"none" if bytes.len() > limit => Err(CompressionError::TooLarge(limit)),
        b"none" => Ok(Cow::Borrowed(bytes)),
        // Bytes that are not compressed at all are refused as well, as the reference does.
        b"gzip" if !bytes.starts_with(GZIP) => Err(CompressionError::Corrupt(method.into())),
        b"gzip" => {
            let limits = drvlab_archive::Limits {
                entries: 1,
                bytes: limit,
                ratio: usize::MAX,
            };
            let unpacked = drvlab_archive::decompress(bytes, &limits);
            unpacked.map_err(|error| match error.problem {
                Problem::TooLarge(_) => CompressionError::TooLarge(limit),
                _ => CompressionError::Corrupt(method.into()),
            })
        }
        #[cfg(feature = "decompressors")]
        b"xz" | b"bzip2" | b"zstd" => {
            let unpacked = drvlab_unpack::unpack(method, bytes, limit);
            unpacked.map(Cow::Owned).map_err(|error| match error {
                drvlab_unpack::UnpackError::TooLarge => CompressionError::TooLarge(limit),
                _ => CompressionError::Corrupt(method.into()),
            })
        }
        #[cfg(not(feature = "decompressors"))]
        b"xz" | b"bzip2" | b"zstd" => Err(CompressionError::NotHere(method.into())),
        b"br" | b"lzma" | b"lzip" | b"lz4" | b"compress" | b"lrzip" | b"grzip" | b"lzop" => {
            Err(CompressionError::NotHere(method.into()))
        }
        _ => Err(CompressionError::Unknown(method.into())),
    }
}
