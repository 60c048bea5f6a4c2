//! Decompressors for archives of binary caches: xz, zstd and bzip2, with limits.
//!
//! They are what the terminal program has built in and the page loads when it needs it, as a WASM module of its own (`module.rs`). Nothing is
//! compressed here, and gzip is read by `drvlab-archive`.

#[cfg(feature = "module")]
pub mod module;
mod xz_size;

use std::fmt;
use std::io::{self, Read as _, Write};

/// Why bytes cannot be unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnpackError {
    /// The method is none of those that are known here.
    Unknown,
    /// The bytes are not what the method makes.
    Corrupt,
    /// What comes out is larger than the limit.
    TooLarge,
}

impl fmt::Display for UnpackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the method of compression is not known here",
            Self::Corrupt => "the compressed data is corrupt",
            Self::TooLarge => "it is larger than what is unpacked here",
        })
    }
}

impl std::error::Error for UnpackError {}

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

/// Unpacks bytes by a method named as in a narinfo, `xz`, `zstd` or `bzip2`, to at most `limit` bytes.
///
/// # Errors
/// See [`UnpackError`].
pub fn unpack(method: &[u8], mut bytes: &[u8], limit: usize) -> Result<Vec<u8>, UnpackError> {
    let mut out = Bounded {
        bytes: Vec::new(),
        limit,
        full: false,
    };
    let read = match method {
        b"xz" => match xz_size::unpacked(bytes, limit as u64) {
            Some(size) if size > limit as u64 => return Err(UnpackError::TooLarge),
            Some(_) => lzma_rs::xz_decompress(&mut bytes, &mut out).is_ok(),
            None => false,
        },
        b"bzip2" => {
            let reader = bzip2_rs::DecoderReader::new(bytes);
            io::copy(&mut reader.take(limit as u64 + 1), &mut out).is_ok()
        }
        b"zstd" => match ruzstd::decoding::StreamingDecoder::new(bytes) {
            Ok(reader) => io::copy(&mut reader.take(limit as u64 + 1), &mut out).is_ok(),
            Err(_) => false,
        },
        _ => return Err(UnpackError::Unknown),
    };
    if out.full {
        Err(UnpackError::TooLarge)
    } else if read {
        Ok(out.bytes)
    } else {
        Err(UnpackError::Corrupt)
    }
}
