//! Placeholders: strings that stand for output paths which are not known yet.
//!
//! Source: `libstore/downstream-placeholder.cc` and `hashPlaceholder` in `libstore/derivations.cc`.

use bstr::{BStr, ByteSlice as _};

use crate::encoding;
use crate::hash::sha256;
use crate::store_path::{StorePath, fold, output_path_name};

/// Returns what a derivation writes for its own output (`builtins.placeholder`).
#[must_use]
pub fn placeholder(output: &BStr) -> String {
    render(&sha256(&text(output)))
}

/// Returns what is hashed for [`placeholder`].
pub fn text(output: &BStr) -> Vec<u8> {
    [b"nix-output:", output.as_bytes()].concat()
}

/// Returns what a dependent writes for an output of `derivation` whose path is not known yet.
///
/// The name of a path that is no `.drv` is used whole.
#[must_use]
pub fn upstream_placeholder(derivation: &StorePath, output: &BStr) -> String {
    render(&upstream_digest(derivation, output))
}

/// Returns what a dependent writes for `output` of a derivation that is itself an output, known by its own
/// placeholder's digest.
#[must_use]
pub fn computed_placeholder(derivation: &[u8; 32], output: &BStr) -> String {
    render(&computed_digest(derivation, output))
}

/// Returns the digest behind [`upstream_placeholder`].
#[must_use]
pub fn upstream_digest(derivation: &StorePath, output: &BStr) -> [u8; 32] {
    sha256(&upstream_text(derivation, output))
}

/// Returns what is hashed for [`upstream_placeholder`].
pub fn upstream_text(derivation: &StorePath, output: &BStr) -> Vec<u8> {
    let name = derivation
        .derivation_name()
        .unwrap_or_else(|| derivation.name());
    let mut text = format!("nix-upstream-output:{}:", derivation.hash_part()).into_bytes();
    text.extend_from_slice(&output_path_name(name, output));
    text
}

/// Returns the digest behind [`computed_placeholder`]; the derivation's digest is shortened to 20 bytes first.
#[must_use]
pub fn computed_digest(derivation: &[u8; 32], output: &BStr) -> [u8; 32] {
    let mut text = b"nix-computed-output:".to_vec();
    text.extend_from_slice(encoding::nix32_encode(&fold(derivation)).as_bytes());
    text.push(b':');
    text.extend_from_slice(output);
    sha256(&text)
}

fn render(digest: &[u8; 32]) -> String {
    format!("/{}", encoding::nix32_encode(digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_placeholder() {
        // Recorded: nix-instantiate --eval -E 'builtins.placeholder "out"'.
        assert_eq!(
            placeholder("out".into()),
            "/1rz4g4znpzjwh1xymhjpm42vipw92pr73vdgl6xs1hycac8kf2n9"
        );
    }
}
