//! narinfo files: what a binary cache says about a store object.
//!
//! Reading is exactly as lenient as the reference (`libstore/nar-info.cc`), including that unknown fields are
//! skipped and that a later field overrides an earlier one. Nothing is downloaded or verified here.

use crate::OrderedSet;
use std::fmt;

use bstr::{BStr, BString, ByteSlice as _};

use crate::content_address::{ContentAddress, ContentAddressError};
use crate::hash::{Hash, HashFormat};
use crate::signature::{PublicKeys, SecretKey, Signature, SignatureError, fingerprint};
use crate::store_path::{StoreDir, StorePath, StorePathError};

/// What a cache says about one store object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NarInfo {
    /// The store object.
    pub path: StorePath,
    /// Where the archive is, relative to the cache.
    pub url: BString,
    /// How the archive is compressed, `bzip2` if the file does not say.
    pub compression: BString,
    /// Hash of the compressed archive.
    pub file_hash: Option<Hash>,
    /// Size of the compressed archive in bytes; 0 if unknown.
    pub file_size: u64,
    /// Hash of the archive.
    pub nar_hash: Hash,
    /// Size of the archive in bytes, not 0.
    pub nar_size: u64,
    /// Store objects that this one refers to, possibly itself.
    pub references: OrderedSet<StorePath>,
    /// The derivation that made it.
    pub deriver: Option<StorePath>,
    /// Signatures over the fingerprint.
    pub signatures: OrderedSet<Signature>,
    /// The content address, for objects that have one.
    pub content_address: Option<ContentAddress>,
}

/// Why a text is no narinfo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NarInfoError {
    /// The line, from 1; 0 if the file as a whole is wrong.
    pub line: usize,
    /// What is wrong.
    pub kind: NarInfoErrorKind,
}

/// Why a text is no narinfo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NarInfoErrorKind {
    /// A line or field that the reference calls corrupt, in its words.
    Corrupt(&'static str),
    /// A broken store path.
    Path(StorePathError),
    /// A path that does not begin with a slash where a whole one stands.
    NotAbsolute(BString),
    /// A whole path that is no store object's, without detours.
    NotInStore(BString),
    /// A broken signature.
    Signature(SignatureError),
    /// A broken content address.
    ContentAddress(ContentAddressError),
}

impl fmt::Display for NarInfoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        // The reference only adds it to its own words.
        if self.line > 0 && matches!(self.kind, NarInfoErrorKind::Corrupt(_)) {
            write!(f, " at line {}", self.line)?;
        }
        Ok(())
    }
}

impl fmt::Display for NarInfoErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Corrupt(reason) => f.write_str(reason),
            Self::Path(error) => error.fmt(f),
            Self::NotAbsolute(path) => write!(f, "not an absolute path: \"{path}\""),
            Self::NotInStore(path) => write!(f, "path \"{path}\" is not in the Nix store"),
            Self::Signature(error) => error.fmt(f),
            Self::ContentAddress(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NarInfoError {}

/// The fields as they come.
#[derive(Default)]
struct Fields {
    path: Option<StorePath>,
    url: BString,
    compression: BString,
    file_hash: Option<Hash>,
    file_size: u64,
    nar_hash: Option<Hash>,
    nar_size: u64,
    references: OrderedSet<StorePath>,
    deriver: Option<StorePath>,
    signatures: OrderedSet<Signature>,
    content_address: Option<ContentAddress>,
}

impl NarInfo {
    /// Parses a narinfo file.
    ///
    /// # Errors
    /// The first thing that the reference would reject; the caller adds which file it was.
    pub fn parse(text: &[u8], store_dir: &StoreDir) -> Result<Self, NarInfoError> {
        let mut fields = Fields::default();
        let mut position = 0;
        let mut line = 1;
        while position < text.len() {
            let at_line = |kind| NarInfoError { line, kind };
            let corrupt = |reason| at_line(NarInfoErrorKind::Corrupt(reason));
            let rest = &text[position..];
            let colon = rest.find_byte(b':').ok_or(corrupt("expecting ':'"))?;
            // The character behind the colon is skipped unseen, even a newline, as in the reference.
            let value = rest.get(colon + 2..).unwrap_or_default();
            let end = value.find_byte(b'\n').ok_or(corrupt("expecting '\\n'"))?;
            fields
                .set(&rest[..colon], value[..end].as_bstr(), store_dir)
                .map_err(at_line)?;
            position += colon + 2 + end + 1;
            line += 1;
        }
        let missing = |reason| NarInfoError {
            line: 0,
            kind: NarInfoErrorKind::Corrupt(reason),
        };
        let path = fields.path.ok_or(missing("StorePath missing"))?;
        let nar_hash = fields.nar_hash.ok_or(missing("NarHash missing"))?;
        if fields.url.is_empty() {
            return Err(missing("URL missing"));
        }
        if fields.nar_size == 0 {
            return Err(missing("NarSize missing or zero"));
        }
        if fields.compression.is_empty() {
            fields.compression = "bzip2".into();
        }
        Ok(Self {
            path,
            url: fields.url,
            compression: fields.compression,
            file_hash: fields.file_hash,
            file_size: fields.file_size,
            nar_hash,
            nar_size: fields.nar_size,
            references: fields.references,
            deriver: fields.deriver,
            signatures: fields.signatures,
            content_address: fields.content_address,
        })
    }

    /// Returns the text of the file as the reference writes it.
    #[must_use]
    pub fn to_bytes(&self, store_dir: &StoreDir) -> Vec<u8> {
        let mut text = Vec::new();
        let mut line = |name: &str, value: &[u8]| {
            text.extend_from_slice(name.as_bytes());
            text.extend_from_slice(b": ");
            text.extend_from_slice(value);
            text.push(b'\n');
        };
        line("StorePath", store_dir.display(&self.path).as_bytes());
        line("URL", &self.url);
        line("Compression", &self.compression);
        if let Some(hash) = self.file_hash {
            let hash = hash.render_prefixed(HashFormat::Nix32);
            line("FileHash", hash.as_bytes());
        }
        line("FileSize", self.file_size.to_string().as_bytes());
        let hash = self.nar_hash.render_prefixed(HashFormat::Nix32);
        line("NarHash", hash.as_bytes());
        line("NarSize", self.nar_size.to_string().as_bytes());
        let references: Vec<_> = self.references.iter().map(ToString::to_string).collect();
        line("References", references.join(" ").as_bytes());
        if let Some(deriver) = &self.deriver {
            line("Deriver", deriver.to_string().as_bytes());
        }
        for signature in &self.signatures {
            line("Sig", &signature.to_bytes());
        }
        if let Some(address) = self.content_address {
            line("CA", address.to_string().as_bytes());
        }
        text
    }

    /// Returns the bytes that signatures cover.
    #[must_use]
    pub fn fingerprint(&self, store_dir: &StoreDir) -> Vec<u8> {
        fingerprint(
            store_dir,
            &self.path,
            &self.nar_hash,
            self.nar_size,
            &self.references,
        )
    }

    /// Adds a signature.
    pub fn sign(&mut self, store_dir: &StoreDir, key: &SecretKey) {
        let signature = key.sign(&self.fingerprint(store_dir));
        self.signatures.insert(signature);
    }

    /// Returns the signatures that one of the trusted keys made.
    pub fn good_signatures<'a>(
        &'a self,
        store_dir: &StoreDir,
        trusted: &'a PublicKeys,
    ) -> impl Iterator<Item = &'a Signature> {
        let fingerprint = self.fingerprint(store_dir);
        self.signatures
            .iter()
            .filter(move |signature| trusted.verify(&fingerprint, signature))
    }

    /// Tells whether the path follows from the content address, so that no signature is needed.
    #[must_use]
    pub fn is_content_addressed(&self, store_dir: &StoreDir) -> bool {
        let Some(address) = &self.content_address else {
            return false;
        };
        let others = self.references.iter().filter(|path| **path != self.path);
        let self_reference = self.references.contains(&self.path);
        address
            .path_with_references(
                store_dir,
                self.path.name().as_bytes(),
                others,
                self_reference,
            )
            .is_ok_and(|path| path == self.path)
    }
}

impl Fields {
    fn set(
        &mut self,
        name: &[u8],
        value: &BStr,
        store_dir: &StoreDir,
    ) -> Result<(), NarInfoErrorKind> {
        let hash =
            || Hash::parse_prefixed(value).map_err(|_| NarInfoErrorKind::Corrupt("bad hash"));
        match name {
            b"StorePath" => {
                self.path = Some(whole_path(value, store_dir)?);
            }
            b"URL" => self.url = value.into(),
            b"Compression" => self.compression = value.into(),
            b"FileHash" => self.file_hash = Some(hash()?),
            b"FileSize" => {
                self.file_size =
                    number(value).ok_or(NarInfoErrorKind::Corrupt("invalid FileSize"))?;
            }
            b"NarHash" => self.nar_hash = Some(hash()?),
            b"NarSize" => {
                self.nar_size =
                    number(value).ok_or(NarInfoErrorKind::Corrupt("invalid NarSize"))?;
            }
            b"References" => {
                if !self.references.is_empty() {
                    return Err(NarInfoErrorKind::Corrupt("extra References"));
                }
                for reference in value.split_str(" ").filter(|text| !text.is_empty()) {
                    let reference = StorePath::parse(reference).map_err(NarInfoErrorKind::Path)?;
                    self.references.insert(reference);
                }
            }
            b"Deriver" if value != "unknown-deriver" => {
                let deriver = StorePath::parse(value).map_err(NarInfoErrorKind::Path)?;
                self.deriver = Some(deriver);
            }
            b"Sig" => {
                let signature = Signature::parse(value).map_err(NarInfoErrorKind::Signature)?;
                self.signatures.insert(signature);
            }
            b"CA" if self.content_address.is_some() => {
                return Err(NarInfoErrorKind::Corrupt("extra CA"));
            }
            b"CA" if !value.is_empty() => {
                let address =
                    ContentAddress::parse(value).map_err(NarInfoErrorKind::ContentAddress)?;
                self.content_address = Some(address);
            }
            _ => {}
        }
        Ok(())
    }
}

/// Parses the whole path of a store object, in which detours are allowed as in the reference (`Store::parseStorePath`).
fn whole_path(value: &BStr, store_dir: &StoreDir) -> Result<StorePath, NarInfoErrorKind> {
    if !value.starts_with(b"/") {
        return Err(NarInfoErrorKind::NotAbsolute(value.into()));
    }
    let mut names: Vec<&[u8]> = Vec::new();
    for name in value.split_str("/") {
        match name {
            b"" | b"." => {}
            b".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    let path = BString::from([b"/".as_slice(), &bstr::join("/", names)].concat());
    store_dir.parse_path(&*path).map_err(|error| match error {
        StorePathError::NotInStore(path) => NarInfoErrorKind::NotInStore(path),
        error => NarInfoErrorKind::Path(error),
    })
}

/// Parses a decimal number; a plus sign is allowed, as in the reference.
fn number(text: &BStr) -> Option<u64> {
    text.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "StorePath: /nix/store/bn1bsm83jglp2c1vm8mp9pm4jhbjvf4c-tree\n\
        URL: nar/04gi4i8mif66mfrvhpf5ss8dkmy6iwysbbn33pqcfbfaviz4k8x0.nar\n\
        Compression: none\n\
        FileHash: sha256:04gi4i8mif66mfrvhpf5ss8dkmy6iwysbbn33pqcfbfaviz4k8x0\n\
        FileSize: 872\n\
        NarHash: sha256:04gi4i8mif66mfrvhpf5ss8dkmy6iwysbbn33pqcfbfaviz4k8x0\n\
        NarSize: 872\n\
        References: \n\
        CA: fixed:r:sha256:04gi4i8mif66mfrvhpf5ss8dkmy6iwysbbn33pqcfbfaviz4k8x0\n";

    fn parse(text: &str) -> Result<NarInfo, NarInfoError> {
        NarInfo::parse(text.as_bytes(), &StoreDir::default())
    }

    #[test]
    fn writes_what_it_read() {
        let info = parse(GOOD).unwrap();
        assert!(info.is_content_addressed(&StoreDir::default()));
        assert_eq!(info.to_bytes(&StoreDir::default()), GOOD.as_bytes());
    }

    /// Each message was taken from `nix path-info` on a file changed in this way.
    #[test]
    fn errors_are_the_reference_s() {
        for (from, to, message) in [
            ("NarSize: 872", "NarSize: x", "invalid NarSize at line 7"),
            ("NarSize: 872", "NarSize: 0", "NarSize missing or zero"),
            (
                "FileSize: 872",
                "FileSize: -1",
                "invalid FileSize at line 5",
            ),
            ("NarHash: sha256:", "NarHash: ", "bad hash at line 6"),
            ("NarHash", "Foo", "NarHash missing"),
            ("StorePath", "Foo", "StorePath missing"),
            ("URL: ", "Foo: ", "URL missing"),
            ("CA: ", "a: b\nSig: x\n", "signature is corrupt"),
        ] {
            let error = parse(&GOOD.replace(from, to)).unwrap_err();
            assert_eq!(error.to_string(), message, "{to}");
        }
        let error = parse(&format!("{GOOD}foo")).unwrap_err();
        assert_eq!(error.to_string(), "expecting ':' at line 10");
        let error = parse(&format!("{GOOD}x: y")).unwrap_err();
        assert_eq!(error.to_string(), "expecting '\\n' at line 10");
    }

    /// Each message was taken from `nix path-info`, which does not add the line here.
    #[test]
    fn broken_paths_are_what_the_reference_calls_them() {
        const HASH: &str = "bn1bsm83jglp2c1vm8mp9pm4jhbjvf4c";
        let check = |from: &str, to: &str, message: Option<&str>| {
            let result = parse(&GOOD.replace(from, to));
            let found = result.err().map(|error| error.to_string());
            assert_eq!(found.as_deref(), message, "{to}");
        };
        let whole = format!("/nix/store/{HASH}-tree");
        for (to, message) in [
            ("x", "not an absolute path: \"x\""),
            (" /nix/store/x", "not an absolute path: \" /nix/store/x\""),
            ("/nix/store", "path \"/nix/store\" is not in the Nix store"),
            ("/nix/../x", "path \"/x\" is not in the Nix store"),
            ("/..", "path \"/\" is not in the Nix store"),
            ("/nix/store/x", "'x' is too short to be a valid store path"),
            (
                "/nix/store/en1bsm83jglp2c1vm8mp9pm4jhbjvf4c-tree",
                "store path 'en1bsm83jglp2c1vm8mp9pm4jhbjvf4c-tree' contains illegal base-32 character 'e'",
            ),
        ] {
            check(&whole, to, Some(message));
        }
        for to in ["/nix/store/./", "/nix/store/../store/", "//nix//store/"] {
            check(&whole, &format!("{to}{HASH}-tree"), None);
        }
        check(&whole, &format!("{whole}/"), None);
        for (to, message) in [
            ("x", "'x' is too short to be a valid store path"),
            (
                &*whole,
                "'/nix/store/bn1bsm83jglp2c1vm8mp9pm4jhbjvf4c-tree'",
            ),
            (
                &*format!("{HASH}-a~b"),
                "path 'bn1bsm83jglp2c1vm8mp9pm4jhbjvf4c-a~b' is not a valid store path: name 'a~b' contains illegal character '~'",
            ),
        ] {
            let error = parse(&GOOD.replace("References: ", &format!("References: {to}")));
            assert!(error.unwrap_err().to_string().contains(message), "{to}");
        }
    }

    #[test]
    fn the_byte_behind_the_colon_is_never_looked_at() {
        let info = parse(&GOOD.replace("URL: nar/", "URL:\nnar/")).unwrap();
        assert!(info.url.starts_with(b"nar/"));
        assert!(parse("a:").is_err());
    }

    #[test]
    fn numbers_may_have_a_plus_sign() {
        assert_eq!(
            parse(&GOOD.replace("NarSize: ", "NarSize: +")).map(|info| info.nar_size),
            Ok(872)
        );
    }
}
