//! What a derivation of a graph is built as: itself, or resolved if its inputs' paths were not known before.

use drvlab_store::OrderedSet;
use std::rc::Rc;

use bstr::{BStr, BString};
use drvlab_build::{needs_resolution, resolve};
use drvlab_store::derivation::DerivationKind;
use drvlab_store::{Derivation, DerivationInputs, DigestCache, OutputId, StoreDir, StorePath};

use crate::building::Job;
use crate::graph::{DerivationGraph, NodeId};
use crate::identity::Identities;
use crate::local_store::LocalStore;

/// A derivation with known inputs.
#[derive(Debug)]
pub struct Prepared {
    /// The path of its `.drv` file.
    pub path: StorePath,
    /// The derivation.
    pub derivation: Rc<Derivation>,
    /// Whether it is another one than that of the graph.
    pub resolved: bool,
    inputs: OrderedSet<StorePath>,
    sources: OrderedSet<StorePath>,
    digest: Option<[u8; 32]>,
}

impl Prepared {
    /// Returns the job of building it.
    #[must_use]
    pub fn job<'a>(&'a self, local: &'a LocalStore, store_dir: &'a StoreDir) -> Job<'a> {
        Job {
            derivation: &self.derivation,
            path: &self.path,
            inputs: self.inputs.clone(),
            sources: self.sources.clone(),
            local,
            store_dir,
        }
    }

    /// Returns what an output is known by, if it was resolved and its path follows from its content.
    #[must_use]
    pub fn output_id(&self, output: &BString) -> Option<OutputId> {
        let output = output.clone();
        self.digest.map(|digest| OutputId { digest, output })
    }

    /// Returns the outputs of other derivations that it is built from.
    #[must_use]
    pub const fn inputs(&self) -> &OrderedSet<StorePath> {
        &self.inputs
    }
}

/// Returns the path of an output: the one that is known before builds, or the one that it turned out to have.
#[must_use]
pub fn output_path(
    graph: &DerivationGraph,
    id: NodeId,
    output: &BStr,
    local: &LocalStore,
    identities: &Identities,
) -> Option<StorePath> {
    let known = graph[id].derivation.outputs.get(output)?.path();
    match known {
        Some(path) => Some(path.clone()),
        None => local.realisation(&identities.output(id, output)?).cloned(),
    }
}

/// Adds the outputs of outputs that are needed; returns nothing if one is not known.
///
/// Recursion is bounded by the nesting of dynamic outputs.
fn add_dynamic(
    local: &LocalStore,
    derivation: &StorePath,
    needed: &DerivationInputs,
    inputs: &mut OrderedSet<StorePath>,
) -> Option<()> {
    for (output, inner) in &needed.dynamic {
        let text = local.output(derivation, output)?;
        for output in &inner.outputs {
            inputs.insert(local.output(text, output)?.clone());
        }
        add_dynamic(local, text, inner, inputs)?;
    }
    Some(())
}

/// Finds the inputs of a derivation and replaces it by the resolved one if it must be.
///
/// Returns nothing if an input is not in the graph, or is not known to have turned out to be anything.
#[must_use]
pub fn prepare(
    graph: &DerivationGraph,
    id: NodeId,
    local: &LocalStore,
    identities: &Identities,
    store_dir: &StoreDir,
) -> Option<Prepared> {
    let node = &graph[id];
    let mut inputs = OrderedSet::new();
    let mut sources = OrderedSet::new();
    for (path, wanted) in &node.derivation.input_drvs {
        let input = graph.find(path)?;
        let is_source = graph[input].derivation.kind() == Ok(DerivationKind::Fixed);
        for output in &wanted.outputs {
            let path = output_path(graph, input, BStr::new(output), local, identities)?;
            if is_source {
                sources.insert(path.clone());
            }
            inputs.insert(path);
        }
        add_dynamic(local, path, wanted, &mut inputs)?;
    }
    if !needs_resolution(&node.derivation) {
        return Some(Prepared {
            path: node.path.clone(),
            derivation: Rc::clone(&node.derivation),
            resolved: false,
            inputs,
            sources,
            digest: None,
        });
    }
    let mut digests = DigestCache::new(store_dir.clone());
    let resolved = resolve(&node.derivation, &mut digests, |input, names| {
        let (first, rest) = names.split_first()?;
        let first = output_path(graph, graph.find(input)?, first, local, identities)?;
        // A path that is known is that of a derivation's text.
        rest.iter().try_fold(first, |derivation, name| {
            local.output(&derivation, &BString::from(*name)).cloned()
        })
    });
    let (path, derivation) = resolved.ok()?;
    let floating = derivation.kind() == Ok(DerivationKind::Floating);
    let digest = if floating {
        Some(digests.masked_digest(&derivation).ok()?.digest)
    } else {
        None
    };
    Some(Prepared {
        path,
        derivation: Rc::new(derivation),
        resolved: true,
        inputs,
        sources,
        digest,
    })
}
