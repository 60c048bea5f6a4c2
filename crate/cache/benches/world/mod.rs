//! Graphs of derivations and caches of many narinfos, of any size.

use drvlab_store::{OrderedMap, OrderedSet};
use std::rc::Rc;

use drvlab_cache::{
    BinaryCache, DerivationGraph, LocalStore, Plan, Settings, Substituters, Wanted, farm, plan,
};
use drvlab_store::hash::sha256;
use drvlab_store::{
    CacheInfo, Derivation, DerivationInputs, DerivationOutput, DigestCache, Hash, NarInfo,
    StoreDir, StorePath,
};

/// A graph in which each derivation needs up to three earlier ones, the last before it among them, and what is wanted of it.
pub struct Set {
    /// The derivations.
    pub graph: DerivationGraph,
    wanted: [Wanted; 1],
}

impl Set {
    /// Makes a graph; `edited` is a derivation that is another one than usual, and so are all that come after it.
    pub fn new(size: usize, edited: Option<usize>) -> Self {
        let mut digests = DigestCache::new(StoreDir::default());
        let mut derivations: OrderedMap<StorePath, Rc<Derivation>> = OrderedMap::new();
        let mut paths: Vec<StorePath> = Vec::with_capacity(size);
        for index in 0..size {
            let mut derivation = Derivation::new(format!("package-{index}"));
            derivation.system = "x86_64-linux".into();
            derivation.builder = "/bin/sh".into();
            if edited == Some(index) {
                derivation.env.insert("edited".into(), "1".into());
            }
            derivation
                .outputs
                .insert("out".into(), DerivationOutput::Deferred);
            for distance in [1, 7, 1 + index / 2] {
                if let Some(input) = index.checked_sub(distance) {
                    let inputs = DerivationInputs::of("out");
                    derivation.input_drvs.insert(paths[input].clone(), inputs);
                }
            }
            let path = digests
                .instantiate(&mut derivation)
                .expect("its inputs are there");
            derivations.insert(path.clone(), Rc::new(derivation));
            paths.push(path);
        }
        let root = paths.pop().expect("no size is 0");
        let graph = DerivationGraph::new([root.clone()], |path| derivations.get(path).cloned())
            .expect("inputs come first");
        Self {
            graph,
            wanted: [Wanted::all(root)],
        }
    }

    /// Makes a cache that has all outputs.
    pub fn cache(&self) -> BinaryCache {
        let mut cache = empty();
        farm::publish(&self.graph, self.graph.ids(), &mut cache, &|_| false);
        cache
    }

    /// Makes a local store that has all outputs.
    pub fn local(&self) -> LocalStore {
        let mut local = LocalStore::new();
        farm::build_locally(&self.graph, self.graph.ids(), &mut local);
        local
    }

    /// Plans how to get the last derivation, with an explanation for each of the graph.
    pub fn plan(&self, local: &LocalStore, cache: &BinaryCache) -> Plan {
        let settings = Settings::default();
        let substituters = Substituters::new([cache], &settings, None);
        plan(&self.graph, &self.wanted, local, &substituters, &settings)
    }

    /// Decides how to get the last derivation; returns how many derivations were looked at for that.
    pub fn decide(&self, local: &LocalStore, cache: &BinaryCache) -> usize {
        let settings = Settings::default();
        let substituters = Substituters::new([cache], &settings, None);
        plan::decide(&self.graph, &self.wanted, local, &substituters, &settings).looked_at()
    }
}

/// Makes a cache without anything.
pub fn empty() -> BinaryCache {
    BinaryCache::new("cache", CacheInfo::default(), StoreDir::default())
}

/// Puts in narinfos that nobody asks for.
pub fn fill(cache: &mut BinaryCache, count: usize) {
    for index in 0..count {
        let digest = sha256(&index.to_le_bytes());
        let hash_part = digest[..20].try_into().expect("these are 20 bytes");
        cache.insert(NarInfo {
            path: StorePath::new(hash_part, b"stranger").expect("the name is allowed"),
            url: "nar/x.nar".into(),
            compression: "none".into(),
            file_hash: None,
            file_size: 1,
            nar_hash: Hash::from_sha256(digest),
            nar_size: 1,
            references: OrderedSet::new(),
            deriver: None,
            signatures: OrderedSet::new(),
            content_address: None,
        });
    }
}
