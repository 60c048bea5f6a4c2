//! How the paths of one derivation come about, and where in the texts its attributes are defined.

use crate::diagnostics::{place_of, text};
use crate::model::AttributePlace;
use drvlab_cache::{DerivationGraph, NodeId};
use drvlab_lang::Machine;
use drvlab_store::explain::{Explanation, explain};
use drvlab_store::{DigestCache, StoreDir, StorePath};
use wasm_bindgen::prelude::*;

/// The one type of explanations that is not derived.
#[wasm_bindgen(typescript_custom_section)]
const TEXT: &'static str = <drvlab_store::explain::Text as tsify::Tsify>::DECL;

/// Explains a derivation of a graph; `None` if it makes no sense, which no evaluation gives.
pub(crate) fn explanation(
    graph: &DerivationGraph,
    id: NodeId,
    store_dir: &StoreDir,
) -> Option<Explanation> {
    let mut cache = DigestCache::new(store_dir.clone());
    let inside = graph.closure([id]);
    // Inputs come first in a graph.
    for node in graph.ids().filter(|node| inside[node.index()]) {
        let node = &graph[node];
        cache.insert(node.path.clone(), &node.derivation).ok()?;
    }
    let node = &graph[id];
    explain(&node.derivation, &node.path, &cache).ok()
}

/// Finds where the attributes of a derivation are defined, as far as that is in files of the page.
pub(crate) fn attribute_places(machine: &Machine, drv_path: &StorePath) -> Vec<AttributePlace> {
    let positions = machine.attribute_positions(drv_path);
    let places = positions.into_iter().map(|(name, pos)| AttributePlace {
        name: text(&name),
        place: place_of(pos, &machine.sources),
    });
    places.filter(|it| it.place.file.is_some()).collect()
}
