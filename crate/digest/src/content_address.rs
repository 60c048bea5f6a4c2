//! Content addresses: how the contents of a store object were hashed, and with which result.
//!
//! Text forms as in narinfo files and the reference's database: `text:sha256:…`, `fixed:r:sha256:…`.

use std::fmt;

use bstr::{BString, ByteSlice as _};

use crate::hash::{Hash, HashAlgorithm, HashError, HashFormat};
use crate::store_path::{PathType, StoreDir, StorePath, StorePathError, fixed_inner_text};

/// How the contents of a store object become the bytes that are hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContentAddressMethod {
    /// The bytes of a single file (`outputHashMode = "flat"`).
    Flat,
    /// The NAR of a file tree (`"nar"` or `"recursive"`).
    Nar,
    /// Git's tree or blob object (`"git"`).
    Git,
    /// The bytes of a single file that may have references (`"text"`).
    Text,
}

impl ContentAddressMethod {
    /// Returns what stands before the algorithm in derivations: `""`, `r:`, `git:` or `text:`.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Flat => "",
            Self::Nar => "r:",
            Self::Git => "git:",
            Self::Text => "text:",
        }
    }

    /// Returns the name that JSON and `outputHashMode` use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Nar => "nar",
            Self::Git => "git",
            Self::Text => "text",
        }
    }

    /// Finds the method of an `outputHashMode`; `None` if there is no such mode.
    #[must_use]
    pub fn parse_mode(mode: &[u8]) -> Option<Self> {
        match mode {
            b"flat" => Some(Self::Flat),
            b"nar" | b"recursive" => Some(Self::Nar),
            b"git" => Some(Self::Git),
            b"text" => Some(Self::Text),
            _ => None,
        }
    }

    /// Splits the prefix off a text such as `r:sha256`.
    #[must_use]
    pub fn split_prefix(text: &[u8]) -> (Self, &[u8]) {
        for method in [Self::Nar, Self::Git, Self::Text] {
            if let Some(rest) = text.strip_prefix(method.prefix().as_bytes()) {
                return (method, rest);
            }
        }
        (Self::Flat, text)
    }
}

/// A method and the hash that it gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentAddress {
    /// What was hashed.
    pub method: ContentAddressMethod,
    /// The result.
    pub hash: Hash,
}

/// Why a content address has no path or a text is no content address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentAddressError {
    /// Git objects are hashed with SHA-1 or SHA-256 only.
    GitAlgorithm(HashAlgorithm),
    /// Text objects are hashed with SHA-256 only.
    TextAlgorithm(HashAlgorithm),
    /// Only `nar` with SHA-256 and `text` may have references.
    References(BString),
    /// The text does not begin with `text:` or `fixed:`.
    UnknownPrefix(BString),
    /// The text has no colon.
    NoPrefix(BString),
    /// The hash is broken.
    Hash(HashError),
    /// The name is broken.
    Path(StorePathError),
}

impl ContentAddressError {
    /// Says what is wrong, in bytes: a name need not be text.
    pub fn message(&self) -> Vec<u8> {
        match self {
            Self::Path(error) => error.message(),
            other => other.to_string().into_bytes(),
        }
    }
}

impl fmt::Display for ContentAddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GitAlgorithm(algorithm) => write!(
                f,
                "Git file ingestion must use SHA-1 or SHA-256 hash, but instead using: {algorithm}"
            ),
            Self::TextAlgorithm(algorithm) => write!(
                f,
                "text file ingestion must use SHA-256 hash, but instead using: {algorithm}"
            ),
            Self::References(name) => write!(
                f,
                "fixed output derivation '{name}' is not allowed to refer to other store paths.\nYou may need to use the 'unsafeDiscardReferences' derivation attribute, see the manual for more details."
            ),
            Self::UnknownPrefix(text) => write!(
                f,
                "content address '{text}' begins neither with 'text:' nor with 'fixed:'"
            ),
            Self::NoPrefix(text) => write!(
                f,
                "not a content address because it is not in the form '<prefix>:<rest>': {text}"
            ),
            Self::Hash(error) => error.fmt(f),
            Self::Path(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ContentAddressError {}

impl From<HashError> for ContentAddressError {
    fn from(error: HashError) -> Self {
        Self::Hash(error)
    }
}

impl From<StorePathError> for ContentAddressError {
    fn from(error: StorePathError) -> Self {
        Self::Path(error)
    }
}

impl ContentAddress {
    /// Parses `text:…` or `fixed:[r:|git:]…`.
    ///
    /// # Errors
    /// A prefix or a hash that is not understood.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, ContentAddressError> {
        let text = text.as_ref();
        let Some(colon) = text.find_byte(b':') else {
            return Err(ContentAddressError::NoPrefix(text.into()));
        };
        let rest = &text[colon + 1..];
        let (method, hash) = match &text[..colon] {
            b"text" => (ContentAddressMethod::Text, rest),
            b"fixed" => ContentAddressMethod::split_prefix(rest),
            _ => return Err(ContentAddressError::UnknownPrefix(text.into())),
        };
        Ok(Self {
            method,
            hash: Hash::parse_prefixed(hash)?,
        })
    }

    /// Computes the path of a store object without references.
    ///
    /// # Errors
    /// As [`ContentAddress::path_with_references`].
    pub fn path(
        &self,
        store_dir: &StoreDir,
        name: &[u8],
    ) -> Result<StorePath, ContentAddressError> {
        self.path_with_references(store_dir, name, [], false)
    }

    /// Computes the path of a store object from its contents' hash, its name and its references.
    ///
    /// # Errors
    /// A name that is not allowed, an algorithm that the method does not allow, or references where the
    /// method allows none.
    pub fn path_with_references<'a>(
        &self,
        store_dir: &StoreDir,
        name: &[u8],
        references: impl IntoIterator<Item = &'a StorePath>,
        self_reference: bool,
    ) -> Result<StorePath, ContentAddressError> {
        let algorithm = self.hash.algorithm();
        let sha256 = <&[u8; 32]>::try_from(self.hash.digest())
            .ok()
            .filter(|_| algorithm == HashAlgorithm::Sha256);
        match (self.method, sha256) {
            (ContentAddressMethod::Text, None) => {
                return Err(ContentAddressError::TextAlgorithm(algorithm));
            }
            (ContentAddressMethod::Text, Some(_)) if self_reference => {
                return Err(ContentAddressError::References(name.into()));
            }
            (ContentAddressMethod::Text, Some(digest)) => {
                return Ok(store_dir.text_path(digest, name, references)?);
            }
            (ContentAddressMethod::Nar, Some(digest)) => {
                return Ok(store_dir.source_path(digest, name, references, self_reference)?);
            }
            (ContentAddressMethod::Git, None) if algorithm != HashAlgorithm::Sha1 => {
                return Err(ContentAddressError::GitAlgorithm(algorithm));
            }
            _ => {}
        }
        if self_reference || references.into_iter().next().is_some() {
            return Err(ContentAddressError::References(name.into()));
        }
        let inner = fixed_inner_text(self.method.prefix(), &self.hash);
        let inner = store_dir.digest(inner.as_bytes());
        Ok(store_dir.make_store_path(PathType::Output("out".into()), &inner, name)?)
    }
}

impl fmt::Display for ContentAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.method {
            ContentAddressMethod::Text => f.write_str("text:")?,
            method => write!(f, "fixed:{}", method.prefix())?,
        }
        f.write_str(&self.hash.render_prefixed(HashFormat::Nix32))
    }
}
