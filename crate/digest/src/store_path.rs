//! Store paths: their text form and how their hash part is computed.
//!
//! Source of the rules: `libstore/path.cc`, `libstore/store-dir-config.cc` and the manual's page
//! "Complete Store Path Calculation". Whether a path exists is not known here.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use bstr::{BStr, BString, ByteSlice as _};

use crate::encoding;
use crate::hash::{Hash, HashFormat};
use crate::order;
use crate::scheme::Scheme;
use crate::sink::ByteSink;

/// Longest name of a store object in bytes.
pub const MAX_NAME_LEN: usize = 211;

/// Number of nix32 characters of the hash part.
pub const HASH_PART_LEN: usize = 32;

/// Number of bytes of the hash part.
pub const HASH_PART_BYTES: usize = 20;

/// Why a text is no store path; the wording is the reference's where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StorePathError {
    /// The name part is not allowed.
    Name {
        /// The whole base name.
        path: BString,
        /// What is wrong with its name.
        error: NameError,
    },
    /// There is no room for a hash part and a name.
    TooShort(BString),
    /// The hash part has a character that nix32 lacks.
    HashCharacter {
        /// The whole base name.
        path: BString,
        /// The character.
        byte: u8,
    },
    /// What stands between the hash part and the name is no ASCII character.
    Separator(BString),
    /// The path is not directly inside the store directory.
    NotInStore(BString),
}

impl StorePathError {
    /// Says what is wrong, in bytes: what is told of the path need not be text.
    pub fn message(&self) -> Vec<u8> {
        match self {
            Self::Name { path, error } => [
                b"path '".as_slice(),
                path,
                b"' is not a valid store path: ",
                &error.message(),
            ]
            .concat(),
            Self::TooShort(path) => {
                [b"'".as_slice(), path, b"' is too short to be a valid store path"].concat()
            }
            Self::HashCharacter { path, byte } => [
                b"store path '".as_slice(),
                path,
                b"' contains illegal base-32 character '",
                &[*byte, b'\''],
            ]
            .concat(),
            Self::Separator(path) => [
                b"store path '".as_slice(),
                path,
                b"' has neither '-' nor any other ASCII character between its hash part and its name",
            ]
            .concat(),
            Self::NotInStore(path) => {
                [b"path '".as_slice(), path, b"' is not in the Nix store"].concat()
            }
        }
    }
}

impl fmt::Display for StorePathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().as_bstr().fmt(f)
    }
}

impl std::error::Error for StorePathError {}

/// Why a text cannot name a store object; the wording is the reference's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameError {
    /// The name is empty.
    Empty,
    /// The name is longer than [`MAX_NAME_LEN`].
    TooLong(BString),
    /// The name is `.` or `..`.
    Dots(BString),
    /// The part before the first dash is `.` or `..`.
    DotsDash(BString),
    /// A character outside `[A-Za-z0-9+._?=-]`.
    Character {
        /// The whole name.
        name: BString,
        /// The first such byte.
        byte: u8,
    },
}

impl NameError {
    /// Says what is wrong, in bytes: the name need not be text, nor is a byte of a character.
    pub fn message(&self) -> Vec<u8> {
        let (name, problem) = match self {
            Self::Empty => return b"name must not be empty".to_vec(),
            Self::TooLong(name) => (
                name,
                format!("must be no longer than {MAX_NAME_LEN} characters").into_bytes(),
            ),
            Self::Dots(name) => (name, b"is not valid".to_vec()),
            Self::DotsDash(name) => {
                let dots = if name.starts_with(b"..") { ".." } else { "." };
                let rule = "is not valid: first dash-separated component must not be";
                (name, format!("{rule} '{dots}'").into_bytes())
            }
            Self::Character { name, byte } => (
                name,
                [b"contains illegal character '".as_slice(), &[*byte, b'\'']].concat(),
            ),
        };
        [b"name '".as_slice(), name, b"' ", &problem].concat()
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().as_bstr().fmt(f)
    }
}

impl std::error::Error for NameError {}

/// Checks the name of a store object and returns it as text.
///
/// # Errors
/// The first rule that the name breaks, in the order in which the reference checks them.
pub fn check_name(name: &[u8]) -> Result<&str, NameError> {
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    if name.len() > MAX_NAME_LEN {
        return Err(NameError::TooLong(name.into()));
    }
    match name {
        b"." | b".." => return Err(NameError::Dots(name.into())),
        [b'.', b'-', ..] | [b'.', b'.', b'-', ..] => return Err(NameError::DotsDash(name.into())),
        _ => {}
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._?=".contains(&byte);
    if let Some(&byte) = name.iter().find(|&&byte| !allowed(byte)) {
        return Err(NameError::Character {
            name: name.into(),
            byte,
        });
    }
    Ok(std::str::from_utf8(name).expect("allowed characters are ASCII"))
}

/// The base name of a store object: a hash part and a name.
///
/// `Display` writes the base name, [`StoreDir::display`] the full path. The order is that of base names.
#[derive(Clone, PartialEq, Eq)]
pub struct StorePath {
    /// The hash part, last byte first: so nix32 writes it, and so the order of the bytes is that of the text.
    reversed_hash: [u8; HASH_PART_BYTES],
    /// The dash between both, or what a text has there that was parsed: the reference takes anything.
    separator: u8,
    name: Arc<str>,
}

impl Ord for StorePath {
    fn cmp(&self, other: &Self) -> Ordering {
        // Nearly always the first bytes tell, as one number, without a call.
        self.head()
            .cmp(&other.head())
            .then_with(|| self.reversed_hash.cmp(&other.reversed_hash))
            .then_with(|| self.separator.cmp(&other.separator))
            .then_with(|| self.name.cmp(&other.name))
    }
}

impl PartialOrd for StorePath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The hash part tells paths apart, so that the name, which lies elsewhere in memory, need not be looked at.
impl std::hash::Hash for StorePath {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write(&self.reversed_hash);
    }
}

impl StorePath {
    /// Makes a store path of the 20 bytes of its hash part and its name.
    ///
    /// # Errors
    /// [`StorePathError::Name`] if the name is not allowed.
    pub fn new(mut hash_part: [u8; HASH_PART_BYTES], name: &[u8]) -> Result<Self, StorePathError> {
        let checked = check_name(name);
        match checked {
            Ok(name) => {
                hash_part.reverse();
                Ok(Self {
                    reversed_hash: hash_part,
                    separator: b'-',
                    name: name.into(),
                })
            }
            Err(error) => {
                let mut path = BString::from(encoding::nix32_encode(&hash_part));
                path.push(b'-');
                path.extend_from_slice(name);
                Err(StorePathError::Name { path, error })
            }
        }
    }

    /// Parses a base name such as `00bgd045z0d4icpbc2yyz4gx48ak44la-net-tools-1.60`.
    ///
    /// # Errors
    /// See [`StorePathError`].
    pub fn parse(base_name: impl AsRef<[u8]>) -> Result<Self, StorePathError> {
        let base_name = base_name.as_ref();
        if base_name.len() < HASH_PART_LEN + 1 {
            return Err(StorePathError::TooShort(base_name.into()));
        }
        let (hash_part, rest) = base_name.split_at(HASH_PART_LEN);
        let hash_part =
            decode_hash_part(hash_part).map_err(|byte| StorePathError::HashCharacter {
                path: base_name.into(),
                byte,
            })?;
        let (&separator, name) = rest
            .split_first()
            .expect("the base name is longer than a hash part");
        let mut path = Self::new(hash_part, name).map_err(|error| match error {
            StorePathError::Name { error, .. } => StorePathError::Name {
                path: base_name.into(),
                error,
            },
            other => other,
        })?;
        if !separator.is_ascii() {
            return Err(StorePathError::Separator(base_name.into()));
        }
        path.separator = separator;
        Ok(path)
    }

    /// Returns the beginning of the hash part as a number whose order is that of the text.
    fn head(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.reversed_hash;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// Returns the 20 bytes of the hash part.
    #[must_use]
    pub fn hash_bytes(&self) -> [u8; HASH_PART_BYTES] {
        let mut bytes = self.reversed_hash;
        bytes.reverse();
        bytes
    }

    /// Returns the hash part as its 32 nix32 characters.
    #[must_use]
    pub fn hash_part(&self) -> String {
        encoding::nix32_encode(&self.hash_bytes())
    }

    /// Returns the name without the hash part.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tells whether the name ends in `.drv`.
    #[must_use]
    pub fn is_derivation(&self) -> bool {
        self.name.ends_with(".drv")
    }

    /// Returns the derivation's name if this is the path of a `.drv` file.
    #[must_use]
    pub fn derivation_name(&self) -> Option<&str> {
        self.name.strip_suffix(".drv")
    }

    /// Appends the base name to a sink without making a string.
    pub fn write_to(&self, sink: &mut impl ByteSink) {
        let mut text = [0u8; HASH_PART_LEN];
        encode_hash_part(&self.reversed_hash, &mut text);
        sink.put(&text);
        sink.put(&[self.separator]);
        sink.put(self.name.as_bytes());
    }
}

impl fmt::Display for StorePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0u8; HASH_PART_LEN];
        encode_hash_part(&self.reversed_hash, &mut text);
        let text = std::str::from_utf8(&text).expect("the nix32 alphabet is ASCII");
        write!(f, "{text}{}{}", char::from(self.separator), self.name)
    }
}

impl fmt::Debug for StorePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Writes 20 bytes (last byte first) as 32 characters: every 5 bytes are exactly 8 digits.
fn encode_hash_part(reversed: &[u8; HASH_PART_BYTES], text: &mut [u8; HASH_PART_LEN]) {
    for (bytes, digits) in reversed.chunks_exact(5).zip(text.chunks_exact_mut(8)) {
        let group = bytes
            .iter()
            .fold(0u64, |group, &byte| group << 8 | u64::from(byte));
        for (position, digit) in digits.iter_mut().enumerate() {
            *digit = encoding::NIX32_ALPHABET[(group >> (35 - 5 * position) & 31) as usize];
        }
    }
}

/// Decodes 32 nix32 characters.
///
/// # Errors
/// The first byte that is no digit.
fn decode_hash_part(text: &[u8]) -> Result<[u8; HASH_PART_BYTES], u8> {
    let first_bad = |text: &[u8]| {
        text.iter()
            .copied()
            .find(|byte| !encoding::NIX32_ALPHABET.contains(byte))
    };
    match encoding::nix32_decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
    {
        Some(bytes) => Ok(bytes),
        None => Err(first_bad(text).unwrap_or(0)),
    }
}

/// The name of an output's store path: the derivation's name, with `-output` for all outputs but `out`.
#[must_use]
pub fn output_path_name(derivation_name: &str, output: &BStr) -> BString {
    let mut name = BString::from(derivation_name);
    if output != "out" {
        name.push(b'-');
        name.extend_from_slice(output);
    }
    name
}

/// The store directory, `/nix/store` unless told otherwise, and the rules by which paths in it are made; both are part
/// of every hash.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StoreDir {
    path: Arc<str>,
    scheme: Scheme,
}

impl Default for StoreDir {
    fn default() -> Self {
        Self {
            path: "/nix/store".into(),
            scheme: Scheme::default(),
        }
    }
}

impl fmt::Display for StoreDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

impl StoreDir {
    /// Makes a store directory; `None` unless it is an absolute path without a slash at its end.
    #[must_use]
    pub fn new(path: &str) -> Option<Self> {
        let ok = path.len() > 1
            && path.starts_with('/')
            && !path.ends_with('/')
            && !path.contains(['\n', '\0', '"', '\\']);
        ok.then(|| Self {
            path: path.into(),
            scheme: Scheme::default(),
        })
    }

    /// Returns the same directory with other rules.
    #[must_use]
    pub fn with_scheme(&self, scheme: Scheme) -> Self {
        Self {
            path: Arc::clone(&self.path),
            scheme,
        }
    }

    /// Returns the rules by which paths are made.
    #[must_use]
    pub const fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Hashes what becomes part of a fingerprint: SHA-256, unless the scheme is another.
    #[must_use]
    pub fn digest(&self, data: &[u8]) -> [u8; 32] {
        self.scheme.function.digest(data)
    }

    /// Returns the directory's path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.path
    }

    /// Returns the full path of a store path.
    #[must_use]
    pub fn display(&self, path: &StorePath) -> String {
        let length = self.path.len() + "/".len() + HASH_PART_LEN + "-".len() + path.name.len();
        let mut text = Vec::with_capacity(length);
        self.write_path(path, &mut text);
        String::from_utf8(text).expect("the directory, the nix32 alphabet and the name are text")
    }

    /// Appends the full path of a store path.
    pub fn write_path(&self, path: &StorePath, sink: &mut impl ByteSink) {
        sink.put(self.path.as_bytes());
        sink.put(b"/");
        path.write_to(sink);
    }

    /// Parses the full path of a store object.
    ///
    /// # Errors
    /// [`StorePathError::NotInStore`] or what [`StorePath::parse`] says.
    pub fn parse_path(&self, path: impl AsRef<[u8]>) -> Result<StorePath, StorePathError> {
        let path = path.as_ref();
        match self.strip(path) {
            Some(base_name) if !base_name.contains(&b'/') => StorePath::parse(base_name),
            _ => Err(StorePathError::NotInStore(path.into())),
        }
    }

    /// Splits a path at or below a store object into the object and the rest, which is empty or begins with `/`.
    ///
    /// # Errors
    /// [`StorePathError::NotInStore`] or what [`StorePath::parse`] says.
    pub fn split_path<'a>(&self, path: &'a [u8]) -> Result<(StorePath, &'a [u8]), StorePathError> {
        let inside = self
            .strip(path)
            .ok_or_else(|| StorePathError::NotInStore(path.into()))?;
        let end = inside.find_byte(b'/').unwrap_or(inside.len());
        let (base_name, rest) = inside.split_at(end);
        Ok((StorePath::parse(base_name)?, rest))
    }

    fn strip<'a>(&self, path: &'a [u8]) -> Option<&'a [u8]> {
        path.strip_prefix(self.path.as_bytes())?.strip_prefix(b"/")
    }

    /// Computes a store path: hashes the fingerprint `type:sha256:<hex of digest>:<store dir>:<name>` and folds it.
    ///
    /// # Errors
    /// [`StorePathError::Name`] if the name is not allowed.
    pub fn make_store_path(
        &self,
        kind: PathType<'_>,
        inner: &[u8; 32],
        name: &[u8],
    ) -> Result<StorePath, StorePathError> {
        let mut digester = self.scheme.function.start();
        self.write_fingerprint(kind, inner, name, &mut digester);
        StorePath::new(self.scheme.shortening.shorten(&digester.finish()), name)
    }

    /// Appends the fingerprint of a store path.
    pub fn write_fingerprint(
        &self,
        kind: PathType<'_>,
        inner: &[u8; 32],
        name: &[u8],
        sink: &mut impl ByteSink,
    ) {
        kind.write(self, sink);
        sink.put(b":");
        sink.put(self.scheme.function.name().as_bytes());
        sink.put(b":");
        encoding::hex_encode_into(inner, sink);
        sink.put(b":");
        sink.put(self.path.as_bytes());
        sink.put(b":");
        sink.put(name);
    }

    /// Computes the path of an input-addressed output from its derivation's masked digest.
    ///
    /// # Errors
    /// [`StorePathError::Name`] if the name is not allowed.
    pub fn output_path(
        &self,
        masked_digest: &[u8; 32],
        derivation_name: &str,
        output: &BStr,
    ) -> Result<StorePath, StorePathError> {
        let name = output_path_name(derivation_name, output);
        self.make_store_path(PathType::Output(output), masked_digest, &name)
    }

    /// Computes the path of a file whose bytes have the digest `digest` (`builtins.toFile`, `.drv` files).
    ///
    /// # Errors
    /// [`StorePathError::Name`] if the name is not allowed.
    pub fn text_path<'a>(
        &self,
        digest: &[u8; 32],
        name: &[u8],
        references: impl IntoIterator<Item = &'a StorePath>,
    ) -> Result<StorePath, StorePathError> {
        let references = sorted(references);
        self.make_store_path(PathType::Text(&references), digest, name)
    }

    /// Computes the path of a file tree whose NAR has the digest `digest`.
    ///
    /// `references` must not contain the path itself; `self_reference` says that it refers to itself.
    ///
    /// # Errors
    /// [`StorePathError::Name`] if the name is not allowed.
    pub fn source_path<'a>(
        &self,
        digest: &[u8; 32],
        name: &[u8],
        references: impl IntoIterator<Item = &'a StorePath>,
        self_reference: bool,
    ) -> Result<StorePath, StorePathError> {
        let kind = PathType::Source {
            references: &sorted(references),
            self_reference,
        };
        self.make_store_path(kind, digest, name)
    }
}

/// What a fingerprint begins with: what kind of thing the path is for.
#[derive(Clone, Copy, Debug)]
pub enum PathType<'a> {
    /// `text[:reference…]`, references sorted.
    Text(&'a [&'a StorePath]),
    /// `source[:reference…][:self]`, references sorted.
    Source {
        /// What the contents refer to.
        references: &'a [&'a StorePath],
        /// Whether they also refer to themselves.
        self_reference: bool,
    },
    /// `output:<name>`.
    Output(&'a BStr),
    /// `rewrite:<derivation>:name:<output>`: where a build puts an output whose path is not known before.
    Scratch {
        /// The path of the `.drv` file.
        derivation: &'a StorePath,
        /// The output's name.
        output: &'a BStr,
    },
}

impl PathType<'_> {
    fn write(self, store_dir: &StoreDir, sink: &mut impl ByteSink) {
        let mut put_references = |word: &[u8], references: &[&StorePath]| {
            sink.put(word);
            for reference in references {
                sink.put(b":");
                store_dir.write_path(reference, sink);
            }
        };
        match self {
            Self::Text(references) => put_references(b"text", references),
            Self::Source {
                references,
                self_reference,
            } => {
                put_references(b"source", references);
                if self_reference {
                    sink.put(b":self");
                }
            }
            Self::Scratch { derivation, output } => {
                sink.put(b"rewrite:");
                derivation.write_to(sink);
                sink.put(b":name:");
                sink.put(output);
            }
            Self::Output(output) => {
                sink.put(b"output:");
                sink.put(output);
            }
        }
    }
}

/// Sorts references, and keeps each once.
pub fn sorted<'a>(references: impl IntoIterator<Item = &'a StorePath>) -> Vec<&'a StorePath> {
    let mut references: Vec<&StorePath> = references.into_iter().collect();
    order::sort_by(&mut references, Ord::cmp);
    references.dedup();
    references
}

/// Shortens a digest to a hash part: byte `i` is XORed into byte `i mod 20`.
#[must_use]
pub fn fold(digest: &[u8]) -> [u8; HASH_PART_BYTES] {
    let mut folded = [0; HASH_PART_BYTES];
    for (position, byte) in digest.iter().enumerate() {
        folded[position % HASH_PART_BYTES] ^= byte;
    }
    folded
}

/// Returns what is hashed for a fixed output that has no `source` path of its own: `fixed:out:<method and algorithm>:<hex>:`.
pub fn fixed_inner_text(method_prefix: &str, hash: &Hash) -> String {
    format!(
        "fixed:out:{method_prefix}{}:",
        hash.render_prefixed(HashFormat::Base16)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "00bgd045z0d4icpbc2yyz4gx48ak44la-net-tools-1.60_p20170221182432";

    #[test]
    fn base_names_round_trip() {
        let path = StorePath::parse(BASE).unwrap();
        assert_eq!(path.to_string(), BASE);
        assert_eq!(path.hash_part(), &BASE[..32]);
        assert_eq!(path.name(), &BASE[33..]);
        let mut text = Vec::new();
        path.write_to(&mut text);
        assert_eq!(text, BASE.as_bytes());
    }

    #[test]
    fn what_separates_hash_part_and_name_may_be_anything_as_in_the_reference() {
        let texts = ["-", "_", "^", " ", "."].map(|it| BASE.replacen('-', it, 1));
        let paths = texts.each_ref().map(|it| StorePath::parse(it).unwrap());
        for (text, path) in texts.iter().zip(&paths) {
            assert_eq!(path.to_string(), *text);
            assert_eq!(path.name(), &BASE[33..]);
            assert_eq!(path == &paths[0], *text == texts[0]);
        }
        let refused = [&b"\xff"[..], "é".as_bytes(), b""]
            .map(|it| StorePath::parse([&BASE.as_bytes()[..32], it, b"name"].concat()));
        assert!(matches!(refused[0], Err(StorePathError::Separator(_))));
        assert!(matches!(refused[1], Err(StorePathError::Name { .. })));
        assert_eq!(refused[2].as_ref().unwrap().name(), "ame");
    }

    #[test]
    fn order_is_that_of_the_text() {
        let mut names = vec![
            "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz-a",
            "00000000000000000000000000000001-a",
            "10000000000000000000000000000000-a",
            "00000000000000000000000000000000-b",
            "00000000000000000000000000000000-B",
            "00000000000000000000000000000000-b.c",
            "00000000000000000000000000000000_a",
            "00000000000000000000000000000000 z",
        ];
        let mut paths: Vec<_> = names
            .iter()
            .map(|name| StorePath::parse(name).unwrap())
            .collect();
        paths.sort();
        names.sort_unstable();
        let sorted: Vec<_> = paths.iter().map(ToString::to_string).collect();
        assert_eq!(sorted, names);
    }

    #[test]
    fn full_paths_must_be_directly_in_the_store() {
        let dir = StoreDir::default();
        let full = format!("/nix/store/{BASE}");
        assert_eq!(dir.display(&dir.parse_path(&full).unwrap()), full);
        for bad in ["/nix/stores", "/nix/store", BASE, &format!("{full}/bin")] {
            assert!(matches!(
                dir.parse_path(bad),
                Err(StorePathError::NotInStore(_))
            ));
        }
        let inside = format!("{full}/bin/x");
        let (path, rest) = dir.split_path(inside.as_bytes()).unwrap();
        assert_eq!((path.to_string().as_str(), rest), (BASE, &b"/bin/x"[..]));
    }

    #[test]
    fn folding_is_not_truncation() {
        let digest: Vec<u8> = (0..32).collect();
        let folded = fold(&digest);
        assert_eq!(folded[0], 20);
        assert_eq!(folded[11], 11 ^ 31);
        assert_eq!(folded[12], 12);
    }
}
