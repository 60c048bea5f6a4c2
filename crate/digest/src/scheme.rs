//! The rules that could have been others: which function hashes, how a digest becomes a hash part, and what happens
//! to inputs with equal digests.
//!
//! [`Scheme::default`] is what Nix 2.34 does. The others show what the rules are for; no store is made by them.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::hash::HashAlgorithm;
use crate::sink::ByteSink;
use crate::store_path::{HASH_PART_BYTES, fold};

/// A set of rules that store paths follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scheme {
    /// What hashes everything but the contents of fixed outputs, whose function is the author's choice.
    pub function: DigestFunction,
    /// How 32 bytes become 20.
    pub shortening: Shortening,
    /// What happens to inputs with equal digests.
    pub equal_inputs: EqualInputs,
}

/// A hash function with 32 bytes of output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DigestFunction {
    /// What Nix uses.
    #[default]
    Sha256,
    /// BLAKE3, which is faster in software; every path would be another.
    Blake3,
}

/// How a digest becomes a hash part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shortening {
    /// Byte `i` is XORed into byte `i mod 20`, as Nix does.
    #[default]
    Fold,
    /// The first 20 bytes, as much published material says.
    Truncate,
}

/// What happens when two inputs have the same digest, for example two ways to fetch one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EqualInputs {
    /// The sets of their outputs are united, as Nix 2.8 to 2.34 do.
    #[default]
    Merge,
    /// The input with the later path replaces the others, as in Nix 2.3 to 2.7; 2.35.0 lost outputs in the same way.
    Clobber,
}

impl DigestFunction {
    /// Returns the algorithm.
    #[must_use]
    pub const fn algorithm(self) -> HashAlgorithm {
        match self {
            Self::Sha256 => HashAlgorithm::Sha256,
            Self::Blake3 => HashAlgorithm::Blake3,
        }
    }

    /// Returns the name that stands in fingerprints.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.algorithm().name()
    }

    /// Hashes `data`.
    #[must_use]
    pub fn digest(self, data: &[u8]) -> [u8; 32] {
        match self {
            Self::Sha256 => Sha256::digest(data).into(),
            Self::Blake3 => blake3::hash(data).into(),
        }
    }

    /// Starts to hash piece by piece.
    pub fn start(self) -> Digester {
        match self {
            Self::Sha256 => Digester::Sha256(Sha256::new()),
            Self::Blake3 => Digester::Blake3(Box::default()),
        }
    }
}

impl Shortening {
    /// Shortens a digest to a hash part.
    #[must_use]
    pub fn shorten(self, digest: &[u8; 32]) -> [u8; HASH_PART_BYTES] {
        match self {
            Self::Fold => fold(digest),
            Self::Truncate => {
                let mut part = [0; HASH_PART_BYTES];
                part.copy_from_slice(&digest[..HASH_PART_BYTES]);
                part
            }
        }
    }
}

/// A digest being computed; small, unlike [`Hasher`](crate::hash::Hasher), for it is made for each fingerprint.
pub enum Digester {
    /// By SHA-256.
    Sha256(Sha256),
    /// By BLAKE3.
    Blake3(Box<blake3::Hasher>),
}

impl Digester {
    /// Returns the digest.
    #[must_use]
    pub fn finish(self) -> [u8; 32] {
        match self {
            Self::Sha256(state) => state.finalize().into(),
            Self::Blake3(state) => state.finalize().into(),
        }
    }
}

impl ByteSink for Digester {
    fn put(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(state) => state.update(bytes),
            Self::Blake3(state) => {
                state.update(bytes);
            }
        }
    }
}
