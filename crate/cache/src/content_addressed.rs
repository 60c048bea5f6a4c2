//! A whole package set turned from input- to content-addressed: the derivations that the same texts would give with
//! `__contentAddressed = true`, `outputHashAlgo = "sha256"` and `outputHashMode = "recursive"` in each.

use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};
use drvlab_store::content_address::ContentAddressMethod;
use drvlab_store::derivation::DerivationKind;
use drvlab_store::placeholder::upstream_placeholder;
use drvlab_store::{
    Derivation, DerivationOutput, DigestCache, DigestError, HashAlgorithm, StoreDir, StorePath,
};
use rustc_hash::FxHashMap;

use crate::graph::{DerivationGraph, GraphError};
use crate::plan::Wanted;

/// The attributes that say how contents are hashed. They stand in the environment; `__contentAddressed` does not.
const ATTRIBUTES: [(&str, &str); 2] = [
    ("outputHashAlgo", "sha256"),
    ("outputHashMode", "recursive"),
];

/// A graph that was turned, and what became of each derivation.
#[derive(Clone, Debug)]
pub struct Turned {
    /// The graph.
    pub graph: DerivationGraph,
    /// The paths of `.drv` files by those that they had.
    pub moved: Moved,
}

/// The paths of `.drv` files by those that they had.
pub type Moved = FxHashMap<StorePath, StorePath>;

/// Turns all derivations of a graph whose outputs' paths follow from inputs.
///
/// Those with structured attributes have their attributes in one text, which is left alone: they become deferred if they need a turned one.
///
/// # Errors
/// A derivation has no digest, because an input is missing.
pub fn turn(graph: &DerivationGraph, store_dir: &StoreDir) -> Result<Turned, DigestError> {
    let mut digests = DigestCache::new(store_dir.clone());
    let mut moved = Moved::default();
    let mut turned: FxHashMap<StorePath, Rc<Derivation>> = FxHashMap::default();
    for node in graph.nodes() {
        let mut derivation = (*node.derivation).clone();
        let mut rewrites: Vec<(BString, BString)> = Vec::new();
        for (path, wanted) in std::mem::take(&mut derivation.input_drvs) {
            let new_path = moved.get(&path).cloned().unwrap_or_else(|| path.clone());
            if let (Some(old), Some(new)) = (graph.find(&path), turned.get(&new_path)) {
                let old = &graph[old].derivation;
                for (name, output) in &old.outputs {
                    let from = reference(&path, name.as_bstr(), output, store_dir);
                    let to = new.outputs.get(name);
                    let to = to.map(|it| reference(&new_path, name.as_bstr(), it, store_dir));
                    rewrites.extend(to.filter(|to| *to != from).map(|to| (from, to)));
                }
            }
            derivation.input_drvs.insert(new_path, wanted);
        }
        let rewrite = |text: &mut BString| {
            for (from, to) in &rewrites {
                if text.contains_str(from) {
                    *text = text.replace(from, to).into();
                }
            }
        };
        rewrite(&mut derivation.builder);
        derivation.args.iter_mut().for_each(rewrite);
        derivation.env.values_mut().for_each(rewrite);
        let by_input = matches!(
            derivation.kind(),
            Ok(DerivationKind::InputAddressed | DerivationKind::Deferred)
        );
        if by_input {
            let structured = derivation.env.contains_key(BStr::new("__json"));
            let output = if structured {
                DerivationOutput::Deferred
            } else {
                for (name, value) in ATTRIBUTES {
                    derivation.env.insert(name.into(), value.into());
                }
                DerivationOutput::Floating {
                    method: ContentAddressMethod::Nar,
                    algorithm: HashAlgorithm::Sha256,
                }
            };
            for other in derivation.outputs.values_mut() {
                *other = output.clone();
            }
        }
        let path = digests.instantiate(&mut derivation)?;
        moved.insert(node.path.clone(), path.clone());
        turned.insert(path, Rc::new(derivation));
    }
    let roots = graph.roots().iter().map(|root| move_path(&moved, root));
    let graph = DerivationGraph::new(roots, |path| turned.get(path).cloned());
    match graph {
        Ok(graph) => Ok(Turned { graph, moved }),
        Err(GraphError::Cycle(path)) => Err(DigestError::Cycle(path)),
    }
}

impl Turned {
    /// Returns what is wanted in place of outputs of the original derivations.
    #[must_use]
    pub fn wanted(&self, wanted: &[Wanted]) -> Vec<Wanted> {
        let turn = |wanted: &Wanted| match wanted {
            Wanted::Outputs {
                derivation,
                outputs,
            } => Wanted::Outputs {
                derivation: move_path(&self.moved, derivation),
                outputs: outputs.clone(),
            },
            Wanted::Dynamic { derivation, needed } => Wanted::Dynamic {
                derivation: move_path(&self.moved, derivation),
                needed: needed.clone(),
            },
            Wanted::Path(path) => Wanted::Path(path.clone()),
        };
        wanted.iter().map(turn).collect()
    }
}

fn move_path(moved: &Moved, path: &StorePath) -> StorePath {
    moved.get(path).unwrap_or(path).clone()
}

/// Returns what stands for an output in the texts of those who need it.
fn reference(
    path: &StorePath,
    name: &BStr,
    output: &DerivationOutput,
    store_dir: &StoreDir,
) -> BString {
    match output.path() {
        Some(path) => store_dir.display(path).into(),
        None => upstream_placeholder(path, name).into(),
    }
}

#[cfg(test)]
mod tests {
    use drvlab_store::OrderedMap;

    use super::*;

    fn derivation(name: &str, env: &[(&str, &str)], inputs: &[&StorePath]) -> Derivation {
        let mut derivation = Derivation::new(name);
        derivation.system = "x86_64-linux".into();
        derivation.builder = "/bin/sh".into();
        derivation
            .outputs
            .insert("out".into(), DerivationOutput::Deferred);
        let mut variables: OrderedMap<&str, &str> = env.iter().copied().collect();
        variables.entry("name").or_insert(name);
        for (name, value) in variables {
            derivation.env.insert(name.into(), value.into());
        }
        for input in inputs {
            derivation
                .input_drvs
                .entry((*input).clone())
                .or_default()
                .outputs
                .insert("out".into());
        }
        derivation
    }

    /// Makes a library and an application that mentions it, either kind of addressing.
    fn pair(floating: bool) -> DerivationGraph {
        let store_dir = StoreDir::default();
        let mut digests = DigestCache::new(store_dir.clone());
        let float = |derivation: &mut Derivation| {
            if floating {
                for (name, value) in ATTRIBUTES {
                    derivation.env.insert(name.into(), value.into());
                }
                derivation.outputs.insert(
                    "out".into(),
                    DerivationOutput::Floating {
                        method: ContentAddressMethod::Nar,
                        algorithm: HashAlgorithm::Sha256,
                    },
                );
            }
        };
        let mut library = derivation("library", &[], &[]);
        float(&mut library);
        let library_path = digests.instantiate(&mut library).unwrap();
        let output = &library.outputs[BStr::new("out")];
        let mention = reference(&library_path, "out".into(), output, &store_dir);
        let mut app = derivation("app", &[("uses", &mention.to_string())], &[&library_path]);
        float(&mut app);
        let app_path = digests.instantiate(&mut app).unwrap();
        let all: OrderedMap<_, _> = [
            (library_path, Rc::new(library)),
            (app_path.clone(), Rc::new(app)),
        ]
        .into();
        DerivationGraph::new([app_path], |path| all.get(path).cloned()).unwrap()
    }

    #[test]
    fn turning_gives_what_the_attributes_would_have_given() {
        let turned = turn(&pair(false), &StoreDir::default()).unwrap();
        let written = pair(true);
        assert_eq!(turned.graph.roots(), written.roots());
        let paths = |graph: &DerivationGraph| -> Vec<_> {
            graph.nodes().iter().map(|node| node.path.clone()).collect()
        };
        assert_eq!(paths(&turned.graph), paths(&written));
        assert_eq!(turned.moved.len(), 2);
    }

    #[test]
    fn what_is_turned_already_stays() {
        let written = pair(true);
        let turned = turn(&written, &StoreDir::default()).unwrap();
        assert_eq!(turned.graph.roots(), written.roots());
    }
}
