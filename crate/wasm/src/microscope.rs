//! How the paths of one derivation come about, and where in the texts its attributes are defined.

use crate::diagnostics::{place_of, text};
use crate::model::detail::{AttributePlace, SourceDetail};
use drvlab_cache::{DerivationGraph, NodeId};
use drvlab_lang::Machine;
use drvlab_store::explain::{self, Content, Explanation, PathExplanation, explain};
use drvlab_store::{DigestCache, StoreDir, StorePath};
use wasm_bindgen::prelude::*;

/// The one type of explanations that is not derived.
#[wasm_bindgen(typescript_custom_section)]
const TEXT: &'static str = <explain::Text as tsify::Tsify>::DECL;

/// The page shows the beginnings of texts; marks behind that many bytes would only take time.
const MARKED: usize = 32_000;

/// Explains a derivation of a graph as far as its inputs are known; `None` if it makes no sense, which no evaluation gives.
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
        // Without its digest, an explanation says which input is missing.
        let _ = cache.insert(node.path.clone(), &node.derivation);
    }
    let node = &graph[id];
    let mut explanation = explain(&node.derivation, &node.path, &cache).ok()?;
    explanation.paths.iter_mut().for_each(shorten);
    shorten_steps(&mut explanation.identity);
    Some(explanation)
}

fn shorten(path: &mut PathExplanation) {
    shorten_steps(&mut path.steps);
}

fn shorten_steps(steps: &mut [explain::Step]) {
    for step in steps {
        if let Content::Text { marks, .. } = &mut step.content {
            marks.retain(|mark| mark.start < MARKED);
        }
    }
}

/// Explains the path of a text or a copy of files that an evaluation made.
pub(crate) fn source(machine: &mut Machine, path: &StorePath) -> SourceDetail {
    let store_dir = machine.store.dir.clone();
    let problem = |message: &str| SourceDetail {
        explanation: None,
        problem: Some(message.to_owned()),
    };
    let Some(object) = machine.store_object(path, usize::MAX) else {
        return problem("What it consists of is not known here, so that there is nothing to hash.");
    };
    match explain::object(path, &object, &store_dir) {
        Ok(Some(mut explanation)) => {
            shorten(&mut explanation);
            SourceDetail {
                explanation: Some(explanation),
                problem: None,
            }
        }
        Ok(None) => problem("What it was made from has changed in the meantime."),
        Err(error) => problem(&error.to_string()),
    }
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
