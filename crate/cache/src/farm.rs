//! The build farm: fills a cache with what a revision of a package set gives.
//!
//! A farm pushes whatever it builds, `allowSubstitutes = false` included: that attribute only keeps clients from
//! asking. Who builds is a [`Builder`]. Other users' machines that push are farms too.

use std::rc::Rc;

use drvlab_build::StoreObject;
use drvlab_store::{OutputId, Realisation, SecretKey, StorePath};

use crate::binary_cache::{BinaryCache, Entry};
use crate::building::{self, Builder};
use crate::graph::{DerivationGraph, NodeId};
use crate::identity::Identities;
use crate::local_store::LocalStore;
use crate::preparation::prepare;
use crate::simulation::Simulation;

/// What a farm's run gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// The paths that are new in the cache.
    pub added: Vec<StorePath>,
    /// The derivations that were not built, because they were left out or need one that was.
    pub left_out: Vec<NodeId>,
    /// The derivations whose build failed, and how.
    pub failed: Vec<(NodeId, Rc<str>)>,
}

/// A build farm: its own store, a builder and a key.
#[derive(Debug, Default)]
pub struct Farm {
    store: LocalStore,
    key: Option<SecretKey>,
}

impl Farm {
    /// Makes a farm that signs with a key, if it has one.
    #[must_use]
    pub fn new(key: Option<SecretKey>) -> Self {
        Self {
            store: LocalStore::new(),
            key,
        }
    }

    /// Returns the farm's store, for instance to put sources in.
    pub const fn store_mut(&mut self) -> &mut LocalStore {
        &mut self.store
    }

    /// Builds `roots` and everything they need, and pushes all outputs.
    ///
    /// Paths that the cache has already stay as they are. Derivations for which `leave_out` holds, say because their
    /// licence forbids it or they are for a platform that the farm does not have, are not built, and neither is what
    /// needs them.
    pub fn publish(
        &mut self,
        graph: &DerivationGraph,
        roots: impl IntoIterator<Item = NodeId>,
        cache: &mut BinaryCache,
        builder: &dyn Builder,
        mut leave_out: impl FnMut(NodeId) -> bool,
    ) -> Published {
        let store_dir = cache.store_dir().clone();
        let identities = Identities::new(graph, &store_dir);
        let wanted = graph.closure(roots);
        let mut published = Published::default();
        let mut unavailable = vec![false; graph.len()];
        for id in graph.ids().filter(|id| wanted[id.index()]) {
            let node = &graph[id];
            let inputs_failed = node.inputs.iter().any(|input| unavailable[input.index()]);
            if inputs_failed || leave_out(id) {
                unavailable[id.index()] = true;
                published.left_out.push(id);
                continue;
            }
            // What is there already need not be built again.
            let in_cache = |path: Option<&StorePath>| path.is_some_and(|path| cache.contains(path));
            if node.outputs().all(|(_, path)| in_cache(path)) {
                for (_, path) in node.outputs() {
                    if let (Some(path), Entry::Present(info)) =
                        (path, path.map_or(Entry::Absent, |it| cache.stored(it)))
                    {
                        let known = self
                            .store
                            .object(path)
                            .is_some_and(|object| object.is_real());
                        if !known {
                            let object = Rc::new(StoreObject::of_narinfo(&info));
                            self.store.insert_object(path.clone(), object);
                        }
                    }
                }
                continue;
            }
            let Some(prepared) = prepare(graph, id, &self.store, &identities, &store_dir) else {
                unavailable[id.index()] = true;
                published.left_out.push(id);
                continue;
            };
            let outputs = match building::build(builder, &prepared.job(&self.store, &store_dir)) {
                Ok(built) => built.outputs,
                Err(why) => {
                    unavailable[id.index()] = true;
                    published.failed.push((id, why.reason));
                    continue;
                }
            };
            for (output, (path, object)) in outputs {
                if !cache.contains(&path) {
                    self.push(cache, &path, &object, Some(&node.path));
                    published.added.push(path.clone());
                }
                let ids = [
                    identities.output(id, output.as_slice().into()),
                    prepared.output_id(&output),
                ];
                for output_id in ids.into_iter().flatten() {
                    self.push_realisation(cache, output_id, path.clone());
                }
                self.store.insert_object(path, Rc::new(object));
            }
        }
        published
    }

    fn push(
        &self,
        cache: &mut BinaryCache,
        path: &StorePath,
        object: &StoreObject,
        deriver: Option<&StorePath>,
    ) {
        let (mut info, archive) = object.publish(path, deriver.cloned());
        if let Some(key) = &self.key {
            let store_dir = cache.store_dir().clone();
            info.sign(&store_dir, key);
        }
        if let Some(archive) = archive {
            cache.insert_archive(info.url.clone(), archive);
        }
        cache.insert(info);
    }

    fn push_realisation(&mut self, cache: &mut BinaryCache, id: OutputId, path: StorePath) {
        self.store.insert_realisation(id.clone(), path.clone());
        let mut realisation = Realisation::new(id, path);
        if let Some(key) = &self.key {
            realisation.sign(key);
        }
        cache.insert_realisation(realisation);
    }
}

/// Publishes all outputs of `roots` and of everything they are built from, unsigned and with simulated builds.
pub fn publish(
    graph: &DerivationGraph,
    roots: impl IntoIterator<Item = NodeId>,
    cache: &mut BinaryCache,
    leave_out: impl FnMut(NodeId) -> bool,
) -> Published {
    Farm::default().publish(graph, roots, cache, &Simulation::default(), leave_out)
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
        let Entry::Present(info) = cache.stored(&path) else {
            continue;
        };
        if info.path == path && !local.contains(&path) {
            pending.extend(info.references.iter().cloned());
            local.insert_object(path, Rc::new(StoreObject::of_narinfo(&info)));
        }
    }
}
