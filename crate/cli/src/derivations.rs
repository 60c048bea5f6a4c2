//! Derivations from wherever the command line says: expressions, `.drv` files, folders of them, JSON.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use drvlab_cache::DerivationGraph;
use drvlab_store::{Derivation, DigestCache, StoreDir, StorePath, json};

use crate::arguments::{Input, Source};
use crate::drv_files;
use crate::failure::Failure;
use crate::instantiate::each_instance;
use crate::reading;
use crate::session::{self, Session};

/// Derivations with all their inputs that could be had.
#[derive(Debug, Default)]
pub struct Derivations {
    /// What was asked for.
    pub roots: Vec<StorePath>,
    known: BTreeMap<StorePath, Rc<Derivation>>,
    /// Folders in which inputs of `.drv` files may lie.
    folders: Vec<PathBuf>,
}

impl Derivations {
    /// Reads and evaluates everything that an input names. What is wrong with files, yet leaves something to work with, goes to
    /// standard error.
    ///
    /// # Errors
    /// When the evaluation fails, or nothing can be read of a file.
    pub fn load(input: &Input) -> Result<Self, Failure> {
        let store_dir = StoreDir::default();
        let mut derivations = Self::default();
        let mut expressions = input.clone();
        expressions.sources.clear();
        for source in &input.sources {
            match source {
                Source::File(path) if drv_files::is_drv_file(path) => {
                    let (path, derivation) = derivations.read(path, &store_dir)?;
                    derivations.roots.push(path.clone());
                    derivations.known.insert(path, Rc::new(derivation));
                }
                Source::File(path) if is_folder_of_drv_files(path) => {
                    derivations.add_folder(path, &store_dir)?;
                }
                Source::File(path) if path.extension().is_some_and(|it| it == "json") => {
                    derivations.add_json(path, &store_dir)?;
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
            let made = &session.machine().store.derivations;
            let made = made
                .iter()
                .map(|(path, made)| (path.clone(), Rc::clone(made)));
            derivations.known.extend(made);
        }
        Ok(derivations)
    }

    /// Makes a graph of what is known; inputs of `.drv` files are read where they lie beside these.
    ///
    /// # Errors
    /// When derivations need each other in a circle.
    pub fn graph(&self) -> Result<DerivationGraph, Failure> {
        let store_dir = StoreDir::default();
        DerivationGraph::new(self.roots.iter().cloned(), |path| {
            self.find(path, &store_dir)
        })
        .map_err(|error| Failure::message(error.to_string()))
    }

    /// Computes the digests of a derivation and of all its inputs.
    ///
    /// # Errors
    /// When an input is missing, or derivations need each other in a circle.
    pub fn digest(&self, path: &StorePath, cache: &mut DigestCache) -> Result<(), Failure> {
        let store_dir = cache.store_dir().clone();
        cache
            .insert_closure(path, |path| {
                self.find(path, &store_dir).map(|found| (*found).clone())
            })
            .map_err(|error| Failure::message(error.to_string()))
    }

    fn find(&self, path: &StorePath, store_dir: &StoreDir) -> Option<Rc<Derivation>> {
        if let Some(known) = self.known.get(path) {
            return Some(Rc::clone(known));
        }
        self.folders.iter().find_map(|folder| {
            let file = folder.join(path.to_string());
            let (_, derivation) = drv_files::read_what_can_be_read(&file, store_dir).ok()?;
            Some(Rc::new(derivation.derivation))
        })
    }

    fn read(
        &mut self,
        file: &Path,
        store_dir: &StoreDir,
    ) -> Result<(StorePath, Derivation), Failure> {
        let folder = file.parent().unwrap_or(Path::new(""));
        if !self.folders.iter().any(|known| known == folder) {
            self.folders.push(folder.to_owned());
        }
        let (path, read) = drv_files::read_what_can_be_read(file, store_dir)?;
        for problem in &read.problems {
            let text = format!("warning: '{}': {problem}\n", file.display());
            session::complain(text.as_bytes());
        }
        Ok((path, read.derivation))
    }

    /// Adds all `.drv` files of a folder; the roots are those that no other needs.
    fn add_folder(&mut self, folder: &Path, store_dir: &StoreDir) -> Result<(), Failure> {
        let cannot = |error| Failure::file("cannot read", folder, &error);
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(cannot)? {
            let file = entry.map_err(cannot)?.path();
            if drv_files::is_drv_file(&file) {
                files.push(file);
            }
        }
        files.sort();
        let mut found = BTreeMap::new();
        for file in files {
            let (path, derivation) = self.read(&file, store_dir)?;
            found.insert(path, Rc::new(derivation));
        }
        self.add_all(found);
        Ok(())
    }

    fn add_json(&mut self, file: &Path, store_dir: &StoreDir) -> Result<(), Failure> {
        let text =
            reading::file(file).map_err(|error| Failure::file("cannot read", file, &error))?;
        let found = json::parse_show(&text, store_dir)
            .map_err(|error| Failure::message(format!("'{}': {error}", file.display())))?;
        let found = found.into_iter().map(|(path, it)| (path, Rc::new(it)));
        self.add_all(found.collect());
        Ok(())
    }

    fn add_all(&mut self, found: BTreeMap<StorePath, Rc<Derivation>>) {
        let needed: std::collections::BTreeSet<&StorePath> = found
            .values()
            .flat_map(|derivation| derivation.input_drvs.keys())
            .collect();
        let roots = found.keys().filter(|path| !needed.contains(path));
        self.roots.extend(roots.cloned());
        self.known.extend(found);
    }
}

/// Whether a path is a folder with `.drv` files and no expression.
fn is_folder_of_drv_files(path: &Path) -> bool {
    path.is_dir()
        && !path.join("default.nix").exists()
        && fs::read_dir(path).is_ok_and(|mut entries| {
            entries.any(|entry| entry.is_ok_and(|entry| drv_files::is_drv_file(&entry.path())))
        })
}
