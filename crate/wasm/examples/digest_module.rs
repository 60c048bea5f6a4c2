//! Measures digesting graphs of derivations in a browser: a module whose functions JavaScript takes the time of.

#[expect(
    dead_code,
    reason = "the graph as an expression is for comparisons with other programs"
)]
#[path = "../../store/benches/graph/mod.rs"]
mod graph;

use graph::{Cone, Graph, hash_alone};
use wasm_bindgen::prelude::*;

/// A graph, and the bytes that are hashed for it.
#[wasm_bindgen]
pub struct Measured {
    graph: Graph,
    texts: Vec<Vec<u8>>,
}

#[wasm_bindgen]
impl Measured {
    /// Makes a graph of so many derivations, at least ten.
    #[wasm_bindgen(constructor)]
    pub fn new(size: usize) -> Measured {
        let graph = Graph::new(size);
        let texts = graph.hashed_texts();
        Measured { graph, texts }
    }

    /// Returns the number of bytes that are hashed.
    pub fn bytes(&self) -> f64 {
        self.texts.iter().map(Vec::len).sum::<usize>() as f64
    }

    /// Hashes the bytes and does nothing else.
    pub fn alone(&self) -> u8 {
        hash_alone(&self.texts)
    }

    /// Digests everything from nothing.
    pub fn nothing(&mut self) {
        self.graph.digest_all();
    }

    /// Returns how many derivations are digested when the leaf of a cone changes.
    pub fn cone(&self, index: usize) -> usize {
        self.graph.places(cone(index)).len() + 1
    }

    /// Changes the leaf of a cone, and digests what depends on it.
    pub fn change(&mut self, index: usize) {
        let cone = cone(index);
        let places = self.graph.places(cone);
        self.graph.change(cone, &places);
    }
}

fn cone(index: usize) -> Cone {
    *Cone::EACH.get(index).expect("there are three cones")
}
