//! Derivations from wherever the command line says: expressions, `.drv` files, folders of them, JSON.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use drvlab_cache::reading::DerivationTexts;
use drvlab_cache::{DerivationGraph, NodeId};
use drvlab_store::aterm::{ParseError, ParseErrorKind};
use drvlab_store::explain::StoreObject;
use drvlab_store::{Derivation, DigestCache, StoreDir, StorePath};

use crate::arguments::{Input, Source};
use crate::drv_files;
use crate::failure::Failure;
use crate::instantiate::each_instance;
use crate::reading;
use crate::session::{self, Session};
use crate::store_dir::store_dir;

/// Whether inputs that could not be had are something to complain of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// They are not needed.
    Fine,
    /// Without them there is less to say.
    Problem,
}

/// Derivations with all their inputs that could be had.
#[derive(Debug)]
pub struct Derivations {
    /// What was asked for.
    pub roots: Vec<StorePath>,
    store_dir: StoreDir,
    /// What was evaluated, or lay in files that the command line names.
    known: DerivationTexts,
    /// Folders in which inputs of `.drv` files may lie.
    folders: Vec<PathBuf>,
    /// What evaluated expressions, and knows what they copied to the store.
    session: Option<Session>,
}

impl Derivations {
    /// Reads and evaluates everything that an input names. What is wrong with files, yet leaves something to work with, goes to
    /// standard error.
    ///
    /// # Errors
    /// When the evaluation fails, or nothing can be read of a file.
    pub fn load(input: &Input) -> Result<Self, Failure> {
        let store_dir = store_dir()?;
        let mut derivations = Self {
            roots: Vec::new(),
            known: DerivationTexts::new(store_dir.clone()),
            store_dir,
            folders: Vec::new(),
            session: None,
        };
        let mut expressions = input.clone();
        expressions.sources.clear();
        for source in &input.sources {
            match source {
                Source::File(path) if drv_files::is_drv_file(path) => {
                    let paths = derivations.read_file(path)?;
                    derivations.roots.extend(paths);
                }
                Source::File(path) if is_folder_of_drv_files(path) => {
                    derivations.read_folder(path)?;
                }
                Source::File(path) if path.extension().is_some_and(|it| it == "json") => {
                    derivations.read_json(path)?;
                }
                other => expressions.sources.push(other.clone()),
            }
        }
        if !expressions.sources.is_empty() {
            let mut session = Session::start(&expressions)?;
            each_instance(&mut session, &expressions, |_, instance| {
                derivations.roots.push(instance.drv_path);
                Ok(())
            })?;
            for (path, made) in session.machine().store.derivations.iter() {
                derivations.known.insert(path.clone(), Rc::clone(made));
            }
            derivations.session = Some(session);
        }
        Ok(derivations)
    }

    /// Returns the store directory that the derivations are for.
    pub const fn store_dir(&self) -> &StoreDir {
        &self.store_dir
    }

    /// Makes a graph of what is known; inputs of `.drv` files are read where they lie beside these. What is wrong with derivations that
    /// were read goes to standard error.
    pub fn graph(&self, missing: Missing) -> DerivationGraph {
        let load = |path: &StorePath| self.find(path);
        let (graph, cycles) = DerivationGraph::without_cycles(self.roots.iter().cloned(), load);
        // What was evaluated is right.
        if self.session.is_none() {
            for (id, problem) in self.known.check(&graph, &cycles) {
                let is_missing = matches!(problem.kind, ParseErrorKind::MissingInput(_));
                if missing == Missing::Problem || !is_missing {
                    warn(&graph, id, &problem);
                }
            }
        }
        graph
    }

    /// Computes the digests of a derivation of a graph and of all its inputs, as far as they are there.
    pub fn digest(&self, graph: &DerivationGraph, id: NodeId, cache: &mut DigestCache) {
        let inside = graph.closure([id]);
        for id in graph.ids().filter(|id| inside[id.index()]) {
            let node = &graph[id];
            // What is wrong has been said when the graph was made.
            let _ = cache.insert(node.path.clone(), &node.derivation);
        }
    }

    /// Returns what a store object consists of that the evaluation made besides derivations.
    pub fn object(&mut self, path: &StorePath) -> Option<StoreObject> {
        self.session
            .as_mut()?
            .machine()
            .store_object(path, usize::MAX)
    }

    fn find(&self, path: &StorePath) -> Option<Rc<Derivation>> {
        if let Some(known) = self.known.get(path) {
            return Some(Rc::clone(known));
        }
        self.folders.iter().find_map(|folder| {
            let file = folder.join(path.to_string());
            let read = drv_files::read_what_can_be_read(&file, &self.store_dir);
            Some(Rc::new(read.ok()?.1.derivation))
        })
    }

    /// Reads a file of one derivation; those that it needs may lie beside it.
    fn read_file(&mut self, file: &Path) -> Result<Vec<StorePath>, Failure> {
        let folder = file.parent().unwrap_or(Path::new(""));
        if !self.folders.iter().any(|known| known == folder) {
            self.folders.push(folder.to_owned());
        }
        let (path, text) = drv_files::text(file)?;
        self.read(file, Some(path), &text)
    }

    fn read(
        &mut self,
        file: &Path,
        path: Option<StorePath>,
        text: &[u8],
    ) -> Result<Vec<StorePath>, Failure> {
        let place = |error: &dyn std::fmt::Display| format!("'{}': {error}", file.display());
        let read = self.known.read(path, text);
        let read = read.map_err(|error| Failure::message(place(&error)))?;
        for problem in &read.problems {
            session::complain(format!("warning: {}\n", place(problem)).as_bytes());
        }
        Ok(read.paths)
    }

    /// Reads all `.drv` files of a folder; the roots are those that no other needs.
    fn read_folder(&mut self, folder: &Path) -> Result<(), Failure> {
        let cannot = |error| Failure::file("cannot read", folder, &error);
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(cannot)? {
            let file = entry.map_err(cannot)?.path();
            if drv_files::is_drv_file(&file) {
                files.push(file);
            }
        }
        files.sort();
        for file in files {
            self.read_file(&file)?;
        }
        self.roots.extend(self.known.roots());
        Ok(())
    }

    fn read_json(&mut self, file: &Path) -> Result<(), Failure> {
        let text =
            reading::file(file).map_err(|error| Failure::file("cannot read", file, &error))?;
        self.read(file, None, &text)?;
        self.roots.extend(self.known.roots());
        Ok(())
    }
}

fn warn(graph: &DerivationGraph, id: NodeId, problem: &ParseError) {
    let text = format!("warning: '{}': {problem}\n", graph[id].path);
    session::complain(text.as_bytes());
}

/// Whether a path is a folder with `.drv` files and no expression.
fn is_folder_of_drv_files(path: &Path) -> bool {
    path.is_dir()
        && !path.join("default.nix").exists()
        && fs::read_dir(path).is_ok_and(|mut entries| {
            entries.any(|entry| entry.is_ok_and(|entry| drv_files::is_drv_file(&entry.path())))
        })
}
