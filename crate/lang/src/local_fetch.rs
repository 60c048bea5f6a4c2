//! What fetchers find at URLs of the scheme `file`: files of the same machine, and archives, which are unpacked in memory.

use crate::error::{ErrorKind, EvalError, Result};
use crate::fetching::while_fetching;
use crate::files::{FileKind, Files as _, canonical};
use crate::input::{Input, Scheme};
use crate::machine::{Machine, Message};
use crate::source::Pos;
use crate::value::Value;
use drvlab_archive::{Entries, Format, Limits, Problem};
use drvlab_store::file_tree::FileTree;
use drvlab_store::url::{Ignored, Url, percent_decoded};
use drvlab_store::{ContentAddressMethod, Hash, HashAlgorithm, HashFormat, nar};
use std::rc::Rc;

/// What has been fetched.
pub(crate) struct Fetched {
    /// Where it can be read.
    place: Rc<[u8]>,
    tree: FileTree,
    /// When it was changed last, in seconds since 1970, if that is known.
    modified: Option<u64>,
}

/// Makes the error for what has another hash than was said: programs of the reference end with a status of their own.
#[cold]
pub(crate) fn hash_mismatch(message: &[&[u8]]) -> Box<EvalError> {
    EvalError::new(ErrorKind::HashMismatch, message.concat(), Pos::NONE)
}

/// Returns the path that a URL of the scheme `file` names as libcurl reads it, or what it says of one that it does not take; `None` for
/// another scheme.
#[inline]
fn downloaded_path(url: &[u8]) -> Option<std::result::Result<Vec<u8>, &'static str>> {
    const SCHEME: &[u8] = b"file:";
    let (scheme, rest) = url.split_at_checked(SCHEME.len())?;
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return None;
    }
    let path = match rest.strip_prefix(b"//") {
        Some(rest) => {
            let hosts = [b"".as_slice(), b"localhost", b"127.0.0.1"];
            let host = rest.split(|&byte| byte == b'/').next().unwrap_or_default();
            hosts.contains(&host).then(|| &rest[host.len()..])
        }
        None => Some(rest),
    };
    let Some(path) = path.filter(|path| path.starts_with(b"/")) else {
        return Some(Err("URL rejected: Bad file:// URL"));
    };
    let path = path.split(|byte| b"?#".contains(byte));
    let path = path.into_iter().next().unwrap_or_default();
    if path.contains(&b' ') {
        return Some(Err("URL rejected: Bad path"));
    }
    let path = percent_decoded(path).unwrap_or_else(|_| path.to_vec());
    if path.contains(&0) {
        return Some(Err(""));
    }
    Some(Ok(path))
}

#[cold]
fn not_downloaded(url: &[u8], reason: &[&[u8]]) -> Box<EvalError> {
    let message = [
        b"unable to download '".as_slice(),
        url,
        b"': ",
        &reason.concat(),
    ];
    EvalError::other(message.concat(), Pos::NONE)
}

impl Machine {
    /// Reads the file at a URL; `None` if that is not on this machine.
    ///
    /// # Errors
    /// When there is none.
    #[inline]
    pub(crate) fn fetch_file(&mut self, url: &[u8]) -> Result<Option<Fetched>> {
        let path = match downloaded_path(url) {
            None => return Ok(None),
            Some(Ok(path)) => path,
            Some(Err(reason)) => {
                const WRONG: &[u8] = b"URL using bad/illegal format or missing URL (3) ";
                return Err(not_downloaded(url, &[WRONG, reason.as_bytes()]));
            }
        };
        let found = canonical(&path);
        let read = self.with_all_files(|m| match m.kind_at(&found) {
            Some(FileKind::Regular { .. }) if !path.ends_with(b"/") => {
                let place = m.resolve_links(&found, true, Pos::NONE)?;
                let contents = m.read_file(&found, Pos::NONE)?;
                Ok(Some((place, contents)))
            }
            Some(FileKind::Directory) => Err(not_downloaded(url, &[b"it is a directory"])),
            _ => Ok(None),
        });
        let Some((place, contents)) = read? else {
            let reason = b"Could not read a file:// file (37) Could not open file ";
            return Err(not_downloaded(url, &[reason, &path]));
        };
        Ok(Some(Fetched {
            place: place.into(),
            tree: FileTree::file(contents),
            modified: None,
        }))
    }

    /// Unpacks the archive at a URL; `None` if that is not on this machine. Messages call it `shown`, or else by its URL.
    ///
    /// # Errors
    /// When there is none, or nothing that can be unpacked.
    #[inline]
    pub(crate) fn fetch_archive(
        &mut self,
        url: &[u8],
        shown: Option<&[u8]>,
    ) -> Result<Option<Fetched>> {
        let url = Url::parse(url, false, &mut Ignored::new());
        let url = url.map_err(|error| EvalError::other(error.0, Pos::NONE))?;
        if !url.scheme.eq_ignore_ascii_case(b"file") {
            return Ok(None);
        }
        let rendered = url.render();
        let shown = shown.unwrap_or(&rendered);
        let fetched = self.unpack_archive(&url, &rendered);
        fetched
            .map(Some)
            .map_err(|error| while_fetching(shown, error))
    }

    #[inline]
    fn unpack_archive(&mut self, url: &Url, rendered: &[u8]) -> Result<Fetched> {
        let path = url.file_path();
        let path = path.map_err(|error| EvalError::other(error.0, Pos::NONE))?;
        if !path.starts_with(b"/") {
            let message = [
                b"tarball '".as_slice(),
                rendered,
                b"' must use an absolute path. The 'file' scheme does not support relative paths.",
            ];
            return Err(EvalError::other(message.concat(), Pos::NONE));
        }
        let found = canonical(&path);
        let archive = self.with_all_files(|m| match m.kind_at(&found) {
            Some(FileKind::Regular { .. }) if !path.ends_with(b"/") => {
                m.read_file(&found, Pos::NONE)
            }
            kind => {
                let what: &[u8] = match kind {
                    Some(FileKind::Directory) => b"\" is a directory, not a file.",
                    _ => b"\" does not exist.",
                };
                let message = [b"tarball \"", path.as_slice(), what];
                Err(EvalError::other(message.concat(), Pos::NONE))
            }
        })?;
        if self.store.unpacked.insert(rendered.into()) {
            self.say(Message::Unpacking(rendered.into()))?;
        }
        let entries = self.entries(&archive)?;
        let hash = Hash::of(HashAlgorithm::Sha256, &archive);
        let place = self.files.unpack(&entries, &hash);
        let tree = self.with_all_files(|m| m.read_tree(&place, Pos::NONE, None))?;
        Ok(Fetched {
            place,
            tree,
            modified: entries.modified(),
        })
    }

    /// Reads an archive as the reference does, to which a file without contents is one.
    #[inline]
    fn entries(&self, archive: &Rc<[u8]>) -> Result<Entries> {
        if archive.is_empty() {
            return Ok(Entries::default());
        }
        let usual = Limits::default();
        // While it is unpacked, it is there up to four times.
        let limits = Limits {
            bytes: usual.bytes.min(self.heap.room() / 4),
            ..usual
        };
        let unpacked = match drvlab_archive::format(archive) {
            None => self.files.decompressed(archive, limits.bytes),
            Some(_) => None,
        };
        let entries = match unpacked {
            Some(unpacked) => drvlab_archive::read(unpacked, &limits),
            None => drvlab_archive::read(&**archive, &limits),
        };
        entries.map_err(|error| {
            let reason = match error.problem {
                Problem::UnknownFormat | Problem::NotATarInside => {
                    "Unrecognized archive format".to_owned()
                }
                Problem::CutOff if drvlab_archive::format(archive) == Some(Format::Gzip) => {
                    "truncated gzip input".to_owned()
                }
                _ => error.to_string(),
            };
            let message = format!("Failed to open archive ({reason})");
            EvalError::other(message, Pos::NONE)
        })
    }

    /// Puts what was fetched into the store, and returns its path as a string.
    ///
    /// # Errors
    /// When it has not the hash that is `expected`.
    #[inline]
    pub(crate) fn add_download(
        &mut self,
        url: &[u8],
        name: &[u8],
        method: ContentAddressMethod,
        expected: Option<Hash>,
        fetched: &Fetched,
    ) -> Result<Value> {
        let hash = match (method, &fetched.tree) {
            (ContentAddressMethod::Flat, FileTree::File { contents, .. }) => {
                Hash::of(HashAlgorithm::Sha256, contents)
            }
            _ => nar::hash(&fetched.tree, HashAlgorithm::Sha256),
        };
        if let Some(expected) = expected.filter(|&expected| expected != hash) {
            let [expected, found] =
                [expected, hash].map(|hash| hash.render_prefixed(HashFormat::Nix32));
            return Err(hash_mismatch(&[
                b"hash mismatch in file downloaded from '",
                url,
                b"':\n  specified: ",
                expected.as_bytes(),
                b"\n  got:       ",
                found.as_bytes(),
            ]));
        }
        self.add_fetched(name, method, hash, fetched)
    }

    #[inline]
    fn add_fetched(
        &mut self,
        name: &[u8],
        method: ContentAddressMethod,
        hash: Hash,
        fetched: &Fetched,
    ) -> Result<Value> {
        let object = self.fixed_object(name, method, hash)?;
        let value = self.store_path_string(&object);
        if matches!(fetched.tree, FileTree::File { .. }) {
            self.store.not_executable.insert(object.clone());
        }
        let place = Rc::clone(&fetched.place);
        self.store.sources.entry(object).or_insert(place);
        Ok(value)
    }

    /// Tells whether the evaluation has put something with a hash into the store under a name.
    #[inline]
    pub(crate) fn has_object(&self, name: &[u8], method: ContentAddressMethod, hash: Hash) -> bool {
        let object = self.fixed_object(name, method, hash);
        object.is_ok_and(|object| self.store.sources.contains_key(&object))
    }

    /// Returns the tree of an input that is a file or an archive of this machine; `None` for any other, and for one that is locked and in the
    /// store already.
    ///
    /// # Errors
    /// When there is none, or one with another hash than the input has.
    #[inline]
    pub(crate) fn local_tree(&mut self, input: &Input, shown: &[u8]) -> Result<Option<Value>> {
        let wrong = |error| crate::fetching::input_error(error);
        let url = input.required("url").map_err(wrong)?.to_vec();
        let name = input.text("name").map_err(wrong)?.unwrap_or(b"source");
        let expected = input.nar_hash().map_err(wrong)?;
        let given = input.int("lastModified").map_err(wrong)?;
        let is_final = input.flag("__final").map_err(wrong)?;
        let is_local = downloaded_path(&url).is_some();
        if let Some(hash) = expected.filter(|_| is_final && is_local)
            && self.has_object(name, ContentAddressMethod::Nar, hash)
        {
            return Ok(None);
        }
        let fetched = match input.scheme {
            Some(Scheme::File) => self
                .fetch_file(&url)
                .map_err(|error| while_fetching(shown, error))?,
            Some(Scheme::Tarball) => self.fetch_archive(&url, Some(shown))?,
            _ => None,
        };
        let Some(fetched) = fetched else {
            return Ok(None);
        };
        let hash = nar::hash(&fetched.tree, HashAlgorithm::Sha256);
        if let Some(expected) = expected.filter(|&expected| expected != hash) {
            let error = if is_final {
                input.field_mismatch("narHash", &hash.render_prefixed(HashFormat::Sri))
            } else {
                crate::fetching::nar_hash_mismatch(shown, &expected, &hash)
            };
            return Err(while_fetching(shown, error));
        }
        let out_path = self.add_fetched(name, ContentAddressMethod::Nar, hash, &fetched)?;
        let modified = given.or(fetched.modified);
        self.tree_value(input, out_path, hash, modified).map(Some)
    }

    /// Does something while all files can be read, also in pure and restricted mode: whether a URL can be fetched has been asked before.
    #[inline]
    fn with_all_files<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        self.allowed.push(b"/".to_vec());
        let result = act(self);
        self.allowed.pop();
        result
    }
}
