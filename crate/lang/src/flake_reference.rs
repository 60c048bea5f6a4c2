//! Flake references: URLs such as `github:owner/repo/ref?dir=sub`, and the attributes that they stand for. Nothing is fetched.
//!
//! Source: the manual's page "nix flake", section "Flake references".

use crate::fetching::{InputValue, percent_decoded};
use std::collections::BTreeMap;

/// The attributes of a reference by name.
pub(crate) type Attributes = BTreeMap<Vec<u8>, InputValue>;

/// Attributes that are integers and Booleans in a set; in a URL Booleans are `1` or `0`.
const INTEGERS: [&[u8]; 2] = [b"lastModified", b"revCount"];
const BOOLEANS: [&[u8]; 5] = [
    b"allRefs",
    b"exportIgnore",
    b"shallow",
    b"submodules",
    b"verifyCommit",
];

/// Services whose repositories are named by owner and repository.
fn is_forge(kind: &[u8]) -> bool {
    matches!(kind, b"github" | b"gitlab" | b"sourcehut")
}

/// Parses a reference; relative paths are not allowed.
///
/// # Errors
/// A message in the words of the reference implementation.
pub(crate) fn parse(text: &[u8]) -> Result<Attributes, Vec<u8>> {
    let not_absolute = || {
        [
            b"flake reference '".as_slice(),
            text,
            b"' is not an absolute path",
        ]
        .concat()
    };
    let (main, fragment) = split_at(text, b'#');
    if let Some(fragment) = fragment {
        let message = [
            b"unexpected fragment '".as_slice(),
            fragment,
            b"' in flake reference '",
            text,
            b"'",
        ];
        return Err(message.concat());
    }
    let (location, query) = split_at(main, b'?');
    let mut attributes = Attributes::new();
    let mut set =
        |name: &str, value: &[u8]| attributes.insert(name.into(), InputValue::Text(value.to_vec()));
    let mut url = None;
    match split_at(location, b':') {
        (_, None) if location.first() == Some(&b'/') => {
            set("type", b"path");
            set("path", &percent_decoded(location));
        }
        (_, None) if query.is_none() && is_indirect(location) => set_indirect(location, &mut set),
        (_, None) => return Err(not_absolute()),
        (b"path", Some(path)) => {
            set("type", b"path");
            set("path", &percent_decoded(path));
        }
        (b"flake", Some(rest)) if is_indirect(rest) => set_indirect(rest, &mut set),
        (kind, Some(rest)) if is_forge(kind) => {
            let mut parts = rest.splitn(3, |&byte| byte == b'/').map(percent_decoded);
            let (Some(owner), Some(repo)) = (parts.next(), parts.next()) else {
                return Err(not_absolute());
            };
            set("type", kind);
            set("owner", &owner);
            set("repo", &repo);
            if let Some(version) = parts.next() {
                set(if is_revision(&version) { "rev" } else { "ref" }, &version);
            }
        }
        (scheme, Some(rest)) => {
            let (kind, transport) = match split_at(scheme, b'+') {
                (kind @ (b"git" | b"hg" | b"tarball" | b"file"), Some(transport)) => {
                    (kind, transport)
                }
                (b"http" | b"https", None) => (&b"tarball"[..], scheme),
                (b"file", None) if is_archive(rest) => (&b"tarball"[..], scheme),
                (b"file", None) => (&b"file"[..], scheme),
                _ if rest.starts_with(b"/") => return Err(not_absolute()),
                _ => return Err([b"input '".as_slice(), text, b"' is unsupported"].concat()),
            };
            set("type", kind);
            url = Some([transport, b":", rest].concat());
        }
    }
    let mut others = Vec::new();
    for parameter in query
        .unwrap_or_default()
        .split(|&byte| byte == b'&')
        .filter(|parameter| !parameter.is_empty())
    {
        let (name, value) = split_at(parameter, b'=');
        let value = percent_decoded(value.unwrap_or_default());
        let known: [&[u8]; 7] = [
            b"dir", b"host", b"narHash", b"ref", b"rev", b"name", b"keytype",
        ];
        let value = if INTEGERS.contains(&name) {
            let number = std::str::from_utf8(&value)
                .ok()
                .and_then(|digits| digits.parse().ok());
            InputValue::Int(number.ok_or_else(not_absolute)?)
        } else if BOOLEANS.contains(&name) && url.is_some() {
            InputValue::Bool(value == b"1")
        } else if known.contains(&name) || url.is_none() {
            InputValue::Text(value)
        } else {
            others.push(parameter);
            continue;
        };
        attributes.insert(name.to_vec(), value);
    }
    if let Some(mut url) = url {
        if !others.is_empty() {
            url.push(b'?');
            url.extend_from_slice(&others.join(&b'&'));
        }
        attributes.insert(b"url".to_vec(), InputValue::Text(url));
    }
    Ok(attributes)
}

fn set_indirect<R>(location: &[u8], set: &mut impl FnMut(&str, &[u8]) -> R) {
    set("type", b"indirect");
    for (index, part) in location.split(|&byte| byte == b'/').enumerate() {
        match index {
            0 => set("id", part),
            _ if is_revision(part) => set("rev", part),
            _ => set("ref", part),
        };
    }
}

/// `id`, `id/ref`, `id/rev` or `id/ref/rev`
fn is_indirect(location: &[u8]) -> bool {
    let mut parts = location.split(|&byte| byte == b'/');
    let id = parts.next().unwrap_or_default();
    let is_id = id.first().is_some_and(u8::is_ascii_alphabetic)
        && id
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    let rest: Vec<&[u8]> = parts.collect();
    let is_version = |part: &&[u8]| {
        !part.is_empty()
            && part
                .iter()
                .all(|&byte| byte.is_ascii_alphanumeric() || b"_.-@".contains(&byte))
    };
    is_id
        && rest.iter().all(is_version)
        && (rest.len() < 2 || (rest.len() == 2 && is_revision(rest[1])))
}

fn is_revision(text: &[u8]) -> bool {
    text.len() == 40 && text.iter().all(u8::is_ascii_hexdigit)
}

fn is_archive(path: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 8] = [
        b".zip",
        b".tar",
        b".tgz",
        b".tar.gz",
        b".tar.xz",
        b".tar.bz2",
        b".tar.zst",
        b".tbz2",
    ];
    ENDINGS.iter().any(|ending| path.ends_with(ending))
}

fn split_at(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|&byte| byte == separator) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// Writes a reference as a URL.
///
/// # Errors
/// A message in the words of the reference implementation.
pub(crate) fn to_url(attributes: &Attributes) -> Result<Vec<u8>, String> {
    let text = |name: &str| match attributes.get(name.as_bytes()) {
        Some(InputValue::Text(text)) => Some(text.as_slice()),
        _ => None,
    };
    let required =
        |name: &str| text(name).ok_or_else(|| format!("input attribute '{name}' is missing"));
    let kind = text("type")
        .ok_or("'type' attribute to specify input scheme is required but not provided")?;
    let supported: &[&[u8]] = match kind {
        b"indirect" => &[b"id", b"ref", b"rev", b"narHash", b"dir"],
        b"path" => &[
            b"path",
            b"rev",
            b"revCount",
            b"lastModified",
            b"narHash",
            b"dir",
        ],
        _ if is_forge(kind) => &[
            b"owner",
            b"repo",
            b"ref",
            b"rev",
            b"narHash",
            b"lastModified",
            b"host",
            b"dir",
        ],
        b"git" | b"hg" => &[
            b"url",
            b"ref",
            b"rev",
            b"narHash",
            b"lastModified",
            b"revCount",
            b"shallow",
            b"submodules",
            b"exportIgnore",
            b"allRefs",
            b"name",
            b"verifyCommit",
            b"keytype",
            b"dir",
        ],
        b"tarball" | b"file" => &[
            b"url",
            b"narHash",
            b"name",
            b"unpack",
            b"rev",
            b"revCount",
            b"lastModified",
            b"dir",
        ],
        _ => {
            return Err(format!(
                "cannot show unsupported input '{}'",
                String::from_utf8_lossy(&json(attributes))
            ));
        }
    };
    if let Some(name) = attributes
        .keys()
        .find(|name| *name != b"type" && !supported.contains(&name.as_slice()))
    {
        let (name, kind) = (String::from_utf8_lossy(name), String::from_utf8_lossy(kind));
        return Err(format!(
            "input attribute '{name}' not supported by scheme '{kind}'"
        ));
    }
    let mut url = Vec::new();
    let mut hidden: Vec<&[u8]> = vec![b"type"];
    match kind {
        b"path" => {
            url.extend_from_slice(b"path:");
            append_encoded(required("path")?, b"/:@", &mut url);
            hidden.push(b"path");
        }
        b"indirect" => url.extend([b"flake:".as_slice(), required("id")?].concat()),
        b"git" | b"hg" | b"tarball" | b"file" => {
            let address = required("url")?;
            if matches!(kind, b"git" | b"hg") {
                url.extend([kind, b"+"].concat());
            }
            url.extend_from_slice(address);
            hidden.push(b"url");
            if matches!(kind, b"tarball" | b"file") {
                hidden.extend([b"rev".as_slice(), b"revCount", b"lastModified"]);
            }
        }
        _ => url.extend([kind, b":", required("owner")?, b"/", required("repo")?].concat()),
    }
    if kind == b"indirect" || is_forge(kind) {
        for version in [text("ref"), text("rev")].into_iter().flatten() {
            url.push(b'/');
            append_encoded(version, b":@", &mut url);
        }
        hidden.extend([b"id".as_slice(), b"owner", b"repo", b"ref", b"rev"]);
    }
    for (name, value) in attributes
        .iter()
        .filter(|(name, _)| !hidden.contains(&name.as_slice()))
    {
        let value = match value {
            InputValue::Text(text) => text.clone(),
            InputValue::Int(number) => number.to_string().into_bytes(),
            InputValue::Bool(true) => b"1".to_vec(),
            InputValue::Bool(false) => continue,
        };
        url.push(if url.contains(&b'?') { b'&' } else { b'?' });
        url.extend_from_slice(name);
        url.push(b'=');
        append_encoded(&value, b":@/?", &mut url);
    }
    Ok(url)
}

fn append_encoded(text: &[u8], allowed: &[u8], url: &mut Vec<u8>) {
    for &byte in text {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || allowed.contains(&byte) {
            url.push(byte);
        } else {
            url.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
}

/// The attributes as JSON, for messages.
fn json(attributes: &Attributes) -> Vec<u8> {
    let mut text = b"{".to_vec();
    for (index, (name, value)) in attributes.iter().enumerate() {
        if index > 0 {
            text.push(b',');
        }
        let quoted =
            |bytes: &[u8]| format!("\"{}\"", String::from_utf8_lossy(bytes).escape_default());
        let value = match value {
            InputValue::Text(value) => quoted(value),
            InputValue::Int(number) => number.to_string(),
            InputValue::Bool(value) => value.to_string(),
        };
        text.extend_from_slice(format!("{}:{value}", quoted(name)).as_bytes());
    }
    text.push(b'}');
    text
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
            let attributes = parse(url.as_bytes()).expect("a reference");
            let written = to_url(&attributes).expect("complete attributes");
            assert_eq!(String::from_utf8_lossy(&written), url);
        }
    }

    #[test]
    fn other_texts_are_errors() {
        for text in ["", "foo bar", "./a", "github:a", "git:/a", "nixpkgs?dir=a"] {
            let message = format!("flake reference '{text}' is not an absolute path");
            assert_eq!(parse(text.as_bytes()), Err(message.into_bytes()));
        }
        assert_eq!(
            parse(b"foo:bar"),
            Err(b"input 'foo:bar' is unsupported".to_vec())
        );
    }
}
