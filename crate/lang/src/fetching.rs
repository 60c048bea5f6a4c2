//! What can be known of fetched files without fetching: their store path, if a hash is given.

use crate::error::{EvalError, Result};
use crate::files::Files as _;
use crate::input::{Input, InputError, InputValue, Scheme};
use crate::machine::Machine;
use crate::number::Number;
use crate::source::Pos;
use crate::value::{Tag, Value};
use drvlab_store::url::{Ignored, percent_decoded};
use drvlab_store::{
    ContentAddress, ContentAddressMethod, Hash, HashAlgorithm, HashFormat, StorePath,
};
use std::rc::Rc;

/// The error for what needs an experimental feature that is not on.
#[inline]
pub(crate) fn feature_disabled(feature: &str) -> String {
    format!(
        "experimental Nix feature '{feature}' is disabled; add '--extra-experimental-features {feature}' to enable it"
    )
}

/// Turns an error of an input into one of the evaluator.
#[inline]
pub(crate) fn input_error(error: InputError) -> Box<EvalError> {
    EvalError::other(error.message(), Pos::NONE)
}

/// Says which input the evaluator was fetching.
#[inline]
pub(crate) fn while_fetching(url: &[u8], error: Box<EvalError>) -> Box<EvalError> {
    let what = [b"while fetching the input '".as_slice(), url, b"'"].concat();
    error.traced(what, Pos::NONE)
}

/// Makes the error for an input that has another hash than was said.
#[cold]
pub(crate) fn nar_hash_mismatch(url: &[u8], expected: &Hash, found: &Hash) -> Box<EvalError> {
    let [expected, found] = [expected, found].map(|hash| hash.render_prefixed(HashFormat::Sri));
    crate::local_fetch::hash_mismatch(&[
        b"NAR hash mismatch in input '",
        url,
        b"', expected '",
        expected.as_bytes(),
        b"' but got '",
        found.as_bytes(),
        b"'",
    ])
}

impl Machine {
    /// Warns of parameters of URLs that have no value.
    #[inline]
    pub(crate) fn warn_of_ignored(&mut self, ignored: Ignored) -> Result<()> {
        for name in ignored {
            let message = [
                b"dubious URI query '".as_slice(),
                &name,
                b"' is missing equal sign '=', ignoring",
            ];
            self.warn(message.concat())?;
        }
        Ok(())
    }

    /// Returns the set that describes a fetched tree.
    ///
    /// # Errors
    /// When the hash is not given or wrong, or when the description is not complete.
    #[inline]
    pub(crate) fn fetched_tree(
        &mut self,
        input: &Input,
        is_locked: bool,
        ignored: &mut Ignored,
    ) -> Result<Value> {
        if input.scheme == Some(Scheme::Indirect) {
            let id = input.required("id").map_err(input_error)?;
            return Err(no_network(&[b"flake:", id].concat(), "narHash"));
        }
        let url = input.to_url(ignored).map_err(input_error)?.render();
        if !is_locked && input.flag("__final").map_err(input_error)? {
            let message = [
                b"input '".as_slice(),
                &url,
                b"' is not allowed to use the '__final' attribute",
            ];
            return Err(EvalError::other(message.concat(), Pos::NONE));
        }
        if input.scheme == Some(Scheme::Path) {
            return self.tree_at_path(input, &url);
        }
        if matches!(input.scheme, Some(Scheme::File | Scheme::Tarball))
            && let Some(tree) = self.local_tree(input, &url)?
        {
            return Ok(tree);
        }
        let hash = match input.nar_hash() {
            Ok(Some(hash)) => hash,
            _ => return Err(self.not_fetched(input, &url)?),
        };
        let name = input.text("name").map_err(input_error)?;
        let name = name.unwrap_or(b"source");
        let object = self.fixed_object(name, ContentAddressMethod::Nar, hash)?;
        let out_path = self.store_path_string(&object);
        let modified = input.int("lastModified").map_err(input_error)?;
        self.tree_value(input, out_path, hash, modified)
    }

    /// Returns the store path of contents with a hash that refer to nothing.
    ///
    /// # Errors
    /// When the name is none of a store path.
    #[inline]
    pub(crate) fn fixed_object(
        &self,
        name: &[u8],
        method: ContentAddressMethod,
        hash: Hash,
    ) -> Result<StorePath> {
        let path = ContentAddress { method, hash }.path(&self.store.dir, name);
        path.map_err(|error| EvalError::other(error.message(), Pos::NONE))
    }

    /// The error for a tree without a known hash. A repository on the same machine is looked for, but its database is not read.
    #[inline]
    fn not_fetched(&self, input: &Input, url: &[u8]) -> Result<Box<EvalError>> {
        let location = input.text("url").map_err(input_error)?.unwrap_or_default();
        let path = location.strip_prefix(b"file:");
        let path = path.map(|path| path.strip_prefix(b"//").unwrap_or(path));
        match path.and_then(|path| percent_decoded(path).ok()) {
            Some(path)
                if input.scheme == Some(Scheme::Git)
                    && path.starts_with(b"/")
                    && !self.path_exists(&crate::files::canonical(&path), false) =>
            {
                let message = [
                    b"Git repository \"".as_slice(),
                    &path,
                    b"\" does not exist.",
                ];
                let error = EvalError::other(message.concat(), Pos::NONE);
                Ok(while_fetching(url, error))
            }
            Some(path) if input.scheme == Some(Scheme::Git) => {
                let message = [
                    b"cannot read the Git repository '".as_slice(),
                    &path,
                    b"': which files are in a commit, and which commit it is, only Git's database tells, which this evaluator does not read",
                ];
                let error = EvalError::other(message.concat(), Pos::NONE);
                Ok(while_fetching(url, error).hint(
                    "Give the attribute 'narHash', or take all files as they are: fetchTree { type = \"path\"; path = ...; }",
                ))
            }
            _ => Ok(no_network(url, "narHash")),
        }
    }

    /// Returns an evaluated integer or string as the attribute of an input that it is.
    pub(crate) fn input_value(&self, value: Value) -> Option<InputValue> {
        match self.number(value) {
            Some(Number::Int(number)) => Some(InputValue::Int(number as u64)),
            _ if value.tag() == Tag::String => Some(InputValue::Text(self.bytes(value).to_vec())),
            _ => None,
        }
    }

    /// A tree that is there already: it is copied to the store under the name `source`.
    #[inline]
    fn tree_at_path(&mut self, input: &Input, url: &[u8]) -> Result<Value> {
        let path = input.required("path").map_err(input_error)?;
        if !path.starts_with(b"/") {
            let message = [
                b"cannot fetch input '".as_slice(),
                url,
                b"' because it uses a relative path",
            ];
            let error = EvalError::other(message.concat(), Pos::NONE);
            return Err(while_fetching(url, error));
        }
        let path = crate::files::canonical(path);
        // Whatever else may be read, what is fetched can be.
        self.allowed.push(path.clone());
        let tree = self.tree_at(input, url, path);
        self.allowed.pop();
        tree
    }

    #[inline]
    fn tree_at(&mut self, input: &Input, url: &[u8], path: Vec<u8>) -> Result<Value> {
        let fetching = |error: Box<EvalError>| while_fetching(url, error);
        let wrong = |error: InputError| fetching(input_error(error));
        if !self.path_exists(&path, false) {
            // The reference looks for the path below its root, which ends with a slash itself.
            let rooted = [b"/", path.as_slice()].concat();
            let message = [b"path '", rooted.as_slice(), b"' does not exist"].concat();
            return Err(fetching(EvalError::other(message, Pos::NONE)));
        }
        let contents = self.read_tree(&path, Pos::NONE, None).map_err(fetching)?;
        let hash = drvlab_store::nar::hash(&contents, HashAlgorithm::Sha256);
        input.rev().map_err(wrong)?;
        let expected = input.nar_hash().map_err(wrong)?;
        let object = self.add_source(b"source", &contents, Pos::NONE)?;
        if let Some(expected) = expected.filter(|&expected| expected != hash) {
            // The reference has the two the wrong way round here.
            return Err(nar_hash_mismatch(url, &hash, &expected));
        }
        let out_path = self.store_path_string(&object);
        let modified = match input.int("lastModified").map_err(input_error)? {
            None => self.last_modified(&path),
            given => given,
        };
        self.store
            .sources
            .entry(object)
            .or_insert_with(|| Rc::from(path));
        self.tree_value(input, out_path, hash, modified)
    }

    /// When something at or below a path was changed last, in seconds since 1970, as far as that is known.
    #[inline]
    fn last_modified(&self, path: &[u8]) -> Option<u64> {
        let mut last = None;
        let mut open = vec![path.to_vec()];
        while let Some(path) = open.pop() {
            last = last.max(self.files.modified(&path));
            if let Ok(Some(crate::files::FileKind::Directory)) = self.files.kind(&path) {
                let entries = self.files.read_dir(&path).unwrap_or_default();
                open.extend(
                    entries
                        .iter()
                        .map(|(name, _)| crate::loading::join(&path, name)),
                );
            }
        }
        last
    }

    #[inline]
    pub(crate) fn tree_value(
        &mut self,
        input: &Input,
        out_path: Value,
        hash: Hash,
        modified: Option<u64>,
    ) -> Result<Value> {
        let hash = self.string(hash.render_prefixed(HashFormat::Sri).as_bytes());
        let mut attributes = vec![("outPath", out_path), ("narHash", hash)];
        if let Some(rev) = input.rev().map_err(input_error)? {
            let short = self.string(&rev[..rev.len().min(7)]);
            attributes.extend([("rev", self.string(&rev)), ("shortRev", short)]);
        }
        for name in ["dirtyRev", "dirtyShortRev"] {
            if let Some(rev) = input.text(name).map_err(input_error)? {
                attributes.push((name, self.string(rev)));
            }
        }
        if let Some(count) = input.int("revCount").map_err(input_error)? {
            attributes.push(("revCount", self.heap.int(count as i64)));
        }
        if let Some(seconds) = modified {
            let date = self.string(date(seconds).as_bytes());
            attributes.push(("lastModified", self.heap.int(seconds as i64)));
            attributes.push(("lastModifiedDate", date));
        }
        if input.scheme == Some(Scheme::Git) {
            let submodules = input.flag("submodules").map_err(input_error)?;
            attributes.push(("submodules", Value::bool(submodules)));
        }
        let named = attributes
            .into_iter()
            .map(|(name, value)| (self.symbols.intern(name.as_bytes()), value, Pos::NONE))
            .collect();
        Ok(self.heap.attrs_from(named))
    }
}

/// A time in seconds since 1970 as `YYYYMMDDhhmmss` in UTC.
#[inline]
fn date(seconds: u64) -> String {
    let (mut days, second) = (seconds / 86_400, seconds % 86_400);
    // Days since the first of March of the year 0, so that the day that leap years add is the last of a year.
    days += 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
}

/// The last part of a URL, which names what is fetched.
#[inline]
pub(crate) fn base_name(url: &[u8]) -> Vec<u8> {
    let end = url.iter().rposition(|&byte| byte != b'/');
    let url = &url[..end.map_or(0, |end| end + 1)];
    url.rsplit(|&byte| byte == b'/')
        .next()
        .unwrap_or_default()
        .to_vec()
}

/// Makes the error for a file that would have to be downloaded.
#[inline]
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

/// Makes the error for a flake that is not on this machine.
#[inline]
pub(crate) fn no_flake(reference: &[u8], pos: Pos) -> Box<EvalError> {
    let message = [
        b"cannot fetch the flake '".as_slice(),
        reference,
        b"': this evaluator has no network; only flakes of this machine can be evaluated",
    ];
    EvalError::other(message.concat(), pos)
}

/// Makes the error for a URL whose last part, or a name that, cannot be the name of a store object.
#[inline]
pub(crate) fn invalid_name(
    url: &[u8],
    reason: &[u8],
    who: &str,
    is_set: bool,
    is_named: bool,
) -> Box<EvalError> {
    let advice = match (is_set, is_named) {
        (_, true) => format!("Please change the value for the 'name' attribute passed to '{who}'"),
        (true, false) => format!("Please add a valid 'name' attribute to the argument for '{who}'"),
        (false, false) => {
            // The reference has two spaces behind this one.
            format!("Please pass an attribute set with 'url' and 'name' attributes to '{who}', ")
        }
    };
    let message = [
        b"invalid store path name when fetching URL '".as_slice(),
        url,
        b"': ",
        reason,
        b". ",
        advice.as_bytes(),
        if is_set || is_named { b"," } else { b"" },
        b" so that it can create a valid store path.",
    ];
    EvalError::other(message.concat(), Pos::NONE)
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn dates() {
        for (seconds, expected) in [
            (0, "19700101000000"),
            (951_827_696, "20000229123456"),
            (1_795_393_179, "20261123001939"),
            (4_102_444_799, "20991231235959"),
        ] {
            assert_eq!(date(seconds), expected);
        }
    }
}
