//! Which ways of a choice can lead to a match at all, told by the next byte: most choices of most patterns are none.

use super::program::{Action, ByteSet, NONE, Node, NodeId, Program};

/// Patterns with more choices are searched without; each takes half a kilobyte.
const MAX_CHOICES: usize = 200;

/// What a match can go on with from a node.
#[derive(Debug)]
struct First {
    bytes: ByteSet,
    /// Whether the match can end without another byte.
    empty: bool,
}

/// The two ways of a choice.
#[derive(Debug)]
pub(super) struct Lookahead {
    other: First,
    next: First,
}

/// Which ways of a choice can lead to a match.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ways {
    pub other: bool,
    pub next: bool,
}

impl Lookahead {
    /// Tells which ways can lead to a match when the next byte of the text is `byte`, or there is none; `whole` says that the match
    /// has to end where the text does.
    #[inline]
    pub fn ways(&self, byte: Option<u8>, whole: bool) -> Ways {
        let can_match = |first: &First| match byte {
            Some(byte) => first.bytes[usize::from(byte)] || (first.empty && !whole),
            None => first.empty,
        };
        Ways {
            other: can_match(&self.other),
            next: can_match(&self.next),
        }
    }
}

/// Computes what is known about each choice of a program, and gives the choices their numbers.
#[inline]
pub(super) fn find(program: &mut Program) -> Vec<Lookahead> {
    let is_choice = |node: &Node| matches!(node.action, Action::Either | Action::Repeat);
    if program.nodes.iter().filter(|node| is_choice(node)).count() > MAX_CHOICES {
        return Vec::new();
    }
    let mut all = Vec::new();
    for id in 0..program.nodes.len() {
        let node = program.nodes[id];
        if is_choice(&node) {
            program.nodes[id].lookahead = all.len() as u32;
            all.push(Lookahead {
                other: first(program, node.other),
                next: first(program, node.next),
            });
        }
    }
    all
}

/// Finds what a match can go on with from a node, or more: conditions count as fulfilled.
#[inline]
fn first(program: &Program, start: NodeId) -> First {
    let mut first = First {
        bytes: [false; 256],
        empty: false,
    };
    let mut seen = vec![false; program.nodes.len()];
    let mut pending = vec![start];
    while let Some(id) = pending.pop() {
        // Nodes that cannot be reached may have loose ends.
        if id == NONE || std::mem::replace(&mut seen[id as usize], true) {
            continue;
        }
        let node = program.nodes[id as usize];
        match node.action {
            Action::Accept => first.empty = true,
            Action::Byte(byte) => first.bytes[usize::from(byte)] = true,
            Action::Any => first.bytes.fill(true),
            Action::Set(set) => {
                for (known, &more) in first.bytes.iter_mut().zip(&program.sets[set as usize]) {
                    *known |= more;
                }
            }
            Action::Either | Action::Repeat => pending.extend([node.other, node.next]),
            Action::Skip
            | Action::GroupStart(_)
            | Action::GroupEnd(_)
            | Action::LineStart
            | Action::LineEnd => pending.push(node.next),
        }
    }
    first
}
