//! Finding references: store paths whose hash part occurs in a store object's bytes.
//!
//! Source: `RefScanSink` in `libstore/references.cc`.

use crate::OrderedSet;
use drvlab_digest::HashedMap;

use crate::sink::ByteSink;
use crate::store_path::{HASH_PART_LEN, StorePath};

/// Looks for hash parts in bytes that come piece by piece; give it to [`crate::nar::write`].
#[derive(Debug)]
pub struct ReferenceScanner {
    missing: HashedMap<[u8; HASH_PART_LEN], Vec<StorePath>>,
    found: OrderedSet<StorePath>,
    /// The last bytes of the pieces so far, at most one less than a hash part has.
    tail: Vec<u8>,
}

impl ReferenceScanner {
    /// Makes a scanner for candidates; only their hash parts count.
    #[must_use]
    pub fn new(candidates: impl IntoIterator<Item = StorePath>) -> Self {
        let mut missing: HashedMap<_, Vec<_>> = HashedMap::new();
        for path in candidates {
            let mut text = Vec::new();
            path.write_to(&mut text);
            if let Some(hash_part) = text.first_chunk() {
                missing.entry(*hash_part).or_default().push(path);
            }
        }
        Self {
            missing,
            found: OrderedSet::new(),
            tail: Vec::new(),
        }
    }

    /// Returns the candidates that occurred.
    #[must_use]
    pub fn finish(self) -> OrderedSet<StorePath> {
        self.found
    }

    fn scan(&mut self, bytes: &[u8]) {
        let mut position = 0;
        while let Some(window) = bytes[position..].first_chunk::<HASH_PART_LEN>() {
            if self.missing.is_empty() {
                return;
            }
            // From behind: a byte that is no digit rules out all windows that contain it.
            let stranger = window.iter().rposition(|&byte| !is_nix32_digit(byte));
            position += match stranger {
                Some(stranger) => stranger + 1,
                None => {
                    self.found
                        .extend(self.missing.remove(window).into_iter().flatten());
                    1
                }
            };
        }
    }
}

impl ByteSink for ReferenceScanner {
    fn put(&mut self, bytes: &[u8]) {
        // A hash part may lie across the border of two pieces.
        let overlap = bytes.len().min(HASH_PART_LEN - 1);
        let mut border = std::mem::take(&mut self.tail);
        border.extend_from_slice(&bytes[..overlap]);
        self.scan(&border);
        if bytes.len() < HASH_PART_LEN {
            let surplus = border.len().saturating_sub(HASH_PART_LEN - 1);
            border.drain(..surplus);
        } else {
            self.scan(bytes);
            border.clear();
            border.extend_from_slice(&bytes[bytes.len() - (HASH_PART_LEN - 1)..]);
        }
        self.tail = border;
    }
}

const fn is_nix32_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'z') && !matches!(byte, b'e' | b'o' | b't' | b'u')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_hash_parts_across_pieces_of_any_size() {
        let wanted = StorePath::parse("00bgd045z0d4icpbc2yyz4gx48ak44la-a").unwrap();
        let absent = StorePath::parse("10bgd045z0d4icpbc2yyz4gx48ak44la-b").unwrap();
        let text = b"xx/nix/store/aaaa00bgd045z0d4icpbc2yyz4gx48ak44la?";
        for size in 1..text.len() {
            let mut scanner = ReferenceScanner::new([wanted.clone(), absent.clone()]);
            for piece in text.chunks(size) {
                scanner.put(piece);
            }
            assert_eq!(
                scanner.finish(),
                OrderedSet::from([wanted.clone()]),
                "in pieces of {size}"
            );
        }
    }
}
