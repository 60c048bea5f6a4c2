//! Small package sets for tests: derivations with real paths, described in a line each.

#![allow(dead_code, reason = "each test uses another part of it")]

use drvlab_store::OrderedMap;
use std::rc::Rc;

use drvlab_cache::{DerivationGraph, NodeId};
use drvlab_store::{
    ContentAddress, ContentAddressMethod, Derivation, DerivationInputs, DerivationOutput,
    DigestCache, Hash, HashAlgorithm, StoreDir, StorePath,
};

/// A package before its paths are known.
#[derive(Clone)]
pub struct Package {
    attribute: String,
    name: String,
    outputs: Vec<String>,
    inputs: Vec<(String, String)>,
    sources: Vec<(String, String)>,
    env: Vec<(String, String)>,
    content: Option<String>,
    floating: bool,
}

/// Starts the description of a package, known to others of the set by `attribute`.
pub fn package(attribute: &str) -> Package {
    Package {
        attribute: attribute.to_owned(),
        name: attribute.to_owned(),
        outputs: vec!["out".to_owned()],
        inputs: Vec::new(),
        sources: Vec::new(),
        env: Vec::new(),
        content: None,
        floating: false,
    }
}

impl Package {
    pub fn named(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    pub fn outputs(mut self, outputs: &[&str]) -> Self {
        self.outputs = outputs.iter().map(ToString::to_string).collect();
        self
    }

    /// Mentions outputs of packages (`zlib` or `zlib.dev`) in `buildInputs`.
    pub fn needs(self, inputs: &[&str]) -> Self {
        inputs
            .iter()
            .fold(self, |it, input| it.needs_in("buildInputs", input))
    }

    /// Mentions one output in a variable.
    pub fn needs_in(mut self, variable: &str, input: &str) -> Self {
        self.inputs.push((variable.to_owned(), input.to_owned()));
        self
    }

    /// Needs a file that is copied to the store, and mentions it in the variable `file`.
    pub fn source(mut self, name: &str, text: &str) -> Self {
        self.sources.push((name.to_owned(), text.to_owned()));
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Makes it a fixed output with this content.
    pub fn content(mut self, content: &str) -> Self {
        self.content = Some(content.to_owned());
        self
    }

    pub fn floating(mut self) -> Self {
        self.floating = true;
        self
    }
}

/// Derivations with their paths.
pub struct PackageSet {
    pub graph: DerivationGraph,
    paths: OrderedMap<String, StorePath>,
}

impl PackageSet {
    /// Instantiates packages, inputs first; the last one is the root.
    pub fn new(packages: impl IntoIterator<Item = Package>) -> Self {
        let mut digests = DigestCache::new(StoreDir::default());
        let mut paths = OrderedMap::new();
        let mut derivations: OrderedMap<StorePath, Rc<Derivation>> = OrderedMap::new();
        let mut root = None;
        for package in packages {
            let mut derivation = describe(&package, &paths, &derivations);
            let path = digests.instantiate(&mut derivation).unwrap();
            paths.insert(package.attribute, path.clone());
            derivations.insert(path.clone(), Rc::new(derivation));
            root = Some(path);
        }
        let graph = DerivationGraph::new(root, |path| derivations.get(path).cloned()).unwrap();
        Self { graph, paths }
    }

    pub fn drv(&self, attribute: &str) -> StorePath {
        self.paths[attribute].clone()
    }

    pub fn id(&self, attribute: &str) -> NodeId {
        self.graph.find(&self.paths[attribute]).unwrap()
    }

    pub fn root(&self) -> NodeId {
        self.graph.find(&self.graph.roots()[0]).unwrap()
    }

    /// Returns the path of `zlib` or `zlib.dev`.
    pub fn output(&self, reference: &str) -> StorePath {
        let (attribute, output) = split(reference);
        let derivation = &self.graph[self.id(attribute)].derivation;
        derivation.outputs[output.as_bytes()]
            .path()
            .unwrap()
            .clone()
    }
}

fn split(reference: &str) -> (&str, &str) {
    reference.split_once('.').unwrap_or((reference, "out"))
}

fn describe(
    package: &Package,
    paths: &OrderedMap<String, StorePath>,
    derivations: &OrderedMap<StorePath, Rc<Derivation>>,
) -> Derivation {
    let store_dir = StoreDir::default();
    let mut derivation = Derivation::new(package.name.clone());
    derivation.system = "x86_64-linux".into();
    derivation.builder = "/bin/sh".into();
    derivation.args = vec!["-e".into(), "build.sh".into()];
    derivation
        .env
        .insert("name".into(), package.name.clone().into());
    for (variable, input) in &package.inputs {
        let (attribute, output) = split(input);
        let drv = &paths[attribute];
        let input = derivation.input_drvs.entry(drv.clone()).or_default();
        input.outputs.extend(DerivationInputs::of(output).outputs);
        let mut text = derivation
            .env
            .get(variable)
            .map_or_else(Vec::new, |text| text.to_vec());
        if !text.is_empty() {
            text.push(b' ');
        }
        match derivations[drv].outputs[output.as_bytes()].path() {
            Some(path) => text.extend_from_slice(store_dir.display(path).as_bytes()),
            None => text.extend_from_slice(
                drvlab_store::placeholder::upstream_placeholder(drv, output.into()).as_bytes(),
            ),
        }
        derivation.env.insert(variable.as_str().into(), text.into());
    }
    for (name, text) in &package.sources {
        let digest = drvlab_store::hash::sha256(text.as_bytes());
        let path = store_dir.text_path(&digest, name.as_bytes(), []).unwrap();
        derivation
            .env
            .insert("file".into(), store_dir.display(&path).into());
        derivation.input_srcs.insert(path);
    }
    for (name, value) in &package.env {
        derivation
            .env
            .insert(name.as_str().into(), value.as_str().into());
    }
    for output in &package.outputs {
        let value = if let Some(content) = &package.content {
            let hash = Hash::of(HashAlgorithm::Sha256, content.as_bytes());
            let address = ContentAddress {
                method: ContentAddressMethod::Flat,
                hash,
            };
            DerivationOutput::fixed(&store_dir, address, &package.name, output.as_bytes().into())
                .unwrap()
        } else if package.floating {
            DerivationOutput::Floating {
                method: ContentAddressMethod::Nar,
                algorithm: HashAlgorithm::Sha256,
            }
        } else {
            DerivationOutput::Deferred
        };
        derivation.outputs.insert(output.as_str().into(), value);
    }
    derivation
}
