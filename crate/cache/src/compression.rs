//! Compressed archives: how the files below `nar/` of a cache are packed.
//!
//! Reading only; what is written here is not compressed. Methods beyond gzip need the feature `decompressors`.

use std::borrow::Cow;
use std::fmt;

use bstr::{BStr, BString};
use drvlab_archive::Problem;

#[cfg(feature = "decompressors")]
mod xz_size;

/// What gzip files begin with.
const GZIP: &[u8] = b"\x1f\x8b";

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
        b"xz" | b"bzip2" | b"zstd" => streams::unpack(method, bytes, limit).map(Cow::Owned),
        #[cfg(not(feature = "decompressors"))]
        b"xz" | b"bzip2" | b"zstd" => Err(CompressionError::NotHere(method.into())),
        b"br" | b"lzma" | b"lzip" | b"lz4" | b"compress" | b"lrzip" | b"grzip" | b"lzop" => {
            Err(CompressionError::NotHere(method.into()))
        }
        _ => Err(CompressionError::Unknown(method.into())),
    }
}

/// The methods that come from libraries.
#[cfg(feature = "decompressors")]
mod streams {
    use std::io::{self, Read as _, Write};

    use bstr::BStr;

    use super::{CompressionError, xz_size};

    /// A buffer that does not grow beyond a limit.
    struct Bounded {
        bytes: Vec<u8>,
        limit: usize,
        full: bool,
    }

    impl Write for Bounded {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.bytes.len() + bytes.len() > self.limit {
                self.full = true;
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            self.bytes.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Unpacks a stream.
    pub(super) fn unpack(
        method: &BStr,
        mut bytes: &[u8],
        limit: usize,
    ) -> Result<Vec<u8>, CompressionError> {
        let mut out = Bounded {
            bytes: Vec::new(),
            limit,
            full: false,
        };
        let read = match &**method {
            b"xz" => match xz_size::unpacked(bytes, limit as u64) {
                Some(size) if size > limit as u64 => {
                    return Err(CompressionError::TooLarge(limit));
                }
                Some(_) => lzma_rs::xz_decompress(&mut bytes, &mut out).is_ok(),
                None => false,
            },
            b"bzip2" => {
                let reader = bzip2_rs::DecoderReader::new(bytes);
                io::copy(&mut reader.take(limit as u64 + 1), &mut out).is_ok()
            }
            _ => match ruzstd::decoding::StreamingDecoder::new(bytes) {
                Ok(reader) => io::copy(&mut reader.take(limit as u64 + 1), &mut out).is_ok(),
                Err(_) => false,
            },
        };
        if out.full {
            Err(CompressionError::TooLarge(limit))
        } else if read {
            Ok(out.bytes)
        } else {
            Err(CompressionError::Corrupt(method.into()))
        }
    }
}
