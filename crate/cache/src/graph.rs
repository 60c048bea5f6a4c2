//! The graph of derivations that an evaluation gives: which derivation needs which.
//!
//! It knows nothing about what exists; that is decided in [`mod@crate::plan`].

use drvlab_store::OrderedSet;
use std::fmt;
use std::rc::Rc;

use bstr::BStr;
use drvlab_store::{Derivation, HashedMap, StorePath};

/// The index of a derivation in its graph; inputs have lower indices than their dependents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// Returns the index, for tables with one entry per derivation.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// Makes the index of the `index`th derivation.
    fn new(index: usize) -> Self {
        Self(u32::try_from(index).expect("4 billion derivations do not fit into memory"))
    }
}

/// One derivation of a graph.
#[derive(Clone, Debug)]
pub struct Node {
    /// The path of the `.drv` file.
    pub path: StorePath,
    /// The derivation.
    pub derivation: Rc<Derivation>,
    /// The input derivations that are in the graph, in the order of their paths.
    pub inputs: Vec<NodeId>,
    /// The derivations that have this one among their inputs, in rising order.
    pub dependents: Vec<NodeId>,
    /// Length of the longest path to a derivation without inputs.
    pub level: u32,
}

impl Node {
    /// Returns the path of the output in the `index`th place, if it is known before the build.
    #[must_use]
    pub fn output_path(&self, index: usize) -> Option<&StorePath> {
        self.derivation.outputs.values().nth(index)?.path()
    }

    /// Returns names of outputs with their paths, where these are known before the build.
    pub fn outputs(&self) -> impl Iterator<Item = (&BStr, Option<&StorePath>)> {
        let outputs = self.derivation.outputs.iter();
        outputs.map(|(name, output)| (BStr::new(name), output.path()))
    }
}

/// Why there is no graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GraphError {
    /// A derivation needs itself; no honest hash function lets that happen.
    Cycle(StorePath),
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Cycle(path) = self;
        write!(f, "derivation '{path}' needs itself")
    }
}

impl std::error::Error for GraphError {}

/// Derivations and all their inputs, sorted so that inputs come first.
#[derive(Clone, Debug, Default)]
pub struct DerivationGraph {
    nodes: Vec<Node>,
    by_path: HashedMap<StorePath, NodeId>,
    roots: Vec<StorePath>,
    /// Whether some output's path is not known before its build.
    has_unknown_paths: bool,
    missing: OrderedSet<StorePath>,
}

/// An input that needs, over others perhaps, what has it as an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CycleEdge {
    /// The derivation.
    pub derivation: StorePath,
    /// Its input.
    pub input: StorePath,
}

/// A derivation whose inputs are being visited.
struct Open {
    path: StorePath,
    derivation: Rc<Derivation>,
    inputs: Vec<StorePath>,
    next: usize,
}

impl DerivationGraph {
    /// Collects the derivations at `roots` and all their inputs, which `load` gives.
    ///
    /// A derivation that `load` does not have is listed in [`DerivationGraph::missing`]. Works at any depth.
    ///
    /// # Errors
    /// [`GraphError::Cycle`].
    pub fn new(
        roots: impl IntoIterator<Item = StorePath>,
        load: impl FnMut(&StorePath) -> Option<Rc<Derivation>>,
    ) -> Result<Self, GraphError> {
        let (graph, cycles) = Self::without_cycles(roots, load);
        match cycles.into_iter().next() {
            Some(edge) => Err(GraphError::Cycle(edge.input)),
            None => Ok(graph),
        }
    }

    /// Collects derivations as [`DerivationGraph::new`] does; inputs that close a circle are left out and returned.
    pub fn without_cycles(
        roots: impl IntoIterator<Item = StorePath>,
        mut load: impl FnMut(&StorePath) -> Option<Rc<Derivation>>,
    ) -> (Self, Vec<CycleEdge>) {
        let mut graph = Self {
            roots: roots.into_iter().collect(),
            ..Self::default()
        };
        let mut cycles = Vec::new();
        // A derivation is open (`None`) from when it is first seen until all its inputs are done.
        let mut state: HashedMap<StorePath, Option<NodeId>> = HashedMap::new();
        let mut stack: Vec<Open> = Vec::new();
        for root in graph.roots.clone() {
            let mut wanted = Some(root);
            loop {
                if let Some(path) = wanted.take() {
                    match state.get(&path) {
                        Some(None) => {
                            // Nothing is open when a root is begun, so that something on the stack wants it.
                            if let Some(open) = stack.last() {
                                cycles.push(CycleEdge {
                                    derivation: open.path.clone(),
                                    input: path,
                                });
                            }
                        }
                        Some(Some(_)) => {}
                        None if graph.missing.contains(&path) => {}
                        None => match load(&path) {
                            Some(derivation) => {
                                state.insert(path.clone(), None);
                                let inputs = derivation.input_drvs.keys().cloned().collect();
                                stack.push(Open {
                                    path,
                                    derivation,
                                    inputs,
                                    next: 0,
                                });
                            }
                            None => {
                                graph.missing.insert(path);
                            }
                        },
                    }
                }
                let Some(open) = stack.last_mut() else { break };
                if let Some(input) = open.inputs.get(open.next) {
                    wanted = Some(input.clone());
                    open.next += 1;
                } else if let Some(open) = stack.pop() {
                    let id = graph.push(open.path.clone(), open.derivation);
                    state.insert(open.path, Some(id));
                }
            }
        }
        (graph, cycles)
    }

    /// Adds a derivation whose inputs are there already, as far as they will ever be.
    fn push(&mut self, path: StorePath, derivation: Rc<Derivation>) -> NodeId {
        let id = NodeId::new(self.nodes.len());
        let inputs: Vec<_> = derivation
            .input_drvs
            .keys()
            .filter_map(|input| self.by_path.get(input).copied())
            .collect();
        let mut level = 0;
        for input in &inputs {
            let input = &mut self.nodes[input.index()];
            input.dependents.push(id);
            level = level.max(input.level + 1);
        }
        self.has_unknown_paths |= derivation.outputs.values().any(|it| it.path().is_none());
        self.by_path.insert(path.clone(), id);
        self.nodes.push(Node {
            path,
            derivation,
            inputs,
            dependents: Vec::new(),
            level,
        });
        id
    }

    /// Returns the paths that the graph was made for, in their order.
    #[must_use]
    pub fn roots(&self) -> &[StorePath] {
        &self.roots
    }

    /// Returns the derivations that are needed, but could not be had.
    #[must_use]
    pub const fn missing(&self) -> &OrderedSet<StorePath> {
        &self.missing
    }

    /// Tells whether some output's path is not known before its build.
    #[must_use]
    pub const fn has_unknown_paths(&self) -> bool {
        self.has_unknown_paths
    }

    /// Returns the number of derivations.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Tells whether there is no derivation.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Returns all indices, inputs before their dependents.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + ExactSizeIterator + use<> {
        // Bounded by `NodeId::new` for each of them.
        (0..self.nodes.len()).map(NodeId::new)
    }

    /// Returns all derivations, inputs before their dependents; the position is the index.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Finds a derivation by the path of its `.drv` file.
    #[must_use]
    pub fn find(&self, path: &StorePath) -> Option<NodeId> {
        self.by_path.get(path).copied()
    }

    /// Tells whether another graph is the same one: a `.drv` file's path stands for what is in it.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let paths = self.nodes.iter().map(|node| &node.path);
        // What is missing decides which inputs are in the graph, and the roots in what order.
        self.roots == other.roots
            && self.missing == other.missing
            && paths.eq(other.nodes.iter().map(|node| &node.path))
    }

    /// Returns the derivations by level, those without inputs first.
    #[must_use]
    pub fn levels(&self) -> Vec<Vec<NodeId>> {
        let mut levels: Vec<Vec<NodeId>> = Vec::new();
        for id in self.ids() {
            let level = self[id].level as usize;
            if levels.len() <= level {
                levels.resize_with(level + 1, Vec::new);
            }
            levels[level].push(id);
        }
        levels
    }

    /// Returns the closure of some derivations under inputs, as one flag per derivation.
    #[must_use]
    pub fn closure(&self, roots: impl IntoIterator<Item = NodeId>) -> Vec<bool> {
        let mut inside = vec![false; self.nodes.len()];
        for root in roots {
            inside[root.index()] = true;
        }
        for id in self.ids().rev() {
            if inside[id.index()] {
                for input in &self[id].inputs {
                    inside[input.index()] = true;
                }
            }
        }
        inside
    }
}

impl std::ops::Index<NodeId> for DerivationGraph {
    type Output = Node;

    fn index(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }
}
