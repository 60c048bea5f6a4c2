//! Compressed archives: how the files below `nar/` of a cache are packed.
//!
//! Reading only; what is written here is not compressed.

use std::borrow::Cow;
use std::fmt;

use bstr::{BStr, BString};

/// Why an archive cannot be unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompressionError {
    /// The method is not one of those that are read here.
    Unknown(BString),
    /// The bytes are not what the method makes.
    Corrupt(&'static str),
    /// The archive is larger than the limit, in bytes.
    TooLarge(usize),
}

impl fmt::Display for CompressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(method) => write!(f, "unknown compression method '{method}'"),
            Self::Corrupt(method) => write!(f, "its {method} data is corrupt"),
            Self::TooLarge(limit) => write!(f, "it is larger than {} MiB", limit >> 20),
        }
    }
}

impl std::error::Error for CompressionError {}

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
        _ => Err(CompressionError::Unknown(method.into())),
    }
}
