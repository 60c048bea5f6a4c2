//! Inputs: what fetchers fetch and flake references name, as attributes and as URLs. Nothing is fetched.
//!
//! Source: the manual's page "nix flake", section "Flake references", and the words of `libfetchers` of the reference.

mod from_url;

use crate::json_text;
use bstr::BString;
use drvlab_store::OrderedMap;
use drvlab_store::url::{BadUrl, Ignored, Query, Url, segments};
use drvlab_store::{Hash, HashAlgorithm, HashFormat};

/// The value of an attribute.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum InputValue {
    Text(Vec<u8>),
    Int(u64),
    Bool(bool),
}

/// Attributes by name.
pub(crate) type Attributes = OrderedMap<Vec<u8>, InputValue>;

/// Why something is no input.
#[derive(Debug)]
pub(crate) enum InputError {
    /// It is not the URL of one; a flake reference is then taken for a path.
    BadUrl(BString),
    /// Anything else.
    Other(BString),
}

impl InputError {
    #[inline]
    fn other(parts: &[&[u8]]) -> Self {
        InputError::Other(parts.concat().into())
    }

    #[inline]
    fn bad_url(parts: &[&[u8]]) -> Self {
        InputError::BadUrl(parts.concat().into())
    }

    /// Returns the message.
    #[inline]
    pub fn message(self) -> BString {
        match self {
            InputError::BadUrl(message) | InputError::Other(message) => message,
        }
    }
}

impl From<BadUrl> for InputError {
    #[inline]
    fn from(BadUrl(message): BadUrl) -> Self {
        InputError::BadUrl(message)
    }
}

type Result<T> = std::result::Result<T, InputError>;

/// Where inputs come from. The order is the one in which the reference tries them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scheme {
    File,
    Git,
    /// A service whose repositories are named by owner and repository: GitHub, GitLab, SourceHut.
    Forge,
    Mercurial,
    Indirect,
    Path,
    Tarball,
}

impl Scheme {
    #[inline]
    fn of(kind: &[u8]) -> Option<Self> {
        Some(match kind {
            b"file" => Scheme::File,
            b"git" => Scheme::Git,
            b"github" | b"gitlab" | b"sourcehut" => Scheme::Forge,
            b"hg" => Scheme::Mercurial,
            b"indirect" => Scheme::Indirect,
            b"path" => Scheme::Path,
            b"tarball" => Scheme::Tarball,
            _ => return None,
        })
    }

    /// The attributes that inputs have besides `type`.
    #[inline]
    fn attributes(self) -> &'static str {
        match self {
            Scheme::Git => {
                "allRefs dirtyRev dirtyShortRev exportIgnore keytype lastModified lfs name narHash publicKey publicKeys ref rev \
                 revCount shallow submodules url verifyCommit"
            }
            Scheme::Forge => "host lastModified narHash owner ref repo rev treeHash",
            Scheme::Mercurial => "name narHash ref rev revCount url",
            Scheme::Indirect => "id narHash ref rev",
            Scheme::Path => "lastModified narHash path rev revCount",
            Scheme::File | Scheme::Tarball => CURL_ATTRIBUTES,
        }
    }
}

/// What files and archives at a URL have.
const CURL_ATTRIBUTES: &str = "lastModified name narHash rev revCount type unpack url";

/// The attributes that need an experimental feature.
const VERIFICATION: [&str; 4] = ["verifyCommit", "keytype", "publicKey", "publicKeys"];

/// What to fetch.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// The attributes; there is always a `type`.
    pub attributes: Attributes,
    /// What the type means, if anything.
    pub scheme: Option<Scheme>,
}

impl Input {
    /// Checks attributes.
    ///
    /// # Errors
    /// A message in the words of the reference.
    #[inline]
    pub fn from_attributes(attributes: Attributes, ignored: &mut Ignored) -> Result<Self> {
        let mut input = Input {
            attributes,
            scheme: None,
        };
        let Some(kind) = input.text("type")? else {
            let message = b"'type' attribute to specify input scheme is required but not provided";
            return Err(InputError::other(&[message]));
        };
        if let Some(scheme) = Scheme::of(kind) {
            let allowed = scheme.attributes().split(' ');
            for name in input.attributes.keys() {
                let is_known = [b"type".as_slice(), b"__final"].contains(&name.as_slice())
                    || allowed.clone().any(|other| other.as_bytes() == name);
                if !is_known {
                    return Err(InputError::other(&[
                        b"input attribute '",
                        name,
                        b"' not supported by scheme '",
                        kind,
                        b"'",
                    ]));
                }
            }
            input.scheme = Some(scheme);
            input.check(scheme, ignored)?;
        }
        input.check_common()?;
        Ok(input)
    }

    /// What the inputs of all types have.
    #[inline]
    fn check_common(&self) -> Result<()> {
        self.text("type")?;
        self.text("ref")?;
        self.int("revCount")?;
        self.int("lastModified")?;
        Ok(())
    }

    #[inline]
    fn check(&mut self, scheme: Scheme, ignored: &mut Ignored) -> Result<()> {
        match scheme {
            Scheme::File | Scheme::Tarball => {
                self.required("url")?;
            }
            Scheme::Git => {
                if VERIFICATION.iter().any(|&name| self.has(name)) {
                    return Err(InputError::Other(
                        crate::fetching::feature_disabled("verified-fetches").into(),
                    ));
                }
                if let Some(name) = self.text("ref")?.filter(|name| !is_ref_name(name)) {
                    return Err(InputError::bad_url(&[
                        b"invalid Git branch/tag name '",
                        name,
                        b"'",
                    ]));
                }
                let url = git_url(self.required("url")?, ignored)?.render();
                self.set("url", url);
                for name in ["shallow", "submodules", "allRefs"] {
                    self.flag(name)?;
                }
            }
            Scheme::Mercurial => {
                Url::parse(self.required("url")?, false, ignored)?;
                if let Some(name) = self.text("ref")?.filter(|name| !is_version(name)) {
                    return Err(InputError::bad_url(&[
                        b"invalid Mercurial branch/tag name '",
                        name,
                        b"'",
                    ]));
                }
            }
            Scheme::Path => {
                self.required("path")?;
            }
            Scheme::Indirect => {
                let id = self.required("id")?;
                if !is_flake_id(id) {
                    return Err(InputError::bad_url(&[
                        b"'",
                        id,
                        b"' is not a valid flake ID",
                    ]));
                }
            }
            Scheme::Forge => self.check_forge()?,
        }
        Ok(())
    }

    #[inline]
    fn check_forge(&self) -> Result<()> {
        self.required("owner")?;
        self.required("repo")?;
        let (version, rev, host) = (self.text("ref")?, self.text("rev")?, self.text("host")?);
        let wrong = |what: &[&[u8]]| {
            let json = json(&self.attributes);
            InputError::bad_url(&[b"input ", &json, b" contains ", &what.concat()])
        };
        if let (Some(version), Some(rev)) = (version, rev) {
            return Err(wrong(&[
                b"both a commit hash ('",
                rev,
                b"') and a branch/tag name ('",
                version,
                b"')",
            ]));
        }
        self.rev()?;
        if version.is_some_and(|name| !is_ref_name(name)) {
            return Err(wrong(&[b"an invalid branch/tag name"]));
        }
        let is_host = |byte: &u8| byte.is_ascii_alphanumeric() || b".-".contains(byte);
        if host.is_some_and(|host| !host.iter().all(is_host)) {
            return Err(wrong(&[b"an invalid instance host"]));
        }
        Ok(())
    }

    /// Writes the input as a URL.
    ///
    /// # Errors
    /// A message in the words of the reference.
    #[inline]
    pub fn to_url(&self, ignored: &mut Ignored) -> Result<Url> {
        let Some(scheme) = self.scheme else {
            let json = json(&self.attributes);
            return Err(InputError::other(&[
                b"cannot show unsupported input '",
                &json,
                b"'",
            ]));
        };
        let kind = self.required("type")?;
        let mut url = match scheme {
            Scheme::Path => {
                let mut url = Url {
                    scheme: kind.to_vec(),
                    path: segments(self.required("path")?),
                    ..Url::default()
                };
                for (name, value) in &self.attributes {
                    let value = match value {
                        _ if matches!(name.as_slice(), b"type" | b"path") => continue,
                        InputValue::Text(text) => text.clone(),
                        InputValue::Int(number) => number.to_string().into_bytes(),
                        InputValue::Bool(_) => continue,
                    };
                    url.query.insert(name.clone(), value);
                }
                return Ok(url);
            }
            Scheme::Indirect | Scheme::Forge => {
                let mut path = match scheme {
                    Scheme::Indirect => vec![self.required("id")?.to_vec()],
                    _ => vec![
                        self.required("owner")?.to_vec(),
                        self.required("repo")?.to_vec(),
                    ],
                };
                path.extend(self.text("ref")?.map(<[u8]>::to_vec));
                path.extend(self.rev()?);
                Url {
                    scheme: if scheme == Scheme::Indirect {
                        b"flake".to_vec()
                    } else {
                        kind.to_vec()
                    },
                    path,
                    ..Url::default()
                }
            }
            _ => Url::parse(self.required("url")?, false, ignored)?,
        };
        match scheme {
            Scheme::Git | Scheme::Mercurial => {
                if url.scheme != kind {
                    url.scheme = [kind, b"+", &url.scheme].concat();
                }
                if let Some(rev) = self.rev()? {
                    url.query.insert(b"rev".to_vec(), rev);
                }
                self.copy_text("ref", &mut url.query)?;
                let flags: &[&str] = match scheme {
                    Scheme::Git => &["shallow", "lfs", "submodules", "exportIgnore"],
                    _ => &[],
                };
                for name in flags {
                    if self.flag(name)? {
                        url.query.insert(name.as_bytes().to_vec(), b"1".to_vec());
                    }
                }
            }
            Scheme::Indirect => {}
            _ => {
                if let Some(hash) = self.nar_hash()? {
                    let hash = hash.render_prefixed(HashFormat::Sri).into_bytes();
                    url.query.insert(b"narHash".to_vec(), hash);
                }
                self.copy_text("host", &mut url.query)?;
            }
        }
        Ok(url)
    }

    #[inline]
    fn copy_text(&self, name: &str, query: &mut Query) -> Result<()> {
        if let Some(text) = self.text(name)? {
            query.insert(name.as_bytes().to_vec(), text.to_vec());
        }
        Ok(())
    }

    /// Tells whether there is an attribute.
    #[inline]
    pub fn has(&self, name: &str) -> bool {
        self.attributes.contains_key(name.as_bytes())
    }

    #[inline]
    pub(crate) fn set(&mut self, name: &str, text: Vec<u8>) {
        self.attributes
            .insert(name.as_bytes().to_vec(), InputValue::Text(text));
    }

    /// Returns a text.
    ///
    /// # Errors
    /// When the attribute is something else.
    #[inline]
    pub fn text(&self, name: &str) -> Result<Option<&[u8]>> {
        text_of(&self.attributes, name)
    }

    /// Returns a text that must be there.
    ///
    /// # Errors
    /// When the attribute is not there or something else.
    #[inline]
    pub fn required(&self, name: &str) -> Result<&[u8]> {
        let missing =
            || InputError::other(&[b"input attribute '", name.as_bytes(), b"' is missing"]);
        self.text(name)?.ok_or_else(missing)
    }

    /// Returns an integer.
    ///
    /// # Errors
    /// When the attribute is something else.
    #[inline]
    pub fn int(&self, name: &str) -> Result<Option<u64>> {
        match self.attributes.get(name.as_bytes()) {
            None => Ok(None),
            Some(InputValue::Int(number)) => Ok(Some(*number)),
            Some(_) => Err(InputError::other(&[
                b"input attribute '",
                name.as_bytes(),
                b"' is not an integer",
            ])),
        }
    }

    /// Returns a Boolean, false if it is not there.
    ///
    /// # Errors
    /// When the attribute is something else.
    #[inline]
    pub fn flag(&self, name: &str) -> Result<bool> {
        match self.attributes.get(name.as_bytes()) {
            None => Ok(false),
            Some(InputValue::Bool(value)) => Ok(*value),
            Some(_) => Err(InputError::other(&[
                b"input attribute '",
                name.as_bytes(),
                b"' is not a Boolean",
            ])),
        }
    }

    /// Returns the hash of the tree.
    ///
    /// # Errors
    /// When it is none, or one of another kind.
    #[inline]
    pub fn nar_hash(&self) -> Result<Option<Hash>> {
        let Some(text) = self.text("narHash")? else {
            return Ok(None);
        };
        if text.is_empty() {
            return Ok(Some(Hash::zero(HashAlgorithm::Sha256)));
        }
        let hash =
            Hash::parse_sri(text).map_err(|error| InputError::Other(error.to_string().into()))?;
        if hash.algorithm() != HashAlgorithm::Sha256 {
            return Err(InputError::other(&[b"narHash must use SHA-256"]));
        }
        Ok(Some(hash))
    }

    /// Makes the error for what has another text in one of its attributes than it should have.
    #[cold]
    pub fn field_mismatch(&self, name: &str, found: &str) -> Box<crate::error::EvalError> {
        let mut other = self.clone();
        other.set(name, found.as_bytes().to_vec());
        let message = [
            b"mismatch in field '".as_slice(),
            name.as_bytes(),
            b"' of input '",
            &json(&self.attributes),
            b"', got '",
            &json(&other.attributes),
            b"'",
        ];
        crate::error::EvalError::other(message.concat(), crate::source::Pos::NONE)
    }

    /// Returns the hash of the commit in hexadecimal digits.
    ///
    /// # Errors
    /// When it is none.
    #[inline]
    pub fn rev(&self) -> Result<Option<Vec<u8>>> {
        let Some(text) = self.text("rev")? else {
            return Ok(None);
        };
        let hash = Hash::parse_prefixed(text)
            .or_else(|_| Hash::parse_any(text, Some(HashAlgorithm::Sha1)))
            .map_err(|error| InputError::Other(error.to_string().into()))?;
        Ok(Some(hash.render(HashFormat::Base16).into_bytes()))
    }
}

/// Returns a text.
///
/// # Errors
/// When the attribute is something else.
#[inline]
pub(crate) fn text_of<'a>(attributes: &'a Attributes, name: &str) -> Result<Option<&'a [u8]>> {
    match attributes.get(name.as_bytes()) {
        None => Ok(None),
        Some(InputValue::Text(text)) => Ok(Some(text)),
        Some(_) => {
            let json = json(attributes);
            Err(InputError::other(&[
                b"input attribute '",
                name.as_bytes(),
                b"' is not a string ",
                &json,
            ]))
        }
    }
}

/// Attributes as JSON, for messages.
#[inline]
fn json(attributes: &Attributes) -> Vec<u8> {
    // Bytes that are not UTF-8 leave their text out; the reference ends with an error of its JSON library.
    let append = |text: &[u8], json: &mut Vec<u8>| {
        let _ = json_text::append_string(text, json);
    };
    let mut json = b"{".to_vec();
    for (index, (name, value)) in attributes.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        append(name, &mut json);
        json.push(b':');
        match value {
            InputValue::Text(text) => append(text, &mut json),
            InputValue::Int(number) => json.extend_from_slice(number.to_string().as_bytes()),
            InputValue::Bool(value) => json.extend_from_slice(value.to_string().as_bytes()),
        }
    }
    json.push(b'}');
    json
}

/// Reads the location of a Git repository, which may be a path or `user@host:path`.
///
/// # Errors
/// A message in the words of the reference.
#[inline]
pub(crate) fn git_url(text: &[u8], ignored: &mut Ignored) -> Result<Url> {
    let colon = text.iter().rposition(|&byte| byte == b':');
    if !text.starts_with(b"/")
        && let Some(colon) = colon
        && let Some(at) = text[..colon].iter().position(|&byte| byte == b'@')
        && !text[..at].contains(&b'/')
    {
        let ssh = [b"ssh://", &text[..colon], b"/", &text[colon + 1..]].concat();
        return Ok(Url::parse(&ssh, false, ignored)?);
    }
    if matches!(text, b"" | b"file:") {
        return Ok(Url::parse(b"file:/", false, ignored)?);
    }
    if text.starts_with(b"file:") || text.windows(3).any(|three| three == b"://") {
        return Ok(Url::parse(text, false, ignored)?);
    }
    let first_part = text.split(|&byte| byte == b'/').next().unwrap_or_default();
    if !first_part.contains(&b':') {
        return Ok(Url {
            scheme: b"file".to_vec(),
            authority: text.starts_with(b"/").then(Default::default),
            path: segments(text),
            ..Url::default()
        });
    }
    Err(InputError::bad_url(&[
        b"SCP-like URL '",
        text,
        b"' is not supported; use SSH URL syntax instead (ssh://...)",
    ]))
}

/// The hash of a commit in hexadecimal digits.
#[inline]
pub(crate) fn is_revision(text: &[u8]) -> bool {
    text.len() == 40 && text.iter().all(u8::is_ascii_hexdigit)
}

/// What names a flake in a registry.
#[inline]
pub(crate) fn is_flake_id(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_alphabetic)
        && text
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

/// What may be a branch, tag or commit of a flake, by its letters alone.
#[inline]
pub(crate) fn is_version(text: &[u8]) -> bool {
    text.first()
        .is_some_and(|&byte| byte.is_ascii_alphanumeric() || byte == b'@')
        && text
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || b"_./@+-".contains(&byte))
}

/// Tells whether Git takes a text for the name of a branch or tag (`git check-ref-format`).
#[inline]
fn is_ref_name(name: &[u8]) -> bool {
    let is_segment = |segment: &[u8]| {
        !segment.is_empty() && !segment.starts_with(b".") && !segment.ends_with(b".lock")
    };
    let is_pair_of = |pair: &'static [u8]| name.windows(2).any(|found| found == pair);
    let is_allowed = |&byte: &u8| byte > b' ' && !b"~^:\\?[*".contains(&byte);
    name != b"@"
        && !name.starts_with(b"-")
        && !name.ends_with(b".")
        && name.split(|&byte| byte == b'/').all(is_segment)
        && name.iter().all(is_allowed)
        && !is_pair_of(b"..")
        && !is_pair_of(b"@{")
}
