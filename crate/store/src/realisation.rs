//! Realisations: which store object an output of a content-addressed derivation turned out to be.
//!
//! Source: `libstore/realisation.cc`. A binary cache keeps them in `realisations/<id>.doi`; who is allowed to say so is
//! decided by whoever reads them.

use crate::{OrderedMap, OrderedSet};
use std::fmt;

use bstr::{BString, ByteSlice as _};

use crate::encoding;
use crate::json_value::{Json, Layout};
use crate::signature::{PublicKeys, SecretKey, Signature};
use crate::store_path::StorePath;

/// An output of all derivations that have the same digest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutputId {
    /// The derivation's digest with its outputs blanked.
    pub digest: [u8; 32],
    /// The output's name.
    pub output: BString,
}

impl fmt::Display for OutputId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "sha256:{}!{}",
            encoding::hex_encode(&self.digest),
            self.output
        )
    }
}

impl OutputId {
    /// Parses `sha256:<hex>!<output>`.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (digest, output) = text.strip_prefix(b"sha256:")?.split_once_str("!")?;
        let digest = encoding::hex_decode(digest).ok()?.try_into().ok()?;
        Some(Self {
            digest,
            output: output.into(),
        })
    }

    /// Returns where a binary cache keeps the realisation, relative to the cache.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("realisations/{self}.doi")
    }
}

/// What an output turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Realisation {
    /// The output.
    pub id: OutputId,
    /// The store object.
    pub path: StorePath,
    /// What versions of the reference before 2.33 wrote about inputs; signatures cover it.
    pub dependent: OrderedMap<String, String>,
    /// Signatures over the fingerprint.
    pub signatures: OrderedSet<Signature>,
}

/// A text is no realisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RealisationError(&'static str);

impl fmt::Display for RealisationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for RealisationError {}

impl Realisation {
    /// Makes a realisation that nobody has signed.
    #[must_use]
    pub const fn new(id: OutputId, path: StorePath) -> Self {
        Self {
            id,
            path,
            dependent: OrderedMap::new(),
            signatures: OrderedSet::new(),
        }
    }

    /// Parses the text of a `.doi` file.
    ///
    /// # Errors
    /// The text is no JSON object, or a field is missing or broken.
    pub fn parse(text: &[u8]) -> Result<Self, RealisationError> {
        let value = Json::parse(text).map_err(|_| RealisationError("it is no JSON"))?;
        let field = |name| value.get(name).and_then(Json::as_str);
        let id = field("id").and_then(|id| OutputId::parse(id.as_bytes()));
        let path = field("outPath").and_then(|path| StorePath::parse(path).ok());
        let mut realisation = Self::new(
            id.ok_or(RealisationError("its 'id' is missing or broken"))?,
            path.ok_or(RealisationError("its 'outPath' is missing or broken"))?,
        );
        if let Some(Json::Object(dependent)) = value.get("dependentRealisations") {
            for (id, path) in dependent {
                let path = path.as_str().ok_or(RealisationError(
                    "its 'dependentRealisations' are no store paths",
                ))?;
                realisation.dependent.insert(id.clone(), path.to_owned());
            }
        }
        if let Some(Json::Array(signatures)) = value.get("signatures") {
            for signature in signatures {
                let signature = signature
                    .as_str()
                    .and_then(|text| Signature::parse(text).ok());
                realisation
                    .signatures
                    .insert(signature.ok_or(RealisationError("it has a broken signature"))?);
            }
        }
        Ok(realisation)
    }

    /// Returns the text of the `.doi` file as the reference writes it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let signatures = self.signatures.iter();
        let signatures =
            signatures.map(|signature| String::from_utf8_lossy(&signature.to_bytes()).into_owned());
        let signatures = ("signatures", Json::strings(signatures));
        let value = Json::object(self.covered().into_iter().chain([signatures]));
        value.to_text(Layout::Compact).into_bytes()
    }

    /// Returns the bytes that signatures cover: the file without them.
    #[must_use]
    pub fn fingerprint(&self) -> Vec<u8> {
        let value = Json::object(self.covered());
        value.to_text(Layout::Compact).into_bytes()
    }

    fn covered(&self) -> [(&'static str, Json); 3] {
        let dependent = self.dependent.iter();
        let dependent = dependent.map(|(id, path)| (id.as_str(), path.as_str().into()));
        [
            ("dependentRealisations", Json::object(dependent)),
            ("id", self.id.to_string().into()),
            ("outPath", self.path.to_string().into()),
        ]
    }

    /// Adds a signature.
    pub fn sign(&mut self, key: &SecretKey) {
        let signature = key.sign(&self.fingerprint());
        self.signatures.insert(signature);
    }

    /// Tells whether one of the trusted keys signed it.
    #[must_use]
    pub fn is_trusted(&self, keys: &PublicKeys) -> bool {
        let fingerprint = self.fingerprint();
        let mut signatures = self.signatures.iter();
        signatures.any(|signature| keys.verify(&fingerprint, signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::PublicKey;

    /// Written by `nix copy` of Nix 2.34.8 after a build with `secret-key-files`.
    const GOOD: &str = concat!(
        r#"{"dependentRealisations":{},"id":"sha256:4c4092083e2c98c2a6e83ef442452482fc49fa5eb97e15631990cdf2afd48c8d!out","#,
        r#""outPath":"4l7wj4g7fdcpqxxkh23i7x9c2rp7xf54-ct-f","#,
        r#""signatures":["k-1:/pVQcxPWhiZK/al98Kldm5EM8Kuh5hNRFDOguodH0N4fnVNoC+CCduZUMGVU6bdnhXlZ3aclZM2XO2r8hKacBw=="]}"#
    );

    #[test]
    fn writes_what_it_read_and_knows_who_signed_it() {
        let mut realisation = Realisation::parse(GOOD.as_bytes()).unwrap();
        assert_eq!(realisation.to_bytes(), GOOD.as_bytes());
        let key = PublicKey::parse("k-1:1NQLM7emnqkwPmvpdU1nViALoDbrzXST03ydfBUDa0k=").unwrap();
        let keys = PublicKeys::from_iter([key]);
        assert!(realisation.is_trusted(&keys));
        realisation.id.output = "dev".into();
        assert!(!realisation.is_trusted(&keys));
        let own = SecretKey::from_seed("own", &[3; 32]).unwrap();
        realisation.sign(&own);
        assert!(realisation.is_trusted(&PublicKeys::from_iter([own.public_key()])));
    }

    #[test]
    fn broken_texts_are_rejected() {
        for (from, to, error) in [
            ("{", "", "it is no JSON"),
            ("sha256", "sha257", "its 'id' is missing or broken"),
            ("outPath", "out", "its 'outPath' is missing or broken"),
            ("k-1:", "", "it has a broken signature"),
            (
                "{}",
                r#"{"x":1}"#,
                "its 'dependentRealisations' are no store paths",
            ),
        ] {
            let text = GOOD.replacen(from, to, 1);
            let found = Realisation::parse(text.as_bytes()).unwrap_err();
            assert_eq!(found.to_string(), error, "{text}");
        }
    }
}
