//! Builds looked at closely: the log, the files, and what they refer to.

use drvlab_cache::farm::Farm;
use drvlab_cache::identity::Identities;
use drvlab_cache::preparation::{Prepared, prepare};
use drvlab_cache::world::World;
use drvlab_cache::{BinaryCache, DerivationGraph, LocalStore, NodeId, building, size};
use drvlab_store::{CacheInfo, FileTree, HashFormat, StoreDir};
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
        let current = self.current.as_ref()?;
        let graph = current.shown.graph.clone();
        let entry = current.entry.clone();
        let id = graph.find(&self.store_dir.parse_path(drv_path).ok()?)?;
        let store_dir = self.store_dir.clone();
        let world = &self.scene_of(&entry).world;
        Some(look(world, &graph, id, &store_dir))
    }
}

/// Builds all that a derivation needs, as the world's builders do, and then itself.
fn look(world: &World, graph: &DerivationGraph, id: NodeId, store_dir: &StoreDir) -> BuildReport {
    let mut farm = Farm::default();
    let mut cache = BinaryCache::new("", CacheInfo::default(), store_dir.clone());
    let inputs = graph[id].inputs.clone();
    let published = farm.publish(graph, inputs, &mut cache, &world.builder, |_| false);
    let identities = Identities::new(graph, store_dir);
    let local = farm.store_mut();
    let Some(prepared) = prepare(graph, id, local, &identities, store_dir) else {
        let names = published
            .failed
            .iter()
            .map(|(id, why)| format!("{}: {}", graph[*id].derivation.name, why));
        let names: Vec<_> = names.collect();
        return BuildReport {
            failure: Some(if names.is_empty() {
                "what it is built from cannot be had".to_owned()
            } else {
                format!("what it is built from failed ({})", names.join("; "))
            }),
            ..BuildReport::default()
        };
    };
    build(world, &prepared, local, store_dir)
}

fn build(
    world: &World,
    prepared: &Prepared,
    local: &LocalStore,
    store_dir: &StoreDir,
) -> BuildReport {
    let mut report = BuildReport {
        resolved: prepared.resolved.then(|| store_dir.display(&prepared.path)),
        ..BuildReport::default()
    };
    let finished = match building::build(&world.builder, &prepared.job(local, store_dir)) {
        Ok(finished) => finished,
        Err(failure) => {
            report.failure = Some(failure.reason.to_string());
            report.log = text(&failure.log);
            return report;
        }
    };
    report.log = text(&finished.log);
    report.simulated = finished.simulated.as_deref().map(str::to_owned);
    report.outputs = finished
        .outputs
        .into_iter()
        .map(|(name, (path, object))| BuiltOutput {
            name: text(&name),
            path: store_dir.display(&path),
            nar_hash: object.nar_hash.render(HashFormat::Sri),
            nar_size: size::render(object.nar_size),
            references: object
                .references
                .iter()
                .map(|path| store_dir.display(path))
                .collect(),
            files: object.tree.as_deref().map_or_else(Vec::new, files),
        })
        .collect();
    report
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
