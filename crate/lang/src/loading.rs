//! From a path to code, and from a path to a store object.

use crate::context::{ContextElement, ContextId};
use crate::diagnostic::Diagnostic;
use crate::error::{ErrorKind, EvalError, Result};
use crate::files::{FileError, FileKind, Files as _, canonical, parent};
use crate::ir::Root;
use crate::machine::{Machine, Message, ParsedFile};
use crate::search_path;
use crate::source::{Origin, Pos};
use crate::store_objects::Copied;
use crate::symbol::Symbol;
use crate::syntax;
use crate::value::Value;
use bstr::ByteSlice;
use drvlab_store::OrderedSet;
use drvlab_store::file_tree::FileTree;
use drvlab_store::order;
use drvlab_store::{ContentAddress, ContentAddressMethod, Hash, StorePath, digest, nar};
use std::rc::Rc;

/// Symbolic links that are followed for one path, as in the reference.
const MAX_LINKS: usize = 1024;

/// A tree deeper than this is not copied to the store.
const MAX_TREE_DEPTH: usize = 1000;

/// The paths below a directory that are copied to the store with it.
pub(crate) type Kept = OrderedSet<Vec<u8>>;

impl Machine {
    /// Parses a file, or returns what came out last time if the text is still the same.
    pub(crate) fn parse_file(&mut self, path: &Rc<[u8]>, pos: Pos) -> Result<Root> {
        let text = self.read_file(path, pos)?;
        let parsed = match self.parsed.get(path) {
            Some(parsed) if parsed.text == text => parsed.clone(),
            _ => {
                let origin = if **path == *crate::internal::IMPORTED_DERIVATION_PATH {
                    Origin::String
                } else {
                    Origin::File(path.clone())
                };
                let (root, warnings) = self.parse_quietly(origin, text.clone(), parent(path), None);
                let parsed = ParsedFile {
                    text,
                    root,
                    warnings: warnings.into(),
                };
                self.parsed.insert(path.clone(), parsed.clone());
                self.incremental.parsed.push(path.clone());
                parsed
            }
        };
        for warning in &*parsed.warnings {
            self.say(Message::Diagnostic(warning.clone()))?;
        }
        parsed.root.map_err(|diagnostic| syntax_error(*diagnostic))
    }

    /// Parses a text.
    pub(crate) fn parse_text(
        &mut self,
        origin: Origin,
        text: Rc<[u8]>,
        base_dir: &[u8],
        scope: Option<&[Symbol]>,
    ) -> Result<Root> {
        let (root, warnings) = self.parse_quietly(origin, text, base_dir, scope);
        for warning in warnings {
            self.say(Message::Diagnostic(warning))?;
        }
        root.map_err(|diagnostic| syntax_error(*diagnostic))
    }

    /// Parses a text and collects the parser's warnings.
    fn parse_quietly(
        &mut self,
        origin: Origin,
        text: Rc<[u8]>,
        base_dir: &[u8],
        scope: Option<&[Symbol]>,
    ) -> (std::result::Result<Root, Box<Diagnostic>>, Vec<Diagnostic>) {
        let mut warnings = Vec::new();
        let Ok(base) = self.sources.add(origin, text) else {
            let message = "the source files together are larger than 2 GiB";
            let error = Box::new(Diagnostic::error(message, Pos::NONE));
            return (Err(error), warnings);
        };
        let root = syntax::parse(syntax::ParseContext {
            ir: &mut self.ir,
            symbols: &mut self.symbols,
            sources: &self.sources,
            base,
            base_dir,
            home: self
                .settings
                .home
                .as_ref()
                .filter(|_| !self.settings.pure_eval)
                .map(|home| home.as_slice()),
            globals: &self.global_indices,
            scope,
            pipe_operators: true,
            warnings: &mut warnings,
        });
        (root, warnings)
    }

    /// Reads a file, following symbolic links.
    pub(crate) fn read_file(&mut self, path: &[u8], pos: Pos) -> Result<Rc<[u8]>> {
        self.check_access(path)?;
        if let Some(contents) = self.read_store_text(path) {
            return Ok(contents);
        }
        if let Some(text) = crate::internal::text(path) {
            return Ok(text.into());
        }
        let asked = path;
        let path = self.realise(path, pos)?;
        if !self.may_pass(&path) {
            return Err(self.forbidden(&path));
        }
        match self.files.kind(&path) {
            Ok(kind) if kind == Some(FileKind::Directory) || self.is_store_dir(&path) => {
                return Err(EvalError::other("read of 4096 bytes: Is a directory", pos));
            }
            Ok(None) => return Err(self.nothing_at(&self.as_asked(asked, path), pos)),
            _ => {}
        }
        self.note_read(&path);
        self.files
            .read(&path)
            .map_err(|error| file_error(&path, &error, pos))
    }

    /// Reads a text of the store, or a copy of one.
    fn read_store_text(&self, path: &[u8]) -> Option<Rc<[u8]>> {
        let original = self.original(path, Pos::NONE).ok()?;
        let path = self.store.dir.parse_path(&original).ok()?;
        if let Some(text) = self.store.texts.get(&path) {
            return Some(text.contents.clone());
        }
        let derivation = self.store.derivations.get(&path)?;
        let mut text = Vec::new();
        drvlab_store::aterm::write(
            derivation,
            &self.store.dir,
            drvlab_store::aterm::Mask::None,
            &mut text,
        );
        Some(text.into())
    }

    /// Returns what the store object at or above a path refers to.
    pub(crate) fn references_of(&self, path: &[u8]) -> Vec<StorePath> {
        let Ok((object, _)) = self.store.dir.split_path(path) else {
            return Vec::new();
        };
        self.ask_store();
        if let Some(references) = self.store.references.get(&object) {
            return references.to_vec();
        }
        if let Some(text) = self.store.texts.get(&object) {
            return text.references.clone();
        }
        match self.store.derivations.get(&object) {
            Some(derivation) => digest::references(derivation).cloned().collect(),
            None => Vec::new(),
        }
    }

    /// Maps a path in the store, at or below the copy of a file, to where it was copied from. Other paths stay as they are.
    ///
    /// # Errors
    /// When a filter has left the file out of the copy.
    fn original(&self, path: &[u8], pos: Pos) -> Result<Vec<u8>> {
        let mut found = path.to_vec();
        // A part of a copy can be copied, too.
        while let Ok((object, rest)) = self.store.dir.split_path(&found) {
            self.ask_store();
            let Some(source) = self.store.sources.get(&object) else {
                break;
            };
            let original = [source, rest].concat();
            if let Some(kept) = self.store.kept.get(&object)
                && !rest.is_empty()
                && !kept.contains(&original)
            {
                return Err(does_not_exist(path, pos));
            }
            found = original;
        }
        Ok(found)
    }

    /// Undoes that for the path of a file that was looked for by a path in the store.
    fn as_asked(&self, asked: &[u8], found: Vec<u8>) -> Vec<u8> {
        let Ok((object, _)) = self.store.dir.split_path(asked) else {
            return found;
        };
        let Ok(original) = self.original(self.store.dir.display(&object).as_bytes(), Pos::NONE)
        else {
            return found;
        };
        match found.strip_prefix(&*original) {
            Some(rest) if matches!(rest, [] | [b'/', ..]) => {
                [self.store.dir.display(&object).as_bytes(), rest].concat()
            }
            _ => found,
        }
    }

    /// Lists a directory in the order of names, following symbolic links to it.
    pub(crate) fn list_dir(&self, path: &[u8], pos: Pos) -> Result<Vec<(Vec<u8>, FileKind)>> {
        self.check_access(path)?;
        if self.settings.pure_eval && (path == b"/" || self.is_store_dir(path)) {
            return self.list_above_store(path, pos);
        }
        let object = self
            .store
            .dir
            .split_path(path)
            .ok()
            .map(|(object, _)| object);
        let kept = object.and_then(|object| self.store.kept.get(&object));
        let is_text = self.read_store_text(path).is_some();
        let resolved = if is_text {
            path.to_vec()
        } else {
            self.realise(path, pos)?
        };
        if !is_text && !self.may_pass(&resolved) {
            return Err(self.forbidden(&resolved));
        }
        match self
            .files
            .kind(&resolved)
            .map_err(|error| file_error(&resolved, &error, pos))?
        {
            Some(FileKind::Directory) => {}
            None if !is_text => return Err(self.nothing_at(&self.as_asked(path, resolved), pos)),
            _ => {
                let is_in_store = self.store.dir.split_path(path).is_ok();
                let message = [
                    b"cannot read directory \"".as_slice(),
                    if is_in_store { path } else { &resolved },
                    b"\": Not a directory",
                ];
                return Err(EvalError::other(message.concat(), pos));
            }
        }
        let mut entries = self
            .files
            .read_dir(&resolved)
            .map_err(|error| file_error(&resolved, &error, pos))?;
        if let Some(kept) = kept {
            entries.retain(|(name, _)| kept.contains(&join(&resolved, name)));
        }
        if self.is_restricted() {
            entries.retain(|(name, _)| self.may_pass(&join(&resolved, name)));
        }
        order::sort_by(&mut entries, |(a, _), (b, _)| a.cmp(b));
        Ok(entries)
    }

    /// Lists what is in the root in pure mode, where only the store is in the file tree, and no part of it itself.
    #[cold]
    fn list_above_store(&self, path: &[u8], pos: Pos) -> Result<Vec<(Vec<u8>, FileKind)>> {
        if path == b"/" {
            return Ok(Vec::new());
        }
        if path == self.store.dir.as_str().as_bytes() {
            return Err(self.nothing_at(path, pos));
        }
        let message = [b"file '".as_slice(), path, b"' does not exist"];
        Err(EvalError::other(message.concat(), pos))
    }

    /// Tells what a path is, without following a symbolic link at its end or on the way (`lstat` of the reference).
    pub(crate) fn kind_of(&self, path: &[u8], pos: Pos) -> Result<FileKind> {
        self.check_access(path)?;
        if self.read_store_text(path).is_some() || crate::internal::text(path).is_some() {
            return Ok(FileKind::Regular { executable: false });
        }
        let asked = path;
        let path = self.original(path, pos)?;
        let ends = path
            .iter()
            .enumerate()
            .skip(1)
            .filter(|&(_, &byte)| byte == b'/')
            .map(|(at, _)| at);
        for end in ends {
            if let Ok(Some(FileKind::Symlink)) = self.files.kind(&path[..end]) {
                let message = [b"path '".as_slice(), &path[..end], b"' is a symlink"].concat();
                return Err(EvalError::other(message, pos));
            }
        }
        let kind = self
            .files
            .kind(&path)
            .map_err(|error| file_error(&path, &error, pos))?;
        kind.ok_or_else(|| self.nothing_at(asked, pos))
    }

    /// Fails for text that refers to the output of a derivation: that would have to be built before it can be read, if it has such an
    /// output.
    #[inline]
    pub(crate) fn check_built(&self, text: &[u8], context: ContextId) -> Result<()> {
        let mut unbuilt = None;
        for element in self.contexts.elements(context).iter() {
            let (drv, outputs) = match element {
                ContextElement::Built { drv, output } => (drv, std::slice::from_ref(output)),
                ContextElement::Dynamic { drv, outputs } => (drv, &outputs[..]),
                _ => continue,
            };
            let path = self.store.dir.display(drv);
            let derivation = self.store.derivations.get(drv);
            if let (Some(derivation), [output]) = (derivation, outputs)
                && !derivation.outputs.contains_key(output.as_bstr())
            {
                return Err(no_such_output(&path, output, Pos::NONE));
            }
            unbuilt.get_or_insert_with(|| {
                if !self.settings.allow_import_from_derivation {
                    let outputs = outputs.join(&b"^"[..]);
                    return [
                        b"cannot build '".as_slice(),
                        path.as_bytes(),
                        b"^",
                        &outputs,
                        b"' during evaluation because the option 'allow-import-from-derivation' is disabled",
                    ]
                    .concat();
                }
                [
                    b"cannot read '".as_slice(),
                    text,
                    b"': it is the output '",
                    &outputs.join(&b"^"[..]),
                    b"' of '",
                    path.as_bytes(),
                    b"', which would have to be built first",
                ]
                .concat()
            });
        }
        match unbuilt {
            None => Ok(()),
            Some(message) => Err(EvalError::other(message, Pos::NONE)),
        }
    }

    /// Warns, once in an evaluation, of an entry of the search path that is not there.
    #[inline]
    pub(crate) fn ignore_search_path_entry(&mut self, path: &[u8]) -> Result<()> {
        self.taint();
        if !self.store.ignored_entries.insert(path.into()) {
            return Ok(());
        }
        // The reference lays these out as it does errors.
        let entry = |what: &[u8]| {
            let mut text = Vec::new();
            let message = [b"Nix search path entry '".as_slice(), path, what].concat();
            crate::report::indent(&message, &[b' '; 9], &mut text);
            text
        };
        if search_path::is_url(path) {
            self.warn(entry(b"' cannot be downloaded, ignoring"))?;
        }
        self.warn(entry(b"' does not exist, ignoring"))
    }

    /// Replaces symbolic links in a path by what they point to, the last part included, for a builtin that reads what is there.
    fn realise(&self, path: &[u8], pos: Pos) -> Result<Vec<u8>> {
        let original = self.original(path, pos)?;
        self.follow(original, true, path, pos)
            .map_err(|error| error.while_realising(path, pos))
    }

    /// Replaces symbolic links in a path by what they point to, in its last part only if `whole`.
    ///
    /// # Errors
    /// When there are more links than are followed, or one cannot be read.
    pub(crate) fn resolve_links(&self, path: &[u8], whole: bool, pos: Pos) -> Result<Vec<u8>> {
        self.follow(self.original(path, pos)?, whole, path, pos)
    }

    /// Fails when the links in a path do not end. What a copy lacks is not looked for behind links.
    ///
    /// # Errors
    /// When there are more links than are followed, or one cannot be read.
    pub(crate) fn check_links(&self, path: &[u8], whole: bool, pos: Pos) -> Result<()> {
        match self.original(path, pos) {
            Ok(original) => self.follow(original, whole, path, pos).map(|_| ()),
            Err(_) => Ok(()),
        }
    }

    /// Replaces links from where the original of a path is; the error names the path that was `asked` for.
    fn follow(&self, original: Vec<u8>, whole: bool, asked: &[u8], pos: Pos) -> Result<Vec<u8>> {
        let mut path = original;
        let mut links = 0;
        let mut end = 1;
        while end <= path.len() {
            let part_end = path[end..]
                .iter()
                .position(|&byte| byte == b'/')
                .map_or(path.len(), |at| end + at);
            if part_end == path.len() && !whole {
                break;
            }
            let so_far = &path[..part_end];
            if let Some(target) = self.link_target(so_far, pos)? {
                links += 1;
                if links > MAX_LINKS {
                    let message = [b"infinite symlink recursion in path '", asked, b"'"];
                    return Err(EvalError::other(message.concat(), pos));
                }
                let target = pointed_to(parent(so_far), &target);
                path = canonical(&[&target, &path[part_end..]].concat());
                end = 1;
                continue;
            }
            end = part_end + 1;
        }
        Ok(path)
    }

    /// Returns what a symbolic link says; `None` if no link is there.
    fn link_target(&self, path: &[u8], pos: Pos) -> Result<Option<Vec<u8>>> {
        let Ok(Some(FileKind::Symlink)) = self.files.kind(path) else {
            return Ok(None);
        };
        if !self.may_pass(path) {
            return Ok(None);
        }
        let target = self.files.read_link(path);
        Ok(Some(target.map_err(|error| file_error(path, &error, pos))?))
    }

    /// Returns the file that `import` of a path reads: the path itself or its `default.nix`. Only a link at its end is replaced, so
    /// that files see the links in the path of the directory that they were found in.
    pub(crate) fn resolve_import(&self, path: &[u8], pos: Pos) -> Result<Vec<u8>> {
        self.check_access(path)?;
        if self.read_store_text(path).is_some() || crate::internal::text(path).is_some() {
            return Ok(path.to_vec());
        }
        let mut path = path.to_vec();
        let mut links = 0;
        let mut is_directory = true;
        while path != b"/" {
            links += 1;
            if links >= MAX_LINKS {
                let message = [
                    b"too many symbolic links encountered while traversing the path '".as_slice(),
                    &path,
                    b"'",
                ];
                return Err(EvalError::other(message.concat(), pos));
            }
            let found = self.follow(self.original(&path, pos)?, false, parent(&path), pos)?;
            let Some(target) = self.link_target(&found, pos)? else {
                if !self.may_pass(&found) {
                    return Err(self.forbidden(&path));
                }
                let kind = self.files.kind(&found);
                is_directory = kind.map_err(|error| file_error(&found, &error, pos))?
                    == Some(FileKind::Directory);
                break;
            };
            path = canonical(&pointed_to(parent(&path), &target));
        }
        if is_directory || self.is_store_dir(&path) {
            path = join(&path, b"default.nix");
        }
        Ok(path)
    }

    /// Tells whether something is at a path: if `follow`, also at the end of a symbolic link there.
    pub(crate) fn path_exists(&self, path: &[u8], follow: bool) -> bool {
        self.existing_kind(path, follow).is_some()
    }

    /// Tells whether a directory is at a path, or at the end of a symbolic link there.
    pub(crate) fn directory_exists(&self, path: &[u8]) -> bool {
        self.existing_kind(path, true) == Some(FileKind::Directory)
    }

    /// Tells whether a path is that of the store itself or above it, which are directories even where there is no such file.
    pub(crate) fn is_store_dir(&self, path: &[u8]) -> bool {
        let below = self.store.dir.as_str().as_bytes().strip_prefix(path);
        below.is_some_and(|below| matches!(below, [] | [b'/', ..]))
    }

    /// Tells whether a path is below the store's directory, whatever its name there.
    pub(crate) fn is_in_store(&self, path: &[u8]) -> bool {
        let inside = path.strip_prefix(self.store.dir.as_str().as_bytes());
        matches!(inside, Some([b'/', _, ..]))
    }

    /// Makes the error for a path where nothing is, which in the store may be one where nothing can be.
    #[cold]
    pub(crate) fn nothing_at(&self, path: &[u8], pos: Pos) -> Box<EvalError> {
        if path == self.store.dir.as_str().as_bytes() {
            let message = [b"path '".as_slice(), path, b"/' is not in the Nix store"];
            return EvalError::other(message.concat(), pos);
        }
        match self.store.dir.split_path(path) {
            Err(error) if self.is_in_store(path) => EvalError::other(error.message(), pos),
            _ => does_not_exist(path, pos),
        }
    }

    /// Fails for a path in the store where nothing is, and nothing can be.
    pub(crate) fn check_possible(&self, path: &[u8], pos: Pos) -> Result<()> {
        let is_possible = !self.is_in_store(path)
            || self.store.dir.split_path(path).is_ok()
            || self.path_exists(path, false);
        if is_possible {
            Ok(())
        } else {
            Err(self.nothing_at(path, pos))
        }
    }

    /// Fails for such a path as a builtin does that follows links: in all of the path, or in the directories that it is in.
    pub(crate) fn check_realised(&self, path: &[u8], in_all: bool, pos: Pos) -> Result<()> {
        self.check_access(path)?;
        if in_all && crate::internal::is_own(path) && !self.path_exists(path, true) {
            let message = [b"file '".as_slice(), path, b"' does not exist"];
            return Err(EvalError::other(message.concat(), pos));
        }
        let ends = self.check_links(path, in_all, pos);
        let possible = ends.and_then(|()| self.check_possible(path, pos));
        possible.map_err(|error| {
            if in_all || parent(path) != self.store.dir.as_str().as_bytes() {
                error.while_realising(path, pos)
            } else {
                error
            }
        })
    }

    /// Tells what is at a path or at the end of a symbolic link there; `None` also where it cannot be read.
    pub(crate) fn kind_at(&self, path: &[u8]) -> Option<FileKind> {
        self.existing_kind(path, true)
    }

    fn existing_kind(&self, path: &[u8], follow: bool) -> Option<FileKind> {
        if !self.may_pass(path) {
            return None;
        }
        if self.read_store_text(path).is_some() || crate::internal::text(path).is_some() {
            return Some(FileKind::Regular { executable: false });
        }
        if self.is_store_dir(path) {
            return Some(FileKind::Directory);
        }
        let resolved = self.resolve_links(path, follow, Pos::NONE).ok()?;
        if !self.may_pass(&resolved) {
            return None;
        }
        self.files.kind(&resolved).ok()?
    }

    /// Copies a file or directory to the store under its base name, once, and returns the store path as a string that refers to it.
    #[inline]
    pub(crate) fn copy_to_store(&mut self, path: &[u8], pos: Pos) -> Result<Value> {
        if let Some(copied) = self.store.copied.get(path).cloned() {
            self.give_back_taint(copied.is_tainted);
            return Ok(self.store_path_string(&copied.object));
        }
        if let Some((name, hash)) = crate::internal::object(path) {
            let method = ContentAddressMethod::Nar;
            let address = ContentAddress { method, hash };
            let object = address.path(&self.store.dir, name);
            let object = object.map_err(|error| EvalError::other(error.message(), pos))?;
            return Ok(self.store_path_string(&object));
        }
        let name = match path.rsplit(|&byte| byte == b'/').next() {
            Some(b"") | None => {
                return Err(EvalError::other(
                    "cannot copy the root directory to the store",
                    pos,
                ));
            }
            Some(name) if name.ends_with(b".drv") => {
                let message = "file names are not allowed to end in '.drv'";
                return Err(EvalError::other(message, Pos::NONE));
            }
            Some(name) => name.to_vec(),
        };
        let outside = self.take_taint();
        let hash = self.nar_hash(path);
        let is_tainted = self.is_tainted();
        self.give_back_taint(outside);
        let object = self.source_path(&name, &hash?, Pos::NONE)?;
        let path: Rc<[u8]> = path.into();
        let copied = Copied {
            object: object.clone(),
            is_tainted,
        };
        self.store.copied.insert(path.clone(), copied);
        if self.is_no_program(&path) {
            self.store.not_executable.insert(object.clone());
        }
        self.store.sources.insert(object.clone(), path);
        Ok(self.store_path_string(&object))
    }

    /// Hashes all that is at a path as a copy in the store is hashed, or finds out that it is known.
    #[inline]
    fn nar_hash(&mut self, path: &[u8]) -> Result<Hash> {
        self.check_access(path)?;
        let algorithm = self.store.dir.scheme().function.algorithm();
        let asked = path;
        let path = &*if self.kept_at(path).is_some() || self.is_no_program(path) {
            path.to_vec()
        } else {
            self.original(path, Pos::NONE)?
        };
        if let Some(hash) = self.files.known_nar_hash(path)
            && hash.algorithm() == algorithm
            && !self.is_restricted()
        {
            self.note_tree(path)?;
            return Ok(hash);
        }
        let tree = match self.read_tree(path, Pos::NONE, None) {
            Err(_) if !self.path_exists(asked, false) => {
                self.resolve_links(asked, false, Pos::NONE)?;
                return Err(self.nothing_at(asked, Pos::NONE));
            }
            tree => tree?,
        };
        let hash = nar::hash(&tree, algorithm);
        // What may not be read is not in the copy.
        if !self.is_restricted() {
            self.files.remember_nar_hash(path, hash);
        }
        Ok(hash)
    }

    /// Returns what a filter has kept of the copy that a path is in.
    #[inline]
    pub(crate) fn kept_at(&self, path: &[u8]) -> Option<Rc<Kept>> {
        let (object, _) = self.store.dir.split_path(path).ok()?;
        self.store.kept.get(&object).map(Rc::clone)
    }

    /// Tells whether a path is that of a copy which is no program though what was copied is one.
    pub(crate) fn is_no_program(&self, path: &[u8]) -> bool {
        let object = self.store.dir.parse_path(path);
        object.is_ok_and(|object| self.store.not_executable.contains(&object))
    }

    /// Notes that all files at and below a path have an effect, as if they were read.
    #[inline]
    fn note_tree(&mut self, path: &[u8]) -> Result<()> {
        let mut left = vec![path.to_vec()];
        while let Some(path) = left.pop() {
            self.tick()?;
            let wrong = |error: FileError| file_error(&path, &error, Pos::NONE);
            match self.files.kind(&path).map_err(wrong)? {
                Some(FileKind::Regular { .. }) => self.note_read(&path),
                Some(FileKind::Directory) => {
                    let entries = self.files.read_dir(&path).map_err(wrong)?;
                    left.extend(entries.iter().map(|(name, _)| join(&path, name)));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Computes the store path of a file tree as `builtins.path` and path literals give it.
    #[inline]
    pub(crate) fn add_source(&self, name: &[u8], tree: &FileTree, pos: Pos) -> Result<StorePath> {
        let function = self.store.dir.scheme().function;
        self.source_path(name, &nar::hash(tree, function.algorithm()), pos)
    }

    #[inline]
    fn source_path(&self, name: &[u8], hash: &Hash, pos: Pos) -> Result<StorePath> {
        let digest: [u8; 32] = hash
            .digest()
            .try_into()
            .expect("digests that make paths have 32 bytes");
        self.store
            .dir
            .source_path(&digest, name, [], false)
            .map_err(|error| EvalError::other(error.message(), pos))
    }

    /// Reads a file, link or directory with all that is below it, or with those that are `kept`.
    #[inline]
    pub(crate) fn read_tree(
        &mut self,
        path: &[u8],
        pos: Pos,
        kept: Option<&Kept>,
    ) -> Result<FileTree> {
        let mut left = usize::MAX;
        self.read_tree_within(path, pos, kept, &mut left)
    }

    /// Does the same unless there are more bytes than are `left`; what is read is subtracted.
    #[inline]
    pub(crate) fn read_tree_within(
        &mut self,
        path: &[u8],
        pos: Pos,
        kept: Option<&Kept>,
        left: &mut usize,
    ) -> Result<FileTree> {
        if let Some(text) = self.read_store_text(path) {
            return Ok(FileTree::file(text));
        }
        let kept_before = self.kept_at(path);
        // Links on the way are followed, a link at the end is copied as a link.
        let found = self.resolve_links(path, false, pos)?;
        if let Ok(None) = self.files.kind(&found) {
            return Err(self.nothing_at(&self.as_asked(path, found), pos));
        }
        let mut tree = self.read_subtree(&found, pos, kept.or(kept_before.as_deref()), 0, left)?;
        if let FileTree::File { executable, .. } = &mut tree {
            *executable &= !self.is_no_program(path);
        }
        Ok(tree)
    }

    #[inline]
    fn read_subtree(
        &mut self,
        path: &[u8],
        pos: Pos,
        kept: Option<&Kept>,
        depth: usize,
        left: &mut usize,
    ) -> Result<FileTree> {
        self.tick()?;
        let wrong = |error: FileError| file_error(path, &error, pos);
        match self.files.kind(path).map_err(wrong)? {
            None => Err(self.nothing_at(path, pos)),
            Some(FileKind::Regular { executable }) => {
                self.note_read(path);
                let contents = self.files.read(path).map_err(wrong)?;
                let Some(rest) = left.checked_sub(contents.len()) else {
                    let message = [b"path '".as_slice(), path, b"' is too large"].concat();
                    return Err(EvalError::new(ErrorKind::Limit, message, pos));
                };
                *left = rest;
                Ok(FileTree::File {
                    contents,
                    executable,
                })
            }
            Some(FileKind::Symlink) => Ok(FileTree::symlink(
                self.files.read_link(path).map_err(wrong)?,
            )),
            Some(FileKind::Unknown) => {
                let message = [b"file '".as_slice(), path, b"' has an unsupported type"].concat();
                Err(EvalError::other(message, pos))
            }
            Some(FileKind::Directory) if depth >= MAX_TREE_DEPTH => {
                let message = [
                    b"directory '".as_slice(),
                    path,
                    b"' is nested too deeply to be copied",
                ]
                .concat();
                Err(EvalError::new(ErrorKind::Limit, message, pos))
            }
            Some(FileKind::Directory) => {
                let mut entries = Vec::new();
                for (name, _) in self.files.read_dir(path).map_err(wrong)? {
                    let below = join(path, &name);
                    if kept.is_none_or(|kept| kept.contains(&below)) && self.may_pass(&below) {
                        let tree = self.read_subtree(&below, pos, kept, depth + 1, left)?;
                        entries.push((name, tree));
                    }
                }
                Ok(FileTree::directory(entries))
            }
        }
    }
}

/// Returns the path that a symbolic link in a directory points to.
fn pointed_to(directory: &[u8], target: &[u8]) -> Vec<u8> {
    if target.first() == Some(&b'/') {
        target.to_vec()
    } else {
        join(directory, target)
    }
}

/// Appends a name to the path of a directory.
pub(crate) fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    let slash: &[u8] = if directory.last() == Some(&b'/') {
        b""
    } else {
        b"/"
    };
    [directory, slash, name].concat()
}

fn syntax_error(diagnostic: Diagnostic) -> Box<EvalError> {
    EvalError::of(ErrorKind::Other, diagnostic)
}

/// Makes the error for an output that a derivation does not have.
#[cold]
pub(crate) fn no_such_output(derivation: &str, output: &[u8], pos: Pos) -> Box<EvalError> {
    let message = [
        b"derivation '".as_slice(),
        derivation.as_bytes(),
        b"' does not have output '",
        output,
        b"'",
    ];
    EvalError::other(message.concat(), pos)
}

/// Returns a path as the reference names it in errors; those of its own files are no paths of the root.
pub(crate) fn without_dots(path: &[u8]) -> Vec<u8> {
    if path.starts_with(b"/") {
        canonical(path)
    } else {
        path.to_vec()
    }
}

/// Makes the error for a path where nothing is, which may still have dots in it.
pub(crate) fn does_not_exist(path: &[u8], pos: Pos) -> Box<EvalError> {
    path_error(path, b"does not exist", pos)
}

/// Makes the error for a file that can't be read.
pub(crate) fn file_error(path: &[u8], error: &FileError, pos: Pos) -> Box<EvalError> {
    path_error(path, error.0.as_bytes(), pos)
}

fn path_error(path: &[u8], problem: &[u8], pos: Pos) -> Box<EvalError> {
    let path = without_dots(path);
    EvalError::other([b"path '", path.as_slice(), b"' ", problem].concat(), pos)
}
