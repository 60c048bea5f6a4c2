//! The build farm: fills a cache with what a revision of a package set gives.
//!
//! Its builds are *simulated*. Nothing runs; sizes and references are made up by the rules of [`simulate`], which
//! do not influence any store path. A real farm also pushes whatever it builds, `allowSubstitutes = false` included:
//! that attribute only keeps clients from asking.

use std::collections::BTreeSet;

use bstr::{BStr, ByteSlice as _};
use drvlab_store::derivation::DerivationKind;
use drvlab_store::hash::sha256;
use drvlab_store::{
    ByteSink as _, DerivationOutput, Hash, HashFormat, NarInfo, ReferenceScanner, StorePath,
};

use crate::binary_cache::{BinaryCache, Entry};
use crate::graph::{DerivationGraph, NodeId};
use crate::local_store::LocalStore;

/// Environment variables whose contents are used while building and leave no trace in the outputs.
///
/// Nixpkgs draws the same line with `nativeBuildInputs` and `buildInputs`.
const BUILD_TIME_VARIABLES: [&str; 12] = [
    "PATH",
    "builder",
    "depsBuildBuild",
    "depsBuildTarget",
    "nativeBuildInputs",
    "nativeCheckInputs",
    "patches",
    "propagatedNativeBuildInputs",
    "src",
    "srcs",
    "stdenv",
    "system",
];

/// Smallest simulated size of an output in bytes.
const MIN_NAR_SIZE: u64 = 16 << 10;

/// How often the smallest simulated size can double.
const NAR_SIZE_DOUBLINGS: u64 = 11;

/// What a simulated build gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// The paths that are new in the cache.
    pub added: Vec<StorePath>,
    /// The derivations that were not built, because they were left out or need one that was.
    pub left_out: Vec<NodeId>,
    /// The derivations whose output paths follow from contents that a simulated build does not have.
    pub unknown_paths: Vec<NodeId>,
}

/// Publishes all outputs of `roots` and of everything they are built from.
///
/// Paths that the cache has already stay as they are. Derivations for which `leave_out` holds, say because their
/// licence forbids it or their build fails, are not built, and neither is what needs them.
pub fn publish(
    graph: &DerivationGraph,
    roots: impl IntoIterator<Item = NodeId>,
    cache: &mut BinaryCache,
    mut leave_out: impl FnMut(NodeId) -> bool,
) -> Published {
    let wanted = graph.closure(roots);
    let mut published = Published::default();
    let mut failed = vec![false; graph.len()];
    for id in graph.ids().filter(|id| wanted[id.index()]) {
        let inputs_failed = graph[id].inputs.iter().any(|input| failed[input.index()]);
        let inputs_missing = graph[id].inputs.len() < graph[id].derivation.input_drvs.len();
        if inputs_failed || inputs_missing || leave_out(id) {
            failed[id.index()] = true;
            published.left_out.push(id);
            continue;
        }
        let mut unknown = false;
        for (_, path) in graph[id].outputs() {
            match path {
                Some(path) if cache.contains(path) => {}
                Some(path) => {
                    cache.insert(simulate(graph, id, path));
                    published.added.push(path.clone());
                }
                None => unknown = true,
            }
        }
        if unknown {
            published.unknown_paths.push(id);
        }
    }
    published
}

/// Puts all outputs of `roots` and of everything they are built from into a local store, as a build of all would.
pub fn build_locally(
    graph: &DerivationGraph,
    roots: impl IntoIterator<Item = NodeId>,
    local: &mut LocalStore,
) {
    let wanted = graph.closure(roots);
    for id in graph.ids().filter(|id| wanted[id.index()]) {
        for (_, path) in graph[id].outputs() {
            if let Some(path) = path {
                local.insert(path.clone());
            }
        }
    }
}

/// Puts store objects and all that they refer to into a local store, as far as the cache has them.
///
/// That is what a machine holds that has fetched them: run-time closures, but neither compilers nor sources.
pub fn install(
    paths: impl IntoIterator<Item = StorePath>,
    cache: &BinaryCache,
    local: &mut LocalStore,
) {
    let mut pending: Vec<StorePath> = paths.into_iter().collect();
    while let Some(path) = pending.pop() {
        let Entry::Present(info) = cache.entry(&path) else {
            continue;
        };
        if info.path == path && local.insert(path) {
            pending.extend(info.references.iter().cloned());
        }
    }
}

/// Makes the narinfo of a simulated build's output.
///
/// - Size: between 16 KiB and 32 MiB, small ones as frequent as large ones, by a hash of the name, so that the same
///   package has the same size after each edit. The download is 30 % of it, as if compressed.
/// - References: the outputs of inputs that occur in the environment, except in variables for build time and except
///   sources (fixed outputs). A fixed output refers to nothing.
/// - Hashes: of the path's text, since there are no contents.
#[must_use]
pub fn simulate(graph: &DerivationGraph, id: NodeId, path: &StorePath) -> NarInfo {
    let derivation = &graph[id].derivation;
    let content_address = derivation.outputs.values().find_map(|output| match output {
        DerivationOutput::Fixed {
            address,
            path: fixed,
        } if fixed == path => Some(*address),
        _ => None,
    });
    let references = match content_address {
        Some(_) => BTreeSet::new(),
        None => references(graph, id),
    };
    let nar_size = simulated_size(path.name());
    let nar_hash = Hash::from_sha256(sha256(path.to_string().as_bytes()));
    let url = format!("nar/{}.nar.xz", nar_hash.render(HashFormat::Nix32));
    NarInfo {
        path: path.clone(),
        url: url.into(),
        compression: "xz".into(),
        file_hash: Some(nar_hash),
        file_size: nar_size / 10 * 3,
        nar_hash,
        nar_size,
        references,
        deriver: Some(graph[id].path.clone()),
        signatures: BTreeSet::new(),
        content_address,
    }
}

/// Returns the outputs of inputs that a simulated build leaves in its result.
fn references(graph: &DerivationGraph, id: NodeId) -> BTreeSet<StorePath> {
    let node = &graph[id];
    let mut candidates = Vec::new();
    for &input in &node.inputs {
        let source = &graph[input].derivation;
        if source.kind() == Ok(DerivationKind::Fixed) {
            continue;
        }
        candidates.extend(graph[input].outputs().filter_map(|(_, path)| path.cloned()));
    }
    let mut scanner = ReferenceScanner::new(candidates);
    for (name, value) in &node.derivation.env {
        if !is_build_time_variable(name.as_bstr()) {
            scanner.put(value);
            scanner.put(b"\n");
        }
    }
    scanner.finish()
}

/// Returns a size that depends on the name alone.
fn simulated_size(name: &str) -> u64 {
    let [a, b, c, ..] = sha256(name.as_bytes());
    let doublings = u64::from(a) % NAR_SIZE_DOUBLINGS;
    let base = MIN_NAR_SIZE << doublings;
    // Archives are multiples of 8 bytes.
    (base + base * (u64::from(b) << 8 | u64::from(c)) / 65536) & !7
}

/// Tells which variables count as used at build time only.
#[must_use]
pub fn is_build_time_variable(name: &BStr) -> bool {
    BUILD_TIME_VARIABLES.iter().any(|it| name == it)
}
