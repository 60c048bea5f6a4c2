//! From a path to code, and from a path to a store object.

use crate::error::{ErrorKind, EvalError, Result};
use crate::files::{FileError, FileKind, canonical, parent};
use crate::ir::Root;
use crate::machine::{Machine, Message, ParsedFile};
use crate::source::{Origin, Pos};
use crate::symbol::Symbol;
use crate::syntax;
use crate::value::Value;
use drvlab_store::file_tree::FileTree;
use drvlab_store::{HashAlgorithm, StorePath, nar};
use std::collections::BTreeSet;
use std::rc::Rc;

/// More symbolic links than this in one path are taken for a cycle.
const MAX_LINKS: usize = 64;

/// A tree deeper than this is not copied to the store.
const MAX_TREE_DEPTH: usize = 1000;

/// The paths below a directory that are copied to the store with it.
pub(crate) type Kept = BTreeSet<Vec<u8>>;

impl Machine {
    /// Parses a file, or returns what came out last time if the text is still the same.
    pub(crate) fn parse_file(&mut self, path: &Rc<[u8]>, pos: Pos) -> Result<Root> {
        let text = self.read_file(path, pos)?;
        if let Some(parsed) = self.parsed.get(path)
            && parsed.text == text
        {
            return parsed.root.clone().map_err(syntax_error);
        }
        let root = self.parse_text_plainly(Origin::File(path.clone()), text.clone(), parent(path), None);
        self.parsed.insert(path.clone(), ParsedFile { text, root: root.clone() });
        root.map_err(syntax_error)
    }

    /// Parses a text.
    pub(crate) fn parse_text(
        &mut self,
        origin: Origin,
        text: Rc<[u8]>,
        base_dir: &[u8],
        scope: Option<&[Symbol]>,
    ) -> Result<Root> {
        self.parse_text_plainly(origin, text, base_dir, scope).map_err(syntax_error)
    }

    fn parse_text_plainly(
        &mut self,
        origin: Origin,
        text: Rc<[u8]>,
        base_dir: &[u8],
        scope: Option<&[Symbol]>,
    ) -> std::result::Result<Root, Box<crate::diagnostic::Diagnostic>> {
        let base = self.sources.add(origin, text).map_err(|_| {
            Box::new(crate::diagnostic::Diagnostic::error("the source files together are larger than 2 GiB", Pos::NONE))
        })?;
        let mut warnings = Vec::new();
        let root = syntax::parse(syntax::ParseContext {
            ir: &mut self.ir,
            symbols: &mut self.symbols,
            sources: &self.sources,
            base,
            base_dir,
            home: self.settings.home.as_ref().map(|home| home.as_slice()),
            globals: &self.global_indices,
            scope,
            pipe_operators: true,
            warnings: &mut warnings,
        });
        self.messages.extend(warnings.into_iter().map(Message::Diagnostic));
        root
    }

    /// Reads a file, following symbolic links.
    pub(crate) fn read_file(&mut self, path: &[u8], pos: Pos) -> Result<Rc<[u8]>> {
        if let Some(contents) = self.read_store_text(path) {
            return Ok(contents);
        }
        let path = self.resolve_links(path, pos)?;
        self.files.read(&path).map_err(|error| file_error(&path, &error, pos))
    }

    fn read_store_text(&self, path: &[u8]) -> Option<Rc<[u8]>> {
        let path = self.store.dir.parse_path(path).ok()?;
        if let Some(text) = self.store.texts.get(&path) {
            return Some(text.contents.clone());
        }
        let derivation = self.store.derivations.get(&path)?;
        let mut text = Vec::new();
        drvlab_store::aterm::write(derivation, &self.store.dir, drvlab_store::aterm::Mask::None, &mut text);
        Some(text.into())
    }

    /// Maps a path in the store, at or below the copy of a file, to where it was copied from.
    fn original(&self, path: &[u8]) -> Option<Vec<u8>> {
        let (object, rest) = self.store.dir.split_path(path).ok()?;
        let mut original = self.store.sources.get(&object)?.to_vec();
        original.extend_from_slice(rest);
        Some(original)
    }

    /// Replaces symbolic links in a path by what they point to, the last part included.
    pub(crate) fn resolve_links(&self, path: &[u8], pos: Pos) -> Result<Vec<u8>> {
        let mut path = self.original(path).unwrap_or_else(|| path.to_vec());
        let mut links = 0;
        let mut end = 1;
        while end <= path.len() {
            let part_end = path[end..].iter().position(|&byte| byte == b'/').map_or(path.len(), |at| end + at);
            let so_far = &path[..part_end];
            if let Ok(Some(FileKind::Symlink)) = self.files.kind(so_far) {
                links += 1;
                if links > MAX_LINKS {
                    let message = [b"infinite symlink recursion in path '".as_slice(), &path, b"'"].concat();
                    return Err(EvalError::other(message, pos));
                }
                let target = self.files.read_link(so_far).map_err(|error| file_error(so_far, &error, pos))?;
                let mut joined = if target.first() == Some(&b'/') { Vec::new() } else { parent(so_far).to_vec() };
                joined.push(b'/');
                joined.extend_from_slice(&target);
                joined.extend_from_slice(&path[part_end..]);
                path = canonical(&joined);
                end = 1;
                continue;
            }
            end = part_end + 1;
        }
        Ok(path)
    }

    /// Returns the file that `import` of a path reads: the path itself or its `default.nix`.
    pub(crate) fn resolve_import(&self, path: &[u8], pos: Pos) -> Result<Vec<u8>> {
        if self.read_store_text(path).is_some() {
            return Ok(path.to_vec());
        }
        let mut path = self.resolve_links(path, pos)?;
        let kind = self.files.kind(&path).map_err(|error| file_error(&path, &error, pos))?;
        if kind == Some(FileKind::Directory) {
            if path.last() != Some(&b'/') {
                path.push(b'/');
            }
            path.extend_from_slice(b"default.nix");
            return self.resolve_links(&path, pos);
        }
        Ok(path)
    }

    /// Tells whether a path exists; a link to nothing does not.
    pub(crate) fn path_exists(&self, path: &[u8]) -> bool {
        if self.read_store_text(path).is_some() {
            return true;
        }
        let Ok(path) = self.resolve_links(path, Pos::NONE) else { return false };
        matches!(self.files.kind(&path), Ok(Some(_)))
    }

    /// Copies a file or directory to the store under its base name, once, and returns the store path as a string that refers to it.
    pub(crate) fn copy_to_store(&mut self, path: &[u8], pos: Pos) -> Result<Value> {
        // What is in the store already is not copied again.
        if let Ok(object) = self.store.dir.parse_path(path)
            && (self.store.texts.contains_key(&object) || self.store.sources.contains_key(&object))
        {
            return Ok(self.store_path_string(&object));
        }
        if let Some(object) = self.store.copied.get(path).cloned() {
            return Ok(self.store_path_string(&object));
        }
        let name = match path.rsplit(|&byte| byte == b'/').next() {
            Some(b"") | None => return Err(EvalError::other("cannot copy the root directory to the store", pos)),
            Some(name) => name.to_vec(),
        };
        let tree = self.read_tree(path, pos, None)?;
        let object = self.add_source(&name, &tree, pos)?;
        let path: Rc<[u8]> = path.into();
        self.store.copied.insert(path.clone(), object.clone());
        self.store.sources.insert(object.clone(), path);
        Ok(self.store_path_string(&object))
    }

    /// Computes the store path of a file tree as `builtins.path` and path literals give it.
    pub(crate) fn add_source(&self, name: &[u8], tree: &FileTree, pos: Pos) -> Result<StorePath> {
        let hash = nar::hash(tree, HashAlgorithm::Sha256);
        let digest: [u8; 32] = hash.digest().try_into().expect("a SHA-256 digest has 32 bytes");
        self.store
            .dir
            .source_path(&digest, name, [], false)
            .map_err(|error| EvalError::other(error.to_string(), pos))
    }

    /// Reads a file, link or directory with all that is below it, or with those that are `kept`.
    pub(crate) fn read_tree(&mut self, path: &[u8], pos: Pos, kept: Option<&Kept>) -> Result<FileTree> {
        let path = self.original(path).unwrap_or_else(|| path.to_vec());
        let path = match parent(&path) {
            b"/" => path,
            directory => {
                // Links on the way are followed, a link at the end is copied as a link.
                let mut resolved = self.resolve_links(directory, pos)?;
                resolved.extend_from_slice(&path[directory.len()..]);
                resolved
            }
        };
        self.read_subtree(&path, pos, kept, 0)
    }

    fn read_subtree(
        &mut self,
        path: &[u8],
        pos: Pos,
        kept: Option<&Kept>,
        depth: usize,
    ) -> Result<FileTree> {
        self.tick()?;
        let wrong = |error: FileError| file_error(path, &error, pos);
        match self.files.kind(path).map_err(wrong)? {
            None => Err(does_not_exist(path, pos)),
            Some(FileKind::Regular { executable }) => {
                let contents = self.files.read(path).map_err(wrong)?;
                Ok(if executable { FileTree::executable(&*contents) } else { FileTree::file(&*contents) })
            }
            Some(FileKind::Symlink) => Ok(FileTree::symlink(self.files.read_link(path).map_err(wrong)?)),
            Some(FileKind::Unknown) => {
                let message = [b"file '".as_slice(), path, b"' has an unsupported type"].concat();
                Err(EvalError::other(message, pos))
            }
            Some(FileKind::Directory) if depth >= MAX_TREE_DEPTH => {
                let message = [b"directory '".as_slice(), path, b"' is nested too deeply to be copied"].concat();
                Err(EvalError::new(ErrorKind::Limit, message, pos))
            }
            Some(FileKind::Directory) => {
                let mut entries = Vec::new();
                for (name, _) in self.files.read_dir(path).map_err(wrong)? {
                    let mut below = path.to_vec();
                    if below.last() != Some(&b'/') {
                        below.push(b'/');
                    }
                    below.extend_from_slice(&name);
                    if kept.is_none_or(|kept| kept.contains(&below)) {
                        let tree = self.read_subtree(&below, pos, kept, depth + 1)?;
                        entries.push((name, tree));
                    }
                }
                Ok(FileTree::directory(entries))
            }
        }
    }
}

fn syntax_error(diagnostic: Box<crate::diagnostic::Diagnostic>) -> Box<EvalError> {
    Box::new(EvalError { kind: ErrorKind::Other, diagnostic: *diagnostic })
}

/// Makes the error for a path where nothing is.
pub(crate) fn does_not_exist(path: &[u8], pos: Pos) -> Box<EvalError> {
    EvalError::other([b"path '".as_slice(), path, b"' does not exist"].concat(), pos)
}

/// Makes the error for a file that can't be read.
pub(crate) fn file_error(path: &[u8], error: &FileError, pos: Pos) -> Box<EvalError> {
    EvalError::other([b"path '".as_slice(), path, b"' ", error.0.as_bytes()].concat(), pos)
}
