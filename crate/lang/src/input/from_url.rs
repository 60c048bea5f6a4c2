//! From a URL to an input.

use super::{
    Attributes, CURL_ATTRIBUTES, Input, InputError, InputValue, Result, Scheme, VERIFICATION,
    is_ref_name, is_revision,
};
use drvlab_store::url::{Ignored, Query, Url, split_scheme};

impl Input {
    /// Reads the URL of an input.
    ///
    /// # Errors
    /// A message in the words of the reference.
    #[inline]
    pub fn from_url(url: &Url, ignored: &mut Ignored) -> Result<Self> {
        let (application, transport) = split_scheme(&url.scheme);
        let is_web = matches!(transport, b"file" | b"http" | b"https");
        let attributes = match (application, url.scheme.as_slice()) {
            (Some(b"file"), _) if is_web => from_web(url, "file", transport),
            (_, b"git") | (Some(b"git"), _) => from_repository(url, "git"),
            (_, b"github" | b"gitlab" | b"sourcehut") => from_forge(url)?,
            (_, b"hg+http" | b"hg+https" | b"hg+ssh" | b"hg+file") => from_repository(url, "hg"),
            (_, b"flake") => from_indirect(url)?,
            (_, b"path") => from_path(url)?,
            (None | Some(b"tarball"), _) if is_web => from_web(url, "tarball", transport),
            (Some(b"file"), _) if transport == b"git" => {
                return Err(InputError::other(&[
                    b"input '",
                    &url.render(),
                    b"' is unsupported; did you mean 'git+file' instead of 'file+git'?",
                ]));
            }
            _ => {
                let url = url.render();
                return Err(InputError::other(&[b"input '", &url, b"' is unsupported"]));
            }
        };
        let mut input = Input {
            attributes,
            scheme: None,
        };
        input.scheme = input.text("type")?.and_then(Scheme::of);
        if let Some(scheme @ (Scheme::Git | Scheme::Mercurial | Scheme::Forge)) = input.scheme {
            input.check(scheme, ignored)?;
        }
        input.check_common()?;
        Ok(input)
    }
}

#[inline]
fn typed(kind: &[u8]) -> Attributes {
    let mut attributes = Attributes::new();
    set(&mut attributes, "type", kind);
    attributes
}

#[inline]
fn set(attributes: &mut Attributes, name: &str, text: &[u8]) {
    attributes.insert(name.as_bytes().to_vec(), InputValue::Text(text.to_vec()));
}

/// An integer without a sign.
#[inline]
fn number(text: &[u8]) -> Option<InputValue> {
    let text = std::str::from_utf8(text).ok()?;
    Some(InputValue::Int(text.parse().ok()?))
}

/// A file or archive: some parameters are attributes, the others go on to the server.
#[inline]
fn from_web(url: &Url, kind: &str, transport: &[u8]) -> Attributes {
    let mut attributes = typed(kind.as_bytes());
    let mut url = url.clone();
    url.scheme = transport.to_vec();
    for name in CURL_ATTRIBUTES.split(' ') {
        let Some(value) = url.query.remove(name.as_bytes()) else {
            continue;
        };
        match name {
            "narHash" | "rev" => set(&mut attributes, name, &value),
            "revCount" | "lastModified" => {
                if let Some(value) = number(&value) {
                    attributes.insert(name.as_bytes().to_vec(), value);
                }
            }
            _ => {}
        }
    }
    set(&mut attributes, "url", &url.render());
    attributes
}

/// A Git or Mercurial repository.
#[inline]
fn from_repository(url: &Url, kind: &str) -> Attributes {
    let mut attributes = typed(kind.as_bytes());
    let mut rest = Url {
        query: Query::new(),
        ..url.clone()
    };
    if let (Some(_), transport) = split_scheme(&url.scheme) {
        rest.scheme = transport.to_vec();
    }
    let is_git = kind == "git";
    for (name, value) in &url.query {
        let is_verification = VERIFICATION.iter().any(|other| other.as_bytes() == name);
        let value = match name.as_slice() {
            b"rev" | b"ref" => InputValue::Text(value.clone()),
            b"shallow" | b"submodules" | b"lfs" | b"exportIgnore" | b"allRefs"
            | b"verifyCommit"
                if is_git =>
            {
                InputValue::Bool(value == b"1")
            }
            _ if is_verification && is_git => InputValue::Text(value.clone()),
            _ => {
                rest.query.insert(name.clone(), value.clone());
                continue;
            }
        };
        attributes.insert(name.clone(), value);
    }
    set(&mut attributes, "url", &rest.render());
    attributes
}

/// A repository of a service: `OWNER/REPO`, then a branch, tag or commit.
#[inline]
fn from_forge(url: &Url) -> Result<Attributes> {
    let wrong = |what: &[u8]| InputError::bad_url(&[b"URL '", &url.render(), b"' ", what]);
    let path: Vec<&[u8]> = segments_of(url).collect();
    let (&[owner, repo], rest) = path
        .split_first_chunk()
        .ok_or_else(|| wrong(b"is invalid"))?;
    let (mut rev, mut version) = (None, None);
    match rest {
        [] => {}
        &[one] if is_revision(one) => rev = Some(one.to_vec()),
        parts => version = Some(parts.join(&b'/')),
    }
    let mut attributes = typed(&url.scheme);
    set(&mut attributes, "owner", owner);
    set(&mut attributes, "repo", repo);
    for (name, value) in &url.query {
        match name.as_slice() {
            b"rev" if rev.is_some() => return Err(wrong(b"contains multiple commit hashes")),
            b"rev" => rev = Some(value.clone()),
            b"ref" if version.is_some() => {
                return Err(wrong(b"contains multiple branch/tag names"));
            }
            b"ref" => version = Some(value.clone()),
            b"host" => set(&mut attributes, "host", value),
            b"narHash" => set(&mut attributes, "narHash", value),
            _ => {}
        }
    }
    for (name, value) in [("rev", rev), ("ref", version)] {
        if let Some(value) = value {
            set(&mut attributes, name, &value);
        }
    }
    Ok(attributes)
}

/// A name in a registry, then a branch or tag and a commit.
#[inline]
fn from_indirect(url: &Url) -> Result<Attributes> {
    let mut attributes = typed(b"indirect");
    let path: Vec<&[u8]> = segments_of(url).collect();
    let wrong = |text: &[u8], what: &[u8]| {
        InputError::bad_url(&[
            b"in flake URL '",
            &url.render(),
            b"', '",
            text,
            b"' is not ",
            what,
        ])
    };
    match path[..] {
        [_] => {}
        [_, rev] if is_revision(rev) => set(&mut attributes, "rev", rev),
        [_, version] if is_ref_name(version) => set(&mut attributes, "ref", version),
        [_, version] => return Err(wrong(version, b"a commit hash or branch/tag name")),
        [_, version, _] if !is_ref_name(version) => {
            return Err(wrong(version, b"a branch/tag name"));
        }
        [_, version, rev] => {
            if !is_revision(rev) {
                return Err(wrong(rev, b"a commit hash"));
            }
            set(&mut attributes, "ref", version);
            set(&mut attributes, "rev", rev);
        }
        _ => {
            let url = url.render();
            return Err(InputError::bad_url(&[
                b"GitHub URL '",
                &url,
                b"' is invalid",
            ]));
        }
    }
    let id = path[0];
    if !super::is_flake_id(id) {
        return Err(InputError::bad_url(&[
            b"'",
            id,
            b"' is not a valid flake ID",
        ]));
    }
    set(&mut attributes, "id", id);
    Ok(attributes)
}

#[inline]
fn segments_of(url: &Url) -> impl Iterator<Item = &[u8]> {
    url.path
        .iter()
        .map(Vec::as_slice)
        .filter(|part| !part.is_empty())
}

/// A file or directory.
#[inline]
fn from_path(url: &Url) -> Result<Attributes> {
    let wrong = |what: &[&[u8]]| {
        InputError::other(&[b"path URL '", &url.render(), b"' ", &what.concat(), b"'"])
    };
    if let Some(authority) = url
        .authority
        .as_ref()
        .filter(|authority| !authority.host.is_empty())
    {
        let text = authority.rendered();
        let message = [
            b"path URL '".as_slice(),
            &url.render(),
            b"' should not have an authority ('",
            &text,
            b"')",
        ];
        return Err(InputError::other(&message));
    }
    let mut attributes = typed(b"path");
    set(&mut attributes, "path", &url.file_path()?);
    for (name, value) in &url.query {
        let value = match name.as_slice() {
            b"rev" | b"narHash" => InputValue::Text(value.clone()),
            b"revCount" | b"lastModified" => {
                let invalid = || wrong(&[b"has invalid parameter '", name]);
                number(value).ok_or_else(invalid)?
            }
            _ => return Err(wrong(&[b"has unsupported parameter '", name])),
        };
        attributes.insert(name.clone(), value);
    }
    Ok(attributes)
}
