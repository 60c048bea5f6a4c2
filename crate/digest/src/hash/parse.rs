//! Parsing hashes in every spelling that the reference accepts (`libutil/hash.cc`).

use std::fmt;

use bstr::{BStr, BString, ByteSlice as _};

use super::{Hash, HashAlgorithm};
use crate::encoding;

/// Why a text is no hash; the wording is the reference's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HashError {
    /// The prefix or attribute names an algorithm that does not exist.
    UnknownAlgorithm(BString),
    /// Neither the text nor the context names an algorithm.
    NoAlgorithm(BString),
    /// The text names another algorithm than the context demands.
    WrongAlgorithm {
        /// The whole text.
        text: BString,
        /// What the context demands.
        expected: HashAlgorithm,
    },
    /// The length fits none of the encodings.
    WrongLength {
        /// The text without prefix.
        text: BString,
        /// The algorithm in force.
        algorithm: HashAlgorithm,
    },
    /// The digits decode to something else than a digest.
    WrongDigest {
        /// The encoding that the length or the prefix tells: `base16`, `nix32`, `Base64` or `SRI`.
        encoding: &'static str,
        /// The text without prefix.
        text: BString,
        /// Bytes that were decoded; 0 for text with invalid digits.
        found: usize,
        /// Bytes that the algorithm demands.
        expected: usize,
    },
    /// A prefix was demanded and is missing.
    NotPrefixed(BString),
    /// SRI was demanded, and this is something else.
    NotSri(BString),
    /// An empty hash needs an algorithm from the context.
    EmptyWithoutAlgorithm,
}

impl fmt::Display for HashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAlgorithm(name) => write!(
                f,
                "unknown hash algorithm '{name}', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'"
            ),
            Self::NoAlgorithm(text) => write!(
                f,
                "hash '{text}' does not include a type, nor is the type otherwise known from context"
            ),
            Self::WrongAlgorithm { text, expected } => {
                write!(f, "hash '{text}' should have type '{expected}'")
            }
            Self::WrongLength { text, algorithm } => {
                write!(
                    f,
                    "hash '{text}' has wrong length for hash algorithm '{algorithm}'"
                )
            }
            Self::WrongDigest {
                encoding,
                text,
                found,
                expected,
            } => write!(
                f,
                "invalid {encoding} hash '{text}', length {found} != expected length {expected}"
            ),
            Self::NotPrefixed(text) => write!(f, "hash '{text}' does not include a type"),
            Self::NotSri(text) => write!(f, "hash '{text}' is not SRI"),
            Self::EmptyWithoutAlgorithm => {
                f.write_str("empty hash requires explicit hash algorithm")
            }
        }
    }
}

impl std::error::Error for HashError {}

/// What stood before the digest.
struct Prefix {
    algorithm: HashAlgorithm,
    sri: bool,
}

/// Splits `algorithm:` or `algorithm-` off.
fn split_prefix(text: &BStr) -> Result<(Option<Prefix>, &BStr), HashError> {
    let (position, sri) = match (text.find_byte(b':'), text.find_byte(b'-')) {
        (Some(colon), _) => (colon, false),
        (None, Some(dash)) => (dash, true),
        (None, None) => return Ok((None, text)),
    };
    let algorithm = HashAlgorithm::parse(&text[..position])?;
    Ok((Some(Prefix { algorithm, sri }), &text[position + 1..]))
}

impl Hash {
    /// Parses hexadecimal, nix32, base64 (each with or without `algorithm:`) or SRI.
    ///
    /// # Errors
    /// Any [`HashError`] that says why, e.g. when neither `expected` nor the text names an algorithm.
    pub fn parse_any(
        text: impl AsRef<[u8]>,
        expected: Option<HashAlgorithm>,
    ) -> Result<Self, HashError> {
        let text = text.as_ref().as_bstr();
        let (prefix, rest) = split_prefix(text)?;
        let algorithm = match (&prefix, expected) {
            (None, None) => return Err(HashError::NoAlgorithm(rest.into())),
            (Some(prefix), Some(expected)) if prefix.algorithm != expected => {
                return Err(HashError::WrongAlgorithm {
                    text: text.into(),
                    expected,
                });
            }
            (Some(prefix), _) => prefix.algorithm,
            (None, Some(expected)) => expected,
        };
        decode(rest, algorithm, prefix.is_some_and(|prefix| prefix.sri))
    }

    /// Parses a hash that names its algorithm, as in narinfo files.
    ///
    /// # Errors
    /// [`HashError::NotPrefixed`] without an algorithm, else as [`Hash::parse_any`].
    pub fn parse_prefixed(text: impl AsRef<[u8]>) -> Result<Self, HashError> {
        let text = text.as_ref().as_bstr();
        match split_prefix(text)? {
            (Some(prefix), rest) => decode(rest, prefix.algorithm, prefix.sri),
            (None, _) => Err(HashError::NotPrefixed(text.into())),
        }
    }

    /// Parses a digest without any prefix, as in `.drv` files.
    ///
    /// # Errors
    /// [`HashError::WrongLength`] or [`HashError::WrongDigest`].
    pub fn parse_unprefixed(
        text: impl AsRef<[u8]>,
        algorithm: HashAlgorithm,
    ) -> Result<Self, HashError> {
        decode(text.as_ref().as_bstr(), algorithm, false)
    }

    /// Parses the SRI form only.
    ///
    /// # Errors
    /// [`HashError::NotSri`] for other forms, else as [`Hash::parse_any`].
    pub fn parse_sri(text: impl AsRef<[u8]>) -> Result<Self, HashError> {
        let text = text.as_ref().as_bstr();
        let Some(dash) = text.find_byte(b'-') else {
            return Err(HashError::NotSri(text.into()));
        };
        let algorithm = HashAlgorithm::parse(&text[..dash])?;
        decode(&text[dash + 1..], algorithm, true)
    }

    /// Parses an `outputHash`: as [`Hash::parse_any`], but an empty text stands for zeros.
    ///
    /// The caller should warn as the reference does when the text is empty:
    /// `found empty hash, assuming '<SRI of the result>'`.
    ///
    /// # Errors
    /// [`HashError::EmptyWithoutAlgorithm`], else as [`Hash::parse_any`].
    pub fn parse_output_hash(
        text: impl AsRef<[u8]>,
        expected: Option<HashAlgorithm>,
    ) -> Result<Self, HashError> {
        match (text.as_ref(), expected) {
            ([], None) => Err(HashError::EmptyWithoutAlgorithm),
            ([], Some(algorithm)) => Ok(Self::zero(algorithm)),
            (text, _) => Self::parse_any(text, expected),
        }
    }
}

fn decode(text: &BStr, algorithm: HashAlgorithm, sri: bool) -> Result<Hash, HashError> {
    let size = algorithm.size();
    let length = text.len();
    // An invalid digit is reported by the reference as a digest of length 0.
    let (encoding, bytes) = if sri {
        ("SRI", encoding::base64_decode(text))
    } else if length == size * 2 {
        ("base16", encoding::hex_decode(text))
    } else if length == encoding::nix32_len(size) {
        ("nix32", encoding::nix32_decode(text))
    } else if length == encoding::base64_len(size) {
        ("Base64", encoding::base64_decode(text))
    } else {
        return Err(HashError::WrongLength {
            text: text.into(),
            algorithm,
        });
    };
    let bytes = bytes.unwrap_or_default();
    Hash::new(algorithm, &bytes).ok_or_else(|| HashError::WrongDigest {
        encoding,
        text: text.into(),
        found: bytes.len(),
        expected: size,
    })
}
