//! A whole package set turned from input- to content-addressed: the derivations that the same texts would give with
//! `__contentAddressed = true`, `outputHashAlgo = "sha256"` and `outputHashMode = "recursive"` in each.

use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};
use drvlab_store::content_address::ContentAddressMethod;
use drvlab_store::derivation::DerivationKind;
use drvlab_store::placeholder::{
    computed_digest, computed_placeholder, upstream_digest, upstream_placeholder,
};
use drvlab_store::{
    Derivation, DerivationInputs, DerivationOutput, DigestCache, DigestError, HashAlgorithm,
    HashedMap, HashedSet, StoreDir, StorePath,
};

use crate::graph::{DerivationGraph, GraphError, NodeId};
use crate::plan::Wanted;
use crate::sources::{self, Derivations, Sources};

/// The attributes that say how contents are hashed. They stand in the environment; `__contentAddressed` does not.
const ATTRIBUTES: [(&str, &str); 2] = [
    ("outputHashAlgo", "sha256"),
    ("outputHashMode", "recursive"),
];

/// A graph that was turned, and what became of each derivation.
#[derive(Clone, Debug)]
pub struct Turned {
    /// The graph.
    pub graph: Rc<DerivationGraph>,
    /// Derivations that are there as texts only.
    texts: Derivations,
    /// The paths of `.drv` files by those that they had.
    moved: HashedMap<StorePath, StorePath>,
}

/// Turns all derivations of a graph whose outputs' paths follow from inputs, and those `texts` of derivations that they have as sources.
///
/// Those with structured attributes have their attributes in one text, which is left alone: they become deferred if they need a turned one.
///
/// # Errors
/// A derivation has no digest, because an input is missing.
pub fn turn(
    graph: &DerivationGraph,
    texts: &Derivations,
    store_dir: &StoreDir,
) -> Result<Turned, DigestError> {
    let mut turner = Turner {
        graph,
        texts,
        digests: DigestCache::new(store_dir.clone()),
        moved: HashedMap::new(),
        turned: HashedMap::new(),
    };
    for node in graph.nodes() {
        turner.turn_with_all_before(&node.path)?;
    }
    let Turner { moved, turned, .. } = turner;
    let roots = graph.roots().iter().map(|root| move_path(&moved, root));
    let graph = DerivationGraph::new(roots, |path| turned.get(path).cloned());
    let graph = graph.map_err(|GraphError::Cycle(path)| DigestError::Cycle(path))?;
    let texts = turned
        .into_iter()
        .filter(|(path, _)| graph.find(path).is_none());
    Ok(Turned {
        texts: texts.collect(),
        graph: Rc::new(graph),
        moved,
    })
}

/// What has been turned so far.
struct Turner<'a> {
    graph: &'a DerivationGraph,
    texts: &'a Derivations,
    digests: DigestCache,
    moved: HashedMap<StorePath, StorePath>,
    turned: Derivations,
}

impl Turner<'_> {
    /// Returns a derivation as it was.
    fn original(&self, path: &StorePath) -> Option<Rc<Derivation>> {
        let node = self.graph.find(path).map(|id| &self.graph[id].derivation);
        node.or_else(|| self.texts.get(path)).cloned()
    }

    /// Turns a derivation after its inputs and the derivations that it has as sources; works at any depth.
    fn turn_with_all_before(&mut self, path: &StorePath) -> Result<(), DigestError> {
        let mut open = HashedSet::new();
        let mut stack = vec![path.clone()];
        while let Some(path) = stack.last() {
            let path = path.clone();
            let derivation = match self.original(&path) {
                Some(derivation) if !self.moved.contains_key(&path) => derivation,
                _ => {
                    stack.pop();
                    continue;
                }
            };
            if open.insert(path.clone()) {
                let sources = derivation.input_srcs.iter().filter(|it| it.is_derivation());
                let before = derivation.input_drvs.keys().chain(sources);
                stack.extend(before.filter(|it| !open.contains(*it)).cloned());
                continue;
            }
            stack.pop();
            match self.turn_one(&path, &derivation) {
                // Of a text that cannot be turned nothing depends.
                Err(_) if self.graph.find(&path).is_none() => {}
                done => done?,
            }
        }
        Ok(())
    }

    fn turn_one(&mut self, path: &StorePath, original: &Derivation) -> Result<(), DigestError> {
        let mut derivation = original.clone();
        let mut rewrites = Rewrites::default();
        for (path, wanted) in std::mem::take(&mut derivation.input_drvs) {
            let new_path = move_path(&self.moved, &path);
            if let (Some(old), Some(new)) = (self.original(&path), self.turned.get(&new_path)) {
                rewrites.outputs((&path, &old), (&new_path, new), self.digests.store_dir());
                for (name, inner) in &wanted.dynamic {
                    let [old, new] =
                        [&path, &new_path].map(|it| upstream_digest(it, name.as_bstr()));
                    rewrites.dynamic_outputs(inner, &old, &new);
                }
            }
            derivation.input_drvs.insert(new_path, wanted);
        }
        for source in std::mem::take(&mut derivation.input_srcs) {
            let new = move_path(&self.moved, &source);
            let store_dir = self.digests.store_dir();
            rewrites.add(store_dir.display(&source), store_dir.display(&new));
            derivation.input_srcs.insert(new);
        }
        rewrites.apply(&mut derivation.builder);
        derivation
            .args
            .iter_mut()
            .for_each(|text| rewrites.apply(text));
        let variables = derivation.env.iter().map(|(name, text)| {
            let mut text = BString::from(text);
            rewrites.apply(&mut text);
            (BString::from(name), text)
        });
        derivation.env = variables.collect();
        float(&mut derivation);
        let new_path = self.digests.instantiate(&mut derivation)?;
        self.moved.insert(path.clone(), new_path.clone());
        self.turned.insert(new_path, Rc::new(derivation));
        Ok(())
    }
}

/// Lets outputs' paths follow from contents, if they follow from inputs.
fn float(derivation: &mut Derivation) {
    let kind = derivation.kind();
    if !matches!(
        kind,
        Ok(DerivationKind::InputAddressed | DerivationKind::Deferred)
    ) {
        return;
    }
    let output = if derivation.env.contains_key(BStr::new("__json")) {
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

/// What stands in texts of dependents, and what is to stand there.
#[derive(Default)]
struct Rewrites(Vec<(String, String)>);

impl Rewrites {
    fn add(&mut self, from: String, to: String) {
        if from != to {
            self.0.push((from, to));
        }
    }

    /// Adds what stands for outputs of a derivation.
    fn outputs(
        &mut self,
        (path, old): (&StorePath, &Derivation),
        (new_path, new): (&StorePath, &Derivation),
        store_dir: &StoreDir,
    ) {
        for (name, output) in &old.outputs {
            if let Some(to) = new.outputs.get(name) {
                let from = reference(path, name.as_bstr(), output, store_dir);
                self.add(from, reference(new_path, name.as_bstr(), to, store_dir));
            }
        }
    }

    /// Adds what stands for outputs of an output, which is known by the digest of what stands for it.
    ///
    /// Recursion is bounded by the nesting of dynamic outputs.
    fn dynamic_outputs(&mut self, wanted: &DerivationInputs, old: &[u8; 32], new: &[u8; 32]) {
        for name in &wanted.outputs {
            let name = name.as_bstr();
            self.add(
                computed_placeholder(old, name),
                computed_placeholder(new, name),
            );
        }
        for (name, inner) in &wanted.dynamic {
            let [old, new] = [old, new].map(|digest| computed_digest(digest, name.as_bstr()));
            self.dynamic_outputs(inner, &old, &new);
        }
    }

    fn apply(&self, text: &mut BString) {
        for (from, to) in &self.0 {
            if text.contains_str(from) {
                *text = text.replace(from, to).into();
            }
        }
    }
}

impl Turned {
    /// Returns where a derivation went.
    #[must_use]
    pub fn place(&self, path: &StorePath) -> Option<NodeId> {
        self.graph.find(self.moved.get(path)?)
    }

    /// Returns what an evaluation would have put into the store, contents of derivations included where they are known of the original.
    #[must_use]
    pub fn sources(&self, original: &Sources, store_dir: &StoreDir) -> Sources {
        let mut sources = original.clone();
        for (path, object) in original.iter() {
            let Some(new) = self.moved.get(path) else {
                continue;
            };
            let node = self.graph.find(new).map(|id| &self.graph[id].derivation);
            let derivation = node.or_else(|| self.texts.get(new));
            let text = derivation.filter(|_| object.is_some());
            let text = text.and_then(|it| sources::of_derivation(new, it, store_dir));
            sources.insert(new.clone(), text);
        }
        sources
    }

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

fn move_path(moved: &HashedMap<StorePath, StorePath>, path: &StorePath) -> StorePath {
    moved.get(path).unwrap_or(path).clone()
}

/// Returns what stands for an output in the texts of those who need it.
fn reference(
    path: &StorePath,
    name: &BStr,
    output: &DerivationOutput,
    store_dir: &StoreDir,
) -> String {
    match output.path() {
        Some(path) => store_dir.display(path),
        None => upstream_placeholder(path, name),
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
        let mut app = derivation("app", &[("uses", &mention)], &[&library_path]);
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
        let turned = turn(&pair(false), &Derivations::default(), &StoreDir::default()).unwrap();
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
        let turned = turn(&written, &Derivations::default(), &StoreDir::default()).unwrap();
        assert_eq!(turned.graph.roots(), written.roots());
    }
}
