//! A compiled pattern: the states of a nondeterministic automaton.

use super::lookahead::Lookahead;

/// The index of a node.
pub(super) type NodeId = u32;

/// No node.
pub(super) const NONE: NodeId = u32::MAX;

/// A set of bytes.
pub(super) type ByteSet = [bool; 256];

/// What a node does before the search goes on with the node after it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Action {
    /// Nothing.
    Skip,
    /// Takes this byte.
    Byte(u8),
    /// Takes any byte but NUL.
    Any,
    /// Takes a byte of the set with this index.
    Set(u32),
    /// The group with this index starts.
    GroupStart(u32),
    /// The group with this index ends.
    GroupEnd(u32),
    /// Holds at the start of the text.
    LineStart,
    /// Holds at the end of the text.
    LineEnd,
    /// Tries `other` and `next`; the longer match counts, of two equal ones that of `other`.
    Either,
    /// Tries `other`, which comes back here or goes on; only if that finds nothing, `next`.
    Repeat,
    /// The end of the pattern.
    Accept,
}

/// A state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub action: Action,
    pub next: NodeId,
    /// The first choice of [`Action::Either`] and [`Action::Repeat`].
    pub other: NodeId,
    /// Nodes with the same number can reach each other without taking a byte.
    pub cycle: u32,
    /// The index of what is known about this choice, if anything is.
    pub lookahead: u32,
}

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Program {
    pub nodes: Vec<Node>,
    pub sets: Vec<ByteSet>,
    pub start: NodeId,
    /// Groups, the whole match included.
    pub groups: usize,
    pub has_line_start: bool,
    /// The bytes that a match can start with; `None` if a match may be empty.
    pub first_bytes: Option<Box<ByteSet>>,
    /// What is known about choices.
    pub lookaheads: Vec<Lookahead>,
}

impl Program {
    /// Finds the bytes that a match can start with.
    pub fn find_first_bytes(&self) -> Option<Box<ByteSet>> {
        let mut bytes = Box::new([false; 256]);
        let mut seen = vec![false; self.nodes.len()];
        let mut pending = vec![self.start];
        while let Some(id) = pending.pop() {
            if std::mem::replace(&mut seen[id as usize], true) {
                continue;
            }
            let node = self.nodes[id as usize];
            match node.action {
                Action::Accept | Action::LineEnd => return None,
                Action::Byte(byte) => bytes[usize::from(byte)] = true,
                Action::Any => bytes.fill(true),
                Action::Set(set) => {
                    for (known, &more) in bytes.iter_mut().zip(&self.sets[set as usize]) {
                        *known |= more;
                    }
                }
                Action::Either | Action::Repeat => pending.extend([node.other, node.next]),
                Action::Skip | Action::GroupStart(_) | Action::GroupEnd(_) | Action::LineStart => {
                    pending.push(node.next);
                }
            }
        }
        Some(bytes)
    }
}
