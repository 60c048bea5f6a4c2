//! NAR, the archive format whose bytes are hashed to name file trees.
//!
//! Writing streams into any [`ByteSink`], so hashing a tree needs no memory for its archive. Compression is not
//! part of the format. Source: the manual's page "Nix Archive (NAR) format" and `libutil/archive.cc`.

mod read;

use crate::ordered;

use bstr::BString;

pub use read::{MAX_DEPTH, NarError, NarErrorKind, read};

use crate::file_tree::FileTree;
use crate::hash::{Hash, HashAlgorithm, Hasher};
use crate::sink::{ByteCount, ByteSink};

/// The first string of each archive.
const MAGIC: &[u8] = b"nix-archive-1";

/// Writes the archive of a tree.
pub fn write(tree: &FileTree, sink: &mut impl ByteSink) {
    put_string(MAGIC, sink);
    // Directories that are being written, outermost first; a stack of our own allows any depth.
    let mut open: Vec<ordered::Iter<'_, BString, FileTree>> = Vec::new();
    let mut next = tree;
    loop {
        put_string(b"(", sink);
        put_string(b"type", sink);
        match next {
            FileTree::File {
                contents,
                executable,
            } => {
                put_string(b"regular", sink);
                if *executable {
                    put_string(b"executable", sink);
                    put_string(b"", sink);
                }
                put_string(b"contents", sink);
                put_string(contents, sink);
                put_string(b")", sink);
            }
            FileTree::Symlink { target } => {
                put_string(b"symlink", sink);
                put_string(b"target", sink);
                put_string(target, sink);
                put_string(b")", sink);
            }
            FileTree::Directory(entries) => {
                put_string(b"directory", sink);
                open.push(entries.iter());
                if let Some((name, child)) = open.last_mut().and_then(Iterator::next) {
                    put_entry(name, sink);
                    next = child;
                    continue;
                }
                open.pop();
                put_string(b")", sink);
            }
        }
        // The node is finished, and with it the entry that holds it; where that was the last one, its directory too.
        next = loop {
            let Some(entries) = open.last_mut() else {
                return;
            };
            put_string(b")", sink);
            if let Some((name, child)) = entries.next() {
                put_entry(name, sink);
                break child;
            }
            open.pop();
            put_string(b")", sink);
        };
    }
}

/// Returns the archive of a tree.
#[must_use]
pub fn to_bytes(tree: &FileTree) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(tree, &mut bytes);
    bytes
}

/// Hashes the archive of a tree.
#[must_use]
pub fn hash(tree: &FileTree, algorithm: HashAlgorithm) -> Hash {
    let mut hasher = Hasher::new(algorithm);
    write(tree, &mut hasher);
    hasher.finish()
}

/// Returns the SHA-256 hash and the size in bytes of a tree's archive, as a narinfo states them.
#[must_use]
pub fn hash_and_size(tree: &FileTree) -> (Hash, u64) {
    let mut sink = (Hasher::new(HashAlgorithm::Sha256), ByteCount::default());
    write(tree, &mut sink);
    (sink.0.finish(), sink.1.0)
}

fn put_entry(name: &[u8], sink: &mut impl ByteSink) {
    put_string(b"entry", sink);
    put_string(b"(", sink);
    put_string(b"name", sink);
    put_string(name, sink);
    put_string(b"node", sink);
}

/// Writes the length, the bytes, and zeros up to a multiple of eight.
fn put_string(string: &[u8], sink: &mut impl ByteSink) {
    sink.put(&(string.len() as u64).to_le_bytes());
    sink.put(string);
    sink.put(&[0; 8][..padding(string.len())]);
}

/// Number of zeros behind a string of `length` bytes.
const fn padding(length: usize) -> usize {
    (8 - length % 8) % 8
}
