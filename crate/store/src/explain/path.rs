//! The steps from a digest to a path.

use bstr::BStr;
use serde::Serialize;
#[cfg(feature = "tsify")]
use tsify::Tsify;

use super::marks::{Mark, MarkedPart};
use super::{Content, Step, command, text_content};
use crate::content_address::{ContentAddress, ContentAddressError, ContentAddressMethod};
use crate::encoding;
use crate::hash::{HashAlgorithm, HashFormat};
use crate::scheme::{DigestFunction, Shortening};
use crate::store_path::{
    HASH_PART_BYTES, PathType, StoreDir, StorePath, StorePathError, fixed_inner_text,
};

/// One byte of a hash part, and the bytes of the digest that it is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "tsify", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct FoldedByte {
    /// The digest's byte in the same place.
    pub first: u8,
    /// The digest's byte 20 places further on, which is XORed in; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub second: Option<u8>,
    /// The byte of the hash part.
    pub result: u8,
}

/// Adds the digest of a text.
pub(super) fn digest_step(store_dir: &StoreDir, text: &[u8], steps: &mut Vec<Step>) -> [u8; 32] {
    let command = command::digest(store_dir.scheme().function, text);
    digest_step_with(store_dir, text, command, steps)
}

/// Adds the digest of a text that `command` prints.
pub(super) fn digest_step_with(
    store_dir: &StoreDir,
    text: &[u8],
    command: String,
    steps: &mut Vec<Step>,
) -> [u8; 32] {
    let function = store_dir.scheme().function;
    let digest = function.digest(text);
    steps.push(digest_of(function, &digest, command));
    digest
}

fn digest_of(function: DigestFunction, digest: &[u8], command: String) -> Step {
    Step {
        title: "Its digest",
        note: "32 bytes that stand for all bytes above: change one of those and these are all others.",
        content: Content::Digest {
            function,
            hex: encoding::hex_encode(digest),
            command,
        },
    }
}

/// The digest of what is hashed with SHA-256 whatever function makes fingerprints.
pub(super) fn sha256_step(text: &[u8]) -> Step {
    let function = DigestFunction::Sha256;
    digest_of(
        function,
        &function.digest(text),
        command::digest(function, text),
    )
}

/// Adds the steps from an inner digest to the path.
pub(super) fn steps(
    store_dir: &StoreDir,
    kind: PathType<'_>,
    inner: &[u8; 32],
    name: &BStr,
    steps: &mut Vec<Step>,
) -> Result<StorePath, StorePathError> {
    let path = store_dir.make_store_path(kind, inner, name)?;
    let mut fingerprint = Vec::new();
    store_dir.write_fingerprint(kind, inner, name, &mut fingerprint);
    let marks = fingerprint_marks(store_dir, &fingerprint, name);
    steps.push(Step {
        title: "The fingerprint",
        note: "What the path is for, the digest, the store directory and the name: a store elsewhere has other paths, and so has another name.",
        content: text_content(&fingerprint, marks),
    });
    let digest = digest_step(store_dir, &fingerprint, steps);
    let shortening = store_dir.scheme().shortening;
    let bytes = folded(&digest, shortening);
    steps.push(Step {
        title: "Shortened to 20 bytes",
        note: match shortening {
            Shortening::Fold => "Not cut off: byte 20 is XORed into byte 0, byte 21 into byte 1, and so on, so that no byte is lost.",
            Shortening::Truncate => "Cut off after 20 bytes, which is not what Nix does.",
        },
        content: Content::Folding { shortening, bytes },
    });
    let hex = encoding::hex_encode(&path.hash_bytes());
    steps.push(Step {
        title: "In base 32",
        note: "Five bits a character, the last byte first; the letters e, o, t and u are left out.",
        content: Content::Base32 {
            command: command::base32(&hex),
            characters: path.hash_part(),
            hex,
        },
    });
    steps.push(Step {
        title: "The path",
        note: "The store directory, the 32 characters, a dash, and the name.",
        content: Content::Path {
            path: store_dir.display(&path),
        },
    });
    Ok(path)
}

/// Adds the steps for an output whose contents have a known hash.
pub(super) fn fixed_steps(
    store_dir: &StoreDir,
    address: &ContentAddress,
    name: &BStr,
    steps: &mut Vec<Step>,
) -> Result<StorePath, ContentAddressError> {
    let hash = &address.hash;
    let sha256 = <&[u8; 32]>::try_from(hash.digest())
        .ok()
        .filter(|_| hash.algorithm() == HashAlgorithm::Sha256);
    let direct = match (address.method, sha256) {
        (ContentAddressMethod::Text, Some(digest)) => Some((PathType::Text(&[]), digest)),
        (ContentAddressMethod::Nar, Some(digest)) => {
            let source = PathType::Source {
                references: &[],
                self_reference: false,
            };
            Some((source, digest))
        }
        _ => None,
    };
    if let Some((kind, digest)) = direct {
        steps.push(Step {
            title: "The expected hash",
            note: "The author says what the contents hash to, and that is all that counts. Files with this method and SHA-256 use it as it is, so that a local copy has the same path.",
            content: text_content(hash.render(HashFormat::Base16).as_bytes(), Vec::new()),
        });
        return Ok(self::steps(store_dir, kind, digest, name, steps)?);
    }
    // Refuses what has no path.
    address.path(store_dir, name)?;
    let text = fixed_inner_text(address.method.prefix(), hash);
    steps.push(Step {
        title: "The expected hash",
        note: "The author says what the contents hash to, and that is all that counts: neither URL nor builder nor inputs.",
        content: text_content(text.as_bytes(), Vec::new()),
    });
    let inner = digest_step(store_dir, text.as_bytes(), steps);
    let kind = PathType::Output("out".into());
    Ok(self::steps(store_dir, kind, &inner, name, steps)?)
}

/// Finds the parts of a fingerprint from its end, for only its beginning has parts of any number.
fn fingerprint_marks(store_dir: &StoreDir, fingerprint: &[u8], name: &BStr) -> Vec<Mark> {
    let mark = |start, length, part| Mark {
        start,
        end: start + length,
        masked: false,
        part,
    };
    let name_start = fingerprint.len() - name.len();
    let dir_length = store_dir.as_str().len();
    let dir_start = name_start - 1 - dir_length;
    let hex_start = dir_start - 1 - 64;
    let type_length = hex_start - 1 - store_dir.scheme().function.name().len() - 1;
    vec![
        mark(0, type_length, MarkedPart::PathType),
        mark(hex_start, 64, MarkedPart::InnerDigest),
        mark(dir_start, dir_length, MarkedPart::StoreDir),
        mark(name_start, name.len(), MarkedPart::Name),
    ]
}

fn folded(digest: &[u8; 32], shortening: Shortening) -> Vec<FoldedByte> {
    let results = shortening.shorten(digest);
    let bytes = results
        .iter()
        .enumerate()
        .map(|(position, &result)| FoldedByte {
            first: digest[position],
            second: match shortening {
                Shortening::Fold => digest.get(position + HASH_PART_BYTES).copied(),
                Shortening::Truncate => None,
            },
            result,
        });
    bytes.collect()
}
