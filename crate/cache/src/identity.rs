//! What outputs are known by whose paths follow from their contents.
//!
//! Source: `staticOutputHashes` in `libstore/derivations.cc`.

use bstr::BStr;
use drvlab_store::derivation::DerivationKind;
use drvlab_store::{DigestCache, OutputId, StoreDir};

use crate::graph::{DerivationGraph, NodeId};

/// The digests of derivations whose output paths are not known before builds.
#[derive(Debug, Default)]
pub struct Identities {
    digests: Vec<Option<[u8; 32]>>,
}

impl Identities {
    /// Computes the digests for a graph; that costs nothing if all output paths are known.
    #[must_use]
    pub fn new(graph: &DerivationGraph, store_dir: &StoreDir) -> Self {
        let unknown = |id: NodeId| graph[id].outputs().any(|(_, path)| path.is_none());
        if !graph.has_unknown_paths() {
            return Self::default();
        }
        let mut cache = DigestCache::new(store_dir.clone());
        let digests = graph.ids().map(|id| {
            let node = &graph[id];
            // A derivation that has no digest, because an input is missing, can neither be looked up nor built.
            cache.insert(node.path.clone(), &node.derivation).ok()?;
            if !unknown(id) || node.derivation.kind() == Ok(DerivationKind::Impure) {
                return None;
            }
            let digest = cache.masked_digest(&node.derivation).ok()?;
            Some(digest.digest)
        });
        Self {
            digests: digests.collect(),
        }
    }

    /// Returns what an output is known by; nothing if its path is known before builds.
    #[must_use]
    pub fn output(&self, id: NodeId, output: &BStr) -> Option<OutputId> {
        Some(OutputId {
            digest: (*self.digests.get(id.index())?)?,
            output: output.into(),
        })
    }
}
