//! What can be known of fetched files without fetching: their store path, if a hash is given.

use crate::error::{EvalError, Result};
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::Value;
use drvlab_store::{ContentAddress, ContentAddressMethod, Hash, HashAlgorithm, HashFormat};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The value of an attribute that describes what to fetch.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum InputValue {
    Text(Vec<u8>),
    Int(i64),
    Bool(bool),
}

/// What to fetch, as `fetchTree` describes it.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    is_git: bool,
    attributes: BTreeMap<Vec<u8>, InputValue>,
}

impl Tree {
    /// Starts a description; `kind` is its type if the builtin determines that.
    pub fn new(kind: Option<&str>) -> Self {
        let mut attributes = BTreeMap::new();
        if let Some(kind) = kind {
            attributes.insert(b"type".to_vec(), InputValue::Text(kind.into()));
        }
        Tree {
            is_git: kind == Some("git"),
            attributes,
        }
    }

    /// Sets an attribute.
    ///
    /// # Errors
    /// When the builtin takes no such attribute.
    pub fn set(&mut self, name: Vec<u8>, value: InputValue, who: &str) -> Result<()> {
        // The name of the store object is always `source`; `fetchGit` takes a `name` for the sake of old programs.
        if name == b"name" && !self.is_git {
            let message = format!("argument 'name' isn’t supported in call to '{who}'");
            return Err(EvalError::other(message, Pos::NONE));
        }
        self.attributes.insert(name, value);
        Ok(())
    }

    /// Takes the parts of a URL: the parameters behind its question mark are attributes.
    pub fn set_url(&mut self, url: &[u8]) {
        let (url, query) = match url.iter().position(|&byte| byte == b'?') {
            Some(at) if !self.is_git => (&url[..at], &url[at + 1..]),
            _ => (url, &[][..]),
        };
        self.attributes
            .insert(b"url".to_vec(), InputValue::Text(url.to_vec()));
        for parameter in query.split(|&byte| byte == b'&') {
            if let Some(at) = parameter.iter().position(|&byte| byte == b'=') {
                let value = percent_decoded(&parameter[at + 1..]);
                self.attributes
                    .insert(parameter[..at].to_vec(), InputValue::Text(value));
            }
        }
    }

    fn text(&self, name: &str) -> Option<&[u8]> {
        match self.attributes.get(name.as_bytes()) {
            Some(InputValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Returns the first attribute that inputs of this type do not have (`allowedAttrs` of `libfetchers`).
    fn unsupported_attribute(&self, kind: &[u8]) -> Option<&[u8]> {
        let allowed = match kind {
            b"git" => {
                "url ref rev shallow submodules lfs exportIgnore lastModified revCount narHash allRefs name dirtyRev dirtyShortRev \
                 verifyCommit keytype publicKey publicKeys"
            }
            b"path" => "path rev revCount lastModified narHash",
            b"tarball" | b"file" => "url narHash name unpack rev revCount lastModified",
            _ => return None,
        };
        let mut names = self.attributes.keys().map(Vec::as_slice);
        names.find(|&name| {
            name != b"type" && !allowed.split(' ').any(|other| other.as_bytes() == name)
        })
    }

    fn int(&self, name: &str) -> Option<i64> {
        match self.attributes.get(name.as_bytes()) {
            Some(InputValue::Int(number)) => Some(*number),
            _ => None,
        }
    }
}

/// Replaces `%XX` by the bytes they stand for.
pub(crate) fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        let digits = tail
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(code) if byte == b'%' => {
                decoded.push(code);
                rest = &tail[2..];
            }
            _ => {
                decoded.push(byte);
                rest = tail;
            }
        }
    }
    decoded
}

impl Machine {
    /// Returns the set that describes a fetched tree.
    ///
    /// # Errors
    /// When the hash is not given or wrong, or when the description is not complete.
    pub(crate) fn fetched_tree(&mut self, tree: &Tree) -> Result<Value> {
        let wrong = |message: String| EvalError::other(message, Pos::NONE);
        let kind = tree.text("type").unwrap_or_default();
        if let Some(name) = tree.unsupported_attribute(kind) {
            let message = [
                b"input attribute '".as_slice(),
                name,
                b"' not supported by scheme '",
                kind,
                b"'",
            ];
            return Err(EvalError::other(message.concat(), Pos::NONE));
        }
        if kind == b"path" {
            return self.tree_at_path(tree);
        }
        let needs_url = matches!(kind, b"git" | b"hg" | b"tarball" | b"file");
        if needs_url && !tree.attributes.contains_key(b"url".as_slice()) {
            return Err(wrong("input attribute 'url' is missing".into()));
        }
        if let Some(rev) = tree.text("rev") {
            Hash::parse_any(rev, Some(HashAlgorithm::Sha1))
                .map_err(|error| wrong(error.to_string()))?;
        }
        let described = match (
            tree.text("url"),
            tree.text("owner"),
            tree.text("repo"),
            tree.text("id"),
        ) {
            (Some(url), ..) => url.to_vec(),
            (_, Some(owner), Some(repo), _) => [kind, b":", owner, b"/", repo].concat(),
            (.., Some(id)) => [b"flake:", id].concat(),
            _ => {
                return Err(wrong(format!(
                    "cannot fetch an input of the type '{}'",
                    String::from_utf8_lossy(kind)
                )));
            }
        };
        let Some(hash) = tree.text("narHash") else {
            return Err(no_network(&described, "narHash"));
        };
        let hash = Hash::parse_any(hash, Some(HashAlgorithm::Sha256))
            .map_err(|error| wrong(error.to_string()))?;
        let name = tree.text("name").unwrap_or(b"source");
        let address = ContentAddress {
            method: ContentAddressMethod::Nar,
            hash,
        };
        let path = address
            .path(&self.store.dir, name)
            .map_err(|error| wrong(error.to_string()))?;
        let out_path = self.store_path_string(&path);
        Ok(self.tree_value(tree, out_path, hash))
    }

    /// A tree that is there already: it is copied to the store under the name `source`.
    fn tree_at_path(&mut self, tree: &Tree) -> Result<Value> {
        let Some(path) = tree.text("path") else {
            return Err(EvalError::other(
                "input attribute 'path' is missing",
                Pos::NONE,
            ));
        };
        let path = crate::files::canonical(path);
        let contents = self.read_tree(&path, Pos::NONE, None)?;
        let hash = drvlab_store::nar::hash(&contents, HashAlgorithm::Sha256);
        let object = self.add_source(b"source", &contents, Pos::NONE)?;
        let out_path = self.store_path_string(&object);
        self.store
            .sources
            .entry(object)
            .or_insert_with(|| Rc::from(path));
        Ok(self.tree_value(tree, out_path, hash))
    }

    fn tree_value(&mut self, tree: &Tree, out_path: Value, hash: Hash) -> Value {
        let hash = self.string(hash.render_prefixed(HashFormat::Sri).as_bytes());
        let mut attributes = vec![("outPath", out_path), ("narHash", hash)];
        if let Some(rev) = tree.text("rev") {
            let short = self.string(&rev[..rev.len().min(7)]);
            attributes.extend([("rev", self.string(rev)), ("shortRev", short)]);
        }
        for name in ["lastModified", "revCount"] {
            if let Some(number) = tree.int(name) {
                attributes.push((name, self.heap.int(number)));
            }
        }
        if tree.is_git {
            attributes.push((
                "submodules",
                Value::bool(
                    tree.attributes.get(b"submodules".as_slice()) == Some(&InputValue::Bool(true)),
                ),
            ));
        }
        let named = attributes
            .into_iter()
            .map(|(name, value)| (self.symbols.intern(name.as_bytes()), value, Pos::NONE))
            .collect();
        self.heap.attrs_from(named)
    }
}

/// The last part of a URL, which names what is fetched.
pub(crate) fn base_name(url: &[u8]) -> Vec<u8> {
    let url = url.strip_suffix(b"/").unwrap_or(url);
    url.rsplit(|&byte| byte == b'/')
        .next()
        .unwrap_or_default()
        .to_vec()
}

/// Makes the error for a file that would have to be downloaded.
pub(crate) fn no_network(url: &[u8], attribute: &str) -> Box<EvalError> {
    let message = [
        b"cannot download '".as_slice(),
        url,
        b"': this evaluator has no network",
    ]
    .concat();
    EvalError::other(message, Pos::NONE).hint(format!(
        "Give the attribute '{attribute}': the store path follows from the hash alone"
    ))
}

/// Makes the error for a URL whose last part, or a name that, cannot be the name of a store object.
pub(crate) fn invalid_name(
    url: &[u8],
    reason: &str,
    who: &str,
    is_set: bool,
    is_named: bool,
) -> Box<EvalError> {
    let advice = match (is_set, is_named) {
        (_, true) => format!("Please change the value for the 'name' attribute passed to '{who}'"),
        (true, false) => format!("Please add a valid 'name' attribute to the argument for '{who}'"),
        (false, false) => {
            format!("Please pass an attribute set with 'url' and 'name' attributes to '{who}'")
        }
    };
    let message = [
        b"invalid store path name when fetching URL '".as_slice(),
        url,
        b"': ",
        reason.as_bytes(),
        b". ",
        advice.as_bytes(),
        b", so that it can create a valid store path.",
    ];
    EvalError::other(message.concat(), Pos::NONE)
}
