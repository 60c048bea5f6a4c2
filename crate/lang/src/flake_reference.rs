//! Flake references: URLs such as `github:owner/repo/ref?dir=sub`, paths, and names in a registry. Nothing is fetched.
//!
//! Source: the manual's page "nix flake", section "Flake references".

use crate::input::{Attributes, Input, InputError, InputValue, is_flake_id, is_version, text_of};
use bstr::BString;
use drvlab_store::url::{
    Authority, Ignored, Url, decode_query, percent_decoded, segments, split_at,
};

/// Parses a reference; relative paths are allowed where the reference of an input stands. Returns its attributes.
///
/// # Errors
/// A message in the words of the reference implementation.
#[inline]
pub(crate) fn parse(
    text: &[u8],
    is_of_input: bool,
    ignored: &mut Ignored,
) -> Result<Attributes, BString> {
    let parsed = parse_with_fragment(text, is_of_input, ignored);
    let (attributes, fragment) = parsed.map_err(InputError::message)?;
    if fragment.is_empty() {
        return Ok(attributes);
    }
    let message = [
        b"unexpected fragment '".as_slice(),
        &fragment,
        b"' in flake reference '",
        text,
        b"'",
    ];
    Err(message.concat().into())
}

#[inline]
fn parse_with_fragment(
    text: &[u8],
    is_of_input: bool,
    ignored: &mut Ignored,
) -> Result<(Attributes, Vec<u8>), InputError> {
    let (location, fragment) = split_at(text, b'#');
    let (id, version) = split_at(location, b'/');
    if is_flake_id(id) && version.is_none_or(is_version) && fragment.is_none_or(is_fragment) {
        let url = Url {
            scheme: b"flake".to_vec(),
            path: segments(location),
            fragment: percent_decoded(fragment.unwrap_or_default())?,
            ..Url::default()
        };
        return from_url(url, ignored);
    }
    match Url::parse(text, true, ignored)
        .map_err(InputError::from)
        .and_then(|url| from_url(url, ignored))
    {
        Err(InputError::BadUrl(_)) => {}
        result => return result,
    }
    let (path, query) = split_at(location, b'?');
    let query = decode_query(query.unwrap_or_default(), true, ignored)?;
    let fragment = percent_decoded(fragment.unwrap_or_default())?;
    let is_relative = !path.starts_with(b"/");
    if is_relative && (!is_of_input || path.is_empty()) {
        let message = [
            b"flake reference '".as_slice(),
            text,
            b"' is not an absolute path",
        ];
        return Err(InputError::BadUrl(message.concat().into()));
    }
    let url = Url {
        scheme: b"path".to_vec(),
        authority: (!is_relative).then(Authority::default),
        path: segments(path),
        query,
        fragment,
    };
    from_url(url, ignored)
}

/// What is in a fragment, quotes and spaces included.
#[inline]
fn is_fragment(text: &[u8]) -> bool {
    text.iter()
        .all(|&byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%\" ^".contains(&byte))
}

/// The directory of a flake is no part of its input.
#[inline]
fn from_url(mut url: Url, ignored: &mut Ignored) -> Result<(Attributes, Vec<u8>), InputError> {
    let directory = url.query.remove(b"dir".as_slice()).unwrap_or_default();
    let fragment = std::mem::take(&mut url.fragment);
    let mut attributes = Input::from_url(&url, ignored)?.attributes;
    if !directory.is_empty() {
        attributes.insert(b"dir".to_vec(), InputValue::Text(directory));
    }
    Ok((attributes, fragment))
}

/// Writes a reference as a URL.
///
/// # Errors
/// A message in the words of the reference implementation.
#[inline]
pub(crate) fn to_url(
    mut attributes: Attributes,
    ignored: &mut Ignored,
) -> Result<Vec<u8>, InputError> {
    let all = attributes.clone();
    attributes.remove(b"dir".as_slice());
    let input = Input::from_attributes(attributes, ignored)?;
    let directory = text_of(&all, "dir")?.unwrap_or_default();
    let mut url = input.to_url(ignored)?;
    if !directory.is_empty() {
        url.query
            .entry(b"dir".to_vec())
            .or_insert_with(|| directory.to_vec());
    }
    Ok(url.render())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the reference's `flakeRefToString (parseFlakeRef …)` gives back unchanged.
    #[test]
    fn urls_survive_the_round_trip() {
        for url in [
            "github:NixOS/nixpkgs/23.05?dir=lib",
            "gitlab:a/b/c?host=x.y",
            "flake:nixpkgs/unstable",
            "path:/a/b?lastModified=1",
            "git+https://x.y/z?ref=a&rev=0000000000000000000000000000000000000001",
            "https://x.y/z.zip?a=b&narHash=sha256-LPJNul%2Bwow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ%3D",
        ] {
            let ignored = &mut Ignored::new();
            let attributes = parse(url.as_bytes(), false, ignored).expect("a reference");
            let written = to_url(attributes, ignored).expect("complete attributes");
            assert_eq!(String::from_utf8_lossy(&written), url);
        }
    }

    #[test]
    fn other_texts_are_errors() {
        for text in ["", "foo bar", "./a", "github:a", "git:/a", "nixpkgs?dir=a"] {
            let message = format!("flake reference '{text}' is not an absolute path");
            assert_eq!(
                parse(text.as_bytes(), false, &mut Ignored::new()),
                Err(message.into())
            );
        }
    }
}
