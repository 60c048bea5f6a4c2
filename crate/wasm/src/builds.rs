//! Builds looked at closely: the log, the files, and what they refer to.

use std::rc::Rc;

use drvlab_cache::building::Builder;
use drvlab_cache::realise::{Farmed, Step, farm};
use drvlab_cache::world::Evaluated;
use drvlab_cache::{LocalStore, NodeId, Wanted, size};
use drvlab_store::{FileTree, HashFormat, StoreDir, StorePath};
use tsify::{Ts, Tsify as _};
use wasm_bindgen::prelude::*;

use crate::diagnostics::text;
use crate::model::run::{BuildReport, BuiltFile, BuiltOutput, FileKind};
use crate::workspace::Workspace;

/// Files beyond so many are left out.
const MAX_FILES: usize = 500;

/// Texts are cut after so many bytes.
const MAX_TEXT: usize = 20_000;

#[wasm_bindgen]
impl Workspace {
    /// Builds a derivation of the last evaluation, from inputs that are built for it, and tells all about it.
    ///
    /// # Errors
    /// None that the user can cause.
    pub fn build(&mut self, drv_path: &str) -> Result<Ts<BuildReport>, JsError> {
        let report = self.build_report(drv_path).unwrap_or_default();
        Ok(report.into_ts()?)
    }
}

impl Workspace {
    fn build_report(&mut self, drv_path: &str) -> Option<BuildReport> {
        let path = self.store_dir.parse_path(drv_path).ok()?;
        let current = self.current_with_sources()?;
        let (entry, shown) = (current.entry.clone(), current.shown.clone());
        let id = shown.graph.find(&path)?;
        let builder = &self.scene_of(&entry).world.builder.clone();
        let said = builder.simulation.key(&shown.graph[id].derivation);
        Some(BuildReport {
            said: said.map(str::to_owned),
            ..look(builder, &shown, id, &self.store_dir)
        })
    }
}

/// Builds a derivation and all that it needs, as the world's builders do.
fn look(
    builder: &dyn Builder,
    evaluated: &Evaluated,
    id: NodeId,
    store_dir: &StoreDir,
) -> BuildReport {
    let Evaluated { graph, sources, .. } = evaluated;
    let mut local = LocalStore::new();
    local.set_sources(Rc::clone(sources));
    let wanted = [Wanted::all(graph[id].path.clone())];
    let Farmed { steps, local, .. } = farm(graph, &wanted, local, store_dir, builder, &|_| false);
    let mut failures = Vec::new();
    for done in steps {
        let Step::Build {
            node,
            derivation,
            resolved,
            outputs,
            log,
            simulated,
            failure,
            ..
        } = done.step
        else {
            continue;
        };
        if node != Some(id) {
            let name = derivation.derivation_name().unwrap_or_default();
            failures.extend(failure.map(|why| format!("{name}: {why}")));
            continue;
        }
        let names = graph[id].outputs().map(|(name, _)| name);
        return BuildReport {
            said: None,
            resolved: resolved.as_ref().map(|path| store_dir.display(path)),
            failure: failure.as_deref().map(str::to_owned),
            log: text(&log),
            simulated: simulated.as_deref().map(str::to_owned),
            outputs: names
                .zip(&outputs)
                .filter_map(|(name, path)| output(name, path, &local, store_dir))
                .collect(),
        };
    }
    BuildReport {
        failure: Some(if failures.is_empty() {
            "what it is built from cannot be had".to_owned()
        } else {
            format!("what it is built from failed ({})", failures.join("; "))
        }),
        ..BuildReport::default()
    }
}

fn output(
    name: &[u8],
    path: &StorePath,
    local: &LocalStore,
    store_dir: &StoreDir,
) -> Option<BuiltOutput> {
    let object = local.object(path)?;
    let references = object.references.iter();
    Some(BuiltOutput {
        name: text(name),
        path: store_dir.display(path),
        nar_hash: object.nar_hash.render(HashFormat::Sri),
        nar_size: size::render(object.nar_size),
        references: references.map(|path| store_dir.display(path)).collect(),
        files: object.tree.as_deref().map_or_else(Vec::new, files),
    })
}

/// Lists the files of a tree.
fn files(tree: &FileTree) -> Vec<BuiltFile> {
    let mut files = Vec::new();
    // A stack of our own allows any depth.
    let mut open = vec![(String::new(), tree)];
    while let Some((path, tree)) = open.pop() {
        if files.len() == MAX_FILES {
            break;
        }
        let (kind, shown) = match tree {
            FileTree::Directory(entries) => {
                for (name, child) in entries.iter().rev() {
                    let separator = if path.is_empty() { "" } else { "/" };
                    open.push((format!("{path}{separator}{name}"), child));
                }
                (FileKind::Directory, String::new())
            }
            FileTree::Symlink { target } => (FileKind::Link, text(target)),
            FileTree::File {
                contents,
                executable,
            } => {
                let cut = &contents[..contents.len().min(MAX_TEXT)];
                let kind = if *executable {
                    FileKind::Program
                } else {
                    FileKind::File
                };
                (kind, text(cut))
            }
        };
        files.push(BuiltFile {
            path,
            kind,
            text: shown,
        });
    }
    files
}
