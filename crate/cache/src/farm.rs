//! The build farm: fills a cache with what a revision of a package set gives.
//!
//! A farm pushes whatever it builds, `allowSubstitutes = false` included: that attribute only keeps clients from
//! asking. Who builds is a [`Builder`]. Other users' machines that push are farms too.

use std::rc::Rc;

use drvlab_build::StoreObject;
use drvlab_store::{Derivation, OrderedSet, OutputId, Realisation, SecretKey, StorePath};

use crate::binary_cache::{BinaryCache, Entry};
use crate::building::Builder;
use crate::graph::{DerivationGraph, Node, NodeId};
use crate::local_store::LocalStore;
use crate::plan::{Action, Wanted};
use crate::realise::{Step, farm};
use crate::reason::Reason;
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

    /// Builds `roots` and everything they need, outputs of outputs included, and pushes all outputs with the sources that they refer to.
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
        leave_out: &dyn Fn(&Derivation) -> bool,
    ) -> Published {
        let wanted = graph.closure(roots);
        let wanted: Vec<NodeId> = graph.ids().filter(|id| wanted[id.index()]).collect();
        for id in &wanted {
            self.take_over(&graph[*id], cache);
        }
        let all = wanted.iter().map(|id| Wanted::all(graph[*id].path.clone()));
        let all: Vec<Wanted> = all.collect();
        let store = std::mem::take(&mut self.store);
        let done = farm(graph, &all, store, cache.store_dir(), builder, leave_out);
        self.store = done.local;
        let mut published = Published::default();
        for id in wanted {
            let Some(decision) = &done.decided[id.index()] else {
                continue;
            };
            match &decision.reason {
                _ if decision.action != Action::Impossible => {}
                Reason::BuildFailed(why) if !leave_out(&graph[id].derivation) => {
                    published.failed.push((id, Rc::clone(why)));
                }
                _ => published.left_out.push(id),
            }
        }
        let mut referred = Vec::new();
        for done in done.steps {
            if let Step::Build {
                derivation,
                outputs,
                ..
            } = done.step
            {
                for path in outputs {
                    let deriver = Some(&derivation);
                    referred.extend(self.push(cache, path, deriver, &mut published.added));
                }
            }
        }
        // What is referred to and still not there are sources.
        while let Some(path) = referred.pop() {
            referred.extend(self.push(cache, path, None, &mut published.added));
        }
        for (id, path) in done.learned {
            self.push_realisation(cache, id, path);
        }
        published
    }

    /// Lets the store have the outputs of a derivation if the cache has all of them, so that they need not be built again.
    fn take_over(&mut self, node: &Node, cache: &BinaryCache) {
        let infos = node.outputs().map(|(_, path)| match cache.stored(path?) {
            Entry::Present(info) => Some(info),
            _ => None,
        });
        let Some(infos) = infos.collect::<Option<Vec<_>>>() else {
            return;
        };
        for info in infos {
            let known = self.store.object(&info.path);
            if !known.is_some_and(|object| object.is_real()) {
                let object = Rc::new(StoreObject::of_narinfo(&info));
                self.store.insert_object(info.path.clone(), object);
            }
        }
    }

    /// Pushes a store object unless the cache has it or nothing is known of it; returns what it refers to if it is new.
    fn push(
        &self,
        cache: &mut BinaryCache,
        path: StorePath,
        deriver: Option<&StorePath>,
        added: &mut Vec<StorePath>,
    ) -> OrderedSet<StorePath> {
        let object = self.store.object(&path);
        let Some(object) = object.filter(|_| !cache.contains(&path)) else {
            return OrderedSet::new();
        };
        let (mut info, archive) = object.publish(&path, deriver.cloned());
        if let Some(key) = &self.key {
            let store_dir = cache.store_dir().clone();
            info.sign(&store_dir, key);
        }
        if let Some(archive) = archive {
            cache.insert_archive(info.url.clone(), archive);
        }
        cache.insert(info);
        added.push(path);
        object.references.clone()
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
    leave_out: &dyn Fn(&Derivation) -> bool,
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
