//! Derivations that are read rather than evaluated: the texts of `.drv` files, and JSON of `nix derivation show`.
//!
//! What is wrong with a text stands beside what could be read of it. Nothing here opens a file.

use drvlab_store::{OrderedMap, OrderedSet};
use std::fmt;
use std::rc::Rc;

use bstr::ByteSlice as _;
use drvlab_store::aterm::{self, ParseError, ParseErrorKind};
use drvlab_store::digest::derivation_path;
use drvlab_store::json::{self, JsonReadError};
use drvlab_store::{Derivation, DerivationOutput, DigestCache, Json, StoreDir, StorePath};

use crate::graph::{CycleEdge, DerivationGraph, NodeId};

/// The name of a derivation of which nothing tells the name.
const UNNAMED: &str = "unnamed";

/// The first store path of a text is looked for in so many bytes.
const SEARCHED: usize = 64 << 10;

/// Derivations by the paths of their `.drv` files.
#[derive(Clone, Debug, Default)]
pub struct DerivationTexts {
    store_dir: StoreDir,
    known: OrderedMap<StorePath, Rc<Derivation>>,
    /// Those whose texts could not be read to their ends.
    incomplete: OrderedSet<StorePath>,
}

/// What a text held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextRead {
    /// The derivations: one of a `.drv` file, any number of JSON.
    pub paths: Vec<StorePath>,
    /// What is wrong with the text of a `.drv` file.
    pub problems: Vec<ParseError>,
}

/// Why nothing could be read of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// It does not even begin like a derivation.
    Header(ParseError),
    /// It is JSON, but not of derivations.
    Json(JsonReadError),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(error) => error.fmt(f),
            Self::Json(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ReadError {}

impl DerivationTexts {
    /// Makes an empty collection.
    #[must_use]
    pub fn new(store_dir: StoreDir) -> Self {
        Self {
            store_dir,
            ..Self::default()
        }
    }

    /// Reads as much as there is of a text. `path` is what the name of its file says; a text without one is taken to lie where it
    /// belongs.
    ///
    /// # Errors
    /// When nothing could be read.
    pub fn read(&mut self, path: Option<StorePath>, text: &[u8]) -> Result<TextRead, ReadError> {
        if text.trim_ascii_start().starts_with(b"{") {
            let found = json::parse_show(text, &self.store_dir).map_err(ReadError::Json)?;
            let paths = found.keys().cloned().collect();
            let problems = found
                .iter()
                .filter_map(|(path, derivation)| self.other_path(path, derivation))
                .collect();
            for (path, derivation) in found {
                self.insert(path, Rc::new(derivation));
            }
            return Ok(TextRead { paths, problems });
        }
        let (path, text) = match path {
            Some(path) => (path, text),
            None => (self.path_of(text.trim_ascii()), text.trim_ascii()),
        };
        let read = aterm::read(text, &path, &self.store_dir);
        if let [error] = &read.problems[..]
            && error.field == "header"
        {
            return Err(ReadError::Header(error.clone()));
        }
        self.insert(path.clone(), Rc::new(read.derivation));
        if !read.complete {
            self.incomplete.insert(path.clone());
        }
        Ok(TextRead {
            paths: vec![path],
            problems: read.problems,
        })
    }

    /// Adds a derivation.
    pub fn insert(&mut self, path: StorePath, derivation: Rc<Derivation>) {
        self.incomplete.remove(&path);
        self.known.insert(path, derivation);
    }

    /// Returns a derivation.
    #[must_use]
    pub fn get(&self, path: &StorePath) -> Option<&Rc<Derivation>> {
        self.known.get(path)
    }

    /// Tells whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Returns the derivations that no other needs; where some need each other in a circle, one of them.
    #[must_use]
    pub fn roots(&self) -> Vec<StorePath> {
        let needed: OrderedSet<&StorePath> = self
            .known
            .values()
            .flat_map(|derivation| derivation.input_drvs.keys())
            .collect();
        let free = self.known.keys().filter(|path| !needed.contains(path));
        let mut roots: Vec<StorePath> = free.cloned().collect();
        let mut reached: OrderedSet<&StorePath> = OrderedSet::new();
        let mut left: Vec<&StorePath> = self
            .known
            .keys()
            .filter(|path| !needed.contains(path))
            .collect();
        let mut others = self.known.keys();
        loop {
            while let Some(path) = left.pop() {
                if let Some(derivation) = self.known.get(path)
                    && reached.insert(path)
                {
                    left.extend(derivation.input_drvs.keys());
                }
            }
            let Some(path) = others.find(|path| !reached.contains(path)) else {
                return roots;
            };
            roots.push(path.clone());
            left.push(path);
        }
    }

    /// Makes a graph of all, and finds what can only be found by looking at several at once.
    #[must_use]
    pub fn graph(&self) -> (DerivationGraph, Vec<(NodeId, ParseError)>) {
        let load = |path: &StorePath| self.known.get(path).cloned();
        let (graph, cycles) = DerivationGraph::without_cycles(self.roots(), load);
        let problems = self.check(&graph, &cycles);
        (graph, problems)
    }

    /// Finds what is wrong with the outputs and inputs of the derivations of a graph.
    ///
    /// What follows from a problem of an input, or from the end of a text that is not there, is not said again.
    #[must_use]
    pub fn check(
        &self,
        graph: &DerivationGraph,
        cycles: &[CycleEdge],
    ) -> Vec<(NodeId, ParseError)> {
        let mut problems = check(graph, cycles, &self.store_dir);
        problems.retain(|(id, problem)| {
            let follows = matches!(
                problem.kind,
                ParseErrorKind::OutputPath { .. } | ParseErrorKind::Outputs(_)
            );
            !(follows && self.incomplete.contains(&graph[*id].path))
        });
        problems
    }

    /// The path that a text should have; its name is found in the environment, or in the path of an output.
    fn path_of(&self, text: &[u8]) -> StorePath {
        let unnamed = StorePath::new([0; 20], format!("{UNNAMED}.drv").as_bytes())
            .expect("the name is allowed");
        let mut read = aterm::read(text, &unnamed, &self.store_dir);
        if let Some(name) = name_of(&read.derivation) {
            read.derivation.name = name;
        }
        derivation_path(&self.store_dir, &read.derivation, text).unwrap_or(unnamed)
    }

    fn other_path(&self, path: &StorePath, derivation: &Derivation) -> Option<ParseError> {
        let text = aterm::to_bytes(derivation, &self.store_dir);
        let kind = match derivation_path(&self.store_dir, derivation, &text) {
            Ok(expected) if expected == *path => return None,
            Ok(expected) => ParseErrorKind::OwnPath { expected },
            Err(error) => ParseErrorKind::Path(error),
        };
        Some(ParseError {
            offset: 0,
            field: "path",
            kind,
        })
    }
}

/// Finds the store directory that the text of a `.drv` file is for: that of the first store path in it.
#[must_use]
pub fn store_dir_of(text: &[u8]) -> Option<StoreDir> {
    let strings = text[..text.len().min(SEARCHED)].split(|&byte| byte == b'"');
    strings
        .filter(|string| string.starts_with(b"/"))
        .find_map(|string| {
            let (dir, base_name) = string.rsplit_once_str(b"/")?;
            StorePath::parse(base_name).ok()?;
            StoreDir::new(dir.to_str().ok()?)
        })
}

fn name_of(derivation: &Derivation) -> Option<String> {
    if let Some(name) = derivation.env.get("name".as_bytes().as_bstr()) {
        return name.to_str().ok().map(ToOwned::to_owned);
    }
    // With structured attributes the name stands in the JSON.
    if let Some(text) = derivation.env.get("__json".as_bytes().as_bstr()) {
        let value = Json::parse(text).ok()?;
        if let Some(name) = value.get("name").and_then(Json::as_str) {
            return Some(name.to_owned());
        }
    }
    derivation.outputs.iter().find_map(|(output, value)| {
        let DerivationOutput::InputAddressed { path } = value else {
            return None;
        };
        let name = path.name();
        if output == "out" {
            return Some(name.to_owned());
        }
        let name = name.strip_suffix(output.to_str().ok()?)?;
        name.strip_suffix('-').map(ToOwned::to_owned)
    })
}

fn check(
    graph: &DerivationGraph,
    cycles: &[CycleEdge],
    store_dir: &StoreDir,
) -> Vec<(NodeId, ParseError)> {
    let mut cache = DigestCache::new(store_dir.clone());
    let mut problems = Vec::new();
    for id in graph.ids() {
        let node = &graph[id];
        for mut problem in aterm::check(&node.derivation, &mut cache) {
            if let ParseErrorKind::MissingInput(input) = &problem.kind {
                let closes_circle =
                    |edge: &CycleEdge| edge.derivation == node.path && edge.input == *input;
                if cycles.iter().any(closes_circle) {
                    problem.kind = ParseErrorKind::Cycle(input.clone());
                } else if graph.find(input).is_some() {
                    continue;
                }
            }
            problems.push((id, problem));
        }
        // Without its digest, what needs it cannot be checked.
        let _ = cache.insert(node.path.clone(), &node.derivation);
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A derivation and its path.
    fn instantiated(
        name: &str,
        inputs: &[&StorePath],
        cache: &mut DigestCache,
    ) -> (StorePath, String) {
        let mut derivation = Derivation::new(name);
        let output = DerivationOutput::Deferred;
        derivation.outputs.insert("out".into(), output);
        derivation.env.insert("name".into(), name.into());
        for input in inputs {
            let wanted = drvlab_store::DerivationInputs::of("out");
            derivation.input_drvs.insert((*input).clone(), wanted);
        }
        let path = cache.instantiate(&mut derivation).unwrap();
        let text = aterm::to_bytes(&derivation, &StoreDir::default());
        (path, String::from_utf8(text).unwrap())
    }

    fn messages(texts: &DerivationTexts) -> Vec<String> {
        let (graph, problems) = texts.graph();
        let named = problems.iter().map(|(id, problem)| {
            let name = &graph[*id].derivation.name;
            format!("{name}: {} {}", problem.field, problem.kind)
        });
        named.collect()
    }

    #[test]
    fn texts_become_a_graph_with_and_without_names() {
        let mut cache = DigestCache::default();
        let (input, input_text) = instantiated("input", &[], &mut cache);
        let (user, user_text) = instantiated("user", &[&input], &mut cache);
        let mut texts = DerivationTexts::default();
        let read = texts
            .read(None, format!("\n{user_text}\n").as_bytes())
            .unwrap();
        assert_eq!((read.paths, read.problems), (vec![user.clone()], vec![]));
        let missing = format!(
            "user: input derivations the input '{input}' is not there, so that the outputs' paths cannot be checked"
        );
        assert_eq!(messages(&texts), [missing]);
        texts
            .read(Some(input.clone()), input_text.as_bytes())
            .unwrap();
        assert_eq!(messages(&texts), [""; 0]);
        let (graph, _) = texts.graph();
        assert_eq!((graph.len(), graph.roots()), (2, &[user][..]));

        let shown = json::show([(&input, &**texts.get(&input).unwrap())]).unwrap();
        let shown = shown.to_text(json::Layout::Pretty);
        let mut from_json = DerivationTexts::default();
        let read = from_json.read(None, shown.as_bytes()).unwrap();
        assert_eq!((read.paths, read.problems), (vec![input.clone()], vec![]));
        let moved = shown.replace(
            &input.to_string(),
            &input.to_string().replacen(|_: char| true, "0", 1),
        );
        let read = from_json.read(None, moved.as_bytes()).unwrap();
        assert!(read.problems.iter().all(|problem| problem.field == "path"));
    }

    #[test]
    fn circles_do_not_hide_what_is_in_them() {
        let path = |digit: char, name: &str| {
            StorePath::parse(format!("{}-{name}.drv", digit.to_string().repeat(32))).unwrap()
        };
        let (a, b) = (path('0', "a"), path('1', "b"));
        let mut texts = DerivationTexts::default();
        for (path, input) in [(&a, &b), (&b, &a)] {
            let text = format!(
                r#"Derive([("out","","","")],[("/nix/store/{input}",["out"])],[],"s","b",[],[])"#
            );
            texts.read(Some(path.clone()), text.as_bytes()).unwrap();
        }
        assert_eq!(texts.roots(), std::slice::from_ref(&a));
        assert_eq!(texts.graph().0.len(), 2);
        let expected =
            format!("b: input derivations the input '{a}' needs this derivation in turn");
        assert_eq!(messages(&texts), [expected]);
    }

    #[test]
    fn texts_tell_their_store_directory() {
        let text = br#"Derive([("out","/my/store/00000000000000000000000000000000-x","","")],[],[],"/a","/b/c",[],[])"#;
        assert_eq!(store_dir_of(text), StoreDir::new("/my/store"));
        assert_eq!(
            store_dir_of(br#"Derive([("out","","","")],[],[],"/a","/b/c",[],[])"#),
            None
        );
    }

    #[test]
    fn what_is_no_derivation_is_refused() {
        let mut texts = DerivationTexts::default();
        let error = |result: Result<TextRead, ReadError>| result.unwrap_err().to_string();
        assert_eq!(
            error(texts.read(None, b"hello")),
            "error parsing derivation at byte 0, header: expected Derive( or DrvWithVersion("
        );
        assert!(error(texts.read(None, b"{}")).contains("version"));
        assert!(texts.is_empty());
    }
}
