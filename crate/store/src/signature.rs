//! Ed25519 signatures and keys in the reference's text form, `name:base64`.
//!
//! The library is `ed25519-dalek`: in a WASM module of its own it takes 60 kB (22 kB compressed) against 82 kB
//! (25 kB) of `ed25519-compact`, and it shares `sha2` with the rest of this crate. Key material comes from the
//! caller, for there is no randomness here. Source: `libutil/signature/local-keys.cc`.

use crate::OrderedMap;
use std::fmt;

use bstr::{BString, ByteSlice as _};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};

use crate::encoding;
use crate::hash::{Hash, HashFormat};
use crate::store_path::{StoreDir, StorePath};

/// Why a text is no key or signature; the wording is the reference's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureError {
    /// The signature has no name, no colon or no data.
    Signature,
    /// The key has no name, no colon or no data.
    Key,
    /// The data is not base64.
    Base64,
    /// The secret key has the wrong length, or its two halves do not belong together.
    SecretKey,
    /// The public key has the wrong length or is no point of the curve.
    PublicKey,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Signature => "signature is corrupt",
            Self::Key => "key is corrupt",
            Self::Base64 => "invalid character in Base64 string",
            Self::SecretKey => "secret key is not valid",
            Self::PublicKey => "public key is not valid",
        })
    }
}

impl std::error::Error for SignatureError {}

/// A signature and the name of the key that is said to have made it.
///
/// The data can have any length, as in the reference; a wrong one just never verifies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature {
    /// Name of the key.
    pub key_name: BString,
    /// What should be the 64 bytes of an Ed25519 signature.
    pub data: Vec<u8>,
}

impl Signature {
    /// Parses `name:base64`.
    ///
    /// # Errors
    /// [`SignatureError::Signature`] or [`SignatureError::Base64`].
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, SignatureError> {
        let (key_name, data) = split(text.as_ref(), SignatureError::Signature)?;
        Ok(Self { key_name, data })
    }

    /// Returns the text form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        join(&self.key_name, &self.data)
    }
}

/// A key that makes signatures.
#[derive(Clone)]
pub struct SecretKey {
    name: BString,
    key: SigningKey,
}

impl SecretKey {
    /// Makes a key of 32 random bytes; `None` if the name is empty or contains a colon or a newline.
    #[must_use]
    pub fn from_seed(name: impl Into<BString>, seed: &[u8; 32]) -> Option<Self> {
        let name = name.into();
        let ok = !name.is_empty() && name.find_byteset(b":\n").is_none();
        ok.then(|| Self {
            name,
            key: SigningKey::from_bytes(seed),
        })
    }

    /// Parses what `nix key generate-secret` prints: seed and public key behind the name.
    ///
    /// # Errors
    /// [`SignatureError::Key`], [`SignatureError::Base64`] or [`SignatureError::SecretKey`].
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, SignatureError> {
        let (name, data) = split(text.as_ref(), SignatureError::Key)?;
        let pair = data.try_into().map_err(|_| SignatureError::SecretKey)?;
        let key = SigningKey::from_keypair_bytes(&pair).map_err(|_| SignatureError::SecretKey)?;
        Ok(Self { name, key })
    }

    /// Returns the text form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        join(&self.name, &self.key.to_keypair_bytes())
    }

    /// Returns the key's name.
    #[must_use]
    pub const fn name(&self) -> &BString {
        &self.name
    }

    /// Returns the key that verifies this one's signatures.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey {
            name: self.name.clone(),
            key: self.key.verifying_key(),
        }
    }

    /// Signs a message, usually a [`fingerprint`].
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature {
            key_name: self.name.clone(),
            data: self.key.sign(message).to_bytes().to_vec(),
        }
    }
}

impl fmt::Debug for SecretKey {
    /// Shows the name only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.name)
    }
}

/// A key that verifies signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    name: BString,
    key: VerifyingKey,
}

impl PublicKey {
    /// Parses `name:base64` as in `trusted-public-keys`.
    ///
    /// # Errors
    /// [`SignatureError::Key`], [`SignatureError::Base64`] or [`SignatureError::PublicKey`].
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, SignatureError> {
        let (name, data) = split(text.as_ref(), SignatureError::Key)?;
        let bytes = data.try_into().map_err(|_| SignatureError::PublicKey)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| SignatureError::PublicKey)?;
        Ok(Self { name, key })
    }

    /// Returns the text form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        join(&self.name, self.key.as_bytes())
    }

    /// Returns the key's name.
    #[must_use]
    pub const fn name(&self) -> &BString {
        &self.name
    }

    /// Tells whether the signature is this key's for the message; the names are not compared.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        ed25519_dalek::Signature::from_slice(&signature.data)
            .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

/// The keys that are trusted, by name; of two with one name the first counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicKeys(OrderedMap<BString, PublicKey>);

impl PublicKeys {
    /// Tells whether a trusted key of the signature's name made it for the message.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        self.0
            .get(&signature.key_name)
            .is_some_and(|key| key.verify(message, signature))
    }

    /// Tells whether a signature has the name of a trusted key and cannot be one, for its data has another length.
    ///
    /// The reference fails at that rather than count the signature as bad.
    #[must_use]
    pub fn chokes_on(&self, signature: &Signature) -> bool {
        let length = ed25519_dalek::SIGNATURE_LENGTH;
        signature.data.len() != length && self.0.contains_key(&signature.key_name)
    }

    /// Trusts a key, unless one of its name is trusted already.
    pub fn insert(&mut self, key: PublicKey) {
        self.0.entry(key.name.clone()).or_insert(key);
    }

    /// Tells whether no key is trusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<PublicKey> for PublicKeys {
    fn from_iter<I: IntoIterator<Item = PublicKey>>(keys: I) -> Self {
        let mut trusted = Self::default();
        for key in keys {
            trusted.insert(key);
        }
        trusted
    }
}

/// Returns what a signature of a store object covers:
/// `1;<path>;<nar hash in nix32>;<nar size>;<full references, separated by commas>`.
#[must_use]
pub fn fingerprint<'a>(
    store_dir: &StoreDir,
    path: &StorePath,
    nar_hash: &Hash,
    nar_size: u64,
    references: impl IntoIterator<Item = &'a StorePath>,
) -> Vec<u8> {
    let references: Vec<_> = references
        .into_iter()
        .map(|reference| store_dir.display(reference))
        .collect();
    format!(
        "1;{};{};{nar_size};{}",
        store_dir.display(path),
        nar_hash.render_prefixed(HashFormat::Nix32),
        references.join(",")
    )
    .into_bytes()
}

/// Splits `name:base64`; `corrupt` is the error if a part is missing.
fn split(text: &[u8], corrupt: SignatureError) -> Result<(BString, Vec<u8>), SignatureError> {
    let (name, data) = text.split_once_str(":").ok_or(corrupt)?;
    if name.is_empty() || data.is_empty() {
        return Err(corrupt);
    }
    let data = encoding::base64_decode(data).map_err(|_| SignatureError::Base64)?;
    Ok((name.into(), data))
}

fn join(name: &[u8], data: &[u8]) -> Vec<u8> {
    let mut text = name.to_vec();
    text.push(b':');
    text.extend_from_slice(encoding::base64_encode(data).as_bytes());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SecretKey {
        SecretKey::from_seed("test-1", &[7; 32]).unwrap()
    }

    #[test]
    fn keys_round_trip() {
        let secret = SecretKey::parse(key().to_bytes()).unwrap();
        assert_eq!(secret.public_key(), key().public_key());
        assert_eq!(
            PublicKey::parse(key().public_key().to_bytes()),
            Ok(key().public_key())
        );
        assert!(SecretKey::from_seed("a:b", &[0; 32]).is_none());
    }

    #[test]
    fn only_the_right_key_and_message_verify() {
        let signature = key().sign(b"message");
        let trusted = PublicKeys::from_iter([key().public_key()]);
        assert!(trusted.verify(b"message", &signature));
        assert!(!trusted.verify(b"massage", &signature));
        let mut renamed = signature.clone();
        renamed.key_name = "test-2".into();
        assert!(!trusted.verify(b"message", &renamed));
        let mut short = signature;
        short.data.pop();
        assert!(!trusted.verify(b"message", &short));
        let other = SecretKey::from_seed("test-1", &[8; 32]).unwrap();
        assert!(!trusted.verify(b"message", &other.sign(b"message")));
    }

    #[test]
    fn broken_keys_are_rejected() {
        for (text, error) in [
            ("abc", SignatureError::Key),
            (":bc", SignatureError::Key),
            ("a:", SignatureError::Key),
            ("a:!!", SignatureError::Base64),
            ("a:bc", SignatureError::SecretKey),
        ] {
            assert_eq!(SecretKey::parse(text).unwrap_err(), error, "{text}");
        }
        assert_eq!(PublicKey::parse("foo:AAAA"), Err(SignatureError::PublicKey));
        assert_eq!(Signature::parse("x"), Err(SignatureError::Signature));
        assert_eq!(Signature::parse("x:AAAA").unwrap().to_bytes(), b"x:AAAA");
    }
}
