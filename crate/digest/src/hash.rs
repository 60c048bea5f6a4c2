//! Digests with their algorithm: computing, rendering and parsing them.
//!
//! It is not about what gets hashed: see [`crate::digest`] for derivations.

mod parse;

use std::fmt;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

pub use parse::HashError;

use crate::encoding;

/// A hash function that Nix knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HashAlgorithm {
    /// BLAKE3 with 256 bits, behind the experimental feature `blake3-hashes`.
    Blake3,
    /// MD5, 128 bits.
    Md5,
    /// SHA-1, 160 bits.
    Sha1,
    /// SHA-256, the one that store paths are made of.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl HashAlgorithm {
    /// All algorithms in the order in which messages list them.
    pub const ALL: [Self; 5] = [
        Self::Blake3,
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
    ];

    /// Returns the name that Nix expressions and derivations use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blake3 => "blake3",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// Returns the number of bytes of a digest.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 | Self::Blake3 => 32,
            Self::Sha512 => 64,
        }
    }

    /// Finds an algorithm by its name.
    ///
    /// # Errors
    /// [`HashError::UnknownAlgorithm`].
    pub fn parse(name: &[u8]) -> Result<Self, HashError> {
        // By far the most common.
        if name == Self::Sha256.name().as_bytes() {
            return Ok(Self::Sha256);
        }
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name().as_bytes() == name)
            .ok_or_else(|| HashError::UnknownAlgorithm(name.into()))
    }
}

impl fmt::Display for HashAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a digest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HashFormat {
    /// Lower-case hexadecimal.
    Base16,
    /// Nix's own base 32.
    Nix32,
    /// Base64 with padding.
    Base64,
    /// `algorithm-base64`, the form of Subresource Integrity.
    Sri,
}

impl HashFormat {
    /// Finds a format by the name that `builtins.convertHash` and `nix hash convert --to` take.
    #[must_use]
    pub fn parse(name: &[u8]) -> Option<Self> {
        match name {
            b"base16" => Some(Self::Base16),
            b"nix32" | b"base32" => Some(Self::Nix32),
            b"base64" => Some(Self::Base64),
            b"sri" => Some(Self::Sri),
            _ => None,
        }
    }
}

/// A digest and the algorithm that made it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash {
    algorithm: HashAlgorithm,
    /// The digest, followed by zeros, so that equality and order can be derived.
    bytes: [u8; 64],
}

impl Hash {
    /// Makes a hash of a digest; `None` if it has not the length that the algorithm demands.
    #[must_use]
    pub fn new(algorithm: HashAlgorithm, digest: &[u8]) -> Option<Self> {
        if digest.len() != algorithm.size() {
            return None;
        }
        let mut bytes = [0; 64];
        bytes[..digest.len()].copy_from_slice(digest);
        Some(Self { algorithm, bytes })
    }

    /// Makes a SHA-256 hash.
    #[must_use]
    pub fn from_sha256(digest: [u8; 32]) -> Self {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&digest);
        Self {
            algorithm: HashAlgorithm::Sha256,
            bytes,
        }
    }

    /// Returns the hash of only zeros, which stands for an empty `outputHash`.
    #[must_use]
    pub const fn zero(algorithm: HashAlgorithm) -> Self {
        Self {
            algorithm,
            bytes: [0; 64],
        }
    }

    /// Hashes `data`.
    #[must_use]
    pub fn of(algorithm: HashAlgorithm, data: &[u8]) -> Self {
        // Not piece by piece: a hasher has room for the largest state, which is copied.
        if algorithm == HashAlgorithm::Sha256 {
            return Self::from_sha256(sha256(data));
        }
        let mut hasher = Hasher::new(algorithm);
        hasher.update(data);
        hasher.finish()
    }

    /// Returns the algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// Returns the digest.
    #[must_use]
    pub fn digest(&self) -> &[u8] {
        &self.bytes[..self.algorithm.size()]
    }

    /// Renders the hash as `nix hash convert --to` does: SRI names its algorithm, the others do not.
    #[must_use]
    pub fn render(&self, format: HashFormat) -> String {
        match format {
            HashFormat::Base16 => encoding::hex_encode(self.digest()),
            HashFormat::Nix32 => encoding::nix32_encode(self.digest()),
            HashFormat::Base64 => encoding::base64_encode(self.digest()),
            HashFormat::Sri => format!(
                "{}-{}",
                self.algorithm,
                encoding::base64_encode(self.digest())
            ),
        }
    }

    /// Renders `algorithm:digest`; SRI keeps its own separator.
    #[must_use]
    pub fn render_prefixed(&self, format: HashFormat) -> String {
        match format {
            HashFormat::Sri => self.render(format),
            _ => format!("{}:{}", self.algorithm, self.render(format)),
        }
    }
}

impl fmt::Display for Hash {
    /// Writes the SRI form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(HashFormat::Sri))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Returns the SHA-256 digest of `data`.
#[must_use]
pub fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

/// Computes a hash piece by piece.
#[derive(Clone)]
pub struct Hasher(State);

#[derive(Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "a hasher lives on the stack for one computation; boxing BLAKE3 would only add an allocation"
)]
enum State {
    Blake3(blake3::Hasher),
    Md5(Md5),
    Sha1(Sha1),
    Sha256(Sha256),
    Sha512(Sha512),
}

impl Hasher {
    /// Starts a computation.
    #[must_use]
    pub fn new(algorithm: HashAlgorithm) -> Self {
        Self(match algorithm {
            HashAlgorithm::Blake3 => State::Blake3(blake3::Hasher::new()),
            HashAlgorithm::Md5 => State::Md5(Md5::new()),
            HashAlgorithm::Sha1 => State::Sha1(Sha1::new()),
            HashAlgorithm::Sha256 => State::Sha256(Sha256::new()),
            HashAlgorithm::Sha512 => State::Sha512(Sha512::new()),
        })
    }

    /// Adds bytes.
    pub fn update(&mut self, data: &[u8]) {
        match &mut self.0 {
            State::Blake3(state) => {
                state.update(data);
            }
            State::Md5(state) => state.update(data),
            State::Sha1(state) => state.update(data),
            State::Sha256(state) => state.update(data),
            State::Sha512(state) => state.update(data),
        }
    }

    /// Ends the computation.
    #[must_use]
    pub fn finish(self) -> Hash {
        let mut bytes = [0; 64];
        let algorithm = match self.0 {
            State::Blake3(state) => {
                bytes[..32].copy_from_slice(state.finalize().as_bytes());
                HashAlgorithm::Blake3
            }
            State::Md5(state) => {
                bytes[..16].copy_from_slice(&state.finalize());
                HashAlgorithm::Md5
            }
            State::Sha1(state) => {
                bytes[..20].copy_from_slice(&state.finalize());
                HashAlgorithm::Sha1
            }
            State::Sha256(state) => {
                bytes[..32].copy_from_slice(&state.finalize());
                HashAlgorithm::Sha256
            }
            State::Sha512(state) => {
                bytes.copy_from_slice(&state.finalize());
                HashAlgorithm::Sha512
            }
        };
        Hash { algorithm, bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_input_has_the_published_digests() {
        let hex = |algorithm| Hash::of(algorithm, b"").render(HashFormat::Base16);
        assert_eq!(hex(HashAlgorithm::Md5), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(
            hex(HashAlgorithm::Sha1),
            "da39a3ee5e6b4b0d3255bfef95601890afd80709"
        );
        assert_eq!(
            hex(HashAlgorithm::Sha256),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            hex(HashAlgorithm::Blake3),
            "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
        );
        assert!(hex(HashAlgorithm::Sha512).starts_with("cf83e1357eefb8bd"));
    }

    #[test]
    fn pieces_hash_like_the_whole() {
        for algorithm in HashAlgorithm::ALL {
            let mut hasher = Hasher::new(algorithm);
            hasher.update(b"ab");
            hasher.update(b"");
            hasher.update(b"c");
            assert_eq!(hasher.finish(), Hash::of(algorithm, b"abc"));
        }
    }
}
