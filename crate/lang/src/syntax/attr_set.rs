//! Building attribute sets from their bindings, with the reference's rules for paths and for sets that are defined in several places.

use super::parser::{Frame, Parsed, Parser};
use crate::diagnostic::Diagnostic;
use crate::ir::{
    AttrName, AttrSet, AttrSetId, Binding, BindingKind, DynamicBinding, Expr, ExprId, Slice,
};
use crate::source::Pos;
use crate::symbol::Symbol;
use drvlab_store::order;
use rustc_hash::FxHashMap;

/// What the bindings belong to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetKind {
    /// `{ … }`
    Plain,
    /// `rec { … }`
    Recursive,
    /// `let { … }`
    LetBody,
    /// `let … in`
    Let,
}

/// A set whose bindings are being read.
#[derive(Clone, Copy, Debug)]
pub struct SetBuilder {
    /// The set.
    pub id: AttrSetId,
    /// What it is.
    pub kind: SetKind,
    /// Where it starts.
    pub start: u32,
    /// First of its entries on the stack of entries.
    pub entries: u32,
    /// First of its names on the stack of names.
    pub names: u32,
    /// First of its sources on the stack of sources.
    pub sources: u32,
    /// Where the binding that is being read is among the frames.
    pub binding: u32,
}

/// One binding as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// First name of its path on the stack of names.
    pub names: u32,
    /// Length of the path.
    pub len: u32,
    /// The value.
    pub value: ExprId,
    /// Position of the path.
    pub pos: Pos,
    /// How it is written.
    pub kind: BindingKind,
}

impl Parser<'_> {
    /// Opens a set.
    pub fn open(&mut self, start: u32, kind: SetKind) {
        let id = self.add_set(kind != SetKind::Plain, self.pos(start));
        self.sets.push(SetBuilder {
            id,
            kind,
            start,
            entries: self.entries.len() as u32,
            names: self.names.len() as u32,
            sources: self.inherit_sources.len() as u32,
            binding: self.frames.len() as u32,
        });
    }

    fn add_set(&mut self, recursive: bool, pos: Pos) -> AttrSetId {
        let id = AttrSetId(self.ir.attr_sets.len() as u32);
        self.ir.attr_sets.push(AttrSet {
            recursive,
            bindings: Slice::default(),
            dynamic: Slice::default(),
            sources: Slice::default(),
            first_slot: 0,
            first_source_slot: 0,
            pos,
        });
        id
    }

    /// Closes the innermost set: its bindings go into the arena.
    ///
    /// # Errors
    /// When an attribute is defined twice.
    pub fn build_set(&mut self) -> Parsed<()> {
        let Some(&set) = self.sets.last() else {
            unreachable!("only open sets are closed")
        };
        if !self.build_simple(set) {
            let mut merger = Merger::new(self, set.id);
            let end = merger.parser.entries.len();
            merger.add_entries(set, end)?;
            merger.finish();
        }
        self.sets.pop();
        self.entries.truncate(set.entries as usize);
        self.names.truncate(set.names as usize);
        self.inherit_sources.truncate(set.sources as usize);
        Ok(())
    }

    /// Builds a set of distinct static names without paths; leaves others alone.
    fn build_simple(&mut self, set: SetBuilder) -> bool {
        let start = self.ir.bindings.len();
        for entry in &self.entries[set.entries as usize..] {
            match self.names[entry.names as usize].0 {
                AttrName::Static(name) if entry.len == 1 => {
                    self.ir.bindings.push(Binding {
                        name,
                        pos: entry.pos,
                        value: entry.value,
                        kind: entry.kind,
                    });
                }
                _ => {
                    self.ir.bindings.truncate(start);
                    return false;
                }
            }
        }
        let bindings = &mut self.ir.bindings[start..];
        order::sort_by_number(bindings, |binding| binding.name.0);
        if bindings.windows(2).any(|pair| pair[0].name == pair[1].name) {
            self.ir.bindings.truncate(start);
            return false;
        }
        let sources = &self.inherit_sources[set.sources as usize..];
        let sources = Slice {
            start: self.ir.lists.len() as u32,
            len: sources.len() as u32,
        };
        self.ir
            .lists
            .extend_from_slice(&self.inherit_sources[set.sources as usize..]);
        let built = &mut self.ir.attr_sets[set.id.0 as usize];
        built.bindings = Slice {
            start: start as u32,
            len: (self.ir.bindings.len() - start) as u32,
        };
        built.sources = sources;
        true
    }

    /// Looks for an attribute defined twice in the parts of the sets that have been read so far.
    pub fn duplicate_in_open_sets(&mut self) -> Option<Box<Diagnostic>> {
        let sets = std::mem::take(&mut self.sets);
        for (index, &set) in sets.iter().enumerate() {
            let end = match self.frames.get(set.binding as usize) {
                // The reference looks at the names of an `inherit` at its end.
                Some(Frame::InheritNames { first, .. }) => *first as usize,
                _ => sets
                    .get(index + 1)
                    .map_or(self.entries.len(), |inner| inner.entries as usize),
            };
            if let Err(error) = Merger::new(self, set.id).add_entries(set, end) {
                return Some(error);
            }
        }
        None
    }

    #[cold]
    fn duplicate(&self, path: &[AttrName], pos: Pos, previous: Pos) -> Box<Diagnostic> {
        let mut message = b"attribute '".to_vec();
        super::print::attr_path(self.ir, self.symbols, path, &mut message);
        message.extend_from_slice(b"' already defined at ");
        if let Some(location) = self.sources.locate(previous) {
            message.extend_from_slice(&location.describe());
        }
        Box::new(Diagnostic::error(message, pos))
    }
}

/// A set under construction within [`Merger`].
struct Node {
    set: AttrSetId,
    /// How many sources of `inherit (…)` it has.
    sources: u32,
}

/// Adds bindings one by one, as the reference does, to a tree of sets.
///
/// All tables are flat and tagged with the node, so that nothing is allocated per set.
struct Merger<'p, 'a> {
    parser: &'p mut Parser<'a>,
    nodes: Vec<Node>,
    /// The node of a binding's value, if it is a set that takes part.
    bindings: Vec<(u32, Option<u32>, Binding)>,
    dynamic: Vec<(u32, DynamicBinding)>,
    sources: Vec<(u32, ExprId)>,
    index: FxHashMap<(u32, Symbol), u32>,
}

impl<'p, 'a> Merger<'p, 'a> {
    fn new(parser: &'p mut Parser<'a>, set: AttrSetId) -> Self {
        Self {
            parser,
            nodes: vec![Node { set, sources: 0 }],
            bindings: Vec::new(),
            dynamic: Vec::new(),
            sources: Vec::new(),
            index: FxHashMap::default(),
        }
    }

    fn add_entries(&mut self, set: SetBuilder, end: usize) -> Parsed<()> {
        let first = set.sources as usize;
        let count = self.parser.entries[set.entries as usize..end]
            .iter()
            .filter_map(|entry| match entry.kind {
                BindingKind::InheritedFrom(index) => Some(index as usize + 1),
                _ => None,
            })
            .max()
            .unwrap_or(0);
        let available = self.parser.inherit_sources.len().saturating_sub(first);
        // A source without names (`inherit (x);`) has to be kept as well when the set is complete.
        let count = if end == self.parser.entries.len() {
            available
        } else {
            count.min(available)
        };
        self.sources.extend(
            self.parser.inherit_sources[first..first + count]
                .iter()
                .map(|&source| (0, source)),
        );
        self.nodes[0].sources = count as u32;
        for index in set.entries as usize..end {
            let entry = self.parser.entries[index];
            self.add_entry(entry)?;
        }
        Ok(())
    }

    fn add_entry(&mut self, entry: Entry) -> Parsed<()> {
        let names = entry.names as usize;
        let last = names + entry.len as usize - 1;
        let mut node = 0;
        for at in names..last {
            let name = self.parser.names[at].0;
            node = match name {
                AttrName::Static(symbol) => match self.index.get(&(node, symbol)) {
                    Some(&found) => match self.as_node(found) {
                        Some(inner) => inner,
                        None => {
                            let previous = self.bindings[found as usize].2.pos;
                            return Err(self.duplicate(names..at + 1, &[], entry.pos, previous));
                        }
                    },
                    None => {
                        let (inner, value) = self.new_node(entry.pos);
                        let binding = Binding {
                            name: symbol,
                            pos: entry.pos,
                            value,
                            kind: BindingKind::Plain,
                        };
                        self.insert(node, Some(inner), binding);
                        inner
                    }
                },
                AttrName::Dynamic(expr) => {
                    let (inner, value) = self.new_node(entry.pos);
                    self.dynamic.push((
                        node,
                        DynamicBinding {
                            name: expr,
                            value,
                            pos: entry.pos,
                        },
                    ));
                    inner
                }
            };
        }
        match self.parser.names[last].0 {
            AttrName::Static(name) => {
                let binding = Binding {
                    name,
                    pos: entry.pos,
                    value: entry.value,
                    kind: entry.kind,
                };
                self.add_binding(node, binding, names..last)
            }
            AttrName::Dynamic(name) => {
                self.dynamic.push((
                    node,
                    DynamicBinding {
                        name,
                        value: entry.value,
                        pos: entry.pos,
                    },
                ));
                Ok(())
            }
        }
    }

    /// Adds a binding to a node; two sets of the same name are merged, other duplicates refused.
    fn add_binding(
        &mut self,
        node: u32,
        binding: Binding,
        path: std::ops::Range<usize>,
    ) -> Parsed<()> {
        // The sets that remain to be merged, innermost last: node, the set's bindings, the path to it.
        let mut work = vec![(node, binding, 0usize)];
        let mut inner_path: Vec<AttrName> = Vec::new();
        while let Some((node, binding, depth)) = work.pop() {
            inner_path.truncate(depth);
            inner_path.push(AttrName::Static(binding.name));
            let Some(&found) = self.index.get(&(node, binding.name)) else {
                self.insert(node, None, binding);
                continue;
            };
            let merged = match self.parser.ir.expr(binding.value) {
                Expr::Attrs(set) => self.as_node(found).map(|existing| (existing, set)),
                _ => None,
            };
            let Some((existing, set)) = merged else {
                let previous = self.bindings[found as usize].2.pos;
                return Err(self.duplicate(path, &inner_path, binding.pos, previous));
            };
            let mark = work.len();
            for binding in self.absorb(existing, set) {
                work.push((existing, binding, inner_path.len()));
            }
            work[mark..].reverse();
        }
        Ok(())
    }

    /// Moves the sources and dynamic bindings of a set literal to a node and returns its static bindings.
    fn absorb(&mut self, node: u32, set: AttrSetId) -> Vec<Binding> {
        let ir = &mut *self.parser.ir;
        let literal = *ir.attr_set(set);
        let target = &mut self.nodes[node as usize];
        let offset = target.sources;
        target.sources += literal.sources.len;
        self.sources.extend(
            ir.lists[literal.sources.range()]
                .iter()
                .map(|&source| (node, source)),
        );
        self.dynamic.extend(
            ir.dynamic_bindings[literal.dynamic.range()]
                .iter()
                .map(|&binding| (node, binding)),
        );
        let mut bindings = ir.bindings[literal.bindings.range()].to_vec();
        for binding in &mut bindings {
            if let BindingKind::InheritedFrom(index) = &mut binding.kind {
                *index += offset;
                if let Expr::Select { base, .. } = ir.expr(binding.value) {
                    ir.exprs[base.0 as usize] = Expr::InheritSource {
                        set: target.set,
                        index: *index,
                    };
                }
            }
        }
        bindings
    }

    /// Returns the node of a binding's value, made from the set literal that it is, if it is one.
    fn as_node(&mut self, index: u32) -> Option<u32> {
        let (_, node, binding) = self.bindings[index as usize];
        if node.is_some() {
            return node;
        }
        let Expr::Attrs(set) = self.parser.ir.expr(binding.value) else {
            return None;
        };
        let node = self.nodes.len() as u32;
        self.nodes.push(Node { set, sources: 0 });
        self.bindings[index as usize].1 = Some(node);
        for binding in self.absorb(node, set) {
            self.insert(node, None, binding);
        }
        Some(node)
    }

    fn new_node(&mut self, pos: Pos) -> (u32, ExprId) {
        let set = self.parser.add_set(false, pos);
        let offset = pos.0 - self.parser.base.0;
        let value = self
            .parser
            .push(Expr::Attrs(set), offset, self.parser.previous_end);
        self.nodes.push(Node { set, sources: 0 });
        (self.nodes.len() as u32 - 1, value)
    }

    fn insert(&mut self, node: u32, child: Option<u32>, binding: Binding) {
        self.index
            .insert((node, binding.name), self.bindings.len() as u32);
        self.bindings.push((node, child, binding));
    }

    #[cold]
    fn duplicate(
        &self,
        names: std::ops::Range<usize>,
        more: &[AttrName],
        pos: Pos,
        previous: Pos,
    ) -> Box<Diagnostic> {
        let mut path: Vec<AttrName> = self.parser.names[names]
            .iter()
            .map(|&(name, _)| name)
            .collect();
        path.extend_from_slice(more);
        self.parser.duplicate(&path, pos, previous)
    }

    /// Writes the sets into the arena.
    fn finish(mut self) {
        // Stable, so each node's bindings are in the order of their names at the end.
        order::sort_by_number(&mut self.bindings, |&(.., binding)| binding.name.0);
        order::sort_by_number(&mut self.bindings, |&(node, ..)| node);
        order::sort_by_number(&mut self.dynamic, |&(node, _)| node);
        order::sort_by_number(&mut self.sources, |&(node, _)| node);
        let ir = &mut *self.parser.ir;
        let (mut bindings, mut dynamic, mut sources) =
            (&self.bindings[..], &self.dynamic[..], &self.sources[..]);
        for (index, node) in self.nodes.iter().enumerate() {
            let index = index as u32;
            let own = bindings.partition_point(|&(node, ..)| node <= index);
            let slice = Slice {
                start: ir.bindings.len() as u32,
                len: own as u32,
            };
            ir.bindings
                .extend(bindings[..own].iter().map(|&(_, _, binding)| binding));
            bindings = &bindings[own..];
            ir.attr_sets[node.set.0 as usize].bindings = slice;

            let own = dynamic.partition_point(|&(node, _)| node <= index);
            let slice = Slice {
                start: ir.dynamic_bindings.len() as u32,
                len: own as u32,
            };
            ir.dynamic_bindings
                .extend(dynamic[..own].iter().map(|&(_, binding)| binding));
            dynamic = &dynamic[own..];
            ir.attr_sets[node.set.0 as usize].dynamic = slice;

            let own = sources.partition_point(|&(node, _)| node <= index);
            let slice = Slice {
                start: ir.lists.len() as u32,
                len: own as u32,
            };
            ir.lists
                .extend(sources[..own].iter().map(|&(_, source)| source));
            sources = &sources[own..];
            ir.attr_sets[node.set.0 as usize].sources = slice;
        }
    }
}
