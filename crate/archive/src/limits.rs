//! How much an archive may hold.

use crate::error::{ArchiveError, Problem};

/// Bounds on what is read; what exceeds one is an error before the memory for it is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Entries, directories included.
    pub entries: usize,
    /// Bytes of all that was compressed, and of all contents.
    pub bytes: usize,
    /// Bytes that one compressed byte may become, once more than [`Limits::RATIO_FREE`] have come out.
    pub ratio: usize,
}

impl Limits {
    /// Of an archive with a binary cache, whoever reads it.
    pub const BINARY_CACHE: Self = Self {
        entries: 200_000,
        bytes: 512 << 20,
        ratio: 200,
    };

    /// Bytes that may come out of an archive of any size: text that repeats itself compresses well.
    pub const RATIO_FREE: usize = 16 << 20;

    /// Returns how many bytes may come out of so many compressed ones.
    pub(crate) fn unpacked(&self, compressed: usize) -> usize {
        let by_ratio = compressed.saturating_mul(self.ratio).max(Self::RATIO_FREE);
        self.bytes.min(by_ratio)
    }

    /// Which limit it is that so many compressed bytes meet first.
    pub(crate) fn problem(&self, compressed: usize) -> Problem {
        if self.unpacked(compressed) == self.bytes {
            Problem::TooLarge(self.bytes)
        } else {
            Problem::Ratio(self.ratio)
        }
    }

    /// Checks a number of entries.
    pub(crate) fn check_entries(&self, count: usize, offset: usize) -> Result<(), ArchiveError> {
        if count > self.entries {
            return Err(Problem::TooMany(self.entries).at(offset));
        }
        Ok(())
    }
}

impl Default for Limits {
    /// A million entries, 1 GiB, 200 bytes out of one.
    fn default() -> Self {
        Self {
            entries: 1_000_000,
            bytes: 1 << 30,
            ratio: 200,
        }
    }
}
